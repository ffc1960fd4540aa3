"""Tables as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.exports import Column, Marked, Sheet, csv_response, disposition, provenance
from api.exports.csvfile import csv_text
from store.clock import BEIJING


def read(sheet: Sheet) -> list[list[str]]:
    text = "".join(csv_text(sheet))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def field(column: Column, value: object) -> str:
    return read(Sheet("", [column], [[value]]))[1][0]


MOMENT = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
FIELDS = [
    (Column("a"), None, "", "nothing"),
    (Column("a"), "N", "N", "a flag"),
    (Column("a"), "=1+1", "'=1+1", "a formula from outside"),
    (Column("a"), "@SUM(A1)", "'@SUM(A1)", "another formula"),
    (Column("a"), "-3", "'-3", "a text that begins like a number"),
    (Column("a"), 'say "好",\nso', 'say "好",\nso', "quotes, commas and line breaks survive"),
    (Column("a", kind="decimal"), Decimal("-3.50"), "-3.50", "a number that is one"),
    (Column("a", kind="decimal"), "-0.0", "-0.0", "not a number cell of a spreadsheet, but a number"),
    (Column("a", kind="decimal"), Decimal("1E+20"), "100000000000000000000", "never an exponent"),
    (Column("a", kind="decimal"), "-1+1", "'-1+1", "a formula in a column of numbers"),
    (Column("a", kind="decimal"), "—", "—", "a dash in place of a value"),
    (Column("a", kind="int"), 7, "7", "a count"),
    (Column("a", kind="time"), MOMENT, "2026-01-01 00:00:00", "Beijing time"),
    (Column("a", kind="time"), "=NOW()", "'=NOW()", "a formula in a column of times"),
    (Column("a", kind="day"), MOMENT, "2026-01-01", "the Beijing day"),
    (Column("a", kind="day"), date(2026, 2, 28), "2026-02-28", "a day"),
    (Column("a", kind="decimal"), Marked(Decimal("35.04"), "▲"), "35.04 ▲", "a value with its sign"),
    (Column("a", kind="decimal"), Marked(None, "缺"), "缺", "a sign in place of a value"),
]


@pytest.mark.parametrize(("column", "value", "shown", "remark"), FIELDS)
def test_a_field(column: Column, value: object, shown: str, remark: str) -> None:
    assert field(column, value) == shown, remark


def test_units_stand_with_the_headings_and_notes_after_the_table() -> None:
    sheet = Sheet(
        "表", [Column("时间"), Column("COD", "mg/L", "decimal")], [["a", "1.0"]], notes=("示例配置", "=x")
    )
    assert read(sheet) == [["时间", "COD (mg/L)"], ["a", "1.0"], ["示例配置", ""], ["'=x", ""]]


def test_lines_end_as_rfc_4180_says() -> None:
    text = "".join(csv_text(Sheet("", [Column("a")], [["1"], ["2"]])))
    assert text == "\ufeffa\r\n1\r\n2\r\n"


def test_a_long_table_comes_in_pieces() -> None:
    assert len(list(csv_text(Sheet("", [Column("a")], [["1"]] * 1200)))) == 3


NAMES = [
    (
        "日报表 2026-11-24.csv",
        'attachment; filename="_ 2026-11-24.csv"; ',
        "Chinese has a plain name beside it",
    ),
    ('a"; b.csv', 'attachment; filename="a__ b.csv"; ', "quotes do not end it"),
    ("a\r\nSet-Cookie: x.csv", 'attachment; filename="a_Set-Cookie_ x.csv"; ', "no further header"),
    ("../../etc/passwd", 'attachment; filename="_.._etc_passwd"; ', "no path"),
    ("", 'attachment; filename="outfall"; ', "nothing"),
]


@pytest.mark.parametrize(("name", "begins", "remark"), NAMES)
def test_a_file_name_is_safe_in_the_header(name: str, begins: str, remark: str) -> None:
    assert disposition(name).startswith(begins), remark
    disposition(name).encode("ascii")


def test_the_chinese_name_is_percent_encoded_utf8() -> None:
    assert disposition("日.csv").endswith("filename*=UTF-8''%E6%97%A5.csv")
    assert (
        csv_response("日.csv", Sheet("", [Column("a")], [])).headers["content-type"]
        == "text/csv; charset=utf-8"
    )


def test_a_sample_says_so_first() -> None:
    notes = provenance(source="湟中区", who="lin", at=datetime(2026, 11, 24, 8, tzinfo=BEIJING), sample=True)
    assert notes == (
        "示例配置，未经核实，不得作为正式文书使用",
        "来源：湟中区",
        "导出时间：2026-11-24 08:00:00（北京时间），导出人：lin",
    )
