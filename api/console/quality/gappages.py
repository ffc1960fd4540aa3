"""``/quality/gaps``: what is missing and why, what came late, and clocks that were wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.quality import gaps, gapview, reads
from api.console.quality.scene import quality_scene
from api.console.spans import day_field, days_given, last_day_field
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.DATA_READ)]

USUAL_DAYS, LONGEST_DAYS = 7, 92
GAPS_SHOWN = 200


@router.get("/quality/gaps")
def gaps_page(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    site: str = "",
    outlet: str = "",
    kind: str = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
) -> Response:
    """Gaps of the chosen outlets, the newest first; our own downtime told apart."""
    start, end = days_given(first, last, now=clock.now(), usual=USUAL_DAYS, longest=LONGEST_DAYS)
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        chosen = scene.chosen(site, outlet)
        wanted = [(place.outlet.key, factor) for place in chosen for factor in place.outlet.factors]
        outages = reads.own_outages(connection, start, end)
        alerts = (
            reads.connection_alerts(connection, start, end, principal.site_key)
            if principal.may(Permission.ALERTS_READ)
            else []
        )
        found = gaps.gaps(
            reads.missing_hours(connection, wanted, start, end),
            {place.outlet.key: place.outlet for place in chosen},
            outages,
            alerts,
            scene.now,
        )
        skews = reads.skews(connection, [place.outlet.key for place in chosen], start, end)
        late = [
            row
            for place in chosen
            for row in gapview.late_rows(
                place,
                reads.published_days(connection, place.outlet.key, place.outlet.factors, start, end),
            )
        ]
    rows = [gapview.gap_row(gap, scene.by_key[gap.outlet_key]) for gap in found if kind in ("", gap.kind)]
    return render(
        request,
        "quality/gaps.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("gaps"),
        scene=scene,
        site=site,
        outlet=outlet,
        kind=kind,
        kinds=[
            ("", text("console.markpages.any")),
            *((one, text(f"console.quality.gap.{one}")) for one in gaps.KINDS),
        ],
        first_day=day_field(start),
        last_day=last_day_field(end),
        rows=rows[:GAPS_SHOWN],
        hidden=max(0, len(rows) - GAPS_SHOWN),
        outages=[gapview.outage_row(row, scene.now) for row in outages],
        late=sorted(late, key=lambda row: row.day, reverse=True)[:GAPS_SHOWN],
        skews=gapview.skew_rows(skews, scene.by_key),
        links=principal.may(Permission.ALERTS_READ),
        now=scene.now,
    )
