"""``/marks/timeline``: per outlet what was judged and what was said of the same hours, and what the rules noticed about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.markpages import reads, timelineview
from api.console.markpages.patterns import pattern_rows
from api.console.markpages.scene import Scene, outlets_of, scene_of
from api.console.markpages.views import Place
from api.console.pages import render
from api.console.spans import day_field, day_given
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.checkreads import checks_over
from store.clock import DAY, day_start
from store.database import Connection
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.MARKS_READ)]

SPANS = {"day": 1, "three": 3, "week": 7}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the timeline shows: ``span`` names a number of days that end with ``day``; ``every`` = factors without a limit too."""

    site: str
    outlet: str
    day: datetime
    span: str
    every: bool

    @property
    def end(self) -> datetime:
        """Exclusive."""
        return self.day + DAY

    @property
    def start(self) -> datetime:
        """Inclusive."""
        return self.end - SPANS[self.span] * DAY

    def address(self, *, shift: int = 0) -> str:
        """This view, some spans later or earlier."""
        fields = {
            "site": self.site,
            "outlet": self.outlet,
            "day": day_field(self.day + shift * SPANS[self.span] * DAY),
            "span": self.span,
            "every": "1" if self.every else "",
        }
        return f"/marks/timeline?{urlencode({name: value for name, value in fields.items() if value})}"


def asked_for(site: str = "", outlet: str = "", day: str = "", span: str = "day", every: str = "") -> Asked:
    """The fields of the filter; what is not understood is as if it were not there."""
    return Asked(
        site,
        outlet,
        day_given(day) or day_start(clock.now()),
        span if span in SPANS else "day",
        every == "1",
    )


@router.get("/marks/timeline")
def timeline(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    asked: Annotated[Asked, Depends(asked_for)],
) -> Response:
    """The lane charts of the chosen outlets."""
    with services.database.read() as connection:
        return timeline_of(request, connection, scene_of(connection, principal, clock.now()), asked)


def timeline_of(request: Request, connection: Connection, scene: Scene, asked: Asked) -> Response:
    """The page of a timeline."""
    places = [place for place in scene.chosen(asked.site, asked.outlet) if place.outlet.judged]
    shown = _timelines(connection, scene, places, asked)
    # What rules suspect about marks is for the bureau to look into first.
    suspects = (
        None
        if scene.company or not scene.principal.may(Permission.ALERTS_READ)
        else pattern_rows(
            reads.patterns(connection, outlets_of(places), asked.start, asked.end), scene.by_key
        )
    )
    return render(
        request,
        "markpages/timeline.html",
        scene.principal,
        page="marks",
        authority=scene.authority,
        tabs=scene.tabs("timeline"),
        scene=scene,
        asked=asked,
        spans=[(span, text(f"console.markpages.span.{span}")) for span in SPANS],
        day_value=day_field(asked.day),
        before_path=asked.address(shift=-1),
        after_path=asked.address(shift=1) if asked.end <= scene.now else None,
        timelines=shown,
        suspects=suspects,
        outlets=" ".join(place.outlet.id for place in places),
        now=scene.now,
    )


def _timelines(
    connection: Connection, scene: Scene, places: list[Place], asked: Asked
) -> list[timelineview.Timeline]:
    start, end = asked.start, asked.end
    factors = {place.outlet.key: _factors(place, asked.every) for place in places}
    wanted = [(key, factor) for key, codes in factors.items() for factor in codes]
    rows = defaultdict(list)
    for row in reads.lane_hours(connection, wanted, start, end):
        rows[row["outlet_key"]].append(row)
    marks = defaultdict(list)
    for mark in reads.marks_over(connection, outlets_of(places), start, end):
        marks[mark.outlet_key].append(mark)
    return [
        timelineview.timeline(
            place,
            factors[place.outlet.key],
            rows[place.outlet.key],
            marks[place.outlet.key],
            checks_over(connection, place.outlet.key, start, end),
            (start, end),
            scene.now,
        )
        for place in places
    ]


def _factors(place: Place, every: bool) -> tuple[str, ...]:
    """Those with a limit, in the order of the outlet; the others on demand."""
    limited = {limit.factor for limit in place.outlet.limits}
    return tuple(code for code in place.outlet.factors if every or code in limited)
