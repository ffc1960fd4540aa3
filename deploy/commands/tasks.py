"""``outfall task`` and ``outfall sample``: what officers are asked to do, and the random on-site sample."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from store import clock
from store.database import Connection, connect, rows
from store.errors import NotFound, Refused
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings, load_settings
from store.tasks import OUTCOMES, Caller, assign_task, cancel_task, start_task
from store.texts import text

task_app = typer.Typer(help="Tasks of officers (核查任务).", no_args_is_help=True)
sample_app = typer.Typer(
    help="The random on-site sample of the positive list (随机抽查).", no_args_is_help=True
)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
NumberArgument = Annotated[str, typer.Argument(help="Number or id of the task, e.g. RW-20261124-0001.")]
PeriodArgument = Annotated[str, typer.Argument(help="Year, quarter or month: 2026, 2026-Q4, 2026-11.")]


@contextmanager
def _working() -> Iterator[tuple[Connection, Settings, Caller, datetime]]:
    """A transaction that is committed when nothing was refused."""
    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        yield connection, settings, Caller(getpass.getuser(), "cli"), clock.now()


@task_app.command("list")
def task_list(
    state: Annotated[
        str | None, typer.Option("--state", help="open, in_progress, done or cancelled.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="off_site, company_query, on_site or removal_proposal.")
    ] = None,
    site: Annotated[str | None, typer.Option("--site", help="Site id.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List tasks, newest first."""
    with _working() as (connection, _, _, _):
        found = _tasks(connection, most=limit, state=state, kind=kind, site=site)
    if as_json:
        _json(found)
        return
    table = Table("number", "kind", "site", "outlet", "reason", "state", "due")
    for task in found:
        due = "" if task["due_at"] is None else f"{task['due_at']:%Y-%m-%d %H:%M}"
        kind_zh, reason_zh = text(f"tasks.kind.{task['kind']}"), text(f"tasks.reason.{task['reason']}")
        state_zh = text(f"tasks.state.{task['state']}")
        table.add_row(task["number"], kind_zh, task["site"], task["outlet"] or "", reason_zh, state_zh, due)
    Console().print(table)


@task_app.command("show")
def task_show(number: NumberArgument) -> None:
    """Write a task with its history and the decisions that made it as JSON."""
    sql = queries("tasks")
    with _working() as (connection, _, _, _), rows(connection) as cursor:
        task_id = _id_of(connection, number)
        task = _tasks(connection, id=task_id)[0]
        task["events"] = cursor.execute(sql["task_events"], {"task_id": task_id}).fetchall()
        task["decisions"] = cursor.execute(
            sql["decisions"], {"task_id": task_id, "alert_id": None}
        ).fetchall()
    _json(task)


@task_app.command("add")
def task_add(
    kind: Annotated[str, typer.Argument(help="off_site, company_query, on_site or removal_proposal.")],
    statement: Annotated[str, typer.Option("--statement", help="Why, in words.")],
    reason: Annotated[
        str,
        typer.Option("--reason", help="Reason code; a visit needs one, e.g. complaint or superior_order."),
    ] = "by_hand",
    site: Annotated[str | None, typer.Option("--site", help="Site id.")] = None,
    outlet: Annotated[str | None, typer.Option("--outlet", help="Outlet id.")] = None,
    alert: Annotated[int | None, typer.Option("--alert", help="Id of the alert that it is about.")] = None,
    assign: Annotated[str | None, typer.Option("--assign", help="User who gets it.")] = None,
) -> None:
    """Ask for a task and print its number; an open one that does the same is joined."""
    from alerts.tasks import byhand
    from alerts.tasks.deciding import Wishes

    if kind not in OUTCOMES:
        raise Refused(f"There is no kind {kind!r}; the kinds are {', '.join(OUTCOMES)}.", code="kind_unknown")
    asked = byhand.Request(
        cast(Any, kind), reason, site, outlet, alert, Wishes(statement=statement, assigned_to=assign)
    )
    with _working() as (connection, settings, caller, at):
        registry = load_registry(connection, at=at)
        task_id = byhand.add_task(connection, registry, settings, asked, caller, at)
        typer.echo(_tasks(connection, id=task_id)[0]["number"])


@task_app.command("start")
def task_start(number: NumberArgument) -> None:
    """Somebody works on it from now on."""
    with _working() as (connection, _, caller, at):
        start_task(connection, _id_of(connection, number), caller, at)


@task_app.command("assign")
def task_assign(number: NumberArgument, to: Annotated[str, typer.Argument(help="Name of the user.")]) -> None:
    """Give a task to a user."""
    with _working() as (connection, _, caller, at):
        assign_task(connection, _id_of(connection, number), to, caller, at)


@task_app.command("done")
def task_done(
    number: NumberArgument,
    outcome: Annotated[str, typer.Argument(help="How it ended, e.g. no_problem; depends on the kind.")],
    report: Annotated[str | None, typer.Option("--report", help="What was found, in words.")] = None,
    visited_at: Annotated[
        str | None, typer.Option("--visited-at", help="When the visit was, e.g. 2026-11-01T09:30+08:00.")
    ] = None,
) -> None:
    """End a task; a visit is counted from now on. Prints the numbers of tasks that follow."""
    from alerts.tasks import byhand

    with _working() as (connection, settings, caller, at):
        registry = load_registry(connection, at=at)
        task_id = _id_of(connection, number)
        visited = None if visited_at is None else _moment(visited_at)
        following = byhand.finish(
            connection, registry, settings, task_id, outcome, report, caller, at, visited
        )
        for follower in following:
            typer.echo(_tasks(connection, id=follower)[0]["number"])


@task_app.command("cancel")
def task_cancel(
    number: NumberArgument, reason: Annotated[str, typer.Option("--reason", help="Why, in words.")]
) -> None:
    """The task is not needed."""
    with _working() as (connection, _, caller, at):
        cancel_task(connection, _id_of(connection, number), reason, caller, at)


@sample_app.command("publish")
def sample_publish(
    period: PeriodArgument,
    seed: Annotated[
        str | None,
        typer.Option("--seed", help="Best a number that others draw in public; absent = 128 random bits."),
    ] = None,
) -> None:
    """Publish the seed of a period with the units that are listed now, before the draw."""
    from alerts.tasks.sampling import publish_sample

    with _working() as (connection, _, caller, at):
        registry = load_registry(connection, at=at)
        sample = publish_sample(connection, registry, period, seed, caller, at)
    _json(asdict(sample))


@sample_app.command("draw")
def sample_draw(period: PeriodArgument) -> None:
    """Draw the units of a period and give each its visit."""
    from alerts.tasks.sampling import draw_sample

    with _working() as (connection, settings, caller, at):
        registry = load_registry(connection, at=at)
        sample = draw_sample(connection, registry, settings, period, caller, at)
    _json(asdict(sample))


@sample_app.command("show")
def sample_show(
    period: Annotated[str | None, typer.Argument(help="One period; absent = all, newest first.")] = None,
) -> None:
    """Write samples as JSON, with the rank of every candidate, so that the draw can be checked by hand."""
    from alerts.tasks.sample import rank
    from alerts.tasks.sampling import find_sample

    with _working() as (connection, _, _, _), rows(connection) as cursor:
        if period is not None:
            samples = [asdict(find_sample(connection, period))]
        else:
            samples = cursor.execute(queries("tasks")["samples"], {"before": None, "most": 100}).fetchall()
    for sample in samples:
        ranks = {unit: rank(sample["seed"], unit) for unit in sample["candidates"]}
        sample["ranks"] = dict(sorted(ranks.items(), key=lambda entry: entry[1]))
    _json(samples)


def _tasks(connection: Connection, **filters: Any) -> list[dict[str, Any]]:
    arguments = dict.fromkeys(
        ("site_key", "id", "state", "kind", "site", "alert", "assigned_to", "before_time", "before_id")
    )
    with rows(connection) as cursor:
        return cursor.execute(queries("tasks")["tasks"], {**arguments, "most": 1, **filters}).fetchall()


def _id_of(connection: Connection, number: str) -> int:
    arguments = {"number": number, "id": int(number) if number.isascii() and number.isdigit() else None}
    row = connection.execute(queries("tasks")["find_task"], arguments).fetchone()
    if row is None:
        raise NotFound(f"There is no task {number!r}. `outfall task list` shows them.", code="task_not_found")
    return int(row[0])


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise Refused(f"{given!r} is not an ISO time.", code="time_wrong") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.BEIJING)


def _json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
