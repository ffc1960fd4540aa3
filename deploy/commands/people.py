"""``outfall user`` and ``outfall token``: who may use the console and the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from store import clock, people
from store.database import connect
from store.settings import load_settings

user_app = typer.Typer(help="Console users.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens.", no_args_is_help=True)

RoleOption = Annotated[str, typer.Option("--role", help=f"One of: {', '.join(people.ROLES)}.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Site id; needed for the role company.")]


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="Login name, lower-case letters and digits.")],
    role: RoleOption,
    display_name: Annotated[
        str | None, typer.Option("--display-name", help="Name as shown, e.g. 值班员.")
    ] = None,
    site: SiteOption = None,
) -> None:
    """Add a user and print the generated password once."""
    with connect(load_settings().database(), name="cli") as connection:
        password = people.add_user(
            connection, name=name, display_name=display_name or name, role=role, site_id=site
        )
        connection.commit()
    typer.echo(password)


@user_app.command("list")
def user_list(as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List the users, never their passwords."""
    with connect(load_settings().database(), name="cli") as connection:
        users = people.list_users(connection)
    if as_json:
        typer.echo(json.dumps([user.as_dict() for user in users], ensure_ascii=False, default=str))
        return
    table = Table("name", "display name", "role", "site", "disabled")
    for user in users:
        table.add_row(
            user.name, user.display_name, user.role, user.site_id or "", "yes" if user.disabled else ""
        )
    Console().print(table)


@token_app.command("create")
def token_create(
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", help="What the token is for.")] = "cli",
    site: SiteOption = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Expires after this many days.")] = None,
) -> None:
    """Create an API token and print it once; only its digest is kept."""
    expires = None if days is None else clock.now() + timedelta(days=days)
    with connect(load_settings().database(), name="cli") as connection:
        token = people.create_token(connection, name=name, role=role, site_id=site, expires_at=expires)
        connection.commit()
    typer.echo(token)
