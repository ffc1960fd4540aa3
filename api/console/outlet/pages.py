"""The page of one outlet, the data of its chart, and the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from api.access import Principal, requires
from api.console import outletview
from api.console import reads as common
from api.console.errors import ConsoleRoute
from api.console.outlet import limits, panels, reads, strip, table
from api.console.outlet.choice import (
    BASES,
    COLUMNS,
    KINDS,
    MOST_FACTORS,
    RANGES,
    Asked,
    Choice,
    asked_for,
    choose,
    local,
    parse_local,
)
from api.console.outlet.devices import device_rows
from api.console.outlet.thinning import BUCKETS, MOST_POINTS
from api.console.overview import judged_span, outlet_block, site_card
from api.console.pages import render
from api.console.scope import facts_of, visible_registry
from api.context import ServicesHere
from api.markread import Viewer, beneath, mark_items, viewer_of
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.model import Outlet, Site

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

DataReader = Annotated[Principal, requires(Permission.DATA_READ)]
Some = Annotated[list[str] | None, Query(max_length=50)]

VERDICTS = {"hour": 24, "day": 14}
"""Rows of a page of the verdict table, by span."""

LEDGER_DAYS = timedelta(days=7)


def asked(
    factor: Some = None,
    kind: str | None = None,
    range: str | None = None,  # noqa: A002
    from_: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    to: Annotated[str | None, Query(max_length=40)] = None,
    column: Some = None,
    basis: str | None = None,
) -> Asked:
    """What the address asks the chart to show."""
    return asked_for(factor, kind, range, from_, to, column, basis)


AskedHere = Annotated[Asked, Depends(asked)]


@router.get("/outlets/{outlet_id}")
def outlet_page(
    request: Request,
    services: ServicesHere,
    principal: DataReader,
    outlet_id: str,
    wanted: AskedHere,
    span: str | None = None,
    verdicts: Annotated[str | None, Query(alias="table", max_length=64)] = None,
    until: Annotated[str | None, Query(max_length=40)] = None,
    before: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Latest values, chart with validity, verdicts, limits, marks, monitor and ledger of an outlet."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        outlet = registry.outlet(outlet_id)
        site = registry.site_of(outlet)
        facts = facts_of(connection, (outlet,), now)
        choice = choose(outlet, wanted, now)
        shown_span = span if span in VERDICTS else judged_span(outlet)
        factor = verdicts if verdicts in outlet.factors else choice.factors[0]
        records = reads.limit_records(connection, outlet.key)
        upto = parse_local(until)
        judged, last = _verdicts(connection, outlet, factor, shown_span, upto or now, records)
        model = {
            **_table(connection, outlet, choice, parse_local(before)),
            "strips": _strips(connection, outlet, choice, now),
            "marks": _marks(connection, outlet, site, choice, principal),
            "devices": device_rows(reads.device_records(connection, outlet.key, now)),
            **_ledger(connection, outlet, principal, now),
        }
    in_force, other = limits.limit_rows(records, now)
    return render(
        request,
        "outlet/outlet.html",
        principal,
        authority=None if registry.authority is None else registry.authority.district,
        site=site_card(site, facts, services.settings),
        outlet=outlet,
        block=outlet_block(outlet, facts, services.settings),
        received=max(
            (row["received_at"] for row in facts.outlet_states.get(outlet.key, {}).values()), default=None
        ),
        choice=choice,
        kinds=KINDS,
        ranges=tuple(RANGES),
        columns=COLUMNS,
        bases=BASES,
        local=local,
        most_factors=MOST_FACTORS,
        later=None if choice.window.end >= now else choice.beside(1),
        span=shown_span,
        spans=tuple(VERDICTS),
        table_factor=factor,
        rows=judged,
        rows_before=None if last is None else choice.query(span=shown_span, table=factor, until=local(last)),
        rows_newest=None if upto is None else choice.query(span=shown_span, table=factor),
        reading_path=table.reading_path,
        limits=in_force,
        limits_before=other,
        exemptions=limits.exemption_rows(outlet.exemptions, site.industry, now),
        now=now,
        **model,
    )


@router.get("/outlets/{outlet_id}/series")
def outlet_series(
    services: ServicesHere, principal: DataReader, outlet_id: str, wanted: AskedHere
) -> Response:
    """The chart's data: one panel a factor."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        outlet = registry.outlet(outlet_id)
        choice = choose(outlet, wanted, now)
        industry = registry.site_of(outlet).industry
        drawn = [_panel(connection, outlet, factor, choice, industry) for factor in choice.factors]
    window = choice.window
    thinned = any(not panel["whole"] for panel in drawn)
    return JSONResponse(
        {
            "from": panels.milliseconds(window.start),
            "to": panels.milliseconds(window.end),
            "kind": choice.kind,
            "coarsened": choice.coarsened,
            "misread": choice.misread,
            "thinned": int(window.length.total_seconds()) // BUCKETS if thinned else None,
            "panels": drawn,
        },
        headers={"Cache-Control": "no-store"},
    )


def _panel(
    connection: Connection, outlet: Outlet, factor: str, choice: Choice, industry: str
) -> dict[str, Any]:
    window = choice.window
    chart = reads.Chart(connection, outlet.key, choice.kind, (window.start, window.end))
    folded = panels.folds(outlet, factor, choice.basis)
    gap = panels.gap_of(outlet, choice.kind) // timedelta(milliseconds=1)
    period = panels.period_of(outlet, choice.kind) // timedelta(milliseconds=1)
    if choice.spanned:
        bounds = (panels.milliseconds(window.start), panels.milliseconds(window.end))
        drawn = panels.periods(chart.periods(factor, folds=folded), choice.columns, period, bounds)
    elif chart.count(factor, MOST_POINTS + 1) <= MOST_POINTS:
        drawn = panels.whole(chart.readings(factor, folds=folded), gap, period)
    else:
        drawn = panels.thinned(chart.extremes(factor, folds=folded, gap=gap), gap, period)
    return panels.panel(outlet, factor, choice, drawn, chart.marks(factor), industry)


def _verdicts(
    connection: Connection,
    outlet: Outlet,
    factor: str,
    span: str,
    upto: datetime,
    records: Sequence[limits.Record],
) -> tuple[list[outletview.PeriodRow], datetime | None]:
    """One page of the verdict table before a moment, and where the next begins."""
    most = VERDICTS[span]
    periods, verdicts = reads.verdict_page(connection, outlet.key, factor, span, upto, most + 1)
    rows = outletview.period_rows(outlet, span, periods[:most], verdicts, limits.by_key(records))
    return rows, periods[most - 1]["start"] if len(periods) > most else None


def _table(connection: Connection, outlet: Outlet, choice: Choice, before: datetime | None) -> dict[str, Any]:
    window = choice.window
    upto = window.end if before is None else min(before, window.end)
    readings, judged = reads.table_rows(
        connection, outlet.key, choice.kind, choice.factors, window.start, upto
    )
    rows, last = table.table(outlet, choice, readings, judged, reads.TABLE_ROWS)
    return {
        "headings": table.headings(outlet, choice),
        "points": rows,
        "points_before": None
        if last is None
        else choice.query(before=last.astimezone(clock.BEIJING).isoformat()),
        "points_newest": None if before is None else choice.query(),
        "table_open": before is not None,
    }


def _strips(connection: Connection, outlet: Outlet, choice: Choice, now: datetime) -> list[strip.Strip]:
    window = choice.window
    by_hour = strip.cell_unit(window.start, window.end) == "hour"
    span = "hour" if by_hour else judged_span(outlet)
    start = clock.hour_start(window.start) if by_hour else clock.day_start(window.start)
    return [
        strip.strip(
            factor,
            span,
            reads.strip_cells(connection, outlet.key, factor, span, (start, window.end), by_hour=by_hour),
            start,
            window.end,
            now,
        )
        for factor in choice.factors
    ]


def _marks(
    connection: Connection, outlet: Outlet, site: Site, choice: Choice, principal: Principal
) -> list[dict[str, Any]] | None:
    if not principal.may(Permission.MARKS_READ):
        return None
    window = choice.window
    found = reads.newest_marks(connection, outlet.key, window.start, window.end)
    viewer: Viewer = viewer_of(connection, principal)
    return mark_items(found, outlet.id, site.industry, viewer, beneath(connection, found))


def _ledger(
    connection: Connection, outlet: Outlet, principal: Principal, now: datetime
) -> dict[str, outletview.Ledger | None]:
    if not principal.may(Permission.LEDGER_READ):
        return {"ledger": None, "stray": None}
    since = clock.hour_start(now - LEDGER_DAYS)
    own = outletview.ledger(common.ledger(connection, outlet.key, since))
    if outlet.monitor is None:
        return {"ledger": own, "stray": None}
    stray = common.gateway_ledger(connection, outlet.monitor.gateway, since)
    return {"ledger": own, "stray": outletview.ledger(stray)}
