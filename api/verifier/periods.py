"""The period values of a package: every revision as its leaf has it, and as the judgement gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.judgement.collecting import Place
from alerts.judgement.values import Columns, Period, Verdict
from api.verifier.believed import number_of, time_of
from api.verifier.outcome import Check, Malformed
from api.verifier.records import Records
from store.clock import BEIJING

COMPARED = (
    "reported", "recomputed", "after_marking", "after_exemption", "valid", "status", "reasons", "count", "expected", "inputs",
    "verdicts",
)  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """One revision of a period value."""

    number: int
    computed_at: datetime
    period: Period


class Periods:
    """The period values of one outlet and span, by factor and start; revisions in order.

    Raises Malformed ``record_malformed``.
    """

    def __init__(self, records: Records, outlet_key: int, span: str) -> None:
        self.revisions: dict[Place, list[Revision]] = {}
        for document in records.periods.get((outlet_key, span), ()):
            try:
                found = Revision(document["revision"], _moment(document["computed_at"]), _period(document))
                place = (found.period.factor, found.period.start)
                self.revisions.setdefault(place, []).append(found)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                why = f"{type(error).__name__}: {error}"[:200]
                raise Malformed("record_malformed", file=f"data/periods ({span})", line=0, why=why) from None
        for revisions in self.revisions.values():
            revisions.sort(key=lambda revision: revision.number)

    def newest(self, place: Place, known_at: datetime) -> Revision | None:
        """The newest revision that had been computed by then."""
        return next(
            (each for each in reversed(self.revisions.get(place, [])) if each.computed_at <= known_at), None
        )

    def check_revisions(self, check: Check, outlet: str) -> None:
        """Whether no revision is left out, and none was computed before the one it follows."""
        for (factor, start), revisions in self.revisions.items():
            facts = {"outlet": outlet, "factor": factor, "start": start}
            if [each.number for each in revisions] != list(range(1, len(revisions) + 1)):
                check.fail("period_revision_missing", **facts)
            if any(
                later.computed_at < sooner.computed_at
                for sooner, later in zip(revisions, revisions[1:])  # noqa: B905, RUF007
            ):
                check.fail("period_revision_order", **facts)


def differences(stored: Period, judged: Period) -> list[tuple[str, str, str]]:
    """What differs between two period values: name, stored, judged."""
    found = []
    for name in COMPARED:
        told, expected = getattr(stored, name), getattr(judged, name)
        if name == "inputs":
            expected = json.loads(json.dumps(expected))
        if told != expected:
            found.append((name, shown(told), shown(expected)))
    return found


def shown(value: object) -> str:
    """A part of a period value as short text."""
    if isinstance(value, Columns):
        return f"{_plain(value.measured)}/{_plain(value.folded)}"
    if isinstance(value, tuple) and value and isinstance(value[0], Verdict):
        return "; ".join(
            f"{each.result} {_plain(each.compared)} ({each.limit_key}: {','.join(each.reasons)})"
            for each in value
        )[:300]
    return str(value)[:300]


def _plain(value: Any) -> str:
    return "-" if value is None else format(value, "f")[:40]


def _period(document: Mapping[str, Any]) -> Period:
    def columns(name: str) -> Columns:
        return Columns(number_of(document[f"{name}_measured"]), number_of(document[f"{name}_folded"]))

    return Period(
        start=_moment(document["start"]),
        factor=str(document["factor"]),
        span=str(document["span"]),
        reported=columns("reported"),
        recomputed=columns("recomputed"),
        after_marking=columns("after_marking"),
        after_exemption=columns("after_exemption"),
        valid=document["valid"],
        status=document["status"],
        reasons=tuple(document["reasons"]),
        count=document["count"],
        expected=document["expected"],
        inputs=dict(document["inputs"]),
        rule=str(document["rule"]),
        verdicts=tuple(_verdict(verdict) for verdict in document["verdicts"]),
    )


def _verdict(document: Mapping[str, Any]) -> Verdict:
    return Verdict(
        document["limit_key"],
        document["result"],
        document["basis"],
        number_of(document["bound"]),
        document["bound_side"],
        number_of(document["compared"]),
        number_of(document["multiple"]),
        tuple(document["reasons"]),
        document["rule"],
    )


def _moment(value: object) -> datetime:
    moment = time_of(value)
    if moment is None:
        raise ValueError("a time is missing")
    return moment.astimezone(BEIJING)
