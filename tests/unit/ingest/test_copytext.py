"""COPY text: whatever comes in is one column of one row, and reads back as it was."""

from __future__ import annotations

import re

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ingest import copytext

ANY_TEXT = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None))
BACK = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}


def read_back(column: str) -> str:
    """As PostgreSQL undoes the escapes of a text column."""
    return re.sub(r"\\.", lambda match: BACK[match.group()], column, flags=re.DOTALL)


@given(ANY_TEXT)
def test_any_text_stays_in_its_column_and_reads_back(value: str) -> None:
    column = copytext.text(value)
    assert not set(column) & {"\t", "\n", "\r", "\x00"}
    assert column != copytext.NULL
    column.encode()
    storable = re.sub("[\x00\ud800-\udfff]", "�", value)
    assert read_back(column) == storable


def test_none_is_null_and_the_text_of_null_is_not() -> None:
    assert copytext.text(None) == r"\N"
    assert copytext.text(r"\N") == r"\\N"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(ANY_TEXT, JSON, max_size=4))
def test_any_document_stays_in_its_column_and_is_json_without_nul(value: dict[str, object]) -> None:
    column = copytext.json(value)
    assert not set(column) & {"\t", "\n", "\r", "\x00"}
    document = read_back(column)
    found = orjson.loads(document)
    assert "\x00" not in "".join(map(str, walk(found)))
    if orjson_takes(value):
        assert found == value


def orjson_takes(value: object) -> bool:
    """Whether the value has nothing that PostgreSQL could not store."""
    return not re.search("[\x00\ud800-\udfff]", "".join(map(str, walk(value))))


def walk(value: object) -> list[object]:
    """Every text and number in a document."""
    if isinstance(value, dict):
        return [part for pair in value.items() for item in pair for part in walk(item)]
    if isinstance(value, list):
        return [part for item in value for part in walk(item)]
    return [value]


def test_an_escaped_backslash_before_u0000_is_not_taken_for_nul() -> None:
    assert orjson.loads(copytext.document({"a": "\\u0000"})) == {"a": "\\u0000"}


@given(st.binary(max_size=64))
def test_bytes_are_hex_with_an_escaped_backslash(value: bytes) -> None:
    column = copytext.binary(value)
    assert bytes.fromhex(column.removeprefix("\\\\x")) == value
