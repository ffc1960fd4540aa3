"""Messages, channels and their records as the pages show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from store.channels import address_shown
from store.clock import BEIJING
from store.texts import has, text

STATES = ("waiting", "sent", "merged", "given_up", "obsolete")
PURPOSES = (
    "raised",
    "reminder",
    "escalated",
    "cleared",
    "digest",
    "task",
    "lead",
    "disclosed",
    "operations",
    "test",
)


@dataclass(frozen=True, slots=True)
class MessageFilters:
    """The filters of the list of messages. Empty = does not filter; ``first`` and ``last`` are Beijing days, both inclusive."""

    channel: str = ""
    state: str = ""
    purpose: str = ""
    number: str = ""
    first: date | None = None
    last: date | None = None

    def query(self, **changed: str) -> str:
        """The query of the address, without what is empty."""
        pairs = {
            "channel": self.channel,
            "state": self.state,
            "purpose": self.purpose,
            "number": self.number,
            "from": "" if self.first is None else self.first.isoformat(),
            "to": "" if self.last is None else self.last.isoformat(),
        } | changed
        return urlencode({name: value for name, value in pairs.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return self != MessageFilters()

    def arguments(self) -> dict[str, Any]:
        """What the statement is asked with."""
        return {
            "channel": self.channel or None,
            "state": self.state or None,
            "purpose": self.purpose or None,
            "number": self.number or None,
            "from_time": None if self.first is None else _midnight(self.first),
            "to_time": None if self.last is None else _midnight(self.last) + timedelta(days=1),
        }


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message. ``proof`` is what the newest attempt brought."""

    id: int
    channel: str
    purpose: str
    title: str
    alert: str | None
    alert_id: int | None
    state: str
    state_word: str
    created_at: datetime
    not_before: datetime
    waits: bool
    attempts: int
    proof: str | None
    delivered: bool
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel in use and how it fares."""

    id: str
    kind: str
    address: str
    state: str
    state_word: str
    per_minute: int
    used: int
    waiting: int
    failures: int
    failing_since: datetime | None
    blocked_until: datetime | None
    last_ok: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record of a channel, with what may be shown of it."""

    id: str
    kind: str
    address: str
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """Who applied a channels file when, and what it changed."""

    at: datetime
    actor: str
    changes: tuple[str, ...]


def read_filters(asked: Mapping[str, str]) -> MessageFilters:
    """The filters that an address names; what it does not understand is left out. A channel may be one of the past."""
    number = asked.get("number", "").strip()[:64]
    channel = asked.get("channel", "").strip()[:64]
    return MessageFilters(
        channel=channel if channel.isprintable() else "",
        state=asked.get("state", "") if asked.get("state") in STATES else "",
        purpose=asked.get("purpose", "") if asked.get("purpose") in PURPOSES else "",
        number=number if number.isprintable() else "",
        first=read_day(asked.get("from")),
        last=read_day(asked.get("to")),
    )


def read_day(asked: str | None) -> date | None:
    """A day of an address; None for what is none."""
    try:
        found = date.fromisoformat((asked or "").strip())
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def message_rows(found: Iterable[Mapping[str, Any]], now: datetime) -> list[MessageRow]:
    """Rows of ``messages`` in words."""
    return [
        MessageRow(
            id=row["id"],
            channel=row["channel"],
            purpose=text(f"console.notifications.purpose.{row['purpose']}"),
            title=row["title"],
            alert=row["alert"],
            alert_id=row["alert_id"],
            state=row["state"],
            state_word=text(f"console.notifications.state.{row['state']}"),
            created_at=row["created_at"],
            not_before=row["not_before"],
            waits=row["state"] == "waiting" and row["not_before"] > now,
            attempts=row["attempts"],
            proof=_proof(row),
            delivered=bool(row["ok"]),
            merged_into=row["merged_into"],
        )
        for row in found
    ]


def channel_rows(standings: Iterable[Mapping[str, Any]], rates: Mapping[str, int]) -> list[ChannelRow]:
    """Items of ``store.channels.channel_standings`` in words, with the attempts of the last minute."""
    return [
        ChannelRow(
            id=row["id"],
            kind=text(f"console.notifications.kind.{row['kind']}"),
            address=row["address"],
            state=row["state"],
            state_word=text(f"console.notifications.channel_state.{row['state']}"),
            per_minute=row["per_minute"],
            used=rates.get(row["id"], 0),
            waiting=row["waiting"],
            failures=row["failures"],
            failing_since=row["failing_since"],
            blocked_until=row["blocked_until"],
            last_ok=row["last_ok"],
            since=row["since"],
        )
        for row in standings
    ]


def record_rows(found: Iterable[Mapping[str, Any]]) -> list[RecordRow]:
    """Rows of ``channel_history``."""
    return [
        RecordRow(
            id=row["id"],
            kind=text(f"console.notifications.kind.{row['kind']}"),
            address=address_shown(row["kind"], row["options"]),
            begins=row["recorded_from"],
            ends=row["recorded_to"],
        )
        for row in found
    ]


def application_rows(found: Iterable[Mapping[str, Any]]) -> list[ApplicationRow]:
    """Rows of ``applications`` in words."""
    return [
        ApplicationRow(
            row["at"], row["actor"], tuple(_change(one) for one in row["detail"].get("changes", ()))
        )
        for row in found
    ]


def _change(line: str) -> str:
    """One line of what an application changed, ``channel duty: opened``, in words."""
    subject, _, what = line.rpartition(": ")
    kind, _, name = subject.partition(" ")
    key = f"console.notifications.change.{kind}_{what}"
    return text(key, id=name) if has(key) else line


def _proof(row: Mapping[str, Any]) -> str | None:
    if row["tried_at"] is None:
        return None
    key = "console.alertwork.message.taken" if row["ok"] else "console.alertwork.message.refused"
    return text(key, status=row["status"] or "—", milliseconds=row["milliseconds"])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=BEIJING)
