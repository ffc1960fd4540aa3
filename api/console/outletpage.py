"""The page of one outlet and the data of its chart."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from api.access import Principal, requires
from api.console import bound, outletview, reads
from api.console.errors import ConsoleRoute
from api.console.overview import judged_span, outlet_block, site_card
from api.console.pages import render
from api.console.scope import facts_of, visible_registry
from api.console.series import MOST_FACTORS, PERIODS, RANGES, choose, factor_series
from api.context import ServicesHere
from api.permissions import Permission
from store import clock

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

DataReader = Annotated[Principal, requires(Permission.DATA_READ)]
Factors = Annotated[list[str] | None, Query(alias="factor")]

TABLE = {"hour": (timedelta(hours=24), 24), "day": (timedelta(days=14), 14)}
"""How far the verdict table goes back, and its rows, by span."""

LEDGER_DAYS = timedelta(days=7)


@router.get("/outlets/{outlet_id}")
def outlet_page(
    request: Request,
    services: ServicesHere,
    principal: DataReader,
    outlet_id: str,
    factor: Factors = None,
    kind: str | None = None,
    range: str | None = None,  # noqa: A002
    table: str | None = None,
    span: str | None = None,
) -> Response:
    """Latest values, chart, verdicts, limits, monitor and ledger of an outlet."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        outlet = registry.outlet(outlet_id)
        site = registry.site_of(outlet)
        facts = facts_of(connection, (outlet,), now)
        choice = choose(outlet, factor or (), kind, range)
        shown_span = span if span in TABLE else judged_span(outlet)
        shown = table if table in choice.factors else choice.factors[0]
        back, most = TABLE[shown_span]
        since = clock.hour_start(now - back) if shown_span == "hour" else clock.day_start(now - back)
        periods = reads.recent_periods(connection, outlet.key, shown, shown_span, since, most)
        verdicts = reads.verdicts_since(connection, outlet.key, shown, shown_span, since)
        ledger = stray = None
        if principal.may(Permission.LEDGER_READ):
            rows = reads.ledger(connection, outlet.key, clock.hour_start(now - LEDGER_DAYS))
            ledger = outletview.ledger(rows)
            if outlet.monitor is not None:
                since_hour = clock.hour_start(now - LEDGER_DAYS)
                stray = outletview.ledger(
                    reads.gateway_ledger(connection, outlet.monitor.gateway, since_hour)
                )
    return render(
        request,
        "outlet.html",
        principal,
        authority=None if registry.authority is None else registry.authority.district,
        site=site_card(site, facts, services.settings),
        outlet=outlet,
        block=outlet_block(outlet, facts, services.settings),
        received=max(
            (row["received_at"] for row in facts.outlet_states.get(outlet.key, {}).values()), default=None
        ),
        choice=choice,
        kinds=("realtime", "minute", "hour", "day"),
        ranges=tuple(RANGES),
        most_factors=MOST_FACTORS,
        span=shown_span,
        spans=tuple(TABLE),
        table_factor=shown,
        rows=outletview.period_rows(outlet, shown_span, periods, verdicts),
        limits=[(limit, bound.in_words(limit)) for limit in outlet.limits if limit.in_force(now)],
        ledger=ledger,
        stray=stray,
        now=now,
    )


@router.get("/outlets/{outlet_id}/series")
def outlet_series(
    services: ServicesHere,
    principal: DataReader,
    outlet_id: str,
    factor: Factors = None,
    kind: str | None = None,
    range: str | None = None,  # noqa: A002
) -> Response:
    """The chart's data: one panel a factor."""
    now = clock.now()
    with services.database.read() as connection:
        outlet = visible_registry(connection, principal, now).outlet(outlet_id)
        choice = choose(outlet, factor or (), kind, range)
        # A period is known by its start; the window begins on one so that its first period is whole.
        start = clock.hour_start(now - RANGES[choice.range])
        if choice.kind == "day":
            start = clock.day_start(start)
        panels = []
        for code in choice.factors:
            rows = reads.series(connection, outlet.key, code, choice.kind, start, now)
            periods = (
                reads.series_periods(connection, outlet.key, code, choice.kind, start, now)
                if choice.kind in TABLE
                else ()
            )
            results = {
                row["start"]: outletview.result_of(row["result"], row["valid"], row["status"])
                for row in periods
            }
            panels.append(factor_series(outlet, code, choice.kind, (start, now), rows, results))
    period = PERIODS.get(choice.kind)
    return JSONResponse(
        {
            "from": int(start.timestamp() * 1000),
            "to": int(now.timestamp() * 1000),
            "kind": choice.kind,
            # A line is broken where a period is absent; realtime has no fixed period.
            "period": None if period is None else int(period.total_seconds() * 1000),
            "coarsened": choice.coarsened,
            "panels": panels,
        },
        headers={"Cache-Control": "no-store"},
    )
