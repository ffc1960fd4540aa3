"""Leaf bytes are RFC 8785, lose no digit, and do not depend on how they were made."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock import BEIJING
from store.log.canonical import canonical, exact_json, message_leaf, period_leaf, plain, record_leaf, utc_text

AT = datetime(2026, 11, 26, 11, 3, 16, 123000, tzinfo=BEIJING)

# RFC 8785: 3.2.2 (serialisation), 3.2.3 (sorting by UTF-16 code units), appendix B (numbers).
EXAMPLES = [
    (
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        ' "string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}',
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    (
        '{"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",'
        ' "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control", "\\u00f6": "Latin Small Letter O With Diaeresis"}',
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",'
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
    ("[5e-324, 9007199254740991, -0.0, 1e21, 1e-7]", "[5e-324,9007199254740991,0,1e+21,1e-7]"),
]


@pytest.mark.parametrize(("given_text", "expected"), EXAMPLES)
def test_the_examples_of_the_rfc_come_out_as_printed(given_text: str, expected: str) -> None:
    assert canonical(json.loads(given_text)).decode() == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", {"a": [2**60]}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)


MICROSECONDS = st.integers(0, 2**52) | st.integers(0, 2**40).map(lambda seconds: seconds % 2**32 * 1_000_000)
MOMENTS = st.builds(
    lambda zone, microseconds: datetime(1970, 1, 2, tzinfo=zone) + timedelta(microseconds=microseconds),
    st.sampled_from([UTC, BEIJING]),
    MICROSECONDS,
)


@given(
    st.integers(1, 2**53 - 1),
    MOMENTS,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.just("gw-qilianshan"),
    st.sampled_from(["hj212", "json", "neuron", "status", 'a"b']),
    st.none() | st.integers(0, 65535),
    st.binary(min_size=32, max_size=32),
)
def test_the_quick_way_of_a_message_gives_the_canonical_bytes(
    number: int, at: datetime, gateway: str, channel: str, packet_id: int | None, digest: bytes
) -> None:
    leaf = {
        "kind": "message",
        "id": number,
        "gateway": gateway,
        "channel": channel,
        "packet_id": packet_id,
        "received_at": at.astimezone(UTC).isoformat(),
        "sha256": digest.hex(),
    }
    assert message_leaf(number, at, gateway, channel, packet_id, digest) == canonical(leaf)


def test_a_message_beyond_the_numbers_of_json_is_refused_not_rounded() -> None:
    with pytest.raises(ValueError, match="safe integer"):
        message_leaf(2**53, AT, "gw", "json", 1, bytes(32))


def test_a_period_shows_every_column_with_its_digits_and_its_verdicts_in_order() -> None:
    columns = {"id": 7, "start": AT, "reported_measured": Decimal("1.50E+1"), "valid": True, "reasons": ["a"]}
    verdicts = [
        {"limit_key": None, "compared": Decimal("0.10"), "computed_at": AT},
        {"limit_key": 3, "compared": None, "computed_at": AT},
    ]
    assert period_leaf(columns, verdicts).decode() == (
        '{"id":7,"kind":"period","reasons":["a"],"reported_measured":"15.0","start":"2026-11-26T03:03:16.123000+00:00",'
        '"valid":true,"verdicts":['
        '{"compared":"0.10","computed_at":"2026-11-26T03:03:16.123000+00:00","limit_key":null},'
        '{"compared":null,"computed_at":"2026-11-26T03:03:16.123000+00:00","limit_key":3}]}'
    )


def test_a_record_names_its_table_and_shows_the_row() -> None:
    content = exact_json('{"id": 12, "at": "2026-11-26T03:03:16.1+00:00", "n": 1.50}')
    assert record_leaf(4, "mark", "12", AT, content).decode() == (
        '{"content":{"at":"2026-11-26T03:03:16.1+00:00","id":12,"n":"1.50"},"id":4,"key":"12","kind":"record",'
        '"recorded_at":"2026-11-26T03:03:16.123000+00:00","table":"mark"}'
    )


NUMBERS = [
    ("1", 1, "an integer"),
    ("-9007199254740991", -9007199254740991, "the smallest that JSON counts exactly"),
    ("9007199254740992", "9007199254740992", "one beyond the largest"),
    ("0.10", "0.10", "the zero at the end is a digit"),
    ("-3.1e2", "-310", "an exponent"),
    ("0.0000001", "0.0000001", "never 1E-7"),
    ("123456789012345678901234567890.5", "123456789012345678901234567890.5", "more digits than a double has"),
]


@pytest.mark.parametrize(("text", "expected", "_remark"), NUMBERS)
def test_a_number_in_a_json_column_keeps_every_digit(text: str, expected: object, _remark: str) -> None:
    assert exact_json(f'{{"a": [{text}]}}') == {"a": [expected]}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_json_column_holds_has_one_canonical_form(value: Any) -> None:
    class Exact(json.JSONEncoder):
        def default(self, o: object) -> object:
            return float(str(o)) if isinstance(o, Decimal) else super().default(o)

    try:
        content = exact_json(json.dumps(value, cls=Exact))
        once = canonical(content)
    except ValueError:
        return
    assert canonical(exact_json(once.decode())) == once


@given(JSON)
def test_the_quick_way_of_a_record_gives_the_canonical_bytes(value: Any) -> None:
    content = exact_json(json.dumps(value, default=str))
    record = {
        "content": content,
        "id": 4,
        "key": "12",
        "kind": "record",
        "recorded_at": utc_text(AT),
        "table": "mark",
    }
    assert record_leaf(4, "mark", "12", AT, content) == canonical(record)


@pytest.mark.parametrize("name", ["\ue000", "\U0001f600", "\x7f", "\u2028", "\x1f", '"', "\\"])
def test_names_and_texts_of_any_characters_are_written_as_rfc_8785_says(name: str) -> None:
    content = {name: name, "\U00010000": 1, "\uffff": 2, "a": [name]}
    record = {
        "content": content,
        "id": 4,
        "key": "12",
        "kind": "record",
        "recorded_at": utc_text(AT),
        "table": "mark",
    }
    assert record_leaf(4, "mark", "12", AT, content) == canonical(record)


def test_times_are_utc_and_bytes_are_hexadecimal() -> None:
    assert utc_text(AT) == "2026-11-26T03:03:16.123000+00:00"
    assert utc_text(AT.replace(microsecond=0) - timedelta(hours=4)) == "2026-11-25T23:03:16+00:00"
    assert plain(b"\x00\xff") == "00ff"
    assert plain(["a", None]) == ["a", None]
