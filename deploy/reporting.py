"""The role that reports outside Outfall read with: it sees the views of the schema ``reporting`` and nothing else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import psycopg
from psycopg import ClientCursor

from deploy import stack as local
from deploy.stack.errors import StackNotThere
from store.database import away
from store.errors import SchemaError, StoreError
from store.queries import queries
from store.settings import Settings

ROLE = "outfall_reporting"

DATABASE_PASSWORD = "database-password"
GRAFANA_PASSWORD = "grafana-admin-password"
"""One password a file, so that Grafana can read them by ``$__file`` and none stands in a configuration."""

PASSWORD_BYTES = 24
GRAFANA_UID = 472
"""User of the Grafana image; it must read the passwords, and nobody else may."""


def admin_url(settings: Settings) -> str:
    """How a superuser reaches the database: through the local stack of this home, else as the services do.

    In Docker compose the services' own user is the superuser of its container.
    """
    database_url = settings.database()
    try:
        address = local.address(settings.home)
    except StackNotThere:
        return database_url
    if address.database_url != database_url:
        return database_url
    return f"{address.admin_database_url.rsplit('/', 1)[0]}/{database_url.rsplit('/', 1)[1]}"


def provide(superuser_url: str, folder: Path) -> None:
    """Make the role, or bring it to what it shall be, and keep its password and one for Grafana in ``folder``.

    Passwords are made once and stay. Raises StoreError ``database_away`` or ``role_refused`` and SchemaError
    ``reporting_missing``.
    """
    sql = queries("reporting")
    try:
        admin = psycopg.connect(superuser_url, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise away(error) from error
    with admin:
        if admin.execute(sql["schema_there"]).fetchone() is None:
            raise SchemaError(
                "The views for reports are not there: run `outfall migrate` first.", code="reporting_missing"
            )
        password = kept(folder, DATABASE_PASSWORD)
        kept(folder, GRAFANA_PASSWORD)
        verifier = admin.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256").decode()
        try:
            with admin.transaction():
                if admin.execute(sql["find_role"]).fetchone() is None:
                    admin.execute(sql["create_role"])
                for statement in (
                    "bound_role",
                    "read_only",
                    "statement_timeout",
                    "idle_timeout",
                    "timezone",
                    "search_path",
                    "grant_schema",
                    "grant_views",
                    "grant_later_views",
                ):
                    admin.execute(sql[statement])
                ClientCursor(admin).execute(sql["set_password"], {"verifier": verifier})
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                f"Only a superuser of the database can make the role {ROLE}: name one with --admin-url.",
                code="role_refused",
            ) from error


def kept(folder: Path, name: str) -> str:
    """The password of this name, made on first use; readable by its owner and by nobody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / name
    if file.is_file():
        known = file.read_text(encoding="utf-8").strip()
        if known:
            return known
    made = secrets.token_urlsafe(PASSWORD_BYTES)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write(made)
    return made


def hand_to_grafana(folder: Path) -> None:
    """Let Grafana's user of its container own the folder and the passwords in it; only root can."""
    if os.geteuid() != 0:
        return
    os.chown(folder, GRAFANA_UID, 0)
    for name in (DATABASE_PASSWORD, GRAFANA_PASSWORD):
        os.chown(folder / name, GRAFANA_UID, 0)
