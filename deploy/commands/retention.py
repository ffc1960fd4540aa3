"""``outfall retention``: how long raw data are kept, legal holds, and the dropping."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from store import clock
from store.database import connect
from store.errors import Refused
from store.retention.dropping import drop_old
from store.retention.holds import Subject, lift_hold, list_holds, place_hold
from store.retention.overview import as_item, list_drops, overview
from store.settings import load_settings
from store.tasks import Caller

app = typer.Typer(help="Keeping raw data, and legal holds (留存与冻结).", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, in words.")]
MOST = 500


@app.command("status")
def status(as_json: JsonOption = False) -> None:
    """How long raw data are kept, whether they are dropped at night, what stands in the way, what was dropped last."""
    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        state = overview(connection, settings, clock.now(), MOST)
        state["drops"] = list_drops(connection, None, 10)
    del state["items"], state["next"]
    if as_json:
        _json(state)
        return
    table = Table("what", "value")
    for name, value in state.items():
        if name != "drops":
            table.add_row(name, str(value))
    for drop in state["drops"]:
        table.add_row("dropped", f"{drop['dropped_at']:%Y-%m-%d} {drop['kind']} {drop['chunk']}")
    Console().print(table)


@app.command("preview")
def preview(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many chunks.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Which chunks would go now, and what keeps the others; drops nothing."""
    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        items = overview(connection, settings, clock.now(), limit)["items"]
    _chunks(items, as_json)


@app.command("run")
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Drop now what the nightly job would drop, also while that is switched off."""
    settings = load_settings()
    years = settings.retention_years
    with connect(settings.database(), name="cli", autocommit=True) as connection:
        if dry_run:
            items = overview(connection, settings, clock.now(), MOST)["items"]
            items = [item for item in items if item["goes"]]
        else:
            gone = drop_old(connection, clock.now(), years, _caller())
            items = [as_item(looked, years) for looked in gone]
    _chunks(items, as_json)


@app.command("hold")
def hold(
    kind: Annotated[str, typer.Argument(help="lead, alert or outlet.")],
    subject: Annotated[str, typer.Argument(help="Number or id; of an outlet its id.")],
    reason: ReasonOption,
    from_: Annotated[
        str | None, typer.Option("--from", help="Of an outlet: since when, e.g. 2026-11-01T00:00.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Of an outlet: until when.")] = None,
) -> None:
    """Place a legal hold and print its number."""
    with connect(load_settings().database(), name="cli") as connection:
        held = Subject(kind, subject, _moment(from_), _moment(to))
        typer.echo(place_hold(connection, held, reason, _caller(), clock.now()))


@app.command("lift")
def lift(
    number: Annotated[int, typer.Argument(min=1, help="Number of the hold.")], reason: ReasonOption
) -> None:
    """End a legal hold."""
    with connect(load_settings().database(), name="cli") as connection:
        lift_hold(connection, number, reason, _caller(), clock.now())


@app.command("holds")
def holds(
    every: Annotated[bool, typer.Option("--all", help="Lifted ones too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List legal holds, newest first."""
    with connect(load_settings().database(), name="cli") as connection:
        found = list_holds(connection, standing=not every, most=MOST)
    if as_json:
        _json(found)
        return
    table = Table("number", "of", "from", "to", "reason", "placed by", "lifted")
    for item in found:
        of = item["alert"] or item["outlet"] or str(item["lead_id"])
        lifted = "" if item["lifted_at"] is None else f"{item['lifted_at']:%Y-%m-%d}"
        times = (
            "" if item[name] is None else f"{item[name]:%Y-%m-%d %H:%M}" for name in ("from_time", "to_time")
        )
        table.add_row(
            str(item["id"]),
            f"{item['kind']} {of}",
            *times,
            escape(item["reason"]),
            escape(item["placed_by"]),
            lifted,
        )
    Console().print(table)


def _chunks(items: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _json(items)
        return
    table = Table("kind", "chunk", "until", "old at", "goes", "kept by")
    for item in items:
        kept = [reason for reason in item["reasons"] if reason != "held"]
        kept += [f"{held['source']} {held['number'] or held['id']}" for held in item["held_by"]]
        table.add_row(
            item["kind"],
            item["chunk"],
            f"{item['range_end']:%Y-%m-%d}",
            f"{item['old_at']:%Y-%m-%d}",
            "yes" if item["goes"] else "",
            ", ".join(kept),
        )
    Console().print(table)


def _caller() -> Caller:
    return Caller(getpass.getuser(), "cli")


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise Refused(f"{given!r} is not an ISO time.", code="time_wrong") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=clock.BEIJING)


def _json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
