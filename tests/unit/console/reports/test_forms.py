"""The same table as sheet and as paper."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from api.console.reports import forms
from api.console.reports.model import Published, Table
from api.console.reports.periods import period_of, read_period
from api.exports import Marked, write_workbook
from store.clock import BEIJING, HOUR
from store.errors import DecodeError
from store.language import speaking
from tests.unit.alerts.statistics.build import fact
from tests.unit.console.reports.plant import BARE_STACK, DAY, STACK, period, table
from tests.unit.papers.pdf import pages_of, words_of

AT = datetime(2026, 8, 1, 8, tzinfo=BEIJING)


def a_day(*, sample: bool = True, **given: Any) -> Table:
    hours = {
        "a21026": [
            fact(DAY, "211.07", result="exceeded"),
            fact(DAY + HOUR, None, status="fault", reported="999"),
        ]
    }
    return table(BARE_STACK, "day", hours, until=DAY + 3 * HOUR, sample=sample, **given)


def test_the_sheet_has_the_rows_the_summary_and_the_signs() -> None:
    sheet = forms.sheet_of(a_day(), period(), who="李", at=AT)
    assert sheet.title == "废气排放连续监测小时平均值日报表"
    assert [(column.heading, column.unit) for column in sheet.columns] == [
        ("时间", ""),
        ("二氧化硫", "mg/m³"),
        ("氧气含量", "%"),
    ]
    rows = list(sheet.rows)
    assert rows[0][:2] == ["00~01", Marked(Decimal("211.07"), "▲", strong=True)]
    assert rows[1][1] == Marked(Decimal("999.00"), "×")
    assert rows[2][1] == "缺"
    assert rows[24][:2] == ["限值", "≤ 200（小时均值）"]


def test_a_sample_says_so_before_anything_else_and_a_checked_unit_does_not() -> None:
    assert forms.sheet_of(a_day(), period(), who="李", at=AT).notes[0].startswith("示例配置，未经核实")
    notes = forms.sheet_of(a_day(sample=False), period(), who="李", at=AT).notes
    assert notes[0] == "来源：测试单位 测试排口，2026年5月6日，自动监测数据（标记后）"
    assert notes[1] == "导出时间：2026-08-01 08:00:00（北京时间），导出人：李"
    assert any("本时段尚未结束" in note for note in notes)


def test_values_stay_numbers_in_the_workbook() -> None:
    file = io.BytesIO()
    write_workbook(file, [forms.sheet_of(a_day(), period(), who="李", at=AT)], at=AT)
    (sheet,) = load_workbook(io.BytesIO(file.getvalue())).worksheets
    found = {row[0].value: row[1] for row in sheet.iter_rows()}
    assert (found["00~01"].value, found["00~01"].number_format) == (211.07, '0.00" ▲"')
    assert sheet.freeze_panes == "B5"


PUBLISHED = [
    (None, "统计值尚未发布。", "nothing yet"),
    (Published(2, AT, True), "统计值第 2 版，2026-08-01 08:00:00 发布。", "as it stands"),
    (
        Published(2, AT, False),
        "统计值第 2 版，2026-08-01 08:00:00 发布。发布后数据有变化，表中为现值。",
        "changed since",
    ),
]


@pytest.mark.parametrize(("published", "said", "remark"), PUBLISHED)
def test_the_revision_is_said(published: Published | None, said: str, remark: str) -> None:
    assert forms.published_words(a_day(published=published)) == said, remark


def test_the_paper_has_the_same_words_on_one_page_across() -> None:
    made = forms.paper_of(a_day(), period(), by="测试局", at=AT)
    words = words_of(made)
    for said in (
        "小时平均值日报表",
        "211.07▲",
        "999.00×",
        "≤200（小时均值）",
        "示例配置，未经核实",
        "测试局",
        "×无效",
    ):
        assert said in words, said
    assert len(pages_of(made)) == 1


def test_the_same_table_at_the_same_time_is_the_same_paper_whatever_language_is_spoken() -> None:
    made = forms.paper_of(table(STACK, "month"), period_of("month", DAY), by="局", at=AT)
    assert made == forms.paper_of(table(STACK, "month"), period_of("month", DAY), by="局", at=AT)
    with speaking("en"):
        assert "日平均值月报表" in words_of(
            forms.paper_of(table(STACK, "month"), period("month"), by="局", at=AT)
        )


def test_a_long_month_repeats_its_head_on_every_page() -> None:
    found = table(STACK, "hour", minutes=[])
    assert "时间" in words_of(forms.paper_of(found, period("hour"), by="局", at=AT))


NOW = datetime(2026, 11, 24, 14, 5, tzinfo=BEIJING)
WRITTEN = [
    ("day", None, None, "2026-11-23", "yesterday is the last whole day"),
    ("day", "2026-11-24", None, "2026-11-24", "today, as far as it is"),
    ("month", "2026-11-24", None, "2026-11", "any day of the month"),
    ("month", "2026-10", None, "2026-10", "the month itself"),
    ("quarter", "2026-11-24", None, "2026-10", "the first month of the quarter"),
    ("hour", "2026-11-24", 8, "2026-11-24T08", "day and hour"),
    ("hour", "2026-11-24T08", None, "2026-11-24T08", "both in one"),
    ("hour", None, None, "2026-11-24T13", "the last whole hour"),
]


@pytest.mark.parametrize(("kind", "written", "hour", "name", "remark"), WRITTEN)
def test_an_address_names_a_period(
    kind: Any, written: str | None, hour: int | None, name: str, remark: str
) -> None:
    assert read_period(kind, written, hour, NOW).name == name, remark


@pytest.mark.parametrize(
    "written", ["2026-11-25", "2004-12-31", "yesterday", "2026-13-01", "2026-11-24T25", "0001-01-01"]
)
def test_what_is_no_time_of_a_report_is_refused(written: str) -> None:
    with pytest.raises(DecodeError) as refused:
        read_period("day", written, None, NOW)
    assert refused.value.code == "report_date_wrong"


@pytest.mark.parametrize("kind", ["hour", "day", "month", "quarter"])
def test_before_and_after_lead_back_to_where_one_was(kind: Any) -> None:
    here = period_of(kind, NOW)
    assert here.before.after == here == here.after.before
    assert here.before.end == here.start
