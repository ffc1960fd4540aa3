"""``/tasks``: the list, one task, and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.scope import visible_registry
from api.console.taskpages import exported, reads, views
from api.console.taskpages.filtering import Cursor, Filters, cursor_after, filters_of, place_of
from api.context import ServicesHere
from api.exports import csv_response, xlsx_response
from api.permissions import Permission
from api.taskread import task_detail, task_item
from api.wire import page
from store import clock
from store.database import Connection
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.TASKS_READ)]
TaskId = Annotated[int, Path(ge=1, lt=2**63)]
Asked = Annotated[Filters, Depends(filters_of)]

SHOWN = 50


@router.get("/tasks")
def task_list(
    request: Request, services: ServicesHere, principal: Reader, asked: Asked, cursor: Cursor = None
) -> Response:
    """Tasks by filters, with the visits of every unit against its cap."""
    now = clock.now()
    site_key = principal.site_key
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        found = reads.list_tasks(
            connection,
            asked.sought(principal),
            site_key=site_key,
            now=now,
            before=place_of(cursor),
            most=SHOWN + 1,
        )
        fetched, last = page(found, SHOWN)
        items = [task_item(row, principal) for row in fetched]
        names = _names(connection, items)
        visits = reads.visit_counts(connection, registry, services.settings, site_key=site_key, at=now)
        counts = reads.counts(connection, site_key=site_key, mine=principal.name, now=now)
    following = None
    if last is not None:
        following = asked.address(cursor=cursor_after(last["created_at"], last["id"]))
    return render(
        request,
        "taskpages/list.html",
        principal,
        page="tasks",
        tasks=[views.task_view(item, registry, names, now) for item in items],
        visits=visits,
        year=now.year,
        counts=counts,
        asked=asked,
        kinds=[("", text("console.taskpages.all_kinds")), *views.kind_options()],
        states=views.state_options(),
        sites=[("", text("console.taskpages.all_sites")), *((site.id, site.name) for site in registry.sites)],
        following=following,
        first=None if cursor is None else asked.address(),
        company=site_key is not None,
    )


@router.get("/tasks/export.{form}")
def task_table(
    services: ServicesHere, principal: Reader, asked: Asked, form: Literal["xlsx", "csv"]
) -> Response:
    """The list with the same filters as a table."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        found = reads.list_tasks(
            connection,
            asked.sought(principal),
            site_key=principal.site_key,
            now=now,
            before=None,
            most=reads.TABLE_MOST,
        )
        items = [task_item(row, principal) for row in found]
        names = _names(connection, items)
    tasks = [views.task_view(item, registry, names, now) for item in items]
    sheet = exported.sheet_of(tasks, who=principal.display_name or principal.name, at=now)
    name = f"{sheet.title} {now:%Y-%m-%d}.{form}"
    return csv_response(name, sheet) if form == "csv" else xlsx_response(name, [sheet], at=now)


@router.get("/tasks/{task_id}")
def task_page(request: Request, services: ServicesHere, principal: Reader, task_id: TaskId) -> Response:
    """One task: why it was made, its steps, its history."""
    now = clock.now()
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        detail = task_detail(connection, task_id, principal)
        people = [event["actor"] for event in detail["events"]]
        people += [event["detail"].get("to") for event in detail["events"]]
        names = _names(connection, [detail], people)
        handlers = reads.handlers(connection) if principal.may(Permission.TASKS_HANDLE) else []
        visits = reads.visit_counts(
            connection, registry, services.settings, site_key=principal.site_key, at=now
        )
    task = views.task_view(detail, registry, names, now)
    return render(
        request,
        "taskpages/task.html",
        principal,
        page="tasks",
        task=task,
        events=views.event_views(detail["events"], names),
        decisions=views.decision_views(detail["decisions"]),
        outcomes=views.outcome_options(task.kind),
        handlers=handlers,
        visits=next((count for count in visits if count.site_id == task.site_id), None),
        today=f"{now:%Y-%m-%dT%H:%M}",
        company=principal.site_key is not None,
    )


def _names(
    connection: Connection, items: Sequence[Mapping[str, Any]], more: Sequence[str | None] = ()
) -> Mapping[str, str]:
    people = [item[field] for item in items for field in ("assigned_to", "created_by")]
    return reads.display_names(connection, [*people, *more])
