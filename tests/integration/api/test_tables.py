"""Bulk reads as CSV and XLSX: the same columns and values, the same bounds and the same callers."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from api import replies
from api.exports import XLSX
from tests.integration.api.conftest import STACK, Api

OF_OUTLET = f"/api/v1/outlets/{STACK}"
MORNING = {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-03T00:00:00+08:00"}
TABLES = [
    (f"{OF_OUTLET}/readings", MORNING, f"{STACK}-realtime", 360),
    (f"{OF_OUTLET}/periods", MORNING, f"{STACK}-hour-periods", 48),
    (f"{OF_OUTLET}/ledger", MORNING, f"{STACK}-ledger", 3),
    (
        f"{OF_OUTLET}/statistics",
        {"span": "day", "start": MORNING["from"]},
        f"{STACK}-day-2026-03-02-statistics",
        3,
    ),
]
PATHS = [pytest.param(*table, id=table[2]) for table in TABLES]


def as_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_xlsx(content: bytes) -> list[list[Any]]:
    (sheet,) = load_workbook(io.BytesIO(content)).worksheets
    assert sheet.freeze_panes == "B2"
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize(("path", "given", "name", "rows"), PATHS)
def test_both_tables_have_the_same_cells(
    api: Api, path: str, given: dict[str, str], name: str, rows: int
) -> None:
    text = api.get(path, params={**given, "format": "csv"})
    book = api.get(path, params={**given, "format": "xlsx"})
    assert (text.status_code, book.status_code) == (200, 200), (text.text[:300], book.text[:300])
    assert (text.headers["Content-Type"], book.headers["Content-Type"]) == ("text/csv; charset=utf-8", XLSX)
    assert f"{name}.csv" in text.headers["Content-Disposition"]
    assert f"{name}.xlsx" in book.headers["Content-Disposition"]
    flat, sheet = as_csv(text.content), as_xlsx(book.content)
    assert len(flat) == len(sheet) == rows + 1
    assert flat[0] == sheet[0]
    for there, here in zip(flat[1:], sheet[1:], strict=True):
        for heading, words, cell in zip(flat[0], there, here, strict=True):
            assert same(words, cell), (heading, words, cell)


def same(words: str, cell: Any) -> bool:
    """Whether a cell of the workbook is what the CSV says."""
    if isinstance(cell, datetime):
        return datetime.fromisoformat(words).replace(tzinfo=None, microsecond=0) == cell.replace(
            microsecond=0
        )
    if isinstance(cell, int | float):
        return float(words) == cell
    return words == (cell or "")


def test_the_accept_header_asks_for_a_workbook(api: Api) -> None:
    answer = api.get(f"{OF_OUTLET}/ledger", params=MORNING, headers={"Accept": XLSX})
    assert answer.headers["Content-Type"] == XLSX


def test_hours_of_the_ledger_add_up_in_the_table(api: Api) -> None:
    head, *hours = as_xlsx(api.get(f"{OF_OUTLET}/ledger", params={**MORNING, "format": "xlsx"}).content)
    for hour in (dict(zip(head, row, strict=True)) for row in hours):
        parts = hour["accepted"] + hour["duplicate"] + hour["conflicting"] + hour["quarantined"]
        assert hour["received"] == parts
        reasons = [part.partition("=")[2] for part in (hour["quarantined_by_reason"] or "").split()]
        assert sum(map(int, reasons)) == hour["quarantined"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(("path", "given", "name", "rows"), PATHS)
def test_a_company_gets_no_table_of_another_unit(
    api: Api, path: str, given: dict[str, str], name: str, rows: int, form: str
) -> None:
    asked = {**given, "format": form}
    refused = api.get(path, role="company", site="plant-two", params=asked)
    assert refused.status_code in (403, 404), name
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_the_bounds_of_time_are_those_of_the_json(api: Api) -> None:
    given = {"from": "2025-01-01T00:00:00+08:00", "to": "2026-03-03T00:00:00+08:00", "format": "xlsx"}
    refused = api.get(f"{OF_OUTLET}/readings", params=given)
    assert (refused.status_code, refused.json()["code"]) == (400, "span_too_long")


def test_a_workbook_that_would_be_too_long_is_refused_and_names_the_other_way(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "XLSX_ROWS", 100)
    refused = api.get(f"{OF_OUTLET}/readings", params={**MORNING, "format": "xlsx"})
    assert (refused.status_code, refused.json()["code"]) == (400, "table_too_long")
    assert "CSV" in refused.json()["text"]
    assert len(as_csv(api.get(f"{OF_OUTLET}/readings", params={**MORNING, "format": "csv"}).content)) == 361


def test_the_audit_trail_and_the_leads_are_workbooks_too(api: Api) -> None:
    head, *_ = as_xlsx(api.get("/api/v1/audit", role="auditor", params={"format": "xlsx"}).content)
    assert head == ["id", "at", "actor", "origin", "action", "subject", "detail"]
    answer = api.get("/api/v1/leads", params={"format": "xlsx"})
    assert as_xlsx(answer.content)[0][0] == "number"
