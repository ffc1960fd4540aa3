"""From rows to the values of the judgement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.judgement.collecting import Place, samples_of
from alerts.judgement.statements import NOTHING_SAID, Statements, statements_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import Columns, Period, Sample, Verdict
from alerts.windows import windows
from store.checkreads import chain_checks_over, checks_over
from store.clock import BEIJING
from store.database import Connection
from store.markreads import marks_over
from store.marks import Mark
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest revision of a period value as it is stored."""

    revision: int
    period: Period


def samples(
    connection: Connection, outlet_key: int, kind: str, factors: Sequence[str], hours: Iterable[datetime]
) -> dict[Place, tuple[Sample, ...]]:
    """Readings of some hours by factor and hour, in time order, each in its newest revision."""
    ranges = windows(hours)
    if not ranges:
        return {}
    found = connection.execute(
        queries("judgement")["readings"],
        {
            "outlet_key": outlet_key,
            "kind": kind,
            "factors": list(factors),
            "froms": [start for start, _ in ranges],
            "tos": [end for _, end in ranges],
            "earliest": ranges[0][0],
            "latest": ranges[-1][1],
        },
    ).fetchall()
    return samples_of(found)


def stored_periods(
    connection: Connection,
    outlet_key: int,
    span: str,
    factors: Sequence[str],
    earliest: datetime,
    latest: datetime,
) -> dict[Place, Stored]:
    """The newest revision of each period value that starts in a range, with its verdicts."""
    arguments = {
        "outlet_key": outlet_key,
        "span": span,
        "factors": list(factors),
        "earliest": earliest,
        "latest": latest,
    }
    sql = queries("judgement")
    rows = {(row[0], row[1]): row for row in connection.execute(sql["periods"], arguments).fetchall()}
    if not rows:
        return {}
    verdicts: dict[tuple[str, datetime, int], list[Verdict]] = defaultdict(list)
    for row in connection.execute(sql["verdicts"], arguments).fetchall():
        verdicts[row[0], row[1], row[2]].append(_verdict(row))
    return {
        place: Stored(row[2], _period(row, span, tuple(verdicts.get((row[0], row[1], row[2]), ()))))
        for place, row in rows.items()
    }


def load_statements(
    connection: Connection,
    subject: Subject,
    earliest: datetime,
    latest: datetime,
    assumed: Sequence[Mark] = (),
) -> Statements:
    """The marks and checks that take effect on the hours of [earliest, latest).

    Where exemptions are on record the marks begin a year before the calendar year: quotas count the year, and an event may have
    begun before it.
    """
    since = earliest
    if subject.exemptions:
        year = earliest.astimezone(BEIJING).year - 1
        since = datetime(year, 1, 1, tzinfo=BEIJING)
    marks = (*marks_over(connection, subject.outlet_key, since, latest), *assumed)
    checks = checks_over(connection, subject.outlet_key, earliest, latest)
    chain = chain_checks_over(connection, subject.outlet_key, earliest, latest)
    if not marks and not checks and not chain:
        return NOTHING_SAID
    return statements_of(marks, checks, chain, earliest, latest)


def first_period(connection: Connection, outlet_key: int, factors: Sequence[str]) -> datetime | None:
    """Start of the earliest judged hour of an outlet; None before its first data."""
    arguments = {"outlet_key": outlet_key, "factors": list(factors)}
    row = connection.execute(queries("judgement")["first_period"], arguments).fetchone()
    return row[0] if row else None


def _verdict(row: Sequence[Any]) -> Verdict:
    return Verdict(row[3], row[4], row[5], row[6], row[7], row[8], row[9], tuple(row[10]), row[11])


def _period(row: Sequence[Any], span: str, verdicts: tuple[Verdict, ...]) -> Period:
    inputs: Mapping[str, Any] = row[16]
    return Period(
        start=row[1].astimezone(BEIJING),
        factor=row[0],
        span=span,
        reported=Columns(row[3], row[4]),
        recomputed=Columns(row[5], row[6]),
        after_marking=Columns(row[7], row[8]),
        after_exemption=Columns(row[9], row[10]),
        valid=row[11],
        status=row[12],
        reasons=tuple(row[13]),
        count=row[14],
        expected=row[15],
        inputs=inputs,
        rule=row[17],
        verdicts=verdicts,
    )
