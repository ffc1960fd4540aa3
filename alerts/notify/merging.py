"""Old messages as one: when a channel comes back, it gets the news of the outage in one message and not in hundreds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from alerts.notify.wording import Message, kind_count, minute, value_text
from store.clock import BEIJING
from store.database import Connection, rows
from store.queries import queries
from store.texts import text

LINES = 100
"""Messages named one by one; the rest is counted, and all of them stand in the console. A robot may take fewer lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the messages that go out together."""

    id: int
    purpose: str
    title: str
    facts: Mapping[str, Any]
    created_at: datetime


def merged_message(parts: Sequence[Part]) -> Message:
    """One message for many: how many of which kind, and each with its time as far as there is room. Pure."""
    kinds = Counter(part.facts["code"] for part in parts if isinstance(part.facts.get("code"), str))
    lines = []
    if kinds:
        counted = "；".join(kind_count(code, count) for code, count in kinds.most_common())
        lines.append(f"{text('notify.label.kinds')}：{counted}")
    lines += [_line(part) for part in parts[:LINES]]
    if len(parts) > LINES:
        lines.append(text("notify.more", count=len(parts) - LINES))
    return Message(text("notify.title.merged", count=len(parts)), "\n".join(lines), "/alerts?show=all")


def _line(part: Part) -> str:
    numbers = part.facts.get("numbers")
    value = value_text(numbers) if isinstance(numbers, dict) else None
    return " ".join(word for word in (minute(part.created_at), part.title, value) if word)


def merge_old(connection: Connection, channel_id: str, age: timedelta, at: datetime) -> int:
    """Put the messages of a channel that waited longer than ``age`` into one, in the caller's transaction; how many they were.

    A single one goes as it is. A merged message that waited again is taken apart: each message is told of once, under its own
    title.
    """
    sql = queries("notify")
    names = {"channel_id": channel_id, "at": at, "created_before": at - age}
    with rows(connection) as cursor:
        old = [Part(**row) for row in cursor.execute(sql["merge_candidates"], names)]
        if len(old) < 2:
            return 0
        ids = [part.id for part in old]
        inner = [Part(**row) for row in cursor.execute(sql["parts_of"], {"ids": ids})]
        parts = sorted([part for part in old if "merged" not in part.facts] + inner, key=lambda part: part.id)
        message = merged_message(parts)
        arguments = {
            "channel_id": channel_id,
            "purpose": "digest",
            "alert_id": None,
            "task_id": None,
            "lead_id": None,
            "dedupe": f"merged:{channel_id}:{ids[0]}:{ids[-1]}:{at.astimezone(BEIJING).isoformat()}",
            "title": message.title,
            "body": message.body,
            "link": message.link,
            "facts": Jsonb({"merged": [part.id for part in parts]}),
            "at": at,
            "not_before": at,
        }
        row = cursor.execute(sql["queue"], arguments).fetchone()
        assert row is not None
        cursor.execute(sql["merge"], {"ids": ids, "into": row["id"], "at": at})
    return len(parts)
