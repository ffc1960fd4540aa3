"""Why an hour or a day is what it is: its inputs, its verdicts, and what changed from revision to revision. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.marks import MEASURED
from api.console import words
from api.console.bound import bounds_text, condition_text
from api.console.outletview import reason_word, result_of
from api.console.overview import status_word
from store.marklabels import label_name
from store.model import Limit
from store.texts import has, text

COLUMNS = ("reported", "recomputed", "after_marking", "after_exemption")

Row = Mapping[str, Any]

_NUMBER = re.compile(r"-?\d+\.\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict of the newest revision."""

    result: str
    word: str
    limit: str
    condition: str | None
    clause: str
    source: str | None
    compared: str | None
    multiple: str | None
    reasons: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Change:
    """One revision: when it was computed, what it came to, what differs from the one before, and what made it so."""

    revision: int
    computed_at: datetime
    rule: str
    result: str
    word: str
    differs: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A period. ``inputs`` are (word, value) pairs of what it was made of; ``excluded`` is what of it did not count, and why."""

    valid: bool
    status: str
    columns: tuple[tuple[str, str, str | None], ...]
    reasons: tuple[str, ...]
    count: int
    expected: int
    inputs: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]
    rule: str
    verdicts: tuple[Judged, ...]
    changes: tuple[Change, ...]


def explain(
    span: str,
    periods: Sequence[Row],
    verdicts: Sequence[Row],
    limits: Mapping[int, Limit],
    industry: str,
    *,
    folds: bool,
) -> Explained | None:
    """The newest revision of a period, explained; None when it was never computed. ``periods`` are oldest first."""
    if not periods:
        return None
    newest = periods[-1]
    return Explained(
        valid=newest["valid"],
        status=status_word(newest["status"]),
        columns=tuple(
            (
                text(f"console.outlet.{column}"),
                _shown(column, newest[f"{column}_measured"]),
                _shown(column, newest[f"{column}_folded"]) if folds else None,
            )
            for column in COLUMNS
        ),
        reasons=tuple(reason_word(code) for code in newest["reasons"]),
        count=newest["count"],
        expected=newest["expected"],
        inputs=tuple(_inputs(newest["inputs"], industry)),
        excluded=tuple(_excluded(span, newest["inputs"])),
        rule=newest["rule"],
        verdicts=tuple(_judged(row, limits) for row in verdicts if row["revision"] == newest["revision"]),
        changes=tuple(_changes(periods, verdicts)),
    )


def _shown(column: str, value: Decimal | None) -> str:
    # A reported value is evidence and stays as it was sent; the others were computed here.
    return words.number(value) if column == "reported" else words.computed(value)


def _judged(row: Row, limits: Mapping[int, Limit]) -> Judged:
    limit = None if row["limit_key"] is None else limits.get(row["limit_key"])
    return Judged(
        row["result"],
        text(f"console.result.{row['result']}"),
        "—" if limit is None else bounds_text(limit.minimum, limit.maximum),
        None if limit is None or limit.condition is None else condition_text(limit.condition),
        "—" if limit is None else f"{limit.standard} {limit.clause}",
        None if limit is None else limit.source,
        None if row["compared"] is None else words.computed(row["compared"], row["bound"]),
        None if row["multiple"] is None else words.computed(row["multiple"], words.ZERO),
        tuple(reason_word(code) for code in row["reasons"]),
        row["rule"],
    )


def _inputs(inputs: Row, industry: str) -> Iterable[tuple[str, str]]:
    """What the value was made of, in words; what this page does not know by name is told as it is stored."""
    for name, value in inputs.items():
        if name in ("seconds", "hours"):
            continue
        word = _known(f"input.{name}", name)
        if name == "marks":
            shown = text("console.outlet.semicolon").join(_mark(mark, industry) for mark in value)
        elif name == "checks":
            shown = text("console.outlet.semicolon").join(_check(check) for check in value)
        elif name == "exemption":
            shown = text("console.outlet.semicolon").join(_grant(grant, industry) for grant in value)
        elif name == "covered":
            shown = text("console.outlet.join").join(
                label_name(industry, "condition", label) for label in value
            )
        elif name == "conditions":
            shown = text("console.outlet.join").join(
                f"{words.factor_name(factor)} {given} {words.factor_unit(factor)}".rstrip()
                for factor, given in value.items()
            )
        elif name == "frame":
            shown = (
                text("console.outlet.no_frame")
                if value is None
                else text("console.outlet.revision_n", count=value)
            )
        elif isinstance(value, dict):
            shown = text("console.outlet.join").join(f"{key} {given}" for key, given in value.items())
        else:
            shown = _known(f"given.{value}", _number(str(value)))
        yield word, shown


def _excluded(span: str, inputs: Row) -> Iterable[tuple[str, str]]:
    """What did not count: minutes of an hour or hours of a day by their status; what counted is told by its number."""
    for status, seconds in inputs.get("seconds", {}).items():
        if status not in MEASURED:
            minutes = words.plain(Decimal(seconds) / 60)
            yield status_word(status), text("console.outlet.minutes", count=minutes)
    for status, hours in inputs.get("hours", {}).items():
        if status not in MEASURED:
            yield status_word(status), text("console.outlet.hours", count=hours)


def _mark(mark: Row, industry: str) -> str:
    label = label_name(industry, mark["category"], mark["label"])
    word = text(f"console.outlet.mark.{mark['category']}", label=label)
    return text("console.outlet.mark_minutes", mark=word, minutes=mark["minutes"], id=mark["id"])


def _check(check: Row) -> str:
    passed = "passed" if check["passed"] else "failed"
    return text(
        f"console.outlet.check_{passed}", kind=text(f"marks.check.{check['kind']}"), at=str(check["at"])[:16]
    )


def _grant(grant: Row, industry: str) -> str:
    return text(
        "console.outlet.grant",
        label=label_name(industry, "condition", grant["label"]),
        event=words.plain(Decimal(grant["event_hours"])),
        year=words.plain(Decimal(grant["year_hours"])),
    )


def _number(given: str) -> str:
    """A number with the decimals of a computed value; any other text as it is."""
    return words.computed(Decimal(given)) if _NUMBER.fullmatch(given) else given


def _known(name: str, otherwise: str) -> str:
    key = f"console.outlet.{name}"
    return text(key) if has(key) else otherwise


def _changes(periods: Sequence[Row], verdicts: Sequence[Row]) -> Iterable[Change]:
    """Every revision, newest first."""
    found = []
    before: Row | None = None
    judged_before: Row | None = None
    for period in periods:
        judged = next((row for row in verdicts if row["revision"] == period["revision"]), None)
        result = result_of(None if judged is None else judged["result"], period["valid"], period["status"])
        found.append(
            Change(
                period["revision"],
                period["computed_at"],
                period["rule"],
                result,
                text(f"console.result.{result}"),
                () if before is None else tuple(_differs(before, period, judged_before, judged)),
                () if before is None else tuple(_causes(before, period, judged_before, judged)),
            )
        )
        before, judged_before = period, judged
    return reversed(found)


def _differs(before: Row, after: Row, judged: Row | None, judged_now: Row | None) -> Iterable[str]:
    """The values that are no longer what they were."""
    for column in COLUMNS:
        for form in ("measured", "folded"):
            old, new = before[f"{column}_{form}"], after[f"{column}_{form}"]
            if old != new:
                name = text(
                    "console.outlet.column_of",
                    column=text(f"console.outlet.{column}"),
                    form=text(f"console.chart.{form}"),
                )
                yield text(
                    "console.outlet.changed", what=name, old=_shown(column, old), new=_shown(column, new)
                )
    old_share, new_share = (f"{row['count']}/{row['expected']}" for row in (before, after))
    if old_share != new_share:
        yield text("console.outlet.changed", what=text("console.outlet.share"), old=old_share, new=new_share)
    results = [
        result_of(None if verdict is None else verdict["result"], row["valid"], row["status"])
        for row, verdict in ((before, judged), (after, judged_now))
    ]
    if results[0] != results[1]:
        old, new = (text(f"console.result.{result}") for result in results)
        yield text("console.outlet.changed", what=text("console.outlet.result"), old=old, new=new)


def _causes(before: Row, after: Row, judged: Row | None, judged_now: Row | None) -> Iterable[str]:
    """What made the new revision, as far as the inputs of both tell."""
    old, new = before["inputs"], after["inputs"]
    told = False
    for name in (
        "frame",
        "resent",
        "marks",
        "checks",
        "exemption",
        "judged_on",
        "oxygen",
        "volume",
        "conditions",
    ):
        if old.get(name) != new.get(name):
            told = True
            yield text(f"console.outlet.cause.{name}")
    if old.get("seconds") != new.get("seconds") or old.get("hours") != new.get("hours"):
        told = True
        yield text("console.outlet.cause.inputs")
    if before["rule"] != after["rule"]:
        told = True
        yield text("console.outlet.cause.rule", old=before["rule"], new=after["rule"])
    keys = [
        None if verdict is None else (verdict["limit_key"], verdict["bound"])
        for verdict in (judged, judged_now)
    ]
    if keys[0] != keys[1]:
        told = True
        yield text("console.outlet.cause.limit")
    if not told:
        yield text("console.outlet.cause.other")
