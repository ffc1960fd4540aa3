"""``outfall mark`` and ``outfall check``: file, withdraw and list what is said about periods and monitors."""

from __future__ import annotations

import getpass
import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from store import clock
from store.checkfiling import KINDS, NewCheck, file_check
from store.checkreads import checks_over
from store.checks import Check
from store.database import connect
from store.errors import Refused
from store.markfiling import file_mark, withdraw_mark
from store.marklabels import label_name, labels_of
from store.markreads import marks_over
from store.markrules import NewMark, clocks_of
from store.marks import Mark
from store.model import Outlet, Registry
from store.registry import load_registry
from store.settings import load_settings

mark_app = typer.Typer(help="Marks (标记) of periods.", no_args_is_help=True)
check_app = typer.Typer(help="Checks (核查) of monitors.", no_args_is_help=True)

ORIGIN = "cli"

OutletArgument = Annotated[str, typer.Argument(help="Outlet id.", show_default=False)]
FromOption = Annotated[str, typer.Option("--from", help="Beijing time, like 2026-11-24T08:00.")]
ToOption = Annotated[str, typer.Option("--to", help="Beijing time, exclusive.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in words.")]
FactorOption = Annotated[
    str | None, typer.Option("--factor", help="Factor code; without it every factor of the outlet.")
]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=1100, help="How many days back.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]


@mark_app.command("file")
def mark_file(
    outlet: OutletArgument,
    label: Annotated[str, typer.Argument(help="Label, see `outfall mark labels`.", show_default=False)],
    from_time: FromOption,
    to_time: ToOption,
    reason: ReasonOption,
    category: Annotated[str, typer.Option("--category", help="device or condition.")] = "device",
    factor: FactorOption = None,
    as_json: JsonOption = False,
) -> None:
    """File a mark; a time over several days becomes one mark a day. Late ones are kept and change no value."""
    settings = load_settings()
    at = clock.now()
    with connect(settings.database(), name="cli") as connection:
        registry = load_registry(connection, at=at)
        found, industry = _place(registry, outlet)
        marks = file_mark(
            connection,
            found,
            industry,
            NewMark(category, label, factor, _moment(from_time), _moment(to_time), reason),
            actor=getpass.getuser(),
            origin=ORIGIN,
            at=at,
            clocks=clocks_of(settings),
        )
    _show_marks(marks, industry, as_json)


@mark_app.command("withdraw")
def mark_withdraw(
    mark: Annotated[int, typer.Argument(help="Number of the mark.", min=1, show_default=False)],
    reason: ReasonOption,
) -> None:
    """Take a filed mark back; it stays on record."""
    with connect(load_settings().database(), name="cli") as connection:
        withdraw_mark(connection, mark, actor=getpass.getuser(), origin=ORIGIN, reason=reason, at=clock.now())
    typer.echo(f"Mark {mark} is withdrawn; its hours are judged again.")


@mark_app.command("list")
def mark_list(outlet: OutletArgument, days: DaysOption = 7, as_json: JsonOption = False) -> None:
    """List the marks of an outlet, late and withdrawn ones too."""
    at = clock.now()
    with connect(load_settings().database(), name="cli") as connection:
        found, industry = _place(load_registry(connection, at=at), outlet)
        marks = marks_over(connection, found.key, at - timedelta(days=days), at)
    _show_marks(marks, industry, as_json)


@mark_app.command("labels")
def mark_labels(
    industry: Annotated[str, typer.Argument(help="Industry as in the sites file.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """List the labels of an industry, and which of them are local."""
    labels = [label for label in labels_of(industry) if label.filed]
    names = ("category", "code", "name", "local", "source")
    _show(names, [{name: getattr(label, name) for name in names} for label in labels], as_json)


@check_app.command("file")
def check_file(
    outlet: OutletArgument,
    factor: Annotated[str, typer.Argument(help="Factor code.", show_default=False)],
    checked_at: Annotated[str, typer.Option("--at", help="Beijing time, like 2026-11-24T08:00.")],
    passed: Annotated[bool, typer.Option("--passed/--failed", help="The result.", show_default=False)],
    kind: Annotated[str, typer.Option("--kind", help=f"One of: {', '.join(KINDS)}.")] = "standard",
    measured: Annotated[str | None, typer.Option(help="What the monitor showed.")] = None,
    reference: Annotated[str | None, typer.Option(help="What it should have shown.")] = None,
    note: Annotated[str | None, typer.Option(help="Anything else.")] = None,
    as_json: JsonOption = False,
) -> None:
    """File the result of a check."""
    at = clock.now()
    new = NewCheck(factor, kind, _moment(checked_at), passed, _number(measured), _number(reference), note)
    with connect(load_settings().database(), name="cli") as connection:
        found, _ = _place(load_registry(connection, at=at), outlet)
        check = file_check(connection, found, new, actor=getpass.getuser(), origin=ORIGIN, at=at)
    _show_checks((check,), as_json)


@check_app.command("list")
def check_list(outlet: OutletArgument, days: DaysOption = 31, as_json: JsonOption = False) -> None:
    """List the checks of an outlet, and of each factor the last one before that time."""
    at = clock.now()
    with connect(load_settings().database(), name="cli") as connection:
        found, _ = _place(load_registry(connection, at=at), outlet)
        checks = checks_over(connection, found.key, at - timedelta(days=days), at)
    _show_checks(checks, as_json)


def _place(registry: Registry, outlet_id: str) -> tuple[Outlet, str]:
    outlet = registry.outlet(outlet_id)
    return outlet, registry.site_of(outlet).industry


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{text!r} is no time; write it like 2026-11-24T08:00 (Beijing time).", code="time_malformed"
        ) from None
    return (moment.replace(tzinfo=clock.BEIJING) if moment.tzinfo is None else moment).astimezone(
        clock.BEIJING
    )


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise Refused(f"{text!r} is no number.", code="check_value_impossible") from None


def _show_marks(marks: tuple[Mark, ...], industry: str, as_json: bool) -> None:
    names = ("mark", "category", "label", "name", "factor", "from", "to", "channel", "filed_by", "standing")
    items = [
        {
            "mark": mark.id,
            "category": mark.category,
            "label": mark.label,
            "name": label_name(industry, mark.category, mark.label),
            "factor": mark.factor,
            "from": mark.from_time.isoformat(timespec="minutes"),
            "to": mark.to_time.isoformat(timespec="minutes"),
            "channel": mark.channel,
            "filed_by": mark.filed_by,
            "standing": mark.standing,
            "reason": mark.reason,
            "deadline": mark.deadline.isoformat(timespec="minutes"),
        }
        for mark in marks
    ]
    _show(names, items, as_json)


def _show_checks(checks: tuple[Check, ...], as_json: bool) -> None:
    names = ("check", "factor", "kind", "at", "result", "measured", "reference", "source", "filed_by")
    items = [
        {
            "check": check.id,
            "factor": check.factor,
            "kind": check.kind,
            "at": check.checked_at.isoformat(timespec="minutes"),
            "result": "passed" if check.passed else "failed",
            "measured": check.measured,
            "reference": check.reference,
            "source": check.source,
            "filed_by": check.filed_by,
        }
        for check in checks
    ]
    _show(names, items, as_json)


def _show(names: tuple[str, ...], items: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(items, ensure_ascii=False, default=str))
        return
    table = Table(*names)
    for item in items:
        table.add_row(*("" if item[name] is None else str(item[name]) for name in names))
    Console().print(table)
