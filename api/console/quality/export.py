"""Tables about the quality of the data for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from api.console import words
from api.console.markpages.views import Place
from api.console.quality.calendar import Day
from api.console.quality.ledger import NamedLine
from api.exports import Column, Sheet, provenance
from store.rounding import half_even
from store.texts import text


def calendar_sheet(
    days: Iterable[Day], place: Place, factor: str | None, *, who: str, at: datetime, sample: bool
) -> Sheet:
    """One row a day that has data."""

    def head(name: str) -> str:
        return text(f"console.quality.calendar.{name}")

    def rate(share: Decimal | None) -> Decimal | None:
        return None if share is None else half_even(share, 2)

    of = text("console.markpages.all_factors") if factor is None else words.factor_name(factor)
    title = f"{head('title')} {place.name} {of}"
    return Sheet(
        title=title,
        columns=(
            Column(head("day"), kind="day"),
            Column(head("due"), kind="int"),
            Column(head("in_time"), kind="int"),
            Column(head("received"), kind="int"),
            Column(head("valid"), kind="int"),
            Column(head("stopped"), kind="int"),
            Column(text("console.quality.metric.immediate"), unit="%", kind="decimal"),
            Column(text("console.quality.metric.complete"), unit="%", kind="decimal"),
            Column(text("console.quality.metric.valid"), unit="%", kind="decimal"),
            Column(head("revision"), kind="int"),
        ),
        rows=[
            (
                day.start,
                day.counts.due,
                day.counts.in_time,
                day.counts.received,
                day.counts.valid,
                day.counts.stopped,
                rate(day.counts.share("immediate")),
                rate(day.counts.share("complete")),
                rate(day.counts.share("valid")),
                day.counts.revision,
            )
            for day in days
            if day.counts is not None
        ],
        notes=provenance(source=title, who=who, at=at, sample=sample),
    )


def ledger_sheet(
    lines: Iterable[NamedLine], total: NamedLine, *, who: str, at: datetime, sample: bool
) -> Sheet:
    """One row a line of the ledger and the sum at the end; reasons and anomalies in words."""

    def head(name: str) -> str:
        return text(f"console.quality.ledger.{name}")

    title = head("title")
    return Sheet(
        title=title,
        columns=(
            Column(head("place")),
            *(
                Column(head(name), kind="int")
                for name in ("received", "accepted", "duplicate", "conflicting")
            ),
            Column(head("quarantined"), kind="int"),
            Column(head("difference"), kind="int"),
            Column(head("reasons")),
            Column(head("anomalies")),
            Column(head("readings"), kind="int"),
        ),
        rows=[
            (
                f"{one.name} {one.sub}".strip(),
                one.line.received,
                one.line.accepted,
                one.line.duplicate,
                one.line.conflicting,
                one.line.refused,
                one.line.difference,
                "；".join(f"{count.word} {count.frames}" for count in one.line.quarantined),
                "；".join(f"{count.word} {count.frames}" for count in one.line.anomalies),
                one.line.readings,
            )
            for one in (*lines, total)
        ],
        notes=provenance(source=title, who=who, at=at, sample=sample),
    )
