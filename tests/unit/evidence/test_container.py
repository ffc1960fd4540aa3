"""The file of a package is an ordinary ZIP whose bytes follow from its content."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.evidence.container import CONTAINER, Packed, Spool, pack
from store.errors import Refused

NAMES = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="/\\"), min_size=1, max_size=12
)
CONTENTS = st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=8)


def sign(text: str) -> bytes:
    """A note that can be told from its text."""
    return f"{text}\n— test\n".encode()


def packed(contents: dict[str, bytes], *, portion: int = 1 << 20) -> tuple[bytes, Packed]:
    """A package of these contents, each written in portions."""
    spool = Spool(io.BytesIO(), most_bytes=1 << 30)
    for name, content in contents.items():
        with spool.entry(name) as writer:
            for start in range(0, len(content), portion):
                writer.write(content[start : start + portion])
    out = io.BytesIO()
    result = pack(spool, "root", out, sign)
    return out.getvalue(), result


@given(CONTENTS)
def test_any_zip_reader_reads_what_was_written(contents: dict[str, bytes]) -> None:
    data, result = packed(contents)
    assert (result.size, result.digest) == (len(data), hashlib.sha256(data).digest())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(f"root/{name}" for name in contents)
        assert {name: archive.read(f"root/{name}") for name in contents} == contents
        for info in archive.infolist():
            assert (info.date_time, info.create_system) == ((1980, 1, 1, 0, 0, 0), 3)
            assert (info.external_attr >> 16, info.compress_type) == (0o100644, zipfile.ZIP_DEFLATED)


@given(CONTENTS, st.integers(1, 40), st.randoms())
def test_the_bytes_do_not_depend_on_order_or_portions_of_writing(
    contents: dict[str, bytes], portion: int, random: object
) -> None:
    names = list(contents)
    random.shuffle(names)  # type: ignore[attr-defined]
    assert packed({name: contents[name] for name in names}, portion=portion) == packed(contents)


@given(CONTENTS)
def test_the_comment_covers_every_byte_before_it(contents: dict[str, bytes]) -> None:
    data, _ = packed(contents)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        comment = archive.comment
    covered = data[: len(data) - len(comment) - 2]
    assert comment == sign(f"{CONTAINER}\n{hashlib.sha256(covered).hexdigest()}\n")


def test_entries_can_be_written_beside_each_other() -> None:
    spool = Spool(io.BytesIO(), most_bytes=1 << 20)
    with (
        spool.entry("a", beside=True) as first,
        spool.entry("b", beside=True) as second,
        spool.entry("c", beside=True) as third,
    ):
        for number in range(1000):
            first.write(b"%d\n" % number)
            second.write(b"%d " % number)
            third.write(b"%d," % number)
    out = io.BytesIO()
    pack(spool, "root", out, sign)
    with zipfile.ZipFile(out) as archive:
        for name, separator in (("a", b"\n"), ("b", b" "), ("c", b",")):
            content = archive.read(f"root/{name}")
            assert content == b"".join(b"%d" % number + separator for number in range(1000))


def test_an_entry_that_goes_straight_into_the_spool_stands_alone() -> None:
    spool = Spool(io.BytesIO(), most_bytes=1 << 20)
    with spool.entry("a"), pytest.raises(ValueError, match="beside"), spool.entry("b", beside=True):
        raise AssertionError("not reached")


def test_the_lines_of_an_entry_are_counted() -> None:
    spool = Spool(io.BytesIO(), most_bytes=1 << 20)
    with spool.entry("a") as writer:
        writer.write(b"1\n2")
        writer.write(b"\n3\n")
    assert [entry.lines for entry in spool.entries()] == [3]


@pytest.mark.parametrize("name", ["", "/absolute", "排口", "a\nb", "twice"])
def test_a_name_that_no_entry_can_have_is_refused(name: str) -> None:
    spool = Spool(io.BytesIO(), most_bytes=1 << 20)
    spool.add("twice", b"")
    with pytest.raises(ValueError, match="no name"):
        spool.add(name, b"")


def test_a_package_beyond_its_bounds_is_refused_while_it_grows() -> None:
    spool = Spool(io.BytesIO(), most_bytes=100)
    spool.add("small", b"x")
    with pytest.raises(Refused, match="evidence_too_large"):
        spool.add("large", bytes(range(256)))
