"""The leaves in their order, made anew from the rows: what the tree must be made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store.database import Connection
from store.log.leaves import KINDS, read_leaves
from store.log.merkle import leaf_hash
from store.log.spans import Spans, count, joined, multirange, numbers, spans_of, split
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Report
from store.queries import queries

AT_ONCE = 20_000
"""Leaves made at a time."""

TABLES = {"message": "message", "period": "period_value", "record": "log_record"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the log as its row gives it.

    ``hash`` None: the row is gone; ``lawful`` says whether it was dropped by retention.
    """

    kind: str
    id: int
    hash: bytes | None
    lawful: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run of leaves."""

    first_leaf: int
    kind: str
    ids: Spans
    earliest: datetime
    latest: datetime


def leaves_anew(connection: Connection, gaps: Gaps, report: Report, start: int = 0) -> Iterator[Leaf]:
    """Every leaf from ``start`` on in the order of the log; what of the runs is wrong is reported."""
    waiting: list[Run] = []
    leaves = passed = 0
    for run in _runs(connection, report):
        if passed < start:
            before, rest = split(run.ids, start - passed)
            passed += count(before)
            run = replace(run, ids=rest)
        if not run.ids:
            continue
        waiting.append(run)
        leaves += count(run.ids)
        if leaves >= AT_ONCE:
            yield from _made(connection, waiting, gaps, report)
            waiting, leaves = [], 0
    yield from _made(connection, waiting, gaps, report)


def _runs(connection: Connection, report: Report) -> Iterator[Run]:
    expected = 0
    with connection.cursor(name="verify_runs") as cursor:
        cursor.execute(queries("logverify")["runs"])
        for first_leaf, number, kind, low, high, ids, earliest, latest in cursor:
            try:
                spans = spans_of(ids)
            except ValueError:
                spans = []  # without an end; what is missing is named below
            for column, stored, wanted in (
                ("first_leaf", first_leaf, expected),
                ("count", number, count(spans)),
                ("low", low, spans[0][0] if spans else None),
                ("high", high, spans[-1][1] - 1 if spans else None),
            ):
                if stored != wanted:
                    report.differ("run_wrong", "log_run", first_leaf, column, stored, wanted)
            # Numbers that nobody counted are no leaves: there could be any number of them.
            spans = split(spans, max(number, 0))[0]
            expected += count(spans)
            report.checked["run"] += 1
            if kind in KINDS:
                yield Run(first_leaf, kind, spans, earliest, latest)


def _made(connection: Connection, runs: Sequence[Run], gaps: Gaps, report: Report) -> Iterator[Leaf]:
    made = {kind: _read(connection, kind, runs) for kind in KINDS}
    for run in runs:
        earliest, latest = run.earliest, run.latest
        for number in numbers(run.ids):
            found = made[run.kind].get(number)
            report.checked["leaf"] += 1
            if found is None:
                yield Leaf(run.kind, number, None, gaps.leaf_may_be_gone(run.kind, number))
                continue
            digest, moment = found
            earliest, latest = min(earliest, moment), max(latest, moment)
            yield Leaf(run.kind, number, digest)
        # The times of a run say in which chunks its rows lie: one that is too narrow hides them.
        for column, stored, needed in (
            ("earliest", run.earliest, earliest),
            ("latest", run.latest, latest),
        ):
            if stored != needed:
                report.differ("run_hides", "log_run", run.first_leaf, column, stored, needed)


def _read(connection: Connection, kind: str, runs: Sequence[Run]) -> dict[int, tuple[bytes, datetime]]:
    """Leaf hash and time of every row of the runs of one kind that is there."""
    of_kind = [run for run in runs if run.kind == kind]
    if not of_kind:
        return {}
    ids = joined(span for run in of_kind for span in run.ids)
    earliest = min(run.earliest for run in of_kind)
    latest = max(run.latest for run in of_kind)
    found = {
        number: (leaf_hash(data), _time_of(kind, data))
        for number, data in read_leaves(connection, kind, multirange(ids), earliest, latest)
    }
    if len(found) < count(ids):
        absent = [number for number in numbers(ids) if number not in found]
        for number, data in read_leaves(connection, kind, absent):
            found[number] = leaf_hash(data), _time_of(kind, data)
    return found


def _time_of(kind: str, leaf: bytes) -> datetime:
    """The time that the table is divided by, as it stands in a leaf: of the names that are alike the last one is its own."""
    begin = leaf.rindex(_TIMES[kind]) + len(_TIMES[kind])
    return datetime.fromisoformat(leaf[begin : leaf.index(b'"', begin)].decode())


_TIMES = {"message": b'"received_at":"', "period": b',"start":"', "record": b',"recorded_at":"'}


def check_coverage(connection: Connection, report: Report) -> None:
    """Every row that ought to be in the log is, or waits to be sealed, and not for long; none is in it twice."""
    sql = queries("logverify")
    for kind, leaves, different in connection.execute(sql["leaves_by_kind"]).fetchall():
        if leaves != different:
            report.differ("leaf_twice", "log_run", kind, "ids", leaves, different)
    for kind, table in TABLES.items():
        found: Sequence[Any] = connection.execute(sql[f"unsealed_{kind}"], {"kind": kind}).fetchall()
        for (number,) in found:
            report.differ("unsealed", table, number)
    for number, kind, noted_at in connection.execute(sql["stuck"]):
        report.differ("pending_stuck", "log_pending", number, kind, noted_at.isoformat())
