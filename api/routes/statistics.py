"""``/outlets/{outlet_id}/statistics``."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from alerts.statistics.spans import span_of
from api import statisticsread
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import TABLES, Format, json_reply, table_reply, table_wanted
from api.routes import READ_PROBLEMS, Id, IfNoneMatch
from api.routes.data import Factors, find_outlet
from api.shapes.statistics import StatisticList
from api.wire import Moment
from store import clock
from store.registry import load_registry

router = APIRouter(tags=["data"], responses=READ_PROBLEMS)

Reader = Annotated[Principal, requires(Permission.DATA_READ)]


@router.get(
    "/outlets/{outlet_id}/statistics",
    response_model=StatisticList,
    summary="Statistics of a day, month, quarter or year",
    responses=TABLES,
)
def get_statistics(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    span: Literal["day", "month", "quarter", "year"] = "month",
    start: Annotated[
        Moment | None, Query(description="Any moment of the span, in Beijing time; now when it is left out.")
    ] = None,
    factor: Factors = None,
    as_format: Format = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Capture and transmission rates, attainment, validity, mass emission with substitution; one item a factor.

    Counted from the judged periods as they are now; ``published`` says what was published last. A span that has not passed is
    counted up to ``until``.
    """
    now = clock.now()
    with services.database.read() as connection:
        key = find_outlet(connection, outlet_id, principal)
        outlet = load_registry(connection, at=now).outlet_by_key(key)
        asked = statisticsread.Asked(
            outlet, span_of(span, start or now), tuple(dict.fromkeys(factor)) if factor else None
        )
        items, together = statisticsread.statistics(connection, asked, services.settings, now)
    if (table := table_wanted(request, as_format)) is not None:
        return table_reply(
            table,
            f"{outlet_id}-{span}-{asked.span.start:%Y-%m-%d}-statistics",
            statisticsread.STATISTIC_COLUMNS,
            statisticsread.STATISTIC_KINDS,
            statisticsread.statistic_cells(items),
        )
    return json_reply(request, {"items": items, "next": None, "transmission": together})
