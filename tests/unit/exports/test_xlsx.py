"""Tables as XLSX, read back with another library."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook

from api.exports import Column, Marked, Sheet, write_workbook
from api.exports import xlsx as module
from api.exports.xlsx import worksheet_name
from store.clock import BEIJING

AT = datetime(2026, 11, 24, 14, 5, 9, tzinfo=BEIJING)


def written(*sheets: Sheet) -> bytes:
    file = io.BytesIO()
    write_workbook(file, sheets, at=AT)
    return file.getvalue()


def read(*sheets: Sheet) -> Workbook:
    return load_workbook(io.BytesIO(written(*sheets)))


def one_cell(column: Column, value: object) -> Cell:
    cell = read(Sheet("", [column], [[value]]))["Outfall"].cell(2, 1)
    assert isinstance(cell, Cell)
    return cell


def shown(cell: Cell) -> str:
    """What a spreadsheet shows: the number in its number format, or the text."""
    if cell.data_type == "s":
        return str(cell.value)
    decimals = re.fullmatch(r"0(?:\.(0+))?", cell.number_format)
    assert decimals is not None
    places = len(decimals[1] or "")
    assert isinstance(cell.value, int | float)
    return format(Decimal(repr(cell.value)).quantize(Decimal(1).scaleb(-places)), "f")


@given(st.decimals(allow_nan=False, allow_infinity=False).filter(lambda value: abs(value.adjusted()) < 60))
@example(Decimal("0.10"))
@example(Decimal("35.040"))
@example(Decimal("-0.0"))
@example(Decimal("0.30000000000000004"))
@example(Decimal("9007199254740993"))
@example(Decimal("1E+40"))
@example(Decimal("1E-40"))
def test_a_decimal_comes_out_of_the_file_digit_by_digit(value: Decimal) -> None:
    cell = one_cell(Column("COD", "", "decimal"), value)
    assert shown(cell) == format(value, "f")


NUMBERS = [
    ("12.30", "n", "0.00", "decimals that are zero are kept by the format"),
    ("7", "n", "0", "a whole number"),
    ("007", "s", "@", "zeros before a number are no number"),
    ("1234567890.1234567", "s", "@", "more digits than a float keeps"),
    ("—", "s", "@", "a dash in place of a value"),
    ("1e5", "s", "@", "no notation with exponents"),
    ("=1+1", "s", "@", "a formula in a column of numbers"),
    (True, "s", "@", "a yes is no number"),
]


@pytest.mark.parametrize(("value", "kind", "number_format", "remark"), NUMBERS)
def test_a_cell_of_numbers(value: object, kind: str, number_format: str, remark: str) -> None:
    cell = one_cell(Column("x", "", "decimal"), value)
    assert (cell.data_type, cell.number_format) == (kind, number_format), remark


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=A1}", "http://a.example/", "\t=1", "=cmd|' /C calc'!A0"]
)
def test_text_is_never_a_formula_or_a_link(text: str) -> None:
    cell = one_cell(Column("reason"), text)
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
)
def test_text_comes_out_unchanged(text: str) -> None:
    cell = one_cell(Column("reason"), text)
    assert (cell.value or "") == text


def test_times_are_beijing_date_cells() -> None:
    moment = datetime(2025, 12, 31, 16, 0, 0, tzinfo=UTC)
    assert one_cell(Column("at", kind="time"), moment).value == datetime(2026, 1, 1)  # noqa: DTZ001 - as cells are
    assert one_cell(Column("at", kind="time"), moment.isoformat()).value == datetime(2026, 1, 1)  # noqa: DTZ001
    assert one_cell(Column("on", kind="day"), moment).value == datetime(2026, 1, 1)  # noqa: DTZ001
    assert one_cell(Column("on", kind="day"), date(2026, 2, 28)).value == datetime(2026, 2, 28)  # noqa: DTZ001
    assert one_cell(Column("on", kind="day"), "长期").value == "长期"


def test_a_time_with_a_fraction_keeps_its_milliseconds() -> None:
    cell = one_cell(Column("at", kind="time"), AT + timedelta(milliseconds=250))
    assert cell.number_format == "yyyy-mm-dd hh:mm:ss.000"
    assert abs(cell.value - datetime(2026, 11, 24, 14, 5, 9, 250000)) < timedelta(milliseconds=1)  # noqa: DTZ001


def test_a_marked_value_stays_a_number_and_shows_its_sign() -> None:
    cell = one_cell(Column("PM", kind="decimal"), Marked(Decimal("35.040"), "▲", strong=True))
    assert (cell.value, cell.number_format, cell.font.bold) == (35.04, '0.000" ▲"', True)
    assert one_cell(Column("PM", kind="decimal"), Marked(None, "缺")).value == "缺"


def test_headings_and_units_are_frozen_below_title_and_notes() -> None:
    columns = [Column("时间", kind="time"), Column("颗粒物", "mg/m³", "decimal")]
    sheet = read(Sheet("日报表", columns, [[AT, "12.3"]], notes=("来源：甲", "示例配置")))["日报表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "日报表"
    assert rows[1][0] == "来源：甲　示例配置"
    assert rows[2] == ["时间", "颗粒物"]
    assert rows[3] == ["", "mg/m³"]
    assert rows[4] == [AT.replace(tzinfo=None), 12.3]
    assert sheet.freeze_panes == "B5"


def test_without_title_and_notes_the_headings_are_the_first_row() -> None:
    sheet = read(Sheet("", [Column("a"), Column("b")], [["1", "2"]])).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["a", "b"]


def test_columns_are_as_wide_as_what_they_hold() -> None:
    sheet = read(Sheet("", [Column("名"), Column("b")], [["青海祁连山水泥有限公司", "x"]])).worksheets[0]
    assert sheet.column_dimensions["A"].width > 22
    assert sheet.column_dimensions["B"].width < 12


def test_a_table_longer_than_a_worksheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 4)
    book = read(Sheet("表", [Column("n", kind="int")], [[number] for number in range(7)]))
    found = [cell.value for sheet in book.worksheets for cell in sheet["A"][2:]]
    assert found == list(range(7))
    assert [sheet.title for sheet in book.worksheets] == ["表", "表 2", "表 3", "表 4"]


def test_rows_are_read_one_by_one_and_must_fit() -> None:
    def rows() -> Iterator[Sequence[object]]:
        yield ["a"]
        yield ["a", "b"]

    with pytest.raises(ValueError, match="zip"):
        written(Sheet("", [Column("x")], rows()))


def test_the_same_table_at_the_same_time_is_the_same_file() -> None:
    def sheet() -> Sheet:
        return Sheet("表", [Column("n", kind="int")], [[1]])

    assert written(sheet()) == written(sheet())


NAMES = [
    ("日报表", "日报表", "a name"),
    ("a/b:c*d", "a b c d", "signs that are not allowed"),
    ("'quoted'", "quoted", "an apostrophe at the ends"),
    ("", "Outfall", "nothing"),
    ("长" * 40, "长" * 31, "too long"),
]


@pytest.mark.parametrize(("title", "name", "remark"), NAMES)
def test_a_worksheet_name_is_one_that_spreadsheets_take(title: str, name: str, remark: str) -> None:
    assert worksheet_name(title, set()) == name, remark


def test_two_worksheets_never_have_one_name() -> None:
    taken: set[str] = set()
    names = [worksheet_name(title, taken) for title in ("A" * 31, "a" * 31, "A" * 40)]
    assert names == ["A" * 31, "a" * 29 + " 2", "A" * 29 + " 3"]


def test_a_text_that_is_too_long_for_a_cell_says_so() -> None:
    cell = one_cell(Column("x"), "长" * 40_000)
    assert (len(str(cell.value)), str(cell.value)[-1]) == (32_767, "…")


def test_the_file_is_a_plain_workbook_without_macros_or_links() -> None:
    names = zipfile.ZipFile(io.BytesIO(written(Sheet("表", [Column("x")], [["=1"]])))).namelist()
    assert not [name for name in names if "vba" in name or "external" in name.lower()]
