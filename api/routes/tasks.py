"""``/tasks``: what officers are asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from alerts.tasks import byhand
from alerts.tasks.deciding import Wishes
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, Code, CursorHere, IfNoneMatch
from api.shapes.tasks import (
    AddTask,
    AssignTask,
    CancelTask,
    DecisionList,
    FinishTask,
    TaskDetail,
    TaskKind,
    TaskList,
    TaskState,
)
from api.taskread import NO_FILTER, task_detail, task_item
from api.wire import cursor_of, number_part, page, parse_moment, read_cursor
from api.writes import Write, WriteHere
from store import clock
from store.database import Connection, rows
from store.queries import queries
from store.registry import load_registry
from store.tasks import Caller, assign_task, cancel_task, start_task

router = APIRouter(tags=["tasks"])

Reader = Annotated[Principal, requires(Permission.TASKS_READ)]
Inner = Annotated[Principal, requires(Permission.ROUTING_READ)]
Handler = Annotated[Principal, requires(Permission.TASKS_HANDLE)]
TaskId = Annotated[int, Path(ge=1, lt=2**63)]
AlertNumber = Annotated[int, Query(ge=1, lt=2**63)]

# What a write does: given the connection it returns the id of the task that is answered.
Deed = Callable[[Connection], int]


@router.get("/tasks", response_model=TaskList, summary="Tasks, newest first", responses=READ_PROBLEMS)
def list_tasks(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    state: TaskState | None = None,
    kind: TaskKind | None = None,
    site: Code | None = None,
    alert: AlertNumber | None = None,
    assigned_to: Code | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By the time they were made. A company sees the questions to it and the visits that were made."""
    before: list[Any] = read_cursor(cursor, "tasks", parse_moment, number_part) if cursor else [None, None]
    arguments = {
        **NO_FILTER,
        "site_key": principal.site_key,
        "state": state,
        "kind": kind,
        "site": site,
        "alert": alert,
        "assigned_to": assigned_to,
        "before_time": before[0],
        "before_id": before[1],
        "most": limit + 1,
    }
    with services.database.read() as connection, rows(connection) as cursor_:
        fetched, last = page(cursor_.execute(queries("tasks")["tasks"], arguments).fetchall(), limit)
    following = None if last is None else cursor_of("tasks", last["created_at"], last["id"])
    return json_reply(request, {"items": [task_item(row, principal) for row in fetched], "next": following})


@router.get("/tasks/{task_id}", response_model=TaskDetail, summary="One task", responses=READ_PROBLEMS)
def get_task(
    request: Request,
    task_id: TaskId,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A task with its history and the decisions that made it; a company gets neither."""
    with services.database.read() as connection:
        return json_reply(request, task_detail(connection, task_id, principal))


@router.get(
    "/alerts/{alert_id}/routing",
    response_model=DecisionList,
    summary="How an alert was routed",
    responses=READ_PROBLEMS,
)
def list_decisions(
    request: Request,
    alert_id: TaskId,
    services: ServicesHere,
    principal: Inner,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every decision about the alert, oldest first, with its inputs and reasons; also that nobody was sent."""
    with services.database.read() as connection, rows(connection) as cursor:
        arguments = {"task_id": None, "alert_id": alert_id}
        found = cursor.execute(queries("tasks")["decisions"], arguments).fetchall()
    return json_reply(request, {"items": found, "next": None})


def _done(
    write: Write, principal: Principal, deed: Deed, body: BaseModel | None = None, status: int = 200
) -> Response:
    """Do it once a key and answer with the task as it stands then."""
    content = None if body is None else body.model_dump(mode="json")

    def do(connection: Connection) -> dict[str, Any]:
        return task_detail(connection, deed(connection), principal)

    return write.answer(principal, content, do, status=status)


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)


@router.post(
    "/tasks", response_model=TaskDetail, status_code=201, summary="Ask for a task", responses=PROBLEMS
)
def add_task(write: WriteHere, principal: Handler, body: AddTask) -> Response:
    """Off-site work, a question to the company, a visit with its stated reason, or a removal from the positive list.

    A task that does the same and is still open is joined. A visit is refused where its reason does not hold (422) or where the
    visits of the year are used up and the reason does not go beyond the cap (409).
    """
    asked = byhand.Request(
        body.kind,
        body.reason,
        body.site,
        body.outlet,
        body.alert_id,
        Wishes(body.statement, body.assigned_to, body.due_at),
    )

    def deed(connection: Connection) -> int:
        at = clock.now()
        registry = load_registry(connection, at=at)
        return byhand.add_task(connection, registry, write.services.settings, asked, _caller(principal), at)

    return _done(write, principal, deed, body, 201)


@router.post("/tasks/{task_id}/start", response_model=TaskDetail, summary="Begin a task", responses=PROBLEMS)
def start(task_id: TaskId, write: WriteHere, principal: Handler) -> Response:
    """Somebody works on it from now on. 409 when it was started before or is finished."""

    def deed(connection: Connection) -> int:
        start_task(connection, task_id, _caller(principal), clock.now())
        return task_id

    return _done(write, principal, deed)


@router.post(
    "/tasks/{task_id}/assign", response_model=TaskDetail, summary="Assign a task", responses=PROBLEMS
)
def assign(task_id: TaskId, write: WriteHere, principal: Handler, body: AssignTask) -> Response:
    """May be done again; the last one named works on it."""

    def deed(connection: Connection) -> int:
        assign_task(connection, task_id, body.to, _caller(principal), clock.now())
        return task_id

    return _done(write, principal, deed, body)


@router.post("/tasks/{task_id}/done", response_model=TaskDetail, summary="End a task", responses=PROBLEMS)
def finish(task_id: TaskId, write: WriteHere, principal: Handler, body: FinishTask) -> Response:
    """With its outcome. A visit counts from now on; off-site work that left a lead leads to a visit where the cap allows."""

    def deed(connection: Connection) -> int:
        at = clock.now()
        byhand.finish(
            connection,
            load_registry(connection, at=at),
            write.services.settings,
            task_id,
            body.outcome,
            body.report,
            _caller(principal),
            at,
            body.visited_at,
        )
        return task_id

    return _done(write, principal, deed, body)


@router.post(
    "/tasks/{task_id}/cancel", response_model=TaskDetail, summary="Cancel a task", responses=PROBLEMS
)
def cancel(task_id: TaskId, write: WriteHere, principal: Handler, body: CancelTask) -> Response:
    """It is not needed, and why. A visit that was not made is not counted."""

    def deed(connection: Connection) -> int:
        cancel_task(connection, task_id, body.reason, _caller(principal), clock.now())
        return task_id

    return _done(write, principal, deed, body)
