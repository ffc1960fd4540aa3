"""The positive list (正面清单) as it was kept, the visits that count against a unit's cap, and the random sample."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from alerts.tasks.facts import policy_of, visits_of, year_of
from alerts.tasks.routing import Facts, cap_of
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, Code, CursorHere, Id, IfNoneMatch
from api.shapes.tasks import ListingRecordList, SampleList, Visits
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor
from store import clock
from store.clock import BEIJING
from store.database import rows
from store.errors import NotFound
from store.people import Role
from store.queries import queries
from store.registry import load_registry

router = APIRouter(tags=["tasks"])

Reader = Annotated[Principal, requires(Permission.TASKS_READ)]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get(
    "/positive-list",
    response_model=ListingRecordList,
    summary="Every stay on the positive list",
    responses=READ_PROBLEMS,
)
def list_listings(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    site: Code | None = None,
    limit: Limit = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """As recorded, newest record first, replaced records included: what was believed at any time stays answerable."""
    before: list[Any] = read_cursor(cursor, "listings", number_part) if cursor else [None]
    arguments = {
        "at": clock.now(),
        "site_key": principal.site_key,
        "site": site,
        "before_key": before[0],
        "most": limit + 1,
    }
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("tasks")["listings"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("listings", last["key"])
    items = [{name: value for name, value in row.items() if name != "key"} for row in fetched]
    return json_reply(request, {"items": items, "next": following})


@router.get(
    "/sites/{site_id}/visits",
    response_model=Visits,
    summary="On-site visits against the yearly cap",
    responses=READ_PROBLEMS,
)
def get_visits(
    request: Request,
    site_id: Id,
    services: ServicesHere,
    principal: Reader,
    year: Annotated[
        int | None, Query(ge=2000, le=2199, description="Calendar year; absent = this one.")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The visits of a calendar year, Beijing time. A company does not learn of planned ones, nor why officers came."""
    now = clock.now()
    within = now if year is None else datetime(year, 7, 1, tzinfo=BEIJING)
    company = principal.role is Role.COMPANY
    sql = queries("tasks")
    with services.database.read() as connection, rows(connection) as cursor:
        site = cursor.execute(sql["find_site"], {"id": site_id, "site_key": principal.site_key}).fetchone()
        if site is None:
            raise NotFound(f"There is no site {site_id!r}.", code="site_not_found")
        registered = {entry.key: entry for entry in load_registry(connection, at=now).sites}
        visits = visits_of(connection, site["key"], within)
        from_time, to_time = year_of(within)
        span = {"site_key": site["key"], "from_time": from_time, "to_time": to_time}
        made = cursor.execute(sql["visits_made"], span).fetchall()
    listed = site["key"] in registered and registered[site["key"]].listed(now)
    cap = cap_of(Facts(listed), policy_of(services.settings))
    items = [
        {
            "task_id": row["id"],
            "number": row["number"],
            "reason": None if company else row["reason"],
            "listed": row["listed"],
            "outcome": row["outcome"],
            "visited_at": row["visited_at"],
        }
        for row in made
    ]
    content = {
        "site": site_id,
        "year": visits.year,
        "listed": listed,
        "cap": cap,
        "made": visits.made,
        "planned": None if company else visits.planned,
        "left": max(0, cap - visits.made),
        "items": items,
    }
    return json_reply(request, content)


@router.get(
    "/samples",
    response_model=SampleList,
    summary="Random on-site samples, newest first",
    responses=READ_PROBLEMS,
)
def list_samples(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    limit: Limit = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """With seed and candidates, so that the draw can be repeated. A company sees the seed, and itself where it stood in the draw,
    but not who was drawn: that announces visits."""
    before: list[Any] = read_cursor(cursor, "samples", parse_moment) if cursor else [None]
    arguments = {"before": before[0], "most": limit + 1}
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("tasks")["samples"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("samples", last["published_at"])
    if principal.site_key is not None:
        own = {principal.site_id}
        fetched = [
            {**row, "candidates": [site for site in row["candidates"] if site in own], "chosen": []}
            for row in fetched
        ]
    return json_reply(request, {"items": fetched, "next": following})
