"""From a point of the chart to the bytes it came in: the reading, its message, the decode tree, and why a period is as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console import words
from api.console.errors import ConsoleRoute
from api.console.outlet import limits, reads
from api.console.outlet.bytesview import view
from api.console.outlet.explain import explain
from api.console.outlet.panels import period_of
from api.console.outlet.readings import agrees, reading_rows
from api.console.outlet.table import label, reading_path
from api.console.outlet.tree import Wanted, gave, tree
from api.console.overview import site_card
from api.console.pages import render
from api.console.scope import facts_of, visible_registry
from api.context import ServicesHere
from api.exports import disposition
from api.messages.opening import Opened
from api.messages.reads import leaf_of, opened, period_revisions, reading_revisions
from api.permissions import Permission
from api.wire import parse_moment
from store import clock
from store.clock import BEIJING
from store.errors import NotFound
from store.log.places import places_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

MessageReader = Annotated[Principal, requires(Permission.MESSAGES_READ)]
MessageId = Annotated[int, Path(ge=1, lt=2**63)]
Kind = Literal["realtime", "minute", "hour", "day"]
# The code as it is stored: a logger may send one that no table has, but no letters beyond these.
Factor = Annotated[str, Path(pattern=r"^[0-9A-Za-z_]{1,64}$")]

MOST_PIECES = 20
"""Frames of a message that are shown; one of a backlog holds hundreds, and the one that was asked for comes first."""


@router.get("/outlets/{outlet_id}/readings/{kind}/{factor}/{time}")
def reading_page(
    request: Request,
    services: ServicesHere,
    principal: MessageReader,
    outlet_id: str,
    kind: Kind,
    factor: Factor,
    time: Annotated[str, Path(max_length=40)],
    revision: Annotated[int | None, Query(ge=1, lt=2**15)] = None,
) -> Response:
    """One reading with everything behind it: as a page, or for htmx as the panel beside the chart."""
    at = _moment(time)
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        outlet = registry.outlet(outlet_id)
        site = registry.site_of(outlet)
        revisions = reading_revisions(connection, outlet.key, kind, factor, at)
        periods, verdicts = period_revisions(connection, outlet.key, kind, factor, at)
        if not revisions and not periods:
            raise NotFound("There is no such reading.", code="reading_not_found")
        shown = next(
            (row for row in revisions if row["revision"] == revision), revisions[-1] if revisions else None
        )
        message, leaf = None, None
        if shown is not None:
            try:
                message = opened(
                    connection, services.settings, principal, shown["message_id"], shown["received_at"]
                )
                leaf = leaf_of(connection, principal, shown["message_id"])
            except NotFound:
                message = None
        records = limits.by_key(reads.limit_records(connection, outlet.key)) if periods else {}
        sealed = None
        if periods and principal.site_key is None:
            sealed = places_of(connection, "period", [periods[-1]["id"]]).get(periods[-1]["id"])
        facts = None if "HX-Request" in request.headers else facts_of(connection, (), now)
    folds = outlet.oxygen_reference is not None
    length = period_of(outlet, kind)
    wanted = Wanted(outlet.key, kind, factor, at)
    return render(
        request,
        "outlet/reading_panel.html" if facts is None else "outlet/reading.html",
        principal,
        site=None if facts is None else site_card(site, facts, services.settings),
        outlet=outlet,
        kind=kind,
        factor=factor,
        at=at,
        label=label(at, kind),
        path=reading_path(outlet.id, kind, factor, at),
        revisions=reading_rows(revisions, kind, length),
        shown=None if shown is None else reading_rows([shown], kind, length)[0],
        explained=explain(kind, periods, verdicts, records, site.industry, folds=folds),
        sealed=sealed,
        standing_alone=facts is not None,
        leaf=leaf,
        **_message_model(message, wanted, shown),
        now=now,
    )


@router.get("/messages/{message_id}")
def message_page(
    request: Request, services: ServicesHere, principal: MessageReader, message_id: MessageId
) -> Response:
    """One message: its bytes and the decode tree of every frame in it."""
    with services.database.read() as connection:
        message = opened(connection, services.settings, principal, message_id)
        leaf = leaf_of(connection, principal, message_id)
    return render(
        request, "outlet/message.html", principal, leaf=leaf, **_message_model(message), now=clock.now()
    )


@router.get("/messages/{message_id}/raw")
def message_bytes(services: ServicesHere, principal: MessageReader, message_id: MessageId) -> Response:
    """The bytes of a message as the caller may see them; the name of the file says whether something is masked."""
    with services.database.read() as connection:
        message = opened(connection, services.settings, principal, message_id)
    name = f"message-{message_id}{'' if message.exact else '-masked'}.bin"
    return Response(
        message.shown,
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition(name), "Cache-Control": "private, no-store"},
    )


def _moment(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError:
        raise NotFound("The address does not name a reading.", code="reading_not_found") from None


def _message_model(
    message: Opened | None, wanted: Wanted | None = None, stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The message as its template shows it: the piece that gave the reading alone, else all."""
    if message is None:
        return {"message": None, "pieces": [], "pieces_more": 0, "item": None, "agrees": False}
    pieces = list(message.pieces)
    item = None
    if wanted is not None:
        found = next(((piece, one) for piece in pieces if (one := gave(piece, wanted)) is not None), None)
        if found is not None:
            # The frame that gave the reading is what was asked for; the others are one step away.
            pieces, item = [found[0]], found[1]
    shown = pieces[:MOST_PIECES]
    return {
        "message": message,
        "pieces": [(piece, tree(piece, wanted), view(piece.raw)) for piece in shown],
        "pieces_more": len(message.pieces) - len(shown),
        "item": item,
        "agrees": item is not None and stored is not None and agrees(item, stored),
        "whole": view(message.shown) if not message.pieces else None,
        "size": len(message.stored.payload),
        "received": words.stamp(message.stored.received_at.astimezone(BEIJING)),
    }
