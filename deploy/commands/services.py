"""``outfall migrate|ingest|alerts|api``: the schema and the three processes."""

from __future__ import annotations

import typer

from store.migrate import migrate as apply_migrations
from store.settings import load_settings


def migrate() -> None:
    """Bring the database to the schema of this release. Safe to repeat."""
    applied = apply_migrations(load_settings().database())
    for name in applied:
        typer.echo(f"applied {name}")
    if not applied:
        typer.echo("The schema is up to date.")


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
