"""Suspicious patterns about marks that the rules have found (regulation.md C.6), in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.console import words
from api.console.alertview import figures, kind_word
from api.console.markpages.views import Place
from store.clock import BEIJING
from store.texts import text


@dataclass(frozen=True, slots=True)
class PatternRow:
    """Something that a rule noticed about marks, with the alert that counts it."""

    kind: str
    means: str
    place: Place | None
    factor: str
    start: datetime
    span: str
    figures: str
    told: tuple[str, ...]
    alert_id: int
    number: str


def pattern_rows(rows: Iterable[Mapping[str, Any]], places: Mapping[int, Place]) -> list[PatternRow]:
    """Rows of ``mark_patterns``."""
    return [
        PatternRow(
            kind=kind_word(row["code"]),
            means=text(f"alerts.{row['code']}.means"),
            place=places.get(row["outlet_key"]),
            factor="" if row["factor"] is None else words.factor_name(row["factor"]),
            start=row["start"].astimezone(BEIJING),
            span=row["span"],
            figures=figures(row["numbers"], row["factor"]),
            told=tuple(pictures_told(row["numbers"])),
            alert_id=row["alert_id"],
            number=row["number"],
        )
        for row in rows
    ]


def pictures_told(numbers: Mapping[str, Any]) -> list[str]:
    """What a rule saw, in words: the marks that came afterwards, and the pictures of abuse."""
    told = []
    for mark in numbers.get("marks", ()):
        key = "late" if mark.get("late") else "after"
        told.append(text(f"console.markpages.pattern.{key}", id=mark["id"]))
    pictures = [numbers] if numbers.get("picture") == "share" else numbers.get("pictures", ())
    for picture in pictures:
        if picture["picture"] == "share":
            share = words.percent(Decimal(picture["share"]))
            told.append(
                text(
                    "console.markpages.pattern.share",
                    marked=picture["marked_hours"],
                    exceeded=picture["exceeded_hours"],
                    share=share,
                    days=picture["days"],
                )
            )
        elif picture["picture"] == "quota":
            told.append(
                text(
                    "console.markpages.pattern.quota",
                    used=picture["used_hours"],
                    most=picture["hours_per_year"],
                )
            )
        elif picture["picture"] == "no_signature":
            told.append(text("console.markpages.pattern.no_signature", id=picture["mark"]))
    return told
