"""Connections to the database.

One place decides how connections are made: UTC-independent (aware datetimes are sent and received), named application, and an
answer within seconds when the database is away.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import TupleRow, dict_row
from psycopg_pool import ConnectionPool

from store.errors import StoreError

CONNECT_SECONDS = 5

Connection = psycopg.Connection[TupleRow]
"""A connection whose rows are tuples; use ``rows(connection)`` for dictionaries."""


def connect(database_url: str, *, name: str, autocommit: bool = False) -> Connection:
    """Open one connection under the application name ``outfall-<name>``.

    Raises StoreError ``database_away`` when nothing answers within five seconds.
    """
    try:
        return psycopg.connect(
            database_url,
            autocommit=autocommit,
            application_name=f"outfall-{name}",
            connect_timeout=CONNECT_SECONDS,
            options="-c timezone=Asia/Shanghai",
        )
    except psycopg.OperationalError as error:
        raise away(error) from error


def rows(connection: Connection) -> psycopg.Cursor[dict[str, Any]]:
    """A cursor whose rows are dictionaries by column name."""
    return connection.cursor(row_factory=dict_row)


def pool(database_url: str, *, name: str, size: int) -> ConnectionPool[psycopg.Connection[TupleRow]]:
    """A bounded pool; waiting longer than five seconds for a connection raises psycopg_pool.PoolTimeout.

    The pool is returned open but does not wait for the database, so that a process can start before it.
    """
    return ConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        kwargs={
            "application_name": f"outfall-{name}",
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c timezone=Asia/Shanghai",
        },
        check=ConnectionPool.check_connection,
        open=True,
        name=name,
    )


def away(error: Exception) -> StoreError:
    """The error that says the database cannot be reached, without the URL and its password."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return StoreError(
        f"The database cannot be reached: {lines[0]}. Check OUTFALL_DATABASE_URL or run `outfall stack up`.",
        code="database_away",
    )
