"""``outfall channels``: over what people are told, and whether it works. No command shows a secret."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from store import audit, clock
from store.channels import apply_channels, channel_standings
from store.channelsfile import CHANNELS_FILE
from store.checkedfile import read_checked_file
from store.database import connect
from store.settings import load_settings

app = typer.Typer(help="Channels of notifications: check, apply, list, test.", no_args_is_help=True)

FileArgument = Annotated[
    Path, typer.Argument(help="The channels file (YAML); it holds secrets.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


@app.command()
def check(file: FileArgument, as_json: JsonOption = False) -> None:
    """Check a channels file without a database: every error with its line."""
    found = read_checked_file(CHANNELS_FILE, file)
    counts = {"channels": len(found.channels), "shifts": len(found.shifts), "routes": len(found.routes)}
    if as_json:
        typer.echo(json.dumps({"ok": True, **counts}))
    else:
        typer.echo(f"{file} is good: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")


@app.command()
def apply(
    file: FileArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a channels file what holds, with an audit entry. The next message goes by it."""
    found = read_checked_file(CHANNELS_FILE, file)
    with (
        connect(load_settings().database(), name="cli") as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        applied = apply_channels(connection, found, actor=getpass.getuser(), origin="cli", at=clock.now())
    if as_json:
        answer = {"changes": applied.changes, "unchanged": applied.unchanged, "dry_run": dry_run}
        typer.echo(json.dumps(answer))
        return
    for line in applied.changes:
        typer.echo(f"{'would be ' if dry_run else ''}{line}")
    typer.echo(f"{len(applied.changes)} changed, {applied.unchanged} unchanged.")


@app.command("list")
def list_channels(as_json: JsonOption = False) -> None:
    """The channels in use, how each fares, and how many messages wait for it."""
    with connect(load_settings().database(), name="cli") as connection:
        standings = channel_standings(connection, clock.now())
    if as_json:
        typer.echo(json.dumps(standings, default=str))
        return
    table = Table("id", "kind", "address", "per minute", "state", "waiting", "last delivered")
    for one in standings:
        last = "" if one["last_ok"] is None else f"{one['last_ok']:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            one["id"],
            one["kind"],
            one["address"],
            str(one["per_minute"]),
            one["state"],
            str(one["waiting"]),
            last,
        )
    Console().print(table)


@app.command()
def test(
    channel: Annotated[str, typer.Argument(help="Id of the channel.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Send a test message over one channel now and say what it answered. Exit 1 when it was not delivered."""
    from alerts.notify.trial import try_channel

    settings = load_settings()
    with connect(settings.database(), name="cli", autocommit=True) as connection:
        outcome = try_channel(connection, settings, channel)
        audit.record(
            connection,
            actor=getpass.getuser(),
            origin="cli",
            action="notify:channel:test",
            subject=channel,
            detail={"delivered": outcome.ok, "status": outcome.status},
        )
    answer = {"channel": channel, "delivered": outcome.ok, "status": outcome.status, "answer": outcome.answer}
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        said = f"{outcome.status} {outcome.answer}".strip()
        typer.echo(f"{channel}: {'delivered' if outcome.ok else 'NOT delivered'} ({said})")
    if not outcome.ok:
        raise typer.Exit(1)
