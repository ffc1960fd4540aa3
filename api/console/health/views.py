"""The page of the system's health as values. Pure: from parts to words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.health.checks import NORMAL, bytes_words, days_left, job_state
from api.console.health.reads import Found
from api.console.platform import HEARTBEAT_PATIENCE, outage_word
from store.clock import BEIJING
from store.settings import Settings
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process that beats or did lately."""

    service: str
    instance: str
    started_at: datetime
    seen_at: datetime
    alive: bool
    role: str | None
    release: str | None


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """A gateway with the newest data that came through it."""

    name: str
    state: str
    since: datetime | None
    received_at: datetime | None
    data_time: datetime | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A time-driven job."""

    name: str
    word: str
    state: str
    state_word: str
    every: str
    started_at: datetime | None
    lasted: str
    next_at: datetime | None
    outcome: str
    failed: str | None
    runs: int
    failures: int


@dataclass(frozen=True, slots=True)
class OutageRow:
    """A time in which Outfall itself could not receive; ``until`` None = it lasts."""

    word: str
    start: datetime
    until: datetime | None
    lasted: str


def process_rows(found: Found) -> tuple[ProcessRow, ...] | None:
    """Every process; None when they could not be read."""
    beats = found.rows("services")
    if beats is None:
        return None
    return tuple(
        ProcessRow(
            service=text(f"console.health.service.{row['service']}"),
            instance=row["instance"],
            started_at=row["started_at"],
            seen_at=row["seen_at"],
            alive=found.at - row["seen_at"] <= HEARTBEAT_PATIENCE,
            role=_role(row),
            release=row["state"].get("release"),
        )
        for row in beats
    )


def _role(row: Mapping[str, Any]) -> str | None:
    if row["service"] != "alerts":
        return None
    return text("console.health.leader" if row["state"].get("leader") else "console.health.standby")


def gateway_rows(found: Found) -> tuple[GatewayRow, ...] | None:
    """Every gateway; None when they could not be read."""
    rows = found.rows("gateways")
    if rows is None:
        return None
    return tuple(
        GatewayRow(
            name=row["gateway"],
            state=row["state"] or "unknown",
            since=row["since"],
            received_at=row["received_at"],
            data_time=row["data_time"],
        )
        for row in rows
    )


def job_rows(found: Found) -> tuple[JobRow, ...] | None:
    """Every job, those in trouble first; None when they could not be read."""
    jobs = found.rows("jobs")
    if jobs is None:
        return None
    rows = [_job_row(job, found.at) for job in jobs]
    return tuple(sorted(rows, key=lambda row: (row.state == NORMAL, row.name)))


def _job_row(job: Mapping[str, Any], now: datetime) -> JobRow:
    key = f"console.health.job.{job['name']}"
    state = job_state(job, now)
    if job["daily_at"] is not None:
        every = text("console.health.daily", time=job["daily_at"])
    else:
        every = text("console.health.every", span=_seconds(job["every_seconds"]))
    if job["started_at"] is None:
        outcome = text("console.health.never_ran")
    elif job["running"]:
        outcome = text("console.health.running")
    else:
        outcome = text("console.health.failed" if job["failed"] else "console.health.went_well")
    return JobRow(
        name=job["name"],
        word=text(key) if has(key) else job["name"],
        state=state,
        state_word=text(f"console.health.state.{state}"),
        every=every,
        started_at=job["started_at"],
        lasted="—"
        if job["milliseconds"] is None
        else text("console.health.milliseconds", count=job["milliseconds"]),
        next_at=job["next_at"],
        outcome=outcome,
        failed=job["failed"],
        runs=job["runs"],
        failures=job["failures"],
    )


def _seconds(seconds: float) -> str:
    if seconds % 60:
        return text("console.time.seconds", count=f"{seconds:g}")
    return text("console.time.minutes", count=f"{seconds / 60:g}")


def outage_rows(found: Found) -> tuple[OutageRow, ...] | None:
    """Our own outages of the last week, the newest first; None when they could not be read."""
    rows = found.rows("outages")
    if rows is None:
        return None
    return tuple(
        OutageRow(
            word=outage_word(row["cause"]),
            start=row["from_time"],
            until=row["to_time"],
            lasted=words.span_words((row["to_time"] or found.at) - row["from_time"]),
        )
        for row in rows
    )


def size_rows(found: Found) -> tuple[tuple[str, str], ...] | None:
    """The database and its big tables with their sizes; None when they could not be read."""
    rows = found.rows("sizes")
    if rows is None:
        return None
    return tuple((text(f"console.health.table.{row['name']}"), bytes_words(row["bytes"])) for row in rows)


def retention_facts(found: Found, settings: Settings) -> tuple[tuple[str, str], ...]:
    """How long raw data are kept, from when on they are there, and how long the disk lasts."""
    row = found.row("oldest_data")
    oldest = None if row is None else row["since"]
    left = days_left(found)
    switched = "console.health.retention_on" if settings.retention == "on" else "console.health.retention_off"
    first = None
    if oldest is not None:
        year = oldest.astimezone(BEIJING).year + settings.retention_years
        first = text("console.health.retention_first", year=year)
    return (
        (text("console.health.retention_keep"), text(switched, years=settings.retention_years)),
        (text("console.health.retention_oldest"), "—" if oldest is None else words.day_label(oldest)),
        (text("console.health.retention_next"), first or "—"),
        (
            text("console.health.days_left"),
            text("console.health.days_left_unknown")
            if left is None
            else text("console.health.days_left_value", days=left),
        ),
    )


def sealing_facts(found: Found) -> tuple[tuple[str, str], ...] | None:
    """The evidence log in figures; None when it could not be read."""
    row = found.row("sealing")
    if row is None:
        return None
    return (
        (text("console.health.log_size"), f"{row['size'] or 0:,}"),
        (text("console.health.log_pending"), f"{row['pending']:,}"),
        (
            text("console.health.log_checkpoint"),
            "—" if row["sealed_at"] is None else words.stamp(row["sealed_at"]),
        ),
        (
            text("console.health.log_key"),
            text("console.health.log_no_key")
            if row["key_name"] is None
            else text(
                "console.health.log_key_since", name=row["key_name"], day=words.day_label(row["key_since"])
            ),
        ),
    )


def version_facts(found: Found, release: str, python: str) -> tuple[tuple[str, str], ...]:
    """What runs here."""
    row = found.row("versions")
    unknown = text("console.health.unread")
    return (
        ("Outfall", release),
        ("Python", python),
        ("PostgreSQL", unknown if row is None else row["postgres"]),
        (
            "TimescaleDB",
            unknown if row is None else f"{row['timescaledb'] or '—'} ({row['edition'] or '—'})",
        ),
    )
