"""Reading marks from the database."""

from __future__ import annotations

from datetime import datetime

from store.database import Connection, rows
from store.marks import Mark, mark_of
from store.queries import queries


def marks_over(
    connection: Connection, outlet_key: int, from_time: datetime, to_time: datetime
) -> tuple[Mark, ...]:
    """Every mark that touches [from_time, to_time), oldest first; late and withdrawn ones too: ask ``effective``."""
    arguments = {"outlet_key": outlet_key, "from_time": from_time, "to_time": to_time}
    with rows(connection) as cursor:
        return tuple(mark_of(row) for row in cursor.execute(queries("marks")["marks_over"], arguments))
