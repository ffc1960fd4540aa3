"""``/quality/ledger``: what came in and what became of it, so that it adds up; and the messages behind a cell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.quality import ledger, reads
from api.console.quality.export import ledger_sheet
from api.console.quality.scene import QualityScene, quality_scene
from api.console.spans import day_field, days_given, last_day_field, minute_field, minute_given
from api.context import ServicesHere
from api.exports import csv_response, xlsx_response
from api.permissions import Permission
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor
from store import clock
from store.clock import DAY, HOUR
from store.database import Connection
from store.errors import NotAllowed, NotFound
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.LEDGER_READ)]
MessageReader = Annotated[Principal, requires(Permission.MESSAGES_READ)]

USUAL_DAYS = 7
LONGEST = {"hour": 7, "day": 92}
NONE = "none"
"""The choice of what belongs to no outlet, in the filter by outlet."""


class Asked:
    """The fields of the filter."""

    def __init__(
        self,
        outlet: str = "",
        gateway: str = "",
        unit: str = "day",
        by: str = "place",
        first: Annotated[str, Query(alias="from")] = "",
        last: Annotated[str, Query(alias="to")] = "",
    ) -> None:
        self.outlet = outlet
        self.gateway = gateway
        self.unit = "hour" if unit == "hour" else "day"
        self.by = "time" if by == "time" else "place"
        self.start, self.end = days_given(
            first, last, now=clock.now(), usual=USUAL_DAYS, longest=LONGEST[self.unit]
        )

    def address(self, path: str, **more: str) -> str:
        """A path with these fields."""
        fields = {
            "outlet": self.outlet,
            "gateway": self.gateway,
            "unit": self.unit,
            "by": self.by,
            "from": day_field(self.start),
            "to": last_day_field(self.end),
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"


AskedHere = Annotated[Asked, Depends()]


@router.get("/quality/ledger")
def ledger_page(request: Request, services: ServicesHere, principal: Reader, asked: AskedHere) -> Response:
    """The ledger by place or by time, with the sum and the word whether it balances."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        rows = _rows(connection, scene, asked)
        listed = _listed(connection, scene)
    lines, total = _named(scene, asked, rows, listed)
    return render(
        request,
        "quality/ledger.html",
        principal,
        page="quality",
        authority=scene.authority,
        tabs=scene.tabs("ledger"),
        scene=scene,
        asked=asked,
        first_day=day_field(asked.start),
        last_day=last_day_field(asked.end),
        outlets=_outlet_choices(scene),
        gateways=_gateway_choices(scene),
        units=[(unit, text(f"console.quality.ledger.unit_{unit}")) for unit in LONGEST],
        bys=[
            (asked.address("/quality/ledger", by=by), text(f"console.quality.ledger.by_{by}"), by == asked.by)
            for by in ("place", "time")
        ],
        lines=lines,
        total=total,
        wrong=[one for one in lines if not one.line.balanced],
        verdict=ledger.verdict(total.line),
        csv_path=asked.address("/quality/ledger.csv"),
        xlsx_path=asked.address("/quality/ledger.xlsx"),
        now=scene.now,
    )


@router.get("/quality/ledger.{kind}")
def ledger_table(
    services: ServicesHere, principal: Reader, kind: Literal["csv", "xlsx"], asked: AskedHere
) -> Response:
    """The same as a file."""
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        rows = _rows(connection, scene, asked)
    lines, total = _named(scene, asked, rows, frozenset())
    sheet = ledger_sheet(lines, total, who=principal.name, at=scene.now, sample=scene.sample)
    name = f"{text('console.quality.ledger.title')} {day_field(asked.start)}.{kind}"
    return csv_response(name, sheet) if kind == "csv" else xlsx_response(name, [sheet], at=scene.now)


def _rows(connection: Connection, scene: QualityScene, asked: Asked) -> list[reads.Row]:
    return reads.ledger(
        connection, wanted(scene, asked.outlet), asked.start, asked.end, asked.unit, asked.gateway or None
    )


def wanted(scene: QualityScene, outlet_id: str) -> list[int] | None:
    """The keys of the outlets to show: a company's own only; None = every one, and what belongs to none."""
    own = [outlet.key for site in scene.registry.sites for outlet in site.outlets]
    if outlet_id == NONE and not scene.company:
        return [reads.NO_OUTLET]
    if outlet_id:
        return [place.outlet.key for place in scene.places if place.outlet.id == outlet_id]
    return own if scene.principal.site_key is not None else None


def _own_gateways(scene: QualityScene) -> set[str]:
    return {place.outlet.monitor.gateway for place in scene.places if place.outlet.monitor}


def _listed(connection: Connection, scene: QualityScene) -> frozenset[str] | None:
    """The gateways whose messages a company may list: its own that have never carried another's data; None = every one."""
    site_key = scene.principal.site_key
    if site_key is None:
        return None
    own = _own_gateways(scene)
    return frozenset(name for name in own if reads.of_one_site(connection, name, site_key))


def _named(
    scene: QualityScene, asked: Asked, rows: list[reads.Row], listed: frozenset[str] | None
) -> tuple[list[ledger.NamedLine], ledger.NamedLine]:
    found = ledger.by_place(rows) if asked.by == "place" else ledger.by_time(rows)
    total = ledger.line_of(rows)
    return (
        [_line(scene, asked, one, listed) for one in found],
        ledger.NamedLine(total, text("console.quality.ledger.sum"), "", None, {}),
    )


def _line(
    scene: QualityScene, asked: Asked, line: ledger.Line, listed: frozenset[str] | None
) -> ledger.NamedLine:
    if line.start is not None:
        start, end = line.start, line.start + (DAY if asked.unit == "day" else HOUR)
        name, sub = ledger.period_name(line.start, asked.unit), ""
    else:
        start, end = asked.start, asked.end
        name = (
            text("console.quality.ledger.stray")
            if line.outlet_key == reads.NO_OUTLET
            else scene.outlet_name(line.outlet_key or 0)
        )
        sub = line.gateway or ""
    gateway = line.gateway or asked.gateway
    messages = None
    may_list = listed is None or gateway in listed
    if gateway and may_list and scene.principal.may(Permission.MESSAGES_READ):
        span = {"gateway": gateway, "from": minute_field(start), "to": minute_field(end)}
        messages = f"/quality/messages?{urlencode(span)}"
    quarantine: dict[str, str] = {}
    if scene.principal.may(Permission.QUARANTINE_READ):
        for count in line.quarantined:
            fields = {
                "reason": count.code,
                "gateway": gateway,
                "from": day_field(start),
                "to": last_day_field(end),
            }
            query = urlencode({key: value for key, value in fields.items() if value})
            quarantine[count.code] = f"/quality/quarantine?{query}"
    return ledger.NamedLine(line, name, sub, messages, quarantine)


def _outlet_choices(scene: QualityScene) -> list[tuple[str, str]]:
    choices = scene.outlet_choices()
    return choices if scene.company else [*choices, (NONE, text("console.quality.ledger.stray"))]


def _gateway_choices(scene: QualityScene) -> list[tuple[str, str]]:
    gateways = sorted(_own_gateways(scene))
    return [("", text("console.quality.ledger.every_gateway")), *((name, name) for name in gateways)]


MESSAGES_LONGEST = timedelta(days=92)


@router.get("/quality/messages")
def messages_page(
    request: Request,
    services: ServicesHere,
    principal: MessageReader,
    gateway: Annotated[str, Query(max_length=128)],
    first: Annotated[str, Query(alias="from", max_length=32)],
    last: Annotated[str, Query(alias="to", max_length=32)],
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Messages of a gateway over a time. A company sees them of a gateway that has never carried another's data.

    Raises NotAllowed ``messages_shared``, NotFound ``gateway_not_found``.
    """
    start, end = minute_given(first), minute_given(last)
    end = min(end, start + MESSAGES_LONGEST)
    after: tuple[datetime, int] | None = None
    if cursor:
        at, number = read_cursor(cursor, "messages-page", parse_moment, number_part)
        after = at, number
    with services.database.read() as connection:
        scene = quality_scene(connection, principal)
        if principal.site_key is not None:
            if gateway not in _own_gateways(scene):
                raise NotFound("There is no such gateway.", code="gateway_not_found")
            if not reads.of_one_site(connection, gateway, principal.site_key):
                raise NotAllowed(
                    "The gateway carries data of others too; its messages are not listed.",
                    code="messages_shared",
                )
        shown, more = page(reads.messages(connection, gateway, start, end, after), reads.MESSAGES_SHOWN)
    base = {"gateway": gateway, "from": minute_field(start), "to": minute_field(end)}
    following = None if more is None else cursor_of("messages-page", more["received_at"], more["id"])
    return render(
        request,
        "quality/messages.html",
        principal,
        page="quality",
        authority=scene.authority,
        gateway=gateway,
        start=start,
        end=end,
        rows=shown,
        next_path=None
        if following is None
        else f"/quality/messages?{urlencode({**base, 'cursor': following})}",
        first_path=f"/quality/messages?{urlencode(base)}" if cursor else None,
        now=scene.now,
    )
