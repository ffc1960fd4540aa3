"""What every route works with: settings, the database, the event hub, the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, cast

import psycopg
from fastapi import Depends, Request
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from api.evidence.checkdesk import CheckDesk
from api.evidence.worker import Worker
from api.guesses import Guesses
from api.live import Hub
from api.metrics import Metrics
from api.openid.provider import Provider
from store.database import Connection
from store.language import speaking
from store.queries import queries
from store.settings import Settings

# Requests run on up to 40 threads; more than ten statements at once gain nothing on the machines this runs on.
POOL_SIZE = 10


class Database:
    """Short transactions on the pool; none may run longer than ten seconds."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[TupleRow]]) -> None:
        self._pool = pool

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only transaction.

        Raises psycopg.OperationalError (PoolTimeout is one) when the database is away; it becomes the problem ``database_away``.
        """
        with self._pool.connection() as connection:
            connection.execute(queries("read")["bound_transaction"], {"read_only": "on"})
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block and rolled back when it raises.

        What is written down is Chinese, whatever language its writer reads.
        """
        with speaking("zh"), self._pool.connection() as connection:
            connection.execute(queries("read")["bound_transaction"], {"read_only": "off"})
            yield connection


@dataclass(frozen=True, slots=True)
class Services:
    """One for the life of the application."""

    settings: Settings
    database: Database
    hub: Hub
    metrics: Metrics
    builder: Worker
    checks: CheckDesk
    guesses: Guesses
    openid: Provider | None


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    return cast(Services, request.app.state.services)


ServicesHere = Annotated[Services, Depends(services_of)]
"""Give a route the services by this type."""
