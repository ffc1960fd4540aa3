"""Evidence packages in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.console import words
from api.console.leads.board import outlet_name
from api.console.leads.content import size_words
from store.clock import BEIJING, DAY
from store.model import Registry
from store.texts import has, text

WORKING = ("queued", "building")

_GROUPS = (
    ("report", ("data/report.pdf",)),
    ("description", ("data/package.json",)),
    ("messages", ("data/messages/",)),
    ("payloads", ("data/payloads/",)),
    ("readings", ("data/readings/",)),
    ("periods", ("data/periods/",)),
    ("records", ("data/records/", "data/device_records.jsonl")),
    ("quarantine", ("data/quarantine.jsonl",)),
    ("attachments", ("data/attachments/",)),
    ("log", ("data/log/",)),
)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package of a list.

    Attributes
    ----------
    days : the Beijing days that it covers, both counted
    subject_path : the page of what it is about
    seconds_left : what is left of the estimate; None where nothing is being built
    """

    id: int
    number: str
    subject: str
    subject_path: str
    unit: str
    outlets: str
    days: str
    state: str
    state_word: str
    step_word: str
    progress: int
    size: str
    sample: bool
    unreviewed: bool
    formal: bool
    requested_by: str
    created_at: datetime
    finished_at: datetime | None
    seconds_left: int | None
    failure: str | None
    way_out: str | None

    @property
    def working(self) -> bool:
        """Whether it is not done yet."""
        return self.state in WORKING


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody asked for, built, read or fetched a package."""

    at: datetime
    actor: str
    origin: str
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one kind in a package."""

    word: str
    files: int
    size: str


def package_row(row: Mapping[str, Any], registry: Registry, now: datetime) -> PackageRow:
    """One row of the packages in words."""
    state = row["state"]
    outlets = text("leads.between").join(outlet_name(registry, key) for key in row["outlet_keys"])
    return PackageRow(
        row["id"],
        row["number"],
        subject_words(row, outlets),
        subject_path(row),
        unit_name(registry, row["site"]),
        outlets,
        days_words(row["from_time"], row["to_time"]),
        state,
        text(f"evidence.state.{state}"),
        text(f"evidence.step.{row['step']}"),
        row["progress"],
        size_words(row["bytes"] if row["bytes"] is not None else row["estimated_bytes"]),
        bool(row["sample"]),
        row["subject_kind"] == "lead" and row["reviewed"] is False,
        row["formal"],
        row["requested_by"],
        row["created_at"],
        row["finished_at"],
        _left(row, now),
        failure_words(row),
        way_out(row),
    )


def unit_name(registry: Registry, site_id: str) -> str:
    """A unit by its id, which is all that is left of one that is no longer registered."""
    return next((site.name for site in registry.sites if site.id == site_id), site_id)


def subject_words(row: Mapping[str, Any], outlets: str) -> str:
    """What it is about: the number of the lead or alert, or the outlet."""
    named = row["subject_number"] or outlets or row["subject_id"]
    return text(f"console.evidence.subject.{row['subject_kind']}", name=named)


def subject_path(row: Mapping[str, Any]) -> str:
    """The page of what it is about."""
    folders = {"lead": "leads", "alert": "alerts", "outlet": "outlets"}
    return f"/{folders[row['subject_kind']]}/{row['subject_id']}"


def days_words(start: datetime, end: datetime) -> str:
    """Whole Beijing days, both counted."""
    first, last = start.astimezone(BEIJING), end.astimezone(BEIJING) - DAY
    if first.date() == last.date():
        return f"{first:%Y-%m-%d}"
    return text("console.evidence.days", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")


def _left(row: Mapping[str, Any], now: datetime) -> int | None:
    if row["state"] != "building" or row["started_at"] is None:
        return None
    spent: float = (now - row["started_at"]).total_seconds()
    return max(1, round(float(row["estimated_seconds"]) - spent))


def failure_words(row: Mapping[str, Any]) -> str | None:
    """Why it could not be built."""
    code = row["error_code"]
    if code is None:
        return None
    key = f"errors.{code}"
    try:
        return text(key) if has(key) else row["error"]
    except KeyError:
        # The sentence speaks of facts that were not kept; the message that was kept has them.
        return str(row["error"])


def way_out(row: Mapping[str, Any]) -> str | None:
    """What can be done about a package that there is no file of."""
    if row["state"] == "failed":
        key = f"console.evidence.way_out.{row['error_code']}"
        return text(key if has(key) else "console.evidence.way_out.other")
    return text("console.evidence.way_out.expired") if row["state"] == "expired" else None


def access_rows(found: Iterable[Mapping[str, Any]]) -> list[Access]:
    """The access log, newest first."""
    rows = []
    for row in found:
        action = row["action"].rpartition(":")[2]
        detail = row["detail"] or {}
        told = [
            text(f"console.evidence.access.{name}", value=detail[name])
            for name in ("sha256", "as_of", "code")
            if detail.get(name) is not None
        ]
        word = text(f"console.evidence.access.did.{action}")
        rows.append(Access(row["at"], row["actor"], row["origin"], word, text("leads.between").join(told)))
    return rows


def contents_of(files: Iterable[tuple[str, int]]) -> list[Group]:
    """What lies in a package, by kind: (path below its folder, bytes) of every file."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for path, size in files:
        group = next((name for name, starts in _GROUPS if path.startswith(starts)), "others")
        counts[group] += 1
        sizes[group] += size
    order = [name for name, _ in _GROUPS] + ["others"]
    return [
        Group(text(f"console.evidence.content.{name}"), counts[name], size_words(sizes[name]))
        for name in order
        if counts[name]
    ]


def seconds_words(seconds: int) -> str:
    """A time that is estimated, in its largest whole unit."""
    return words.span_words(timedelta(seconds=seconds))
