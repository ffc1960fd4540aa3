"""JSON kept as it came: read as the fast library reads it, without it."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.payloads import plain_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
@example({"a": [1.5e-7, -0.0, 10**19, "\x00"]})
def test_a_document_is_read_as_the_fast_library_reads_it(value: object) -> None:
    raw = json.dumps(value).encode()
    assert plain_json.loads(raw) == orjson.loads(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"NaN", b"[Infinity]", b"1e999", b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000, b"{} 1"]
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        plain_json.loads(raw)


def test_an_integer_that_no_database_column_of_numbers_needs_is_a_number_all_the_same() -> None:
    assert plain_json.loads(b"[18446744073709551616, -9223372036854775809]") == [2.0**64, -(2.0**63)]
    assert plain_json.loads(b"9" * 50) == 1e50
