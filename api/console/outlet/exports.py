"""What the chart draws, as a table for people: every reading or period of the time, none thinned out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from api import dataread, periodread
from api.console import words
from api.console.errors import ConsoleRoute
from api.console.outlet.choice import Choice, choose
from api.console.outlet.pages import AskedHere, DataReader
from api.console.outletview import result_of
from api.console.overview import status_word
from api.console.scope import visible_registry
from api.context import Services, ServicesHere
from api.exports import Column, Sheet, csv_response, provenance, xlsx_response
from store import clock
from store.clock import BEIJING
from store.model import Outlet
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE = 5000
_PERIOD_COLUMNS = {"reported": 4, "after_marking": 8, "after_exemption": 10}
"""Where the measured value of a column stands in a row of the statement ``periods``; the folded one follows."""

RESULTS = (
    "compliant", "exceeded", "exempt", "invalid", "undetermined", "missing", "no_limit", "not_judged",
)  # fmt: skip
STATUSES = (
    "normal", "stopped", "maintenance", "manual", "fault", "calibration", "over_range", "under_range", "comm_fault",
    "power_failure", "starting", "stopping", "banked", "no_data", "unknown",
)  # fmt: skip


@router.get("/outlets/{outlet_id}/chart.{form}")
def chart_table(
    services: ServicesHere,
    principal: DataReader,
    outlet_id: str,
    form: Literal["csv", "xlsx"],
    wanted: AskedHere,
) -> Response:
    """The drawn data as CSV or XLSX."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        outlet = registry.outlet(outlet_id)
        site = registry.site_of(outlet)
        choice = choose(outlet, wanted, now)
    window = choice.window
    source = text(
        "console.outlet.export.source",
        site=site.name,
        outlet=outlet.name,
        kind=text(f"console.kind.{choice.kind}"),
        start=words.stamp(window.start),
        end=words.stamp(window.end),
    )
    if choice.spanned:
        # The rows are made while they are sent, when nobody knows any more in which language: their words are looked up now.
        said = {result: text(f"console.result.{result}") for result in RESULTS}
        columns, rows = _period_columns(outlet, choice), _period_rows(services, outlet, choice, said)
    else:
        said = {status: status_word(status) for status in STATUSES}
        columns, rows = _reading_columns(outlet, choice), _reading_rows(services, outlet, choice, said)
    sheet = Sheet(
        title=f"{site.name} {outlet.name}",
        columns=[
            Column(text("console.outlet.export.time"), kind="day" if choice.kind == "day" else "time"),
            *columns,
        ],
        rows=rows,
        notes=provenance(source=source, who=principal.name, at=now, sample=site.sample),
    )
    name = f"{site.name} {outlet.name} {window.start.astimezone(BEIJING):%Y%m%d%H%M}.{form}"
    return csv_response(name, sheet) if form == "csv" else xlsx_response(name, [sheet], at=now)


def _reading_columns(outlet: Outlet, choice: Choice) -> list[Column]:
    columns = []
    for factor in choice.factors:
        name, unit = words.factor_name(factor), words.factor_unit(factor)
        columns.append(Column(f"{name} {text('console.chart.measured')}", unit, "decimal"))
        if outlet.oxygen_reference is not None:
            columns.append(Column(f"{name} {text('console.chart.folded')}", unit, "decimal"))
        columns.append(Column(f"{name} {text('console.outlet.flag')}"))
        columns.append(Column(f"{name} {text('console.outlet.status')}"))
    return columns


def _reading_rows(
    services: Services, outlet: Outlet, choice: Choice, said: Mapping[str, str]
) -> Iterator[list[Any]]:
    folds = outlet.oxygen_reference is not None
    for at, items in groupby(_readings(services, outlet, choice), key=lambda item: item["time"]):
        by_factor = {item["factor"]: item for item in items}
        row: list[Any] = [at]
        for factor in choice.factors:
            item = by_factor.get(factor)
            values = [None, None] if item is None else [item["value"], item["folded"]]
            row += values if folds else values[:1]
            row += [None, None] if item is None else [item["flag"], said.get(item["status"])]
        yield row


def _readings(services: Services, outlet: Outlet, choice: Choice) -> Iterator[dataread.Item]:
    """Page after page, each in a transaction of its own, so that a slow reader holds no connection."""
    place: dataread.Place | None = None
    while True:
        with services.database.read() as connection:
            items, place = dataread.readings(connection, _wanted(outlet, choice), place, _PAGE)
        yield from items
        if place is None:
            return


def _period_columns(outlet: Outlet, choice: Choice) -> list[Column]:
    columns = []
    for factor in choice.factors:
        name, unit = words.factor_name(factor), words.factor_unit(factor)
        for column in choice.columns:
            shown = text(f"console.outlet.column.{column}")
            columns.append(Column(f"{name} {shown} {text('console.chart.measured')}", unit, "decimal"))
            if outlet.oxygen_reference is not None:
                columns.append(Column(f"{name} {shown} {text('console.chart.folded')}", unit, "decimal"))
        columns.append(Column(f"{name} {text('console.outlet.result')}"))
        columns.append(Column(f"{name} {text('console.outlet.share')}"))
    return columns


def _period_rows(
    services: Services, outlet: Outlet, choice: Choice, said: Mapping[str, str]
) -> Iterator[list[Any]]:
    folds = outlet.oxygen_reference is not None
    width = len(choice.columns) * (2 if folds else 1) + 2
    for at, rows in groupby(_periods(services, outlet, choice), key=lambda row: row[0][0]):
        by_factor = {row[1]: (row, result) for row, result in rows}
        cells: list[Any] = [datetime.fromtimestamp(at, BEIJING)]
        for factor in choice.factors:
            if factor not in by_factor:
                cells += [None] * width
                continue
            row, result = by_factor[factor]
            for column in choice.columns:
                place = _PERIOD_COLUMNS[column]
                cells += row[place : place + (2 if folds else 1)]
            cells += [said.get(result), f"{row[14]}/{row[15]}"]
        yield cells


def _periods(services: Services, outlet: Outlet, choice: Choice) -> Iterator[tuple[periodread.Row, str]]:
    """Each period with its result, the worst where several limits were judged."""
    place: dataread.Place | None = None
    while True:
        with services.database.read() as connection:
            shown, place = periodread.period_page(connection, _wanted(outlet, choice), place, _PAGE)
        results: dict[periodread.Row, str] = {}
        for verdict in shown.verdicts:
            if results.get(verdict[:3]) != "exceeded":
                results[verdict[:3]] = verdict[3]
        for row in shown.periods:
            status = "missing" if "data_missing" in orjson.loads(row[13]) else "normal"
            yield row, result_of(results.get(row[:3]), row[12], status)
        if place is None:
            return


def _wanted(outlet: Outlet, choice: Choice) -> dataread.Wanted:
    window = choice.window
    return dataread.Wanted(outlet.key, outlet.id, choice.kind, choice.factors, window.start, window.end)
