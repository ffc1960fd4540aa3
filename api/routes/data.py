"""``/outlets/{outlet_id}/readings``, ``/periods`` and ``/ledger``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import dataread, periodread
from api.access import Principal, requires
from api.context import Services, ServicesHere
from api.permissions import Permission
from api.replies import TABLES, Format, body_reply, json_reply, table_reply, table_wanted
from api.routes import READ_PROBLEMS, CursorHere, Id, IfNoneMatch
from api.shapes.data import LedgerList, PeriodList, ReadingList
from api.wire import Moment, cursor_of, number_part, parse_moment, read_cursor, text_part, window
from store import clock
from store.database import Connection, rows
from store.errors import NotFound
from store.queries import queries

router = APIRouter(tags=["data"], responses=READ_PROBLEMS)

Reader = Annotated[Principal, requires(Permission.DATA_READ)]
LedgerReader = Annotated[Principal, requires(Permission.LEDGER_READ)]
Kind = Literal["realtime", "minute", "hour", "day"]
Span = Literal["hour", "day"]
Factors = Annotated[
    list[Annotated[str, Query(pattern=r"^[0-9A-Za-z]{1,16}$")]] | None,
    Query(max_length=50, description="Factor code, may be repeated; without it every factor that has data."),
]
From = Annotated[Moment | None, Query(alias="from", description="Inclusive.")]
To = Annotated[Moment | None, Query(description="Exclusive; now when it is left out.")]
Limit = Annotated[int, Query(ge=1, le=10000)]
# (usual, longest) time by kind. The longest holds about half a million rows of an outlet with nine factors.
_SPANS: dict[str, tuple[timedelta, timedelta]] = {
    "realtime": (timedelta(hours=1), timedelta(days=31)),
    "minute": (timedelta(days=1), timedelta(days=93)),
    "hour": (timedelta(days=7), timedelta(days=1100)),  # three years
    "day": (timedelta(days=31), timedelta(days=3660)),  # ten years
}
Found = TypeVar("Found")
ReadPage = Callable[
    [Connection, dataread.Wanted, dataread.Place | None, int], tuple[Found, dataread.Place | None]
]
_LEDGER_SPAN = (timedelta(days=1), timedelta(days=366))
_LEDGER_HOURS = 366 * 24
_TABLE_PAGE = 5000


@router.get(
    "/outlets/{outlet_id}/readings",
    response_model=ReadingList,
    summary="Readings of an outlet",
    responses=TABLES,
)
def list_readings(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    factor: Factors = None,
    kind: Kind = "realtime",
    from_: From = None,
    to: To = None,
    revisions: Annotated[
        Literal["latest", "all"], Query(description="all shows re-sent values too.")
    ] = "latest",
    limit: Limit = 1000,
    cursor: CursorHere = None,
    as_format: Format = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By time, then factor; only the last revision of each reading unless ``revisions=all``."""
    start, end = _window(from_, to, _SPANS[kind])
    place = _place(cursor, "readings")
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        wanted = dataread.Wanted(
            outlet_key,
            outlet_id,
            kind,
            tuple(factor) if factor else None,
            start,
            end,
            all_revisions=revisions == "all",
        )
        table = table_wanted(request, as_format)
        if table is None:
            items, last = dataread.readings(connection, wanted, place, limit)
            following = None if last is None else cursor_of("readings", last.time, last.factor, last.revision)
            return json_reply(request, {"items": items, "next": following})
    pages = _pages(services, wanted, dataread.readings)
    rows_ = (dataread.reading_cells(outlet_id, item) for items in pages for item in items)
    return table_reply(table, f"{outlet_id}-{kind}", dataread.READING_COLUMNS, dataread.READING_KINDS, rows_)


@router.get(
    "/outlets/{outlet_id}/periods",
    response_model=PeriodList,
    summary="Period values and verdicts",
    responses=TABLES,
)
def list_periods(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    factor: Factors = None,
    span: Span = "hour",
    from_: From = None,
    to: To = None,
    limit: Limit = 1000,
    cursor: CursorHere = None,
    as_format: Format = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By start, then factor; the last revision of each period with the verdicts on it."""
    start, end = _window(from_, to, _SPANS[span])
    place = _place(cursor, "periods")
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        wanted = dataread.Wanted(outlet_key, outlet_id, span, tuple(factor) if factor else None, start, end)
        table = table_wanted(request, as_format)
        if table is None:
            shown, last = periodread.period_page(connection, wanted, place, limit)
            following = None if last is None else cursor_of("periods", last.time, last.factor, last.revision)
            return body_reply(request, periodread.period_list(wanted, shown, following))
    pages = _pages(services, wanted, periodread.period_page)
    rows_ = (cells for shown in pages for cells in periodread.period_cells(wanted, shown))
    return table_reply(
        table, f"{outlet_id}-{span}-periods", periodread.PERIOD_COLUMNS, periodread.PERIOD_KINDS, rows_
    )


@router.get(
    "/outlets/{outlet_id}/ledger",
    response_model=LedgerList,
    summary="What came in and what became of it",
    responses=TABLES,
)
def get_ledger(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: LedgerReader,
    from_: From = None,
    to: To = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: CursorHere = None,
    as_format: Format = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Frames by the hour of receipt; hours without frames are left out.

    Frames that no outlet could be found for stand apart in ``unattributed``: those of the gateway that carries the outlet.
    """
    start, end = _window(from_, to, _LEDGER_SPAN)
    after = read_cursor(cursor, "ledger", parse_moment)[0] if cursor else None
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        table = table_wanted(request, as_format)
        if table is not None:
            # At most 366 days of hours: few enough to be read at once.
            items, _, _ = dataread.ledger(connection, outlet_key, start, end, None, _LEDGER_HOURS)
            cells = [dataread.ledger_cells(outlet_id, item) for item in items]
            return table_reply(
                table, f"{outlet_id}-ledger", dataread.LEDGER_COLUMNS, dataread.LEDGER_KINDS, cells
            )
        items, last, total = dataread.ledger(connection, outlet_key, start, end, after, limit)
        unattributed = dataread.unattributed(connection, outlet_key, start, end)
    following = None if last is None else cursor_of("ledger", last)
    return json_reply(
        request, {"items": items, "next": following, "total": total, "unattributed": unattributed}
    )


def find_outlet(connection: Connection, outlet_id: str, principal: Principal) -> int:
    """The key of an outlet that the caller may see. Raises NotFound ``outlet_not_found``, also for another company's outlet."""
    with rows(connection) as cursor:
        arguments = {"id": outlet_id, "site_key": principal.site_key}
        row = cursor.execute(queries("read")["find_outlet"], arguments).fetchone()
    if row is None:
        raise NotFound(f"There is no outlet {outlet_id!r}.", code="outlet_not_found")
    return int(row["key"])


def _window(
    start: datetime | None, end: datetime | None, spans: tuple[timedelta, timedelta]
) -> tuple[datetime, datetime]:
    return window(start, end, now=clock.now(), usual=spans[0], longest=spans[1])


def _place(cursor: str | None, kind: str) -> dataread.Place | None:
    if cursor is None:
        return None
    return dataread.Place(*read_cursor(cursor, kind, parse_moment, text_part, number_part))


def _pages(services: Services, wanted: dataread.Wanted, read: ReadPage[Found]) -> Iterator[Found]:
    """Page after page, each in a transaction of its own, so that a slow reader holds no connection."""
    place: dataread.Place | None = None
    while True:
        with services.database.read() as connection:
            found, place = read(connection, wanted, place, _TABLE_PAGE)
        yield found
        if place is None:
            return
