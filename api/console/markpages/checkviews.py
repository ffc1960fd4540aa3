"""Checks of monitors and comparisons along the chain as the page shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.quality import chain_differs
from api.console import words
from api.console.markpages.views import Place, who
from api.markread import Viewer
from store.checks import ChainCheck
from store.clock import BEIJING
from store.texts import text


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check of a monitor, or a comparison along the chain (then ``kind`` is empty)."""

    id: int
    place: Place
    factor: str
    kind: str
    at: datetime
    passed: bool
    measured: str
    reference: str
    source: str
    filed_by: str
    received_at: datetime
    note: str | None


def check_rows(
    rows: Iterable[Mapping[str, Any]], places: Mapping[int, Place], viewer: Viewer
) -> list[CheckRow]:
    """Rows of ``checks_listed``."""
    return [
        CheckRow(
            id=row["id"],
            place=places[row["outlet_key"]],
            factor=words.factor_name(row["factor"]),
            kind=text(f"marks.check.{row['kind']}"),
            at=row["checked_at"].astimezone(BEIJING),
            passed=row["passed"],
            measured=_value(row["measured"], row["factor"]),
            reference=_value(row["reference"], row["factor"]),
            source=text(f"console.markpages.source.{row['source']}"),
            filed_by=who(viewer, row["filed_by"]),
            received_at=row["received_at"].astimezone(BEIJING),
            note=row["note"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ChainRow:
    """Instrument, logger and platform beside one another for one hour; ``differs`` where they are more than 1 % apart."""

    id: int
    place: Place
    factor: str
    start: datetime
    instrument: str
    logger: str
    platform: str
    differs: bool
    filed_by: str
    note: str | None


def chain_rows(
    rows: Iterable[Mapping[str, Any]], places: Mapping[int, Place], viewer: Viewer
) -> list[ChainRow]:
    """Rows of ``chain_checks_listed``."""
    return [
        ChainRow(
            id=row["id"],
            place=places[row["outlet_key"]],
            factor=words.factor_name(row["factor"]),
            start=row["start"].astimezone(BEIJING),
            instrument=_value(row["instrument"], row["factor"]),
            logger=_value(row["logger"], row["factor"]),
            platform=_value(row["platform"], row["factor"]),
            differs=_differs(row),
            filed_by=who(viewer, row["filed_by"]),
            note=row["note"],
        )
        for row in rows
    ]


def _differs(row: Mapping[str, Any]) -> bool:
    """As the judgement of the hour asks it (HJ 356-2019 6.2)."""
    names = ("id", "outlet_key", "factor", "start", "instrument", "logger", "filed_by", "received_at")
    return chain_differs(ChainCheck(**{name: row[name] for name in names}), row["platform"])


def _value(value: Decimal | None, factor: str) -> str:
    if value is None:
        return "—"
    return f"{words.number(value)} {words.factor_unit(factor)}".rstrip()
