"""The outlet page as values: verdict table, monitor facts, ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.bound import bounds_text
from store.model import Limit, Outlet
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class Column:
    """One of the value columns: measured and folded; folded is None where the outlet does not fold."""

    measured: str
    folded: str | None


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period: its value columns, verdict, reasons, limit and clause."""

    start: datetime
    label: str
    reported: Column
    recomputed: Column
    after_marking: Column
    after_exemption: Column
    result: str
    word: str
    compared: str | None
    limit: str
    multiple: str | None
    clause: str
    reasons: tuple[str, ...]
    share: str
    revision: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The loss ledger in sum. It balances when received = accepted + duplicate + conflicting + quarantined."""

    received: int
    accepted: int
    duplicate: int
    conflicting: int
    quarantined: int
    readings: int
    quarantine_reasons: tuple[tuple[str, int], ...]
    anomalies: tuple[tuple[str, int], ...]

    @property
    def difference(self) -> int:
        """Frames whose fate is not known; anything but 0 is a fault of the platform."""
        return self.received - self.accepted - self.duplicate - self.conflicting - self.quarantined


def period_rows(
    outlet: Outlet,
    span: str,
    periods: Sequence[Mapping[str, Any]],
    verdicts: Iterable[Mapping[str, Any]],
    limits: Mapping[int, Limit],
) -> list[PeriodRow]:
    """Periods with the verdict of the same revision; the first of several counts, so the caller sorts the worst first.

    ``limits`` are those of any time by their key: a verdict names the record that it was made with, also after its end.
    """
    of_revision: dict[tuple[datetime, int], Mapping[str, Any]] = {}
    for verdict in verdicts:
        of_revision.setdefault((verdict["start"], verdict["revision"]), verdict)
    return [
        _period_row(outlet, span, period, of_revision.get((period["start"], period["revision"])), limits)
        for period in periods
    ]


def _period_row(
    outlet: Outlet,
    span: str,
    period: Mapping[str, Any],
    verdict: Mapping[str, Any] | None,
    limits: Mapping[int, Limit],
) -> PeriodRow:
    limit = None if verdict is None or verdict["limit_key"] is None else limits.get(verdict["limit_key"])
    result = result_of(None if verdict is None else verdict["result"], period["valid"], period["status"])
    codes = dict.fromkeys([*period["reasons"], *(verdict["reasons"] if verdict else ())])
    multiple = verdict["multiple"] if verdict else None
    compared = verdict["compared"] if verdict else None
    return PeriodRow(
        start=period["start"],
        label=words.hour_label(period["start"]) if span == "hour" else words.day_label(period["start"]),
        reported=_column(outlet, period, "reported"),
        recomputed=_column(outlet, period, "recomputed"),
        after_marking=_column(outlet, period, "after_marking"),
        after_exemption=_column(outlet, period, "after_exemption"),
        result=result,
        word=text(f"console.result.{result}"),
        compared=None if verdict is None or compared is None else words.computed(compared, verdict["bound"]),
        limit="—" if limit is None else bounds_text(limit.minimum, limit.maximum),
        multiple=None if multiple is None else words.computed(multiple, words.ZERO),
        clause="—" if limit is None else f"{limit.standard} {limit.clause}",
        reasons=tuple(reason_word(code) for code in codes),
        share=f"{period['count']}/{period['expected']}",
        revision=period["revision"],
    )


def result_of(verdict: str | None, valid: bool, status: str) -> str:
    """The result of a period: its verdict's, or what can be said of a period that no limit applies to."""
    if verdict is not None and (valid or verdict != "no_limit"):
        return verdict
    if valid:
        return "not_judged"
    return "missing" if status == "missing" else "invalid"


def _column(outlet: Outlet, period: Mapping[str, Any], column: str) -> Column:
    # A reported value is evidence and stays as it was sent; the others were computed here.
    show = words.number if column == "reported" else words.computed
    folds = outlet.oxygen_reference is not None
    return Column(
        measured=show(period[f"{column}_measured"]),
        folded=show(period[f"{column}_folded"]) if folds else None,
    )


def reason_word(code: str) -> str:
    """A reason code in Chinese."""
    key = f"reasons.{code}"
    return text(key) if has(key) else text("console.reason_other", code=code)


def ledger(rows: Iterable[Mapping[str, Any]]) -> Ledger:
    """Sums of the table ``ledger``."""
    frames: dict[str, int] = {}
    reasons: list[tuple[str, int]] = []
    anomalies: list[tuple[str, int]] = []
    readings = 0
    for row in rows:
        disposition = row["disposition"]
        if disposition == "anomaly":
            anomalies.append((_named("anomaly", row["reason"]), row["frames"]))
            continue
        frames[disposition] = frames.get(disposition, 0) + row["frames"]
        if disposition == "quarantined":
            reasons.append((_named("quarantine", row["reason"]), row["frames"]))
        if disposition == "accepted":
            readings += row["readings"]
    return Ledger(
        received=frames.get("received", 0),
        accepted=frames.get("accepted", 0),
        duplicate=frames.get("duplicate", 0),
        conflicting=frames.get("conflicting", 0),
        quarantined=frames.get("quarantined", 0),
        readings=readings,
        quarantine_reasons=tuple(reasons),
        anomalies=tuple(anomalies),
    )


def _named(topic: str, code: str) -> str:
    key = f"console.{topic}.{code}"
    return text(key) if has(key) else code
