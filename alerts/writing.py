"""From period values to rows: a whole new revision where something changed, nothing where nothing did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import orjson

from alerts.judgement.collecting import Place, in_order
from alerts.judgement.values import Period
from alerts.loading import Stored
from store.database import Connection
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Change:
    """A period value that got a new revision."""

    period: Period
    revision: int


def changes_of(judged: Iterable[Period], stored: Mapping[Place, Stored]) -> list[Change]:
    """The judged periods that differ from what is stored, with the revision they get."""
    changes = []
    for period in judged:
        ordered = in_order(period)
        before = stored.get((period.factor, period.start))
        if before is None:
            changes.append(Change(ordered, 1))
        elif before.period != ordered:
            changes.append(Change(ordered, before.revision + 1))
    return changes


@cache
def _array(reasons: tuple[str, ...]) -> str:
    """A PostgreSQL array literal. Reason codes are words of letters, digits and underscores: nothing needs quoting."""
    return "{" + ",".join(reasons) + "}"


def write(connection: Connection, outlet_key: int, changes: Iterable[Change], at: datetime) -> None:
    """Copy the new revisions and their verdicts in the caller's transaction."""
    sql = queries("judgement")
    with connection.cursor() as cursor:
        with cursor.copy(sql["copy_periods"]) as copy:
            for change in changes:
                period = change.period
                copy.write_row(
                    (
                        period.start,
                        outlet_key,
                        period.factor,
                        period.span,
                        change.revision,
                        period.reported.measured,
                        period.reported.folded,
                        period.recomputed.measured,
                        period.recomputed.folded,
                        period.after_marking.measured,
                        period.after_marking.folded,
                        period.after_exemption.measured,
                        period.after_exemption.folded,
                        period.valid,
                        period.status,
                        _array(period.reasons),
                        period.count,
                        period.expected,
                        orjson.dumps(period.inputs).decode(),
                        period.rule,
                        at,
                    )
                )
        with cursor.copy(sql["copy_verdicts"]) as copy:
            for change in changes:
                for verdict in change.period.verdicts:
                    copy.write_row(
                        (
                            change.period.start,
                            outlet_key,
                            change.period.factor,
                            change.period.span,
                            change.revision,
                            verdict.limit_key,
                            verdict.result,
                            verdict.basis,
                            verdict.bound,
                            verdict.bound_side,
                            verdict.compared,
                            verdict.multiple,
                            _array(verdict.reasons),
                            verdict.rule,
                            at,
                        )
                    )
