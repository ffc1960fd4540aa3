"""From rows to the material of the statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.statements import Statements, statements_of
from alerts.loading import first_period
from alerts.statistics.emission import gas_hours, milligrams
from alerts.statistics.facts import Fact, Facts, result_of
from alerts.statistics.mass import GAS_FLOW, WATER_FLOW
from alerts.statistics.material import Material
from alerts.statistics.spans import Span, span_of
from store.checkreads import checks_over
from store.clock import BEIJING, HOUR, hour_start
from store.database import Connection
from store.markreads import marks_over
from store.model import Outlet
from store.queries import queries
from store.settings import Settings

LOOK_BACK = timedelta(days=366)
"""How far back previous valid hours or days are looked for: a kiln may stand for months, but 2160 valid hours are 90 days."""

Ledger = dict[str, dict[datetime, Fact]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Spans of one outlet that statistics are asked of. ``factors`` None = all of them."""

    outlet: Outlet
    spans: Sequence[Span]
    factors: tuple[str, ...] | None = None

    @property
    def start(self) -> datetime:
        return min(span.start for span in self.spans)

    @property
    def end(self) -> datetime:
        return max(span.end for span in self.spans)


def load_material(
    connection: Connection, wanted: Wanted, settings: Settings, at: datetime, *, receipts: bool = True
) -> Material:
    """What the statistics of these spans are made from, as it is known at ``at``.

    Without ``receipts`` no reading is looked at: everything but the transmission is as with them.
    """
    outlet, gas = wanted.outlet, wanted.outlet.medium == "gas"
    until = hour_start(at - timedelta(seconds=settings.hour_grace_seconds))
    days_until = at - timedelta(seconds=settings.day_grace_seconds + settings.absent_quiet_seconds)
    begun = first_period(connection, outlet.key, outlet.factors)
    if begun is None:
        return Material(None, until, days_until)
    factors = outlet.factors if wanted.factors is None else wanted.factors
    flow = GAS_FLOW if gas else WATER_FLOW
    read = tuple(dict.fromkeys((*factors, *((flow,) if flow in outlet.factors else ()))))
    # The band of the substitution goes by the whole quarter, and a run of invalid hours has to be seen to its end.
    first = max(span_of("quarter", wanted.start).start if gas else wanted.start, begun.astimezone(BEIJING))
    last = min(span_of("quarter", wanted.end - HOUR).end if gas else wanted.end, until)
    reader = _Reader(connection, outlet.key, wanted)
    hours = reader.facts("hour", read, first, last)
    since = dict.fromkeys(read, first)
    if gas:
        gaps = [factor for factor in factors if _has_gaps(factor, hours, first, last)]
        if gaps and begun < first:
            earlier = max(first - LOOK_BACK, begun.astimezone(BEIJING))
            back = (*gaps, flow)
            for factor, facts in reader.facts("hour", back, earlier, first).items():
                hours[factor] = facts | hours[factor]
            since |= dict.fromkeys(back, earlier)
    looked = min(since.values())
    days_from = wanted.start if gas else wanted.start - LOOK_BACK
    return Material(
        begun=begun.astimezone(BEIJING),
        until=until,
        days_until=days_until,
        hours=hours,
        days=reader.facts("day", read, days_from, wanted.end),
        since=since,
        hour_receipts=reader.receipts(factors) if receipts else {},
        day_receipts=reader.day_receipts(factors) if receipts else {},
        statements=_statements(connection, outlet, min(looked, days_from), max(last, wanted.end)),
    )


def hour_kind(outlet: Outlet) -> str:
    """As what kind of reading the hours of an outlet are due: hour frames, or what hours are made from where none are."""
    monitor = outlet.monitor
    if monitor is None or monitor.cadence.hour:
        return "hour"
    return "minute" if monitor.cadence.minute is not None else "realtime"


class _Reader:
    def __init__(self, connection: Connection, outlet_key: int, wanted: Wanted) -> None:
        self._connection = connection
        self._outlet_key = outlet_key
        self._wanted = wanted

    def facts(self, span: str, factors: Sequence[str], earliest: datetime, latest: datetime) -> Ledger:
        """Facts by factor and start; verdicts only of what is asked for."""
        sql = queries("statistics")
        arguments = {
            "outlet_key": self._outlet_key,
            "span": span,
            "factors": list(factors),
            "earliest": earliest,
            "latest": latest,
        }
        asked = {
            **arguments,
            "earliest": max(earliest, self._wanted.start),
            "latest": min(latest, self._wanted.end),
        }
        results = {
            row[:3]: result_of(row[3]) for row in self._connection.execute(sql["results"], asked).fetchall()
        }
        found: Ledger = {factor: {} for factor in factors}
        for row in self._connection.execute(sql["facts"], arguments).fetchall():
            factor, start, revision, valid, status, measured, folded, reported, volume, reasons = row
            here = start.astimezone(BEIJING)
            found[factor][here] = Fact(
                here,
                valid,
                status,
                measured,
                folded,
                _finite(reported),
                volume,
                tuple(reasons),
                results.get((factor, start, revision)),
            )
        return found

    def receipts(self, factors: Sequence[str]) -> Mapping[str, Mapping[datetime, datetime]]:
        """First receipts of hours: of hour frames, or of minutes or realtime values where no hour frames are due."""
        return self._received("receipts", factors, hour_kind(self._wanted.outlet))

    def day_receipts(self, factors: Sequence[str]) -> Mapping[str, Mapping[datetime, datetime]]:
        """First receipts of day frames."""
        return self._received("day_receipts", factors, "day")

    def _received(
        self, statement: str, factors: Sequence[str], kind: str
    ) -> Mapping[str, Mapping[datetime, datetime]]:
        arguments = {
            "outlet_key": self._outlet_key,
            "factors": list(factors),
            "kind": kind,
            "earliest": self._wanted.start,
            "latest": self._wanted.end,
        }
        found: dict[str, dict[datetime, datetime]] = defaultdict(dict)
        rows = self._connection.execute(queries("statistics")[statement], arguments).fetchall()
        for factor, start, received_at in rows:
            found[factor][start.astimezone(BEIJING)] = received_at
        return found


def _finite(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value.is_finite() else None


def _has_gaps(factor: str, hours: Mapping[str, Facts], first: datetime, last: datetime) -> bool:
    """Whether a concentration has hours without a mass, so that something may have to stand in."""
    unit = milligrams(factor)
    if unit is None or GAS_FLOW not in hours:
        return False
    # Facts are of hours within [first, last), so the numbers tell.
    due = int((last - first) / HOUR)
    return len(gas_hours(hours[factor], hours[GAS_FLOW], unit)) < due


def _statements(connection: Connection, outlet: Outlet, earliest: datetime, latest: datetime) -> Statements:
    """Marks and checks over a time, with the last check before it."""
    first = hour_start(earliest)
    marks = marks_over(connection, outlet.key, first, latest)
    checks = checks_over(connection, outlet.key, first, latest)
    return statements_of(marks, checks, (), first, latest)
