"""``outfall sites``: check, apply and export the sites file."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from deploy.sites import SAMPLE_SITES
from store import clock
from store.apply import apply_sites
from store.checkedfile import read_checked_file
from store.database import connect
from store.export import export_sites
from store.registry import load_registry
from store.settings import load_settings
from store.sitesfile import SITES_FILE

app = typer.Typer(help="Check, apply or export the sites file.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The sites file (YAML).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


@app.command()
def check(file: FileArgument = SAMPLE_SITES, as_json: JsonOption = False) -> None:
    """Check a sites file without a database: every error with its line."""
    found = read_checked_file(SITES_FILE, file)
    outlets = [outlet for site in found.sites for outlet in site.outlets]
    counts = {
        "sites": len(found.sites),
        "outlets": len(outlets),
        "limits": sum(len(outlet.limits) for outlet in outlets),
        "gateways": len(found.gateways),
    }
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
    """Apply a sites file: what changed is closed and opened anew, with an audit entry.

    On the local stack the broker learns new gateways at once; their passwords are in the Outfall home (see `outfall stack env`).
    """
    from deploy.localstack import sync_gateways

    settings = load_settings()
    found = read_checked_file(SITES_FILE, file)
    with (
        connect(settings.database(), name="cli") as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        report = apply_sites(connection, found, actor=getpass.getuser(), at=clock.now())
    if not dry_run:
        sync_gateways(settings, [gateway.id for gateway in found.gateways])
    if as_json:
        typer.echo(json.dumps({"changes": report.changes, "unchanged": report.unchanged, "dry_run": dry_run}))
        return
    for line in report.changes:
        typer.echo(f"{'would be ' if dry_run else ''}{line}")
    typer.echo(f"{len(report.changes)} changed, {report.unchanged} unchanged.")


@app.command()
def export(
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Include passwords and SM4 keys of monitors.")
    ] = False,
) -> None:
    """Write the registry as a sites file on standard output."""
    settings = load_settings()
    with connect(settings.database(), name="cli") as connection:
        registry = load_registry(connection, at=clock.now())
    typer.echo(export_sites(registry, secrets=secrets), nl=False)
