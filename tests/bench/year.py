"""A year of the five sample units in a database, within minutes: ``python -m tests.bench.year DATABASE_URL`` (of a superuser).

Realtime values as often as each monitor sends them, minute, hour and day values, periods and verdicts, some hundred
alerts with tasks and messages, marks, the loss ledger, quarantine, the audit trail, and the statistics as they are published.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg

from alerts.statistics.publishing import publish_statistics
from store.apply import apply_sites
from store.clock import DAY, day_start, now
from store.database import Connection, connect
from store.model import Outlet
from store.queries import parse
from store.registry import load_registry
from store.settings import Settings
from store.sitesfile import read_sites_file

STATEMENTS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
SITES_FILE = resources.files("deploy").joinpath("sites", "huangzhong.yaml")

DAYS = 365
MESSAGE_DAYS = 7
"""Messages of the last week: their number changes no page, and their bytes would be most of the fill."""

STEP_DAYS = 30
WORKERS = 2
VACUUMED = (
    "reading",
    "period_value",
    "verdict",
    "alert",
    "alert_event",
    "alert_occurrence",
    "ledger",
    "statistic",
    "outbox",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """The readings of one outlet and kind over some days."""

    outlet: Outlet
    kind: str
    step: int
    start: datetime
    end: datetime


def fill(superuser_url: str, settings: Settings, days: int = DAYS, told: Any = print) -> None:
    """Fill a migrated, empty database up to now. ``superuser_url`` is needed to switch the triggers off."""
    end = now().replace(second=0, microsecond=0)
    start = day_start(end) - days * DAY
    with connect(superuser_url, name="bench") as connection:
        text = SITES_FILE.read_text(encoding="utf-8")
        apply_sites(connection, read_sites_file(text), actor="bench", at=start - DAY)
    with connect(superuser_url, name="bench") as connection:
        registry = load_registry(connection, at=end)
    outlets = list(registry.outlets())
    began = time.perf_counter()
    pieces = [piece for outlet in outlets for piece in pieces_of(outlet, start, end)]
    with ThreadPoolExecutor(WORKERS) as workers:
        for _ in workers.map(lambda piece: _fill_readings(superuser_url, piece), pieces):
            pass
    told(f"readings after {time.perf_counter() - began:.0f} s")
    with connect(superuser_url, name="bench", autocommit=True) as connection:
        connection.execute(STATEMENTS["quietly"])
        _judge(connection, outlets, start, end)
        span = {"from": start, "to": end}
        for name in (
            "alerts",
            "tasks",
            "marks",
            "ledger",
            "quarantined",
            "states",
            "audited",
            "told",
            "beats",
        ):
            connection.execute(STATEMENTS[name], {name: span[name] for name in span})
        connection.execute(STATEMENTS["messages"], {"from": end - timedelta(days=MESSAGE_DAYS), "to": end})
        for table in VACUUMED:
            connection.execute(f"vacuum (analyze) {table}")  # type: ignore[call-overload]
    told(f"judged after {time.perf_counter() - began:.0f} s")
    with connect(superuser_url, name="bench") as connection:
        publish_statistics(connection, registry, settings, end)
    with connect(superuser_url, name="bench", autocommit=True) as connection:
        connection.execute("vacuum (analyze) statistic")
        found = connection.execute(STATEMENTS["size"]).fetchone()
    assert found is not None
    alerts, marks, verdicts, periods, rows, size = found
    told(
        f"{rows:,} readings and messages, {periods:,} periods, {verdicts:,} verdicts, {alerts} alerts, {marks} marks, "
        f"{size / 1e9:.1f} GB after {time.perf_counter() - began:.0f} s"
    )


def pieces_of(outlet: Outlet, start: datetime, end: datetime) -> Iterator[Piece]:
    """What an outlet sends, in pieces that two workers can share."""
    assert outlet.monitor is not None, outlet.id
    cadence = outlet.monitor.cadence
    for kind, step, last in (
        ("realtime", cadence.realtime, end),
        ("minute", cadence.minute, end),
        ("hour", 3600, end.replace(minute=0)),
        ("day", 86400, day_start(end)),
    ):
        if step is None:
            continue
        begin = start
        while begin < last:
            until = min(begin + STEP_DAYS * DAY, last)
            yield Piece(outlet, kind, step, begin, until)
            begin = until


def _fill_readings(url: str, piece: Piece) -> None:
    with connect(url, name="bench", autocommit=True) as connection:
        connection.execute(STATEMENTS["quietly"])
        connection.execute(
            STATEMENTS["readings"],
            {
                "outlet": piece.outlet.key,
                "kind": piece.kind,
                "factors": list(piece.outlet.factors),
                "bases": [float(base_of(piece.outlet, factor)) for factor in piece.outlet.factors],
                "folding": [folds(piece.outlet, factor) for factor in piece.outlet.factors],
                "from": piece.start,
                "to": piece.end,
                "step": piece.step,
            },
        )


def base_of(outlet: Outlet, factor: str) -> Decimal:
    """About what the values of a factor are: two thirds of its limit, or a number of its own."""
    bounds = [
        limit.maximum for limit in outlet.limits if limit.factor == factor and limit.maximum is not None
    ]
    if factor == "w01001":
        return Decimal("9.5")
    return min(bounds) * Decimal("0.7") if bounds else Decimal(90)


def folds(outlet: Outlet, factor: str) -> bool:
    """Whether values of this factor come folded too."""
    return outlet.oxygen_reference is not None and any(limit.factor == factor for limit in outlet.limits)


def limits_of(outlet: Outlet, at: datetime) -> Mapping[str, tuple[int, Decimal]]:
    """Key and ceiling of the strictest limit in force by factor."""
    found: dict[str, tuple[int, Decimal]] = {}
    for limit in outlet.limits:
        if limit.maximum is None or not limit.in_force(at):
            continue
        if limit.factor not in found or limit.maximum < found[limit.factor][1]:
            found[limit.factor] = (limit.key, limit.maximum)
    return found


def _judge(connection: Connection, outlets: list[Outlet], start: datetime, end: datetime) -> None:
    for outlet in outlets:
        begin = start
        while begin < day_start(end) + DAY:
            until = begin + STEP_DAYS * DAY
            hours_end = min(until, end.replace(minute=0))
            asked = {"outlet": outlet.key, "factors": list(outlet.factors), "from": begin, "to": hours_end}
            connection.execute(STATEMENTS["hours"], asked)
            begin = until
        connection.execute("analyze period_value")
        connection.execute(STATEMENTS["days"], {"outlet": outlet.key, "from": start, "to": day_start(end)})
        if outlet.judged:
            limits = limits_of(outlet, end)
            keyed = [limits.get(factor, (None, None)) for factor in outlet.factors]
            connection.execute(
                STATEMENTS["verdicts"],
                {
                    "outlet": outlet.key,
                    "span": "hour" if outlet.medium == "gas" else "day",
                    "factors": list(outlet.factors),
                    "limits": [key for key, _ in keyed],
                    "bounds": [bound for _, bound in keyed],
                    "from": start,
                    "to": end,
                },
            )


def main() -> int:
    """Fill the database that is named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("superuser_url")
    parser.add_argument("--days", type=int, default=DAYS)
    given = parser.parse_args()
    settings = Settings(database_url=given.superuser_url)  # type: ignore[call-arg]
    try:
        fill(given.superuser_url, settings, given.days)
    except psycopg.Error as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
