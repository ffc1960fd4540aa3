"""Report tables as page, XLSX, CSV and PDF: the same values, and nothing of another unit."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from store import clock
from tests.integration.api.conftest import OUTLET, STACK, Api
from tests.unit.papers.pdf import words_of

DAY = f"/reports/{STACK}/day/2026-03-02"
FORMS = ["xlsx", "csv", "pdf"]


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_page_shows_the_hours_of_a_day_with_signs_limits_and_revision(api: Api) -> None:
    shown = page(api, f"/reports?outlet={STACK}&kind=day&date=2026-03-02")
    assert "废气排放连续监测小时平均值日报表" in shown
    assert "示例水泥厂 窑尾 · 2026年3月2日" in shown
    assert "≤ 200（小时均值）" in shown
    assert shown.count("▲") >= 24
    assert "统计值尚未发布" in shown
    assert "示例配置，未经核实" in shown


def test_all_forms_have_the_values_of_the_page(api: Api) -> None:
    flat = api.get(f"{DAY}.csv")
    assert flat.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(flat.content.decode("utf-8-sig"), newline="")))
    heads = rows[0]
    assert heads[:3] == ["时间", "二氧化硫 实测浓度 (mg/m³)", "二氧化硫 折算浓度 (mg/m³)"]
    (sheet,) = load_workbook(io.BytesIO(api.get(f"{DAY}.xlsx").content)).worksheets
    cells = {row[0].value: row for row in sheet.iter_rows()}
    first = next(row for row in rows if row[0] == "00~01")
    value, sign = first[2].split(" ")
    assert sign == "▲"
    assert cells["00~01"][2].value == float(value)
    assert cells["00~01"][2].number_format.endswith('" ▲"')
    words = words_of(api.get(f"{DAY}.pdf").content)
    assert f"{value}▲" in words
    assert "示例配置" in words
    shown = page(api, f"/reports?outlet={STACK}&kind=day&date=2026-03-02")
    assert f'<span class="report-value">{value}</span>' in shown


@pytest.mark.parametrize("kind", ["hour", "day", "month", "quarter"])
@pytest.mark.parametrize("outlet", [STACK, OUTLET])
def test_every_kind_answers_for_both_media_with_and_without_data(api: Api, kind: str, outlet: str) -> None:
    for date in ("2026-03-02T01" if kind == "hour" else "2026-03-02", "2020-01-01"):
        page(api, f"/reports?outlet={outlet}&kind={kind}&date={date}")
        for form in FORMS:
            answer = api.get(f"/reports/{outlet}/{kind}/{date}.{form}")
            assert answer.status_code == 200, (form, answer.text[:200])
            assert "attachment" in answer.headers["Content-Disposition"]


def test_the_table_of_an_hour_has_the_values_that_were_sent(api: Api) -> None:
    # plant-one-stack sends minutes every ten minutes and has none stored; its hourly mean is judged all the same.
    flat = api.get(f"/reports/{STACK}/hour/2026-03-02T00.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(flat, newline="")))
    assert rows[0][1] == "二氧化硫 实测浓度 (mg/m³)"
    assert next(row for row in rows if row[0] == "平均值")[2].endswith("▲")
    assert "废气排放连续监测分钟数据时报表" in page(
        api, f"/reports?outlet={STACK}&kind=hour&date=2026-03-02&hour=0"
    )


def test_a_company_sees_its_own_outlets_only(api: Api) -> None:
    own = page(api, "/reports", "company", "plant-two")
    assert "示例污水厂" in own
    assert "示例水泥厂" not in own
    assert STACK not in own
    refused = api.get(f"/reports?outlet={STACK}", "company", "plant-two", headers={"Accept": "text/html"})
    assert refused.status_code == 404
    assert "示例水泥厂" not in refused.text
    for form in FORMS:
        assert api.get(f"{DAY}.{form}", "company", "plant-two").status_code == 404
        assert api.get(f"{DAY}.{form}", "company", "plant-one").status_code == 200


def test_a_paper_is_chinese_and_a_page_speaks_the_language_of_its_reader(api: Api) -> None:
    cookies = {"Cookie": "outfall_language=en"}
    asked = {**cookies, "Accept": "text/html"}
    shown = api.get(f"/reports?outlet={STACK}&kind=day&date=2026-03-02", headers=asked).text
    assert "Stack emission, hourly means of a day" in shown
    words = words_of(api.get(f"{DAY}.pdf", headers=cookies).content)
    assert "平均值" in words
    assert "Mean" not in words
    assert "Maximum" in api.get(f"{DAY}.csv", headers=cookies).content.decode("utf-8-sig")


def test_the_form_sends_an_empty_hour_along(api: Api) -> None:
    assert "小时平均值日报表" in page(api, f"/reports?outlet={STACK}&kind=day&date=2026-03-02&hour=")


REFUSED = [
    (f"/reports?outlet={STACK}&kind=hour&date=2026-03-02&hour=24", 404, "no hour of a day"),
    (f"/reports?outlet={STACK}&kind=day&date=tomorrow", 400, "no date"),
    (f"/reports?outlet={STACK}&kind=day&date=2999-01-01", 400, "not yet"),
    (f"/reports?outlet={STACK}&kind=year", 404, "no such table"),
    ("/reports?outlet=nowhere", 404, "no such outlet"),
    (f"/reports/{STACK}/day/2026-03-02.docx", 404, "no such form"),
]


@pytest.mark.parametrize(("path", "status", "remark"), REFUSED)
def test_what_is_no_report_is_a_page_that_says_so(api: Api, path: str, status: int, remark: str) -> None:
    answer = api.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, remark
    assert "<html" in answer.text


def test_without_an_outlet_the_page_says_what_to_do(fresh_api: Api) -> None:
    assert "没有数据" in page(fresh_api, f"/reports?kind=day&date={clock.now():%Y-%m-%d}")


def test_whoever_may_not_read_data_sees_no_report(api: Api) -> None:
    assert api.get("/reports", None).status_code in (303, 401)
