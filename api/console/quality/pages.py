"""``/quality``: the calendar heat map of an outlet, one of its days hour by hour, and the statistics as they were published."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console import words
from api.console.errors import ConsoleRoute
from api.console.markpages.views import Place
from api.console.pages import render
from api.console.quality import (
    calendar,
    dayview,
    gappages,
    ledgerpages,
    quarantinepages,
    reads,
    replaypages,
    statisticsview,
)
from api.console.quality.export import calendar_sheet
from api.console.quality.scene import QualityScene, quality_scene
from api.console.spans import day_field, day_given
from api.context import ServicesHere
from api.exports import csv_response, xlsx_response
from api.permissions import Permission
from store.clock import DAY, day_start
from store.database import Connection
from store.errors import NotFound
from store.settings import Settings
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(ledgerpages.router)
router.include_router(gappages.router)
router.include_router(replaypages.router)
router.include_router(quarantinepages.router)

Reader = Annotated[Principal, requires(Permission.DATA_READ)]

VIEWS = ("month", "year")


class Asked:
    """What the calendar shows, within what the caller may see."""

    def __init__(
        self, scene: QualityScene, outlet: str, view: str, day: str, metric: str, factor: str
    ) -> None:
        if not scene.places:
            raise NotFound("There is no outlet that reports.", code="outlet_not_found")
        self.place: Place = scene.place(outlet or scene.places[0].outlet.id)
        self.view = view if view in VIEWS else "month"
        self.day = day_given(day) or day_start(scene.now)
        self.metric = metric if metric in calendar.METRICS else "complete"
        self.factor = factor if factor in self.place.outlet.factors else None
        span = calendar.month_of if self.view == "month" else calendar.year_of
        self.start, self.end = span(self.day)

    def address(self, path: str = "/quality", **more: str) -> str:
        """This view with other fields."""
        fields = {
            "outlet": self.place.outlet.id,
            "view": self.view,
            "day": day_field(self.day),
            "metric": self.metric,
            "factor": self.factor or "",
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"


@router.get("/quality")
def calendar_page(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    outlet: str = "",
    view: str = "month",
    day: str = "",
    metric: str = "complete",
    factor: str = "",
) -> Response:
    """Completeness or validity of each day of a month or a year."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        asked = Asked(scene, outlet, view, day, metric, factor)
        days = _days(connection, services.settings, scene, asked)
    grid = calendar.month_grid(days) if asked.view == "month" else calendar.year_grid(days)
    total = sum_of(days)
    return render(
        request,
        "quality/calendar.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("calendar"),
        scene=scene,
        asked=asked,
        grid=grid,
        days=days,
        total=total,
        share=_shown(total.share(asked.metric)),
        levels=calendar.LEVELS,
        threshold=words.plain(services.settings.transmission_percent),
        views=[
            (asked.address(view=one), text(f"console.quality.view.{one}"), one == asked.view) for one in VIEWS
        ],
        metrics=[
            (asked.address(metric=one), text(f"console.quality.metric.{one}"), one == asked.metric)
            for one in calendar.METRICS
        ],
        factors=[
            ("", text("console.markpages.all_factors")),
            *((code, words.factor_name(code)) for code in asked.place.outlet.factors),
        ],
        before_path=asked.address(day=day_field(asked.start - DAY)),
        after_path=asked.address(day=day_field(asked.end)) if asked.end <= scene.now else None,
        unpublished=any(one.counts is not None and one.counts.revision is None for one in days),
        shares=[[_shown(None if one.counts is None else one.counts.share(each)) for each in calendar.METRICS] for one in days],
        csv_path=asked.address("/quality/calendar.csv"),
        xlsx_path=asked.address("/quality/calendar.xlsx"),
        now=scene.now,
    )  # fmt: skip


@router.get("/quality/calendar.{kind}")
def calendar_table(
    services: ServicesHere,
    principal: Reader,
    kind: str,
    outlet: str = "",
    view: str = "month",
    day: str = "",
    factor: str = "",
) -> Response:
    """The days as a file. Raises NotFound for another kind than csv and xlsx."""
    if kind not in ("csv", "xlsx"):
        raise NotFound("The address does not name a page.")
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        asked = Asked(scene, outlet, view, day, "", factor)
        days = _days(connection, services.settings, scene, asked)
    sheet = calendar_sheet(
        days, asked.place, asked.factor, who=principal.name, at=scene.now, sample=asked.place.site.sample
    )
    name = f"{text('console.quality.calendar.title')} {asked.place.name} {asked.start:%Y-%m}.{kind}"
    return csv_response(name, sheet) if kind == "csv" else xlsx_response(name, [sheet], at=scene.now)


def _days(
    connection: Connection, settings: Settings, scene: QualityScene, asked: Asked
) -> list[calendar.Day]:
    outlet = asked.place.outlet
    counts = calendar.published(
        reads.published_days(connection, outlet.key, outlet.factors, asked.start, asked.end), asked.factor
    )
    # What is not published is counted: the last days, and those before statistics were kept.
    until = min(asked.end, day_start(scene.now) + DAY)
    for first, last in unknown(counts, asked.start, until):
        rows = reads.counted_days(connection, outlet.key, outlet.factors, first, last)
        counts |= calendar.counted(rows, asked.factor)
    return calendar.days_of(
        counts, asked.start, asked.end, asked.metric, settings.transmission_percent, scene.now
    )


def unknown(
    counts: dict[datetime, calendar.Counts], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches of days of [start, end) that have no counts."""
    found: list[tuple[datetime, datetime]] = []
    day = start
    while day < end:
        if day not in counts:
            if found and found[-1][1] == day:
                found[-1] = (found[-1][0], day + DAY)
            else:
                found.append((day, day + DAY))
        day += DAY
    return found


def sum_of(days: list[calendar.Day]) -> calendar.Counts:
    """All days together."""
    total = calendar.Counts()
    for day in days:
        if day.counts is not None:
            total = total.plus(day.counts)
    return total


def _shown(share: object) -> str:
    return statisticsview.percent_words(share)


@router.get("/quality/day")
def day_page(
    request: Request, services: ServicesHere, principal: Reader, outlet: str, day: str = ""
) -> Response:
    """One day of an outlet: every hour of every factor, with the reasons of those that do not count."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        place = scene.place(outlet)
        start = day_given(day) or day_start(scene.now)
        rows = reads.day_hours(connection, place.outlet.key, place.outlet.factors, start, start + DAY)
        counts = calendar.published(
            reads.published_days(connection, place.outlet.key, place.outlet.factors, start, start + DAY),
            None,
        )
    return render(
        request,
        "quality/day.html",
        principal,
        page="quality",
        authority=scene.authority,
        place=place,
        start=start,
        table=dayview.day_table(place.outlet, rows, start, scene.now),
        published=counts.get(start),
        before=day_field(start - DAY),
        after=day_field(start + DAY) if start + DAY <= scene.now else None,
        now=scene.now,
    )


@router.get("/quality/statistics")
def statistics_page(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    outlet: str = "",
    span: str = "month",
    year: Annotated[int | None, Query(ge=1971, le=2199)] = None,
) -> Response:
    """Statistics of the spans of a year as they were published, every revision; and the validity of the months."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        asked = Asked(scene, outlet, "year", f"{year}-01-01" if year else "", "", "")
        outlet_here = asked.place.outlet
        shown = span if span in statisticsview.SPANS else "month"
        start, end = asked.start, asked.end
        if shown == "day":
            # A year of days of nine factors is no table to read; the last month of it is.
            start = max(start, min(end, day_start(scene.now) + DAY) - statisticsview.DAYS_SHOWN * DAY)
        rows = reads.statistics(connection, outlet_here.key, outlet_here.factors, shown, start, end)
        month = calendar.month_of(scene.now)
        running = reads.published_days(connection, outlet_here.key, outlet_here.factors, *month)
    return render(
        request,
        "quality/statistics.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("statistics"),
        scene=scene,
        place=asked.place,
        span=shown,
        spans=[(one, text(f"console.quality.span.{one}")) for one in statisticsview.SPANS],
        year=asked.start.year,
        rows=statisticsview.statistic_rows(rows, shown),
        running=statisticsview.month_so_far(outlet_here, running, month[0]),
        threshold=words.plain(services.settings.transmission_percent),
        now=scene.now,
    )
