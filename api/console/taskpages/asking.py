"""Asking for a task, and the steps with one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from alerts.tasks import byhand
from alerts.tasks.deciding import Wishes
from alerts.tasks.routing import Kind
from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.scope import visible_registry
from api.console.taskpages import reads, views
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.clock import BEIJING
from store.errors import Refused
from store.reasons import check_note
from store.registry import load_registry
from store.tasks import OUTCOMES, Caller, assign_task, cancel_task, start_task
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Handler = Annotated[Principal, requires(Permission.TASKS_HANDLE)]
TaskId = Annotated[int, Path(ge=1, lt=2**63)]
Words = Annotated[str, Form(max_length=4000)]
Chosen = Annotated[str, Query(max_length=64)]


@router.get("/tasks/new")
def new_task(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    kind: Chosen = "off_site",
    site: Chosen = "",
    alert: Chosen = "",
) -> Response:
    """The form of one kind of task. For a visit it says what the cap of each unit leaves."""
    now = clock.now()
    shown = kind if kind in OUTCOMES else "off_site"
    with services.database.read() as connection:
        registry = visible_registry(connection, principal, now)
        visits = reads.visit_counts(connection, registry, services.settings, site_key=None, at=now)
        handlers = reads.handlers(connection)
    return render(
        request,
        "taskpages/new.html",
        principal,
        page="tasks",
        kind=shown,
        kinds=views.kind_options(),
        reasons=views.reason_options(shown),
        sites=[("", text("console.taskpages.by_alert")), *((one.id, one.name) for one in registry.sites)],
        outlets=[
            ("", text("console.taskpages.whole_site")),
            *((one.id, f"{of.name} {one.name}") for of in registry.sites for one in of.outlets),
        ],
        handlers=[("", text("console.taskpages.nobody_yet")), *handlers],
        visits=visits,
        chosen=next((count for count in visits if count.site_id == site), None),
        site=site,
        alert=alert,
        year=now.year,
    )


@router.post("/tasks")
def ask(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    kind: Words = "",
    reason: Words = "",
    statement: Words = "",
    site: Words = "",
    outlet: Words = "",
    alert: Words = "",
    assigned_to: Words = "",
    due: Words = "",
) -> Response:
    """Open the task, or join the open one that does the same."""
    now = clock.now()
    if kind not in OUTCOMES:
        raise Refused(f"There is no kind of task {kind[:40]!r}.", code="request_invalid")
    wishes = Wishes(check_note(statement), assigned_to or None, moment_of(due))
    with services.database.write() as connection:
        alert_id = reads.alert_id_of(connection, alert.strip()) if alert.strip() else None
        asked = byhand.Request(cast(Kind, kind), reason, site or None, outlet or None, alert_id, wishes)
        registry = load_registry(connection, at=now)
        task_id = byhand.add_task(connection, registry, services.settings, asked, _caller(principal), now)
    return done(request, f"/tasks/{task_id}", said="taskpages.asked")


@router.post("/tasks/{task_id}/start")
def start(request: Request, services: ServicesHere, principal: Handler, task_id: TaskId) -> Response:
    """Begin it."""
    with services.database.write() as connection:
        start_task(connection, task_id, _caller(principal), clock.now())
    return done(request, f"/tasks/{task_id}", said="taskpages.started")


@router.post("/tasks/{task_id}/assign")
def assign(
    request: Request, services: ServicesHere, principal: Handler, task_id: TaskId, to: Words = ""
) -> Response:
    """Give it to somebody."""
    with services.database.write() as connection:
        assign_task(connection, task_id, to, _caller(principal), clock.now())
    return done(request, f"/tasks/{task_id}", said="taskpages.assigned")


@router.post("/tasks/{task_id}/done")
def finish(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    task_id: TaskId,
    outcome: Words = "",
    report: Words = "",
    visited_at: Words = "",
) -> Response:
    """End it with its outcome; a visit is counted from now on."""
    now = clock.now()
    with services.database.write() as connection:
        following = byhand.finish(
            connection,
            load_registry(connection, at=now),
            services.settings,
            task_id,
            outcome,
            check_note(report),
            _caller(principal),
            now,
            moment_of(visited_at),
        )
    said = "taskpages.finished_followed" if following else "taskpages.finished"
    return done(request, f"/tasks/{task_id}", said=said)


@router.post("/tasks/{task_id}/cancel")
def cancel(
    request: Request, services: ServicesHere, principal: Handler, task_id: TaskId, reason: Words = ""
) -> Response:
    """It is not needed."""
    with services.database.write() as connection:
        cancel_task(connection, task_id, check_note(reason), _caller(principal), clock.now())
    return done(request, f"/tasks/{task_id}", said="taskpages.cancelled")


def moment_of(given: str) -> datetime | None:
    """A Beijing moment of a form (``2026-11-24T08:30``); None for an empty field. Raises Refused ``time_malformed``."""
    if not given.strip():
        return None
    try:
        return datetime.fromisoformat(given.strip()).replace(tzinfo=BEIJING)
    except ValueError:
        raise Refused(f"{given[:40]!r} is no time.", code="time_malformed") from None


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)
