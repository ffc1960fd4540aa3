"""Marks as a table for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.console.markpages.views import MarkRow
from api.exports import Column, Sheet, provenance
from store.texts import text


def mark_sheet(rows: Iterable[MarkRow], *, who: str, at: datetime, sample: bool) -> Sheet:
    """One row a mark. ``sample``: a unit in it is sample configuration."""

    def head(name: str) -> str:
        return text(f"console.markpages.{name}")

    title = head("export.title")
    return Sheet(
        title=title,
        columns=(
            Column(head("number"), kind="int"),
            Column(head("site")),
            Column(head("outlet")),
            Column(head("category")),
            Column(head("item")),
            Column(head("factor")),
            Column(head("from"), kind="time"),
            Column(head("to"), kind="time"),
            Column(head("length"), unit="min", kind="int"),
            Column(head("reason")),
            Column(head("channel")),
            Column(head("filed_by")),
            Column(head("received"), kind="time"),
            Column(head("deadline"), kind="time"),
            Column(head("state_of")),
            Column(head("withdrawn_at"), kind="time"),
            Column(head("withdrawn_reason")),
        ),
        rows=[
            (
                row.mark.id,
                row.place.site.name,
                row.place.outlet.name,
                row.category,
                row.label,
                row.factor,
                row.mark.from_time,
                row.mark.to_time,
                row.minutes,
                row.mark.reason,
                row.channel,
                row.filed_by,
                row.mark.received_at,
                row.mark.deadline,
                row.standing_word,
                row.mark.withdrawn_at,
                row.mark.withdrawn_reason,
            )
            for row in rows
        ],
        notes=provenance(source=title, who=who, at=at, sample=sample),
    )
