"""The readings of a package are read beside everything else: on a connection that sees the same state of the database.

They are most of the bytes and take part in no proof; so the time that the database needs for them is not added to the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql
from psycopg.types.multirange import Multirange

from api.evidence.container import Spool
from api.evidence.messages import replayed_later, unsealed_messages
from api.evidence.values import write_readings
from api.evidence.working import Working
from api.verifier.bundle import bundle
from store.database import Connection, connect
from store.evidence import Place
from store.log.spans import joined, multirange, spans_of
from store.queries import queries
from store.settings import Settings


class _Stopped(Exception):
    """The rest of the collecting has failed; nobody waits for the readings."""


def begin_reading(connection: Connection, state: str | None = None) -> None:
    """Begin a transaction that sees one state of the database: the present one, or that which another connection shares."""
    statements = queries("evidence")
    connection.execute(statements["begin_reading"])
    if state is not None:
        connection.execute(sql.SQL(statements["take_state"]).format(state=sql.Literal(state)))
    connection.execute(statements["be_unbound"])


def outlet_ids(connection: Connection, place: Place) -> dict[int, str]:
    """The outlets of a place by their keys."""
    arguments = {"keys": list(place.outlet_keys)}
    return dict(connection.execute(queries("evidence")["outlet_ids"], arguments).fetchall())


def _left_out(connection: Connection, work: Working) -> Multirange[int]:
    """The messages whose readings are not in the package: what the checkpoint does not cover, and what was replayed after it."""
    later = replayed_later(connection, work.place, work.size)
    return multirange(joined([*unsealed_messages(connection, work.size), *spans_of(later)]))


@dataclass(frozen=True, slots=True)
class Aside:
    """Where the readings go meanwhile."""

    settings: Settings
    spool: Spool

    @contextmanager
    def reading(self, work: Working) -> Iterator[Callable[[], Mapping[str, int]]]:
        """Read in another thread while the block runs; gives the function that waits for it and puts the files into the package.

        What that function returns is the number of rows by path; it raises what reading raised.
        """
        row = work.connection.execute(queries("evidence")["share_state"]).fetchone()
        assert row is not None
        stopped = threading.Event()

        def check() -> None:
            if stopped.is_set():
                raise _Stopped

        def read() -> dict[str, int]:
            with connect(self.settings.database(), name="evidence-aside") as connection:
                begin_reading(connection, row[0])
                left_out = _left_out(connection, work)
                outlets = outlet_ids(connection, work.place)
                return write_readings(connection, work.place, outlets, left_out, self.spool, check)

        with ThreadPoolExecutor(2, thread_name_prefix="evidence-aside") as pool:
            under_way = pool.submit(read)
            # Put together once a process, best while everybody waits for the database; an error of it shows when it is asked for.
            pool.submit(bundle)

            def wait() -> Mapping[str, int]:
                lines = under_way.result()
                work.spool.adopt(self.spool)
                work.files.update({path: ("reading", count) for path, count in lines.items()})
                return lines

            try:
                yield wait
            finally:
                stopped.set()
