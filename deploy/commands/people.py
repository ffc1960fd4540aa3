"""``outfall user`` and ``outfall token``: who may use the console and the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.permissions import scopes_of
from store import clock, people
from store.database import Connection, connect
from store.errors import Conflict
from store.identity import managing, openid
from store.identity.managing import CLI
from store.settings import load_settings

user_app = typer.Typer(help="Console users.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens.", no_args_is_help=True)

RoleOption = Annotated[str, typer.Option("--role", help=f"One of: {', '.join(people.ROLES)}.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Site id; needed for the role company.")]
NameArgument = Annotated[str, typer.Argument(help="Login name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="Login name, lower-case letters and digits.")],
    role: RoleOption,
    display_name: Annotated[
        str | None, typer.Option("--display-name", help="Name as shown, e.g. 值班员.")
    ] = None,
    site: SiteOption = None,
    keep: Annotated[
        bool, typer.Option("--keep-password", help="The password need not be changed at the first sign-in.")
    ] = False,
) -> None:
    """Add a user and print the generated password once; it has to be changed at the first sign-in."""
    with connect(load_settings().database(), name="cli") as connection:
        password = people.add_user(
            connection,
            name=name,
            display_name=display_name or name,
            role=role,
            site_id=site,
            must_change=not keep,
        )
        connection.commit()
    typer.echo(password)


@user_app.command("list")
def user_list(as_json: JsonOption = False) -> None:
    """List the users, never their passwords."""
    with connect(load_settings().database(), name="cli") as connection:
        users = people.list_users(connection)
    if as_json:
        typer.echo(json.dumps([user.as_dict() for user in users], ensure_ascii=False, default=str))
        return
    table = Table("name", "display name", "role", "site", "disabled", "second factor", "must change")
    for user in users:
        table.add_row(
            user.name,
            user.display_name,
            user.role,
            user.site_id or "",
            _yes(user.disabled),
            _yes(user.second_factor),
            _yes(user.must_change),
        )
    Console().print(table)


@user_app.command("change")
def user_change(
    name: NameArgument,
    role: Annotated[str | None, typer.Option("--role", help="Another role.")] = None,
    display_name: Annotated[str | None, typer.Option("--display-name", help="Another name as shown.")] = None,
    site: SiteOption = None,
) -> None:
    """Change role, name as shown or site; another role or site signs the user out everywhere."""

    def change(connection: Connection, key: int) -> None:
        user = managing.get_user(connection, key)
        wanted = role or user.role.value
        kept_site = user.site_id if wanted == user.role.value else None
        managing.change_user(
            connection,
            key,
            display_name=display_name or user.display_name,
            role=wanted,
            site_id=site or kept_site,
            by=CLI,
            at=clock.now(),
        )

    _with_user(name, change)


@user_app.command("disable")
def user_disable(name: NameArgument) -> None:
    """No sign-in from now on; whoever is signed in as this user is signed out."""
    _with_user(name, lambda connection, key: managing.disable_user(connection, key, by=CLI, at=clock.now()))


@user_app.command("enable")
def user_enable(name: NameArgument) -> None:
    """Sign-in is possible again; a lock is lifted."""
    _with_user(name, lambda connection, key: managing.enable_user(connection, key, by=CLI))


@user_app.command("end-sessions")
def user_end_sessions(name: NameArgument) -> None:
    """Sign a user out everywhere."""
    _with_user(name, lambda connection, key: managing.sign_out(connection, key, by=CLI, at=clock.now()))


@user_app.command("reset-password")
def user_reset_password(name: NameArgument) -> None:
    """Print a new password once; it has to be changed at the first sign-in."""
    with connect(load_settings().database(), name="cli") as connection:
        password = people.reset_password(connection, name=name, at=clock.now())
        connection.commit()
    typer.echo(password)


@user_app.command("reset-totp")
def user_reset_totp(name: NameArgument) -> None:
    """Switch the second factor of a user off, for a lost telephone."""

    def reset(connection: Connection, key: int) -> None:
        if not managing.reset_second_factor(connection, key, by=CLI, at=clock.now()):
            raise Conflict(f"The second factor of {name} is not on.", code="second_factor_off")

    _with_user(name, reset)


@user_app.command("link-openid")
def user_link_openid(
    name: NameArgument,
    subject: Annotated[str, typer.Argument(help="The claim `sub` of this person at the provider.")],
    issuer: Annotated[
        str | None, typer.Option("--issuer", help="Issuer URL; else OUTFALL_OIDC_ISSUER.")
    ] = None,
) -> None:
    """Say who a user is at the OpenID provider; for an admin there is no other way."""
    at_provider = issuer or load_settings().oidc_issuer
    if at_provider is None:
        raise Conflict("Give --issuer, or set OUTFALL_OIDC_ISSUER.", code="openid_half_configured")
    _with_user(
        name,
        lambda connection, key: openid.link(
            connection,
            managing.get_user(connection, key),
            at_provider,
            subject,
            by=CLI,
            at=clock.now(),
        ),
    )


@user_app.command("unlink-openid")
def user_unlink_openid(name: NameArgument) -> None:
    """The user signs in with a password only."""
    _with_user(
        name,
        lambda connection, key: openid.unlink(connection, managing.get_user(connection, key), by=CLI),
    )


@token_app.command("create")
def token_create(
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", help="What the token is for.")] = "cli",
    site: SiteOption = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Expires after this many days.")] = None,
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Narrow it to this permission, e.g. leads:read; may be repeated."),
    ] = None,
) -> None:
    """Create an API token and print it once; only its digest is kept."""
    expires = None if days is None else clock.now() + timedelta(days=days)
    narrowed = scopes_of(people.role_of(role), scopes or ())
    with connect(load_settings().database(), name="cli") as connection:
        token = people.create_token(
            connection, name=name, role=role, site_id=site, expires_at=expires, scopes=narrowed
        )
        connection.commit()
    typer.echo(token)


@token_app.command("list")
def token_list(as_json: JsonOption = False) -> None:
    """List the newest tokens with what became of them, never their texts."""
    with connect(load_settings().database(), name="cli") as connection:
        tokens = managing.list_tokens(connection)
    if as_json:
        typer.echo(json.dumps([token.as_dict() for token in tokens], ensure_ascii=False, default=str))
        return
    table = Table("id", "name", "role", "site", "scopes", "created by", "expires", "last used", "revoked")
    for token in tokens:
        table.add_row(
            str(token.key),
            token.name,
            token.role,
            token.site_id or "",
            "all" if token.scopes is None else " ".join(token.scopes),
            token.created_by,
            str(token.expires_at or ""),
            str(token.last_used_at or ""),
            f"{token.revoked_at} by {token.revoked_by}" if token.revoked_at else "",
        )
    Console().print(table)


@token_app.command("revoke")
def token_revoke(
    key: Annotated[int, typer.Argument(help="Id of the token, as `outfall token list` shows it.")],
) -> None:
    """Revoke a token: it opens nothing from now on."""
    with connect(load_settings().database(), name="cli") as connection:
        managing.revoke_token(connection, key, by=CLI, at=clock.now())
        connection.commit()


def _with_user(name: str, step: Callable[[Connection, int], object]) -> None:
    with connect(load_settings().database(), name="cli") as connection:
        step(connection, managing.user_key_of(connection, name))
        connection.commit()


def _yes(value: bool) -> str:
    return "yes" if value else ""
