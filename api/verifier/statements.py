"""Marks, checks and comparisons of an outlet as they were known at a moment, out of the records of a package."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from alerts.judgement.statements import NOTHING_SAID, Statements, statements_of
from api.verifier.believed import number_of, time_of
from api.verifier.outcome import Malformed
from api.verifier.records import Records
from store.checks import Check, chain_check_of, check_of
from store.clock import DAY
from store.marks import Mark, mark_of

_MARK = (
    "id", "outlet_key", "category", "label", "factor", "from_time", "to_time", "reason", "channel", "filed_by", "received_at",
    "deadline", "late",
)  # fmt: skip
_CHECK = (
    "id", "outlet_key", "factor", "kind", "checked_at", "passed", "measured", "reference", "source", "filed_by", "received_at",
)  # fmt: skip
_CHAIN = ("id", "outlet_key", "factor", "start", "instrument", "logger", "filed_by", "received_at")
_TIMES = ("from_time", "to_time", "received_at", "deadline", "checked_at", "start", "withdrawn_at")
_NUMBERS = ("measured", "reference", "instrument", "logger")


class Spoken:
    """What was said of one outlet. Raises Malformed ``record_malformed``."""

    def __init__(self, records: Records, outlet_key: int) -> None:
        try:
            withdrawn = {row["mark_id"]: row for row in records.newest("mark_withdrawal")}
            self._marks = [
                _mark(row, withdrawn.get(row["id"]))
                for row in records.newest("mark")
                if row["outlet_key"] == outlet_key
            ]
            self._checks = [
                check_of(_columns(row, _CHECK))
                for row in records.newest("quality_check")
                if row["outlet_key"] == outlet_key
            ]
            self._chain = [
                chain_check_of(_columns(row, _CHAIN))
                for row in records.newest("chain_check")
                if row["outlet_key"] == outlet_key
            ]
            moments = [mark.received_at for mark in self._marks]
            moments += [check.received_at for check in self._checks]
            moments += [check.received_at for check in self._chain]
            moments += [mark.withdrawn_at for mark in self._marks if mark.withdrawn_at is not None]
            self._moments = sorted(moments)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"[:200]
            raise Malformed("statements_malformed", why=why) from None
        self._known: dict[tuple[datetime, int], Statements] = {}

    def on(self, day: datetime, known_at: datetime) -> Statements:
        """What takes effect on the hours of a Beijing day, as it was known at a moment."""
        if not self._moments:
            return NOTHING_SAID
        key = (day, bisect_right(self._moments, known_at))
        if key not in self._known:
            marks = [_as_known(mark, known_at) for mark in self._marks if mark.received_at <= known_at]
            checks = counted(check for check in self._checks if check.received_at <= known_at)
            chain = [check for check in self._chain if check.received_at <= known_at]
            marks = [mark for mark in marks if mark.from_time < day + DAY]
            self._known[key] = statements_of(marks, checks, chain, day, day + DAY)
        return self._known[key]


def counted(checks: Iterable[Check]) -> list[Check]:
    """Of one factor and moment one statement counts: the last of its source, and the failed one where the sources differ.

    The same as ``checks_over`` of ``store/sql/marks.sql``.
    """
    last: dict[tuple[str, datetime, str, str], Check] = {}
    for check in sorted(checks, key=lambda check: check.id):
        last[check.factor, check.checked_at, check.kind, check.source] = check
    found: dict[tuple[str, datetime], Check] = {}
    for check in sorted(last.values(), key=lambda check: (check.passed, -check.id)):
        found.setdefault((check.factor, check.checked_at), check)
    return list(found.values())


def _mark(row: Mapping[str, Any], withdrawal: Mapping[str, Any] | None) -> Mark:
    columns = _columns(row, _MARK)
    columns["withdrawn_at"] = time_of(withdrawal["withdrawn_at"]) if withdrawal is not None else None
    return mark_of(columns)


def _as_known(mark: Mark, known_at: datetime) -> Mark:
    """The mark before it was withdrawn, where that came later."""
    if mark.withdrawn_at is None or mark.withdrawn_at <= known_at:
        return mark
    return Mark(**{name: getattr(mark, name) for name in _MARK}, withdrawn_at=None)


def _columns(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    found = {name: row[name] for name in names}
    for name in found.keys() & set(_TIMES):
        found[name] = time_of(found[name])
    for name in found.keys() & set(_NUMBERS):
        found[name] = number_of(found[name])
    return found
