"""How Outfall itself is, for the line under the page's head. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.console import words
from store.texts import has, text

HEARTBEAT_PATIENCE = timedelta(seconds=20)
"""Four missed heartbeats of five seconds: a restart takes less, an officer should not wait longer for the truth."""

WATCHED = ("ingest", "alerts")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of our own that is wrong: a title and what it means for what the officer sees."""

    title: str
    meaning: str
    since: datetime | None


def troubles(
    heartbeats: Mapping[str, datetime], outages: Iterable[Mapping[str, Any]], now: datetime
) -> tuple[Trouble, ...]:
    """What is wrong with the platform, gravest first; empty when all is well."""
    found = [
        Trouble(
            text(f"console.platform.{service}_down"),
            text(f"console.platform.{service}_down_means"),
            heartbeats.get(service),
        )
        for service in WATCHED
        if service not in heartbeats or now - heartbeats[service] > HEARTBEAT_PATIENCE
    ]
    found += [
        Trouble(outage_word(row["cause"]), text("console.platform.outage_means"), row["from_time"])
        for row in outages
        if not (row["cause"] == "ingest_down" and "ingest" not in heartbeats)
    ]
    return tuple(found)


def outage_word(cause: str) -> str:
    """An outage of our own in Chinese."""
    key = f"console.platform.outage_{cause}"
    return text(key) if has(key) else text("console.platform.outage_other", cause=cause)


def since_words(trouble: Trouble, now: datetime) -> str:
    """Since when, in words; never heard of at all reads differently."""
    if trouble.since is None:
        return text("console.platform.never")
    return text("console.since", time=words.stamp(trouble.since), ago=words.ago(trouble.since, now))
