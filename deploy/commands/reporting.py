"""``outfall reporting``: read-only access for reports outside Outfall, such as Grafana."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.reporting import ROLE, admin_url, hand_to_grafana
from deploy.reporting import provide as provide_role
from store.settings import load_settings

app = typer.Typer(help="Read-only access for reports outside Outfall, such as Grafana.", no_args_is_help=True)


@app.callback()
def reporting() -> None:
    """Read-only access for reports outside Outfall, such as Grafana."""


@app.command()
def provide(
    secrets: Annotated[
        Path | None,
        typer.Option("--secrets", help="Where the passwords go; else secrets/reporting of the home."),
    ] = None,
    superuser_url: Annotated[
        str | None,
        typer.Option("--admin-url", help="A superuser of the database, where the services' user is none."),
    ] = None,
    for_grafana: Annotated[
        bool, typer.Option("--for-grafana", help="Hand the files to the user of the Grafana container.")
    ] = False,
) -> None:
    """Make the role that reads the views of the schema reporting, with a generated password. Can be run again."""
    settings = load_settings()
    folder = secrets or settings.home / "secrets" / "reporting"
    provide_role(superuser_url or admin_url(settings), folder)
    if for_grafana:
        hand_to_grafana(folder)
    typer.echo(f"The role {ROLE} can read; its password is in {folder}.")
