"""``outfall handover``: to whom leads are handed over, and whether it works. No command shows a secret."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from store import clock
from store.checkedfile import read_checked_file
from store.database import connect
from store.handover.connectors import apply_connectors, connector_standings
from store.handover.file import HANDOVER_FILE
from store.settings import load_settings
from store.tasks import Caller

app = typer.Typer(help="Hand-over of leads: check, apply, list, test connectors.", no_args_is_help=True)

FileArgument = Annotated[
    Path, typer.Argument(help="The connectors file (YAML); it holds secrets.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


@app.command()
def check(file: FileArgument, as_json: JsonOption = False) -> None:
    """Check a connectors file without a database: every error with its line."""
    found = read_checked_file(HANDOVER_FILE, file)
    if as_json:
        typer.echo(json.dumps({"ok": True, "connectors": len(found.connectors)}))
    else:
        typer.echo(f"{file} is good: {len(found.connectors)} connectors.")


@app.command()
def apply(
    file: FileArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a connectors file what holds, with an audit entry. What waits for a changed connector is tried at once."""
    found = read_checked_file(HANDOVER_FILE, file)
    caller = Caller(getpass.getuser(), "cli")
    with (
        connect(load_settings().database(), name="cli") as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        applied = apply_connectors(connection, found, caller, clock.now())
    if as_json:
        answer = {"changes": applied.changes, "unchanged": applied.unchanged, "dry_run": dry_run}
        typer.echo(json.dumps(answer))
        return
    for line in applied.changes:
        typer.echo(f"{'would be ' if dry_run else ''}{line}")
    typer.echo(f"{len(applied.changes)} changed, {applied.unchanged} unchanged.")


@app.command("list")
def list_connectors(as_json: JsonOption = False) -> None:
    """The connectors in use, what waits for each, and what it answered last."""
    with connect(load_settings().database(), name="cli") as connection:
        standings = connector_standings(connection)
    if as_json:
        typer.echo(json.dumps(standings, default=str))
        return
    table = Table("id", "kind", "address", "auth", "trial", "waiting", "delivered", "refused", "last answer")
    for one in standings:
        last = "" if one["last_at"] is None else f"{one['last_outcome']} {one['last_at']:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            one["id"],
            one["kind"],
            one["address"],
            one["auth"],
            "yes" if one["trial"] else "",
            str(one["waiting"]),
            str(one["delivered"]),
            str(one["refused"]),
            last,
        )
    Console().print(table)


@app.command()
def test(
    connector: Annotated[str, typer.Argument(help="Id of the connector.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Send a document that says it is a test and say what was answered. Exit 1 when it was not received."""
    from alerts.handover.trial import try_connector
    from store.log.keys import load_signer

    settings = load_settings()
    signer = load_signer(settings)
    with connect(settings.database(), name="cli") as connection:
        answer = try_connector(connection, connector, signer)
    received = answer.kind == "accepted"
    if as_json:
        told = {"connector": connector, "received": received, "status": answer.status, "answer": answer.text}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        said = f"{answer.status} {answer.text}".strip()
        typer.echo(f"{connector}: {'received' if received else 'NOT received'} ({said})")
    if not received:
        raise typer.Exit(1)
