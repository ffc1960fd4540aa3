"""Bring a database to the schema of this release.

Migrations are the plain SQL files of ``store/migrations`` in the order of their names; yoyo-migrations applies each in a
transaction of its own and records it. An advisory lock lets several processes start at once.
"""

from __future__ import annotations

import io
from contextlib import closing, redirect_stdout
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import yoyo

from store.errors import SchemaError, StoreError
from store.queries import queries


def _yoyo_url(database_url: str) -> str:
    parts = urlsplit(database_url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise StoreError(
            f"OUTFALL_DATABASE_URL must start with postgresql://, not {parts.scheme!r}.",
            code="database_url_wrong",
        )
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))


def migrate(database_url: str) -> list[str]:
    """Apply what is missing and return the names applied, oldest first; an up-to-date database gives an empty list.

    Raises StoreError when the database cannot be reached and SchemaError when a step fails (that step is rolled back).
    """
    migrations = yoyo.read_migrations(str(Path(str(resources.files("store"))) / "migrations"))
    url = _yoyo_url(database_url)
    try:
        guard = psycopg.connect(database_url, autocommit=True)
    except psycopg.OperationalError as error:
        raise StoreError(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}. "
            "Check OUTFALL_DATABASE_URL or run `outfall stack up`.",
            code="database_away",
        ) from error
    # The advisory lock ends with its connection; yoyo's own lock is a row that a killed process would leave behind.
    with guard:
        guard.execute(queries("system")["lock_schema"])
        backend = yoyo.get_backend(url)
        with closing(backend.connection):
            pending = backend.to_apply(migrations)
            names = [str(migration.id) for migration in pending]
            try:
                # yoyo prints what the statements of a migration answer; whoever starts Outfall reads the names.
                with redirect_stdout(io.StringIO()):
                    backend.apply_migrations(pending)
            except psycopg.Error as error:
                raise SchemaError(f"A migration failed and was rolled back: {str(error).strip()}") from error
        return names


@cache
def expected_migrations() -> frozenset[str]:
    """Names of the migrations that this release needs."""
    files = resources.files("store").joinpath("migrations").iterdir()
    return frozenset(file.name.removesuffix(".sql") for file in files if file.name.endswith(".sql"))
