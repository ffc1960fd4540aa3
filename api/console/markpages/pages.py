"""``/marks``: what needs a mark (for a company), and the marks on record, as a list and as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api import markread
from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.markpages import checkspage, filing, reads, timelinepage, views
from api.console.markpages.effects import parts_of
from api.console.markpages.export import mark_sheet
from api.console.markpages.scene import Scene, outlets_of, scene_of
from api.console.markpages.stretches import AUTOMATIC, Stretch, stretches
from api.console.pages import render
from api.console.spans import day_field, days_given, last_day_field
from api.context import Services, ServicesHere
from api.exports import csv_response, xlsx_response
from api.permissions import Permission
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor
from store import clock
from store.database import Connection
from store.markrules import clocks_of
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(filing.router)
router.include_router(timelinepage.router)
router.include_router(checkspage.router)

Reader = Annotated[Principal, requires(Permission.MARKS_READ)]

LOOK_BACK = timedelta(days=7)
"""How far back stretches are looked for; what is older can only be a statement, and is filed from the outlet's page."""

STRETCHES_SHOWN = 100
FILE_ROWS = 50_000
LIST_DAYS, LONGEST_DAYS = 31, 366


@router.get("/marks")
def marks(request: Request, services: ServicesHere, principal: Reader) -> Response:
    """A company begins with what it has to mark, the bureau with the timeline."""
    with services.database.read() as connection:
        scene = scene_of(connection, principal, clock.now())
        if scene.company:
            return _todo(request, services, connection, scene)
        asked = timelinepage.asked_for()
        return timelinepage.timeline_of(request, connection, scene, asked)


@router.get("/marks/todo")
def todo(request: Request, services: ServicesHere, principal: Reader) -> Response:
    """Exceeded, invalid and missing stretches of the last days that nobody has marked, with their deadlines."""
    with services.database.read() as connection:
        return _todo(request, services, connection, scene_of(connection, principal, clock.now()))


def _todo(request: Request, services: Services, connection: Connection, scene: Scene) -> Response:
    places = [place for place in scene.places if place.outlet.judged]
    wanted = [(place.outlet.key, factor) for place in places for factor in place.outlet.factors]
    start = clock.hour_start(scene.now - LOOK_BACK)
    found = stretches(
        reads.lane_hours(connection, wanted, start, scene.now),
        reads.marks_over(connection, outlets_of(places), start, scene.now),
        {place.outlet.key: place.outlet.factors for place in places},
    )
    asked = [one for one in found if one.kind != AUTOMATIC]
    newest = asked[-STRETCHES_SHOWN:]
    rows = [_row(connection, services, scene, one) for one in newest]
    # What the device marked by itself asks nothing of anybody; the newest are enough to see that it does.
    automatic = [one for one in found if one.kind == AUTOMATIC][-20:]
    return render(
        request,
        "markpages/todo.html",
        scene.principal,
        page="marks",
        authority=scene.authority,
        tabs=scene.tabs("todo"),
        waiting=sorted((row for row in rows if row.open), key=lambda row: (row.deadline, row.start)),
        passed=[row for row in reversed(rows) if not row.open],
        automatic=[_row(connection, services, scene, one, timed=False) for one in reversed(automatic)],
        hidden=len(asked) - len(newest),
        files=scene.files,
        sites=len({place.site.id for place in places}),
        days=LOOK_BACK.days,
        clock_time=services.settings.mark_deadline,
        clock_days=services.settings.mark_deadline_days,
        outlets=" ".join(place.outlet.id for place in places),
        now=scene.now,
    )


def _row(
    connection: Connection, services: Services, scene: Scene, one: Stretch, *, timed: bool = True
) -> views.StretchRow:
    clocks = clocks_of(services.settings)
    # What needs no mark has no deadline to ask the data for: the moment before it passes is taken.
    at = scene.now if timed else one.start
    parts = list(parts_of(connection, clocks, one.outlet_key, one.start, one.end, at))
    return views.stretch_row(one, scene.by_key[one.outlet_key], parts)


class Wanted:
    """The fields of the filter over the list."""

    def __init__(
        self,
        site: str = "",
        outlet: str = "",
        category: str = "",
        channel: str = "manual",
        standing: str = "",
        first: Annotated[str, Query(alias="from")] = "",
        last: Annotated[str, Query(alias="to")] = "",
    ) -> None:
        self.site, self.outlet = site, outlet
        self.category = category if category in ("device", "condition") else ""
        # Devices mark by themselves all day; what people said is looked for first.
        self.channel = channel if channel in ("automatic", "all") else "manual"
        self.standing = standing if standing in ("effective", "late", "withdrawn") else ""
        self.start, self.end = days_given(first, last, now=clock.now(), usual=LIST_DAYS, longest=LONGEST_DAYS)

    def asked(self) -> reads.Asked:
        """For the statement."""
        return reads.Asked(
            self.start,
            self.end,
            self.category or None,
            None if self.channel == "all" else self.channel,
            self.standing or None,
        )

    def address(self, path: str, **more: str) -> str:
        """A path with these fields."""
        fields = {
            "site": self.site,
            "outlet": self.outlet,
            "category": self.category,
            "channel": self.channel,
            "standing": self.standing,
            "from": day_field(self.start),
            "to": last_day_field(self.end),
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"


WantedHere = Annotated[Wanted, Depends()]


@router.get("/marks/list")
def listed(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    wanted: WantedHere,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Marks on record, the latest first; late and withdrawn ones too."""
    after: tuple[datetime, int] | None = None
    if cursor:
        at, number = read_cursor(cursor, "marks-page", parse_moment, number_part)
        after = at, number
    with services.database.read() as connection:
        scene = scene_of(connection, principal, clock.now())
        chosen = scene.chosen(wanted.site, wanted.outlet)
        fetched = reads.marks_listed(connection, outlets_of(chosen), wanted.asked(), after)
        shown, last = page(fetched, reads.MARKS_SHOWN)
        viewer = markread.viewer_of(connection, principal)
    following = None if last is None else cursor_of("marks-page", last.mark.from_time, last.mark.id)
    return render(
        request,
        "markpages/list.html",
        principal,
        page="marks",
        authority=scene.authority,
        tabs=scene.tabs("list"),
        rows=views.mark_rows(shown, scene.by_key, viewer, files=scene.files),
        wanted=wanted,
        first_day=day_field(wanted.start),
        last_day=last_day_field(wanted.end),
        scene=scene,
        choices=_choices(),
        next_path=None if following is None else wanted.address("/marks/list", cursor=following),
        first_path=wanted.address("/marks/list") if cursor else None,
        csv_path=wanted.address("/marks/table.csv"),
        xlsx_path=wanted.address("/marks/table.xlsx"),
        now=scene.now,
    )


@router.get("/marks/table.{kind}")
def table(
    services: ServicesHere, principal: Reader, kind: Literal["csv", "xlsx"], wanted: WantedHere
) -> Response:
    """The list as a file; at most fifty thousand rows."""
    now = clock.now()
    with services.database.read() as connection:
        scene = scene_of(connection, principal, now)
        chosen = scene.chosen(wanted.site, wanted.outlet)
        found = reads.marks_listed(connection, outlets_of(chosen), wanted.asked(), most=FILE_ROWS - 1)
        viewer = markread.viewer_of(connection, principal)
    rows = views.mark_rows(found, scene.by_key, viewer, files=False)
    sheet = mark_sheet(rows, who=principal.name, at=now, sample=scene.sample)
    name = f"{text('console.markpages.export.title')} {day_field(wanted.start)}.{kind}"
    return csv_response(name, sheet) if kind == "csv" else xlsx_response(name, [sheet], at=now)


def _choices() -> dict[str, list[tuple[str, str]]]:
    def named(values: tuple[str, ...], topic: str) -> list[tuple[str, str]]:
        return [
            ("", text("console.markpages.any")),
            *((value, text(f"{topic}.{value}")) for value in values),
        ]

    found: dict[str, Any] = {
        "category": named(("device", "condition"), "marks.category"),
        "channel": [
            *named(("manual", "automatic"), "marks.channel")[1:],
            ("all", text("console.markpages.any")),
        ],
        "standing": named(("effective", "late", "withdrawn"), "console.markpages.standing"),
    }
    return found
