"""Reading checks of monitors and comparisons of the transmission chain from the database."""

from __future__ import annotations

from datetime import datetime

from store.checks import ChainCheck, Check, chain_check_of, check_of
from store.database import Connection, rows
from store.queries import queries


def checks_over(
    connection: Connection, outlet_key: int, from_time: datetime, to_time: datetime
) -> tuple[Check, ...]:
    """The checks in [from_time, to_time), and of each factor the last one before and the first one after; oldest first.

    Of several statements about one factor and moment one is given: the last that was filed, or the failed one where device and
    people differ.
    """
    arguments = {"outlet_key": outlet_key, "from_time": from_time, "to_time": to_time}
    with rows(connection) as cursor:
        found = cursor.execute(queries("marks")["checks_over"], arguments).fetchall()
    return tuple(check_of(row) for row in found)


def chain_checks_over(
    connection: Connection, outlet_key: int, from_time: datetime, to_time: datetime
) -> tuple[ChainCheck, ...]:
    """The comparisons of the hours that start in [from_time, to_time); the last one filed for an hour and factor counts."""
    arguments = {"outlet_key": outlet_key, "from_time": from_time, "to_time": to_time}
    with rows(connection) as cursor:
        found = cursor.execute(queries("marks")["chain_checks_over"], arguments).fetchall()
    return tuple(chain_check_of(row) for row in found)
