"""``outfall backtest``: one rule over history."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from alerts.rules.backtest import Hit
from alerts.rules.backtest import backtest as run_backtest
from alerts.rules.keeping import numbers_of
from alerts.rules.loading import length_of
from alerts.rules.register import rule_of
from alerts.rules.shape import Rule
from store import clock
from store.database import connect
from store.errors import SettingsError
from store.registry import load_registry
from store.settings import load_settings


def backtest(
    rule: Annotated[str, typer.Argument(help="Code of the rule, e.g. abnormal_constant.")],
    since: Annotated[
        str, typer.Option("--from", help="First day or moment, e.g. 2026-10-01 (Beijing time).")
    ],
    until: Annotated[str, typer.Option("--to", help="First day or moment that is left out.")],
    outlet: Annotated[str | None, typer.Option("--outlet", help="Only this outlet.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
) -> None:
    """Run one rule over stored data and list what it would have noticed; nothing is written.

    Thresholds come from the settings: set OUTFALL_CONSTANT_HOURS=6 before the command to see what six hours would give.
    """
    chosen = rule_of(rule)
    from_time, to_time = _moment("--from", since), _moment("--to", until)
    if to_time <= from_time:
        raise SettingsError(f"--to {until!r} must be after --from {since!r}.", code="time_wrong")

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {total} ")

    settings = load_settings()
    with connect(settings.database(), name="backtest", autocommit=True) as connection:
        registry = load_registry(connection, at=clock.now())
        outlets = [registry.outlet(outlet)] if outlet is not None else list(registry.outlets())
        hits = run_backtest(connection, chosen, outlets, settings, from_time, to_time, clock.now(), progress)
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    if as_json:
        answer: dict[str, Any] = {
            "rule": chosen.name,
            "severity": chosen.severity,
            "looks_at": list(chosen.looks_at),
            "innocent_causes": list(chosen.innocent_causes),
            "noticed": [_record(chosen, hit) for hit in hits],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    _print(chosen, hits)


def _record(rule: Rule, hit: Hit) -> dict[str, Any]:
    return {
        "outlet": hit.outlet.id,
        "factor": hit.noticed.factor,
        **numbers_of(rule, hit.noticed, length_of(rule)),
    }


def _print(rule: Rule, hits: list[Hit]) -> None:
    table = Table("outlet", "factor", rule.span, "numbers")
    for hit in hits:
        start = hit.noticed.start.astimezone(clock.BEIJING)
        shown = ", ".join(
            f"{name} {value}" for name, value in hit.noticed.numbers.items() if value is not None
        )
        table.add_row(hit.outlet.id, hit.noticed.factor or "", f"{start:%Y-%m-%d %H:%M}", shown)
    Console().print(table)
    typer.echo(f"{len(hits)} noticed by {rule.name}.")


def _moment(option: str, given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise SettingsError(f"{option} {given!r} is no date and no ISO time.", code="time_wrong") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.BEIJING)
