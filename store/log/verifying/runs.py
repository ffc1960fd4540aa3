"""The leaves in their order, made anew from the rows: what the tree must be made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store.database import Connection
from store.log.leaves import KINDS, read_leaves
from store.log.merkle import leaf_hash
from store.log.spans import Spans, count, joined, numbers, spans_of, split
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
            spans = spans_of(ids)
            for column, stored, wanted in (
                ("first_leaf", first_leaf, expected),
                ("count", number, count(spans)),
                ("low", low, spans[0][0] if spans else None),
                ("high", high, spans[-1][1] - 1 if spans else None),
            ):
                if stored != wanted:
                    report.differ("run_wrong", "log_run", first_leaf, column, stored, wanted)
            expected += count(spans)
            report.checked["run"] += 1
            if kind in KINDS:
                yield Run(first_leaf, kind, spans, earliest, latest)


def _made(connection: Connection, runs: Sequence[Run], gaps: Gaps, report: Report) -> Iterator[Leaf]:
    hashes = {kind: _hashes(connection, kind, runs, report) for kind in KINDS}
    for run in runs:
        for number in numbers(run.ids):
            found = hashes[run.kind].get(number)
            report.checked["leaf"] += 1
            yield Leaf(run.kind, number, found, found is None and gaps.leaf_may_be_gone(run.kind, number))


def _hashes(connection: Connection, kind: str, runs: Sequence[Run], report: Report) -> dict[int, bytes]:
    of_kind = [run for run in runs if run.kind == kind]
    if not of_kind:
        return {}
    ids = joined(span for run in of_kind for span in run.ids)
    earliest = min(run.earliest for run in of_kind)
    latest = max(run.latest for run in of_kind)
    found = {
        number: leaf_hash(data)
        for number, data in read_leaves(connection, kind, numbers(ids), earliest, latest)
    }
    if len(found) < count(ids):
        # The times of a run are a hint of where its rows lie; a hint that is wrong hides them.
        absent = [number for number in numbers(ids) if number not in found]
        hidden = {number: leaf_hash(data) for number, data in read_leaves(connection, kind, absent)}
        for run in of_kind:
            if any(number in hidden for number in numbers(run.ids)):
                report.differ("run_hides", "log_run", run.first_leaf, "earliest, latest")
        found |= hidden
    return found


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
