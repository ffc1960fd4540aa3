"""Tables that a spreadsheet opens."""

from __future__ import annotations

import pytest

from api.replies import Number, _cell

CELLS = [
    (None, "", "nothing"),
    ("N", "N", "a flag"),
    ("=1+1", "'=1+1", "a formula from outside"),
    ("@SUM(A1)", "'@SUM(A1)", "another formula"),
    ("-3", "'-3", "a text that begins like a number"),
    (Number("-3.50"), "-3.50", "a number that is one"),
    (True, "True", "yes"),
    (7, "7", "a count"),
]


@pytest.mark.parametrize(("value", "shown", "remark"), CELLS)
def test_a_cell_is_never_a_formula(value: object, shown: str, remark: str) -> None:
    assert _cell(value) == shown, remark
