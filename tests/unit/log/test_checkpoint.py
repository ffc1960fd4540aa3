"""A checkpoint and its text are one and the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock import BEIJING
from store.errors import DecodeError
from store.log.checkpoint import Checkpoint, parse_checkpoint, text_of

TEXT = (
    "outfall/5d0c2f3a9be17c44\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "time 2026-11-26T11:03:16.123456Z\n"
)


def test_the_text_tells_origin_size_root_and_time() -> None:
    found = parse_checkpoint(TEXT)
    assert found.origin == "outfall/5d0c2f3a9be17c44"
    assert found.size == 20852163
    assert found.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert found.sealed_at == datetime(2026, 11, 26, 19, 3, 16, 123456, tzinfo=BEIJING)
    assert text_of(found) == TEXT


@given(
    st.from_regex(r"[a-z0-9./-]{1,40}", fullmatch=True),
    st.integers(1, 2**62),
    st.binary(min_size=32, max_size=32),
    st.builds(
        lambda zone, microseconds: datetime(1970, 1, 2, tzinfo=zone) + timedelta(microseconds=microseconds),
        st.sampled_from([UTC, BEIJING]),
        st.integers(0, 2**52),
    ),
)
def test_every_checkpoint_comes_back_from_its_text(origin: str, size: int, root: bytes, at: datetime) -> None:
    checkpoint = Checkpoint(origin, size, root, at)
    assert parse_checkpoint(text_of(checkpoint)) == checkpoint


WRONG = [
    ("", "nothing"),
    (TEXT[:-1], "no newline at the end"),
    (TEXT + "more\n", "a further line"),
    (TEXT.replace("time", "tine"), "another extension"),
    ("\n".join(TEXT.split("\n")[:3]) + "\n", "no time"),
    (TEXT.replace("20852163", "020852163"), "a size with a zero before it"),
    (TEXT.replace("20852163", "0"), "an empty tree"),
    (TEXT.replace("20852163", "-1"), "a size below nothing"),
    (TEXT.replace("20852163", "1" * 20), "a size beyond any"),
    (TEXT.replace("20852163", "２"), "a digit of another script"),
    (TEXT.replace("q2I=", "q2J="), "base64 with bits that mean nothing"),
    (TEXT.replace("q2I=", "q2I"), "base64 without its padding"),
    (TEXT.replace("16.123456Z", "16Z"), "a time without its fraction"),
    (TEXT.replace("11-26", "13-26"), "a month that does not exist"),
    (TEXT.replace("Z\n", "+00:00\n"), "another way to write the zone"),
    (TEXT.replace("outfall/", "outfall /"), "an origin with a blank"),
    (TEXT.replace("\n", "\r\n"), "lines of another system"),
]


@pytest.mark.parametrize(("text", "_remark"), WRONG)
def test_a_text_that_is_no_checkpoint_is_refused(text: str, _remark: str) -> None:
    with pytest.raises(DecodeError) as refused:
        parse_checkpoint(text)
    assert refused.value.code == "checkpoint_malformed"
