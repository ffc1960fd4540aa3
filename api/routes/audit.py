"""``/audit``: who wrote what, and who read evidence, from where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import Services, ServicesHere
from api.exports import Kind
from api.permissions import Permission
from api.replies import TABLES, Format, json_reply, table_reply, table_wanted
from api.routes import READ_PROBLEMS, CursorHere, IfNoneMatch
from api.shapes.audit import AuditList
from api.wire import Moment, cursor_of, number_part, page, read_cursor
from store.auditread import COLUMNS, Event, Sought, find_events

router = APIRouter(tags=["audit"])

Reader = Annotated[Principal, requires(Permission.AUDIT_READ)]
Words = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_KINDS: Mapping[str, Kind] = {"id": "int", "at": "time"}
_TABLE_PAGE = 5000


@router.get(
    "/audit", response_model=AuditList, summary="The audit trail", responses={**READ_PROBLEMS, **TABLES}
)
def list_events(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    actor: Words = None,
    action: Annotated[
        str | None, Query(max_length=100, pattern=r"^[a-z_:]+$", description="Beginning, e.g. `evidence:`.")
    ] = None,
    subject: Words = None,
    origin: Words = None,
    from_: Annotated[Moment | None, Query(alias="from", description="Inclusive.")] = None,
    to: Annotated[Moment | None, Query(description="Exclusive.")] = None,
    text: Annotated[Words, Query(description="Text anywhere in the detail, whatever its case.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: CursorHere = None,
    as_format: Format = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Newest first. Every write is here, and every reading of evidence (`evidence:…:read`). Nothing of it is ever changed."""
    sought = Sought(actor, action, subject, origin, from_, to, text)
    if (table := table_wanted(request, as_format)) is not None:
        return table_reply(table, "audit", COLUMNS, _KINDS, _cells(services, sought))
    before = read_cursor(cursor, "audit", number_part)[0] if cursor else None
    with services.database.read() as connection:
        fetched, last = page(find_events(connection, sought, before=before, most=limit + 1), limit)
    following = None if last is None else cursor_of("audit", last["id"])
    return json_reply(request, {"items": fetched, "next": following})


def _cells(services: Services, sought: Sought) -> Iterator[Sequence[object]]:
    """A transaction a page: the reader may be slow."""
    before: int | None = None
    while True:
        with services.database.read() as connection:
            found = find_events(connection, sought, before=before, most=_TABLE_PAGE)
        yield from (_row(event) for event in found)
        if len(found) < _TABLE_PAGE:
            return
        before = found[-1]["id"]


def _row(event: Event) -> Sequence[object]:
    return [*(event[name] for name in COLUMNS[:-1]), orjson.dumps(event["detail"]).decode()]
