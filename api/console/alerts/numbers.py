"""The numbers and the evidence of an alert in words, and the innocent causes that its rule looked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from api.console import alertview, words
from store.texts import has, text

AS_VALUE = (
    "value",
    "folded",
    "reported",
    "recomputed",
    "oxygen",
    "immediate",
    "completed",
    "effective",
    "valid_rate",
)
"""Numbers that are shown with the unit they have."""

PERCENT = frozenset({"immediate", "completed", "effective", "valid_rate", "oxygen"})
AS_COUNT = (
    "readings",
    "minutes",
    "hours",
    "due",
    "received",
    "in_time",
    "valid",
    "stopped",
    "total",
    "exceeded_hours",
    "marked_hours",
    "days",
)
AS_SHARE = ("difference", "allowed", "share")
AS_TIME = ("since", "at", "unavoidable_from", "unavoidable_at_this_flow_from")

STEPS = {"hours": timedelta(hours=1), "minutes": timedelta(minutes=1), "days": timedelta(days=1)}
"""Evidence that lists starts of periods, with the length of one."""

FORECASTS = frozenset({"minute_forecast", "hour_forecast"})
"""Kinds whose evidence is one stretch, [from, to], and no list of starts."""

MOST_STRETCHES = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule looked at: ``what`` in words, and the stretches of time in words."""

    what: str
    stretches: tuple[str, ...]


def facts_of(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Number after number as (word, value). The first is value against limit where there is one."""
    numbers: Mapping[str, Any] = row["numbers"]
    found: list[tuple[str, str]] = []
    against = alertview.figures(numbers, row["factor"])
    if against:
        found.append((text("console.alerts.figures"), against))
    unit = str(numbers.get("unit") or "")
    for name in AS_VALUE:
        if (value := _decimal(numbers.get(name))) is not None:
            shown = words.computed(value) if name == "recomputed" else words.number(value)
            found.append((_word(name), f"{shown} {'%' if name in PERCENT else unit}".rstrip()))
    for name in AS_SHARE:
        if (value := _decimal(numbers.get(name))) is not None:
            found.append((_word(name), words.percent(value)))
    for name in AS_COUNT:
        if (value := _decimal(numbers.get(name))) is not None:
            found.append((_word(name), words.plain(value)))
    for name in AS_TIME:
        if (moment := _moment(numbers.get(name))) is not None:
            found.append((_word(name), words.stamp(moment)[:16]))
    states = numbers.get("states")
    if isinstance(states, list) and states:
        found.append((_word("states"), "、".join(_status(one) for one in states)))
    if isinstance(numbers.get("source"), str):
        found.append((_word("source"), numbers["source"]))
    cases = numbers.get("cases")
    if isinstance(cases, Mapping):
        found += [(_case(code), str(count)) for code, count in sorted(cases.items())]
    pictures = numbers.get("pictures")
    if isinstance(pictures, list):
        found += [(_word("picture"), _picture(one)) for one in pictures if isinstance(one, Mapping)]
    return found


def ruled_out(numbers: Mapping[str, Any]) -> tuple[str, ...]:
    """The innocent causes that the rule looked for and did not find, in words."""
    causes = numbers.get("ruled_out")
    if not isinstance(causes, list):
        return ()
    return tuple(cause_word(str(cause)) for cause in causes)


def cause_word(cause: str) -> str:
    """An innocent cause in words."""
    key = f"console.alertwork.cause.{cause}"
    return text(key) if has(key) else text("console.alertwork.cause.other", code=cause)


def evidence_of(row: Mapping[str, Any]) -> list[Evidence]:
    """What the rule's evidence says: stretches of hours, minutes or days."""
    told = row["numbers"].get("evidence")
    if not isinstance(told, Mapping):
        return []
    found = []
    for name, step in STEPS.items():
        starts = [moment for one in _list(told.get(name)) if (moment := _moment(one)) is not None]
        if len(starts) == 2 and row["code"] in FORECASTS:
            found.append(
                Evidence(text("console.alertwork.evidence.stretch"), (_range(starts[0], starts[1], step),))
            )
        elif starts:
            what = text(f"console.alertwork.evidence.{name}", count=len(starts))
            found.append(Evidence(what, tuple(_stretches(sorted(starts), step))))
    seconds = told.get("seconds")
    if isinstance(seconds, Mapping) and seconds:
        parts = tuple(
            text("console.alertwork.evidence.minutes_of", status=_status(str(name)), count=int(count) // 60)
            for name, count in seconds.items()
            if isinstance(count, int | float)
        )
        found.append(Evidence(text("console.alertwork.evidence.seconds"), parts))
    return found


def _stretches(starts: Sequence[datetime], step: timedelta) -> Iterable[str]:
    """Starts that follow each other as one stretch; very many are cut and it is said so."""
    runs: list[list[datetime]] = []
    for start in starts:
        if runs and start - runs[-1][1] == step:
            runs[-1][1] = start
        else:
            runs.append([start, start])
    for first, last in runs[:MOST_STRETCHES]:
        yield _range(first, last + step, step)
    if len(runs) > MOST_STRETCHES:
        yield text("console.alertwork.evidence.more", count=len(runs) - MOST_STRETCHES)


def _range(start: datetime, end: datetime, step: timedelta) -> str:
    if step >= timedelta(days=1):
        last = words.day_label(end - step)
        return (
            words.day_label(start)
            if last == words.day_label(start)
            else f"{words.day_label(start)} ～ {last}"
        )
    begin, stop = words.stamp(start)[:16], words.stamp(end)[:16]
    return f"{begin} ～ {stop[11:] if begin[:10] == stop[:10] else stop}"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(name: str) -> str:
    return text(f"console.alertwork.number.{name}")


def _status(status: str) -> str:
    key = f"marks.{status}"
    return text(key) if has(key) else text("console.status_other", status=status)


def _case(code: str) -> str:
    key = f"console.alertwork.case.{code}"
    return text(key) if has(key) else code


def _picture(picture: Mapping[str, Any]) -> str:
    key = f"console.alertwork.picture.{picture.get('picture')}"
    return text(key) if has(key) else str(picture.get("picture"))


def _decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool | list | dict):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
