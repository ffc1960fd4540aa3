"""What a table says of itself: where it is from, when it was made, by whom, and whether its configuration is a sample."""

from __future__ import annotations

from datetime import datetime

from store.clock import BEIJING
from store.texts import text


def provenance(*, source: str, who: str, at: datetime, sample: bool = False) -> tuple[str, ...]:
    """The notes of a table. ``sample``: a unit in it is sample configuration (regulation.md I), which is said first."""
    made = text("console.exports.made", at=at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"), who=who)
    told = (text("console.exports.source", source=source), made)
    return (text("console.exports.sample"), *told) if sample else told
