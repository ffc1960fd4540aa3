"""``outfall migrate|ingest|alerts|api``: the schema and the three processes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.assets import install_assets, place_assets
from deploy.launch.bringup import register_when_empty
from store.migrate import migrate as apply_migrations
from store.settings import load_settings


def migrate(
    sites: Annotated[
        Path | None,
        typer.Option("--sites", help="Sites file that is applied when nothing is registered yet."),
    ] = None,
) -> None:
    """Bring the database to the schema of this release. Safe to repeat."""
    url = load_settings().database()
    applied = apply_migrations(url)
    for name in applied:
        typer.echo(f"applied {name}")
    if not applied:
        typer.echo("The schema is up to date.")
    if sites is not None:
        register_when_empty(url, sites, typer.echo)


def assets(
    source: Annotated[
        Path | None, typer.Option("--from", help="Take them from this node_modules folder instead of npm.")
    ] = None,
) -> None:
    """Install the console's browser assets (ECharts, htmx, Tabler). Safe to repeat."""
    if source is not None:
        place_assets(source)
    else:
        install_assets(typer.echo)


def ingest() -> None:
    """Receive: MQTT, HJ 212, JSON; store and acknowledge. Ends cleanly on Ctrl-C."""
    from ingest.service import main

    raise typer.Exit(main())


def alerts() -> None:
    """Judge: period values, verdicts, findings, alerts. Ends cleanly on Ctrl-C."""
    from alerts.service import main

    raise typer.Exit(main())


def api() -> None:
    """Serve: the REST API, the event stream and the console. Ends cleanly on Ctrl-C."""
    from api.service import main

    raise typer.Exit(main())
