"""Gaps, late data, own downtime and wrong clocks in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.console import words
from api.console.alertview import kind_word
from api.console.markpages.views import Place
from api.console.quality.gaps import Gap
from store.clock import BEIJING
from store.texts import has, text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap with its words; ``own`` tells how long Outfall itself was down during it."""

    gap: Gap
    place: Place
    factors: str
    kind_word: str
    own: str


def gap_row(gap: Gap, place: Place) -> GapRow:
    """One gap."""
    factors = (
        text("console.markpages.all_factors")
        if gap.whole
        else "、".join(words.factor_name(code) for code in gap.factors)
    )
    own = text("console.quality.gaps.own_part", span=words.span_words(gap.own)) if gap.own else ""
    return GapRow(gap, place, factors, text(f"console.quality.gap.{gap.kind}"), own)


@dataclass(frozen=True, slots=True)
class OutageRow:
    """A time in which Outfall itself could not receive."""

    cause: str
    start: datetime
    end: datetime | None
    length: str


def outage_row(row: Row, now: datetime) -> OutageRow:
    """One outage of our own."""
    key = f"console.platform.outage_{row['cause']}"
    cause = text(key) if has(key) else text("console.platform.outage_other", cause=row["cause"])
    end = row["to_time"]
    length: timedelta = (end or now) - row["from_time"]
    return OutageRow(
        cause,
        row["from_time"].astimezone(BEIJING),
        None if end is None else end.astimezone(BEIJING),
        words.span_words(length),
    )


@dataclass(frozen=True, slots=True)
class LateRow:
    """A day of which hours came only after 13:00 of the next day, all factors together."""

    place: Place
    day: datetime
    late: int
    received: int
    due: int


def late_rows(place: Place, rows: Iterable[Row]) -> list[LateRow]:
    """Days with late hours out of the published statistics of an outlet."""
    days: dict[datetime, list[int]] = {}
    for row in rows:
        hours = row["numbers"]["transmission"]["hours"]
        sums = days.setdefault(row["start"].astimezone(BEIJING), [0, 0, 0])
        sums[0] += hours["received"] - hours["in_time"]
        sums[1] += hours["received"]
        sums[2] += hours["due"]
    return [LateRow(place, day, *sums) for day, sums in days.items() if sums[0] > 0]


@dataclass(frozen=True, slots=True)
class SkewRow:
    """What ingest noticed about times and repeated values of an outlet; ``far`` is the largest distance that it gave."""

    kind: str
    place: Place | None
    start: datetime
    end: datetime
    count: int
    far: str
    alert_id: int | None
    number: str | None


def skew_rows(rows: Iterable[Row], places: Mapping[int, Place]) -> list[SkewRow]:
    """Rows of ``skews``."""
    found = []
    for row in rows:
        examples = row["numbers"].get("examples", ())
        ahead = [int(one["seconds_ahead"]) for one in examples if "seconds_ahead" in one]
        found.append(
            SkewRow(
                kind=kind_word(row["code"]),
                place=places.get(row["outlet_key"]),
                start=row["from_time"].astimezone(BEIJING),
                end=row["to_time"].astimezone(BEIJING),
                count=int(row["numbers"].get("count", 1)),
                far=words.span_words(timedelta(seconds=max(ahead, key=abs))) if ahead else "",
                alert_id=row["alert_id"],
                number=row["number"],
            )
        )
    return found
