"""Which record is which leaf, both ways."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from store.database import Connection
from store.errors import LogError, NotFound
from store.log.spans import Ids, Spans, numbers, slices, spans_of
from store.queries import queries

AT_ONCE = 10_000


def places_of(connection: Connection, kind: str, ids: Ids) -> dict[int, int]:
    """The leaf of every record that is sealed, by id; what is not sealed yet, or does not exist, is left out."""
    found: dict[int, int] = {}
    for piece in slices(spans_of(ids), AT_ONCE):
        wanted = list(numbers(piece))
        runs = connection.execute(queries("log")["runs_of"], {"kind": kind, "numbers": wanted})
        for first_leaf, run in runs.fetchall():
            found |= _within(first_leaf, spans_of(run), wanted)
    return dict(sorted(found.items()))


def _within(first_leaf: int, run: Spans, wanted: Sequence[int]) -> dict[int, int]:
    """The leaves of those wanted ids, which are in order, that a run holds."""
    lows = [low for low, _ in run]
    before = [first_leaf]
    for low, high in run:
        before.append(before[-1] + high - low)
    found = {}
    for number in wanted[bisect_left(wanted, run[0][0]) : bisect_left(wanted, run[-1][1])]:
        at = bisect_right(lows, number) - 1
        if number < run[at][1]:
            found[number] = before[at] + number - run[at][0]
    return found


def record_at(connection: Connection, leaf: int) -> tuple[str, int]:
    """Kind and id of the record that a leaf is of. Raises NotFound ``leaf_not_sealed``."""
    row = connection.execute(queries("log")["run_at"], {"leaf": leaf}).fetchone() if leaf >= 0 else None
    if row is not None:
        first_leaf, _, kind, ids = row
        skip = leaf - first_leaf
        for low, high in spans_of(ids):
            if skip < high - low:
                return str(kind), low + skip
            skip -= high - low
    raise NotFound(f"The log has no leaf {leaf} yet.", code="leaf_not_sealed", leaf=leaf)


def name_of(connection: Connection, record: int) -> tuple[str, str]:
    """Table and key of a record. Raises LogError ``log_record_missing`` when the record is gone."""
    row = connection.execute(queries("log")["name_of_record"], {"id": record}).fetchone()
    if row is None:
        raise LogError(
            f"The record {record} is sealed, and gone.",
            code="log_record_missing",
            kind="record",
            ids=[record],
        )
    return row[0], row[1]
