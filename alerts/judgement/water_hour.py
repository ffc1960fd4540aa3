"""One hour of a water outlet: a value with its validity, and the volume that flowed (regulation.md B.2).

Municipal water is judged by the day (A.1): an hour gets a verdict only where a limit has the hour as its basis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement import decision
from alerts.judgement.arithmetic import EXACT
from alerts.judgement.exemptions import NO_COVER, cover_of
from alerts.judgement.factors import FLOW
from alerts.judgement.marks import MEASURED, largest_share, reasons_of
from alerts.judgement.minutes import Minutes, minutes_of, status_of
from alerts.judgement.quality import CORRECTED, chain_differs, confirmed, low
from alerts.judgement.statements import NOTHING_SAID, Said, Statements, lengths_of, reasons_of_taken
from alerts.judgement.subject import Subject
from alerts.judgement.told import conditions_of, told
from alerts.judgement.values import (
    EMPTY,
    MISSING,
    NO_DATA,
    NORMAL,
    NOTHING,
    UNKNOWN,
    Columns,
    FactorHour,
    Period,
    Rules,
)

RULE = "hour-water/2"

CUBIC_METRES_AN_HOUR = Decimal("3.6")
"""1 L/s is 3.6 m3/h (hj212.md §11: w00000 in L/s, Cou in m3)."""


def judge_water_hour(
    subject: Subject,
    start: datetime,
    received: Mapping[str, FactorHour],
    factors: tuple[str, ...],
    rules: Rules,
    statements: Statements = NOTHING_SAID,
) -> list[Period]:
    """The period values of ``factors`` for the hour from ``start``."""
    flow = statements.of(FLOW, start)
    volume = None if flow.taken else volume_of(subject, start, received.get(FLOW, NOTHING))
    conditions = conditions_of(subject, start, received, statements)
    return [
        _judge(subject, start, factor, received.get(factor, NOTHING), volume, conditions, rules, statements)
        for factor in factors
    ]


def volume_of(subject: Subject, start: datetime, received: FactorHour) -> Decimal | None:
    """Cubic metres discharged in the hour: Cou where the device sends it, else the mean flow times an hour.

    None when the flow of the hour is not known, which is not zero.
    """
    frame = received.frame
    if frame is not None:
        status = status_of(frame, subject.missing_flag)
        if status not in MEASURED and status != UNKNOWN:
            return None
        if frame.total is not None:
            return frame.total
        return EXACT.multiply(frame.value, CUBIC_METRES_AN_HOUR) if frame.value is not None else None
    mean = minutes_of(received, start, subject.minute_seconds, subject.missing_flag).mean()
    return EXACT.multiply(mean.value(), CUBIC_METRES_AN_HOUR) if mean else None


def _judge(
    subject: Subject,
    start: datetime,
    factor: str,
    received: FactorHour,
    volume: Decimal | None,
    conditions: Mapping[str, Decimal],
    rules: Rules,
    statements: Statements,
) -> Period:
    said = statements.of(factor, start)
    cover = cover_of(statements, subject.exemptions, factor, start) if said.marks else NO_COVER
    frame = received.frame
    minutes = minutes_of(received, start, subject.minute_seconds, subject.missing_flag, said.taken)
    mean = minutes.mean()
    reported = Columns(frame.value) if frame else EMPTY
    recomputed = Columns(mean.value()) if mean else EMPTY
    flagged, judged_on, notes = _evidence(subject, received, minutes, rules)
    judged = reported if judged_on == "reported" else recomputed
    status, taken = _taken(flagged, said) if said.taken else (flagged, ())
    judged, doubts, more = _low_value(subject, factor, judged, said)
    notes += more
    if subject.judged and decision.alerting_only(subject, factor, start):
        notes += ("instant_limit_alerts_only",)
    case = decision.Case(
        present=not received.empty(),
        status=status,
        shortage=_shortage(factor, volume, said, reported),
        folds=False,
        unusable_oxygen=(),
        low=judged.measured,
        high=judged.measured,
        notes=notes,
        taken=taken,
        doubts=doubts,
        cover=cover,
    )
    outcome = decision.standing(case)
    verdicts = decision.verdicts(subject, factor, "hour", start, case, outcome, conditions, RULE)
    kept = judged if outcome is None or outcome.result == "undetermined" else EMPTY
    return Period(
        start=start,
        factor=factor,
        span="hour",
        reported=reported,
        recomputed=recomputed,
        after_marking=kept,
        after_exemption=decision.left_by(verdicts, kept),
        valid=outcome is None,
        status=status if case.present else MISSING,
        reasons=(outcome.reasons if outcome else ()) + notes,
        count=1 if outcome is None else 0,
        expected=1,
        inputs={
            **_inputs(judged_on, received, minutes, volume if factor == FLOW else None),
            **told(said, cover, start),
        },
        rule=RULE,
        verdicts=verdicts,
    )


def _evidence(
    subject: Subject, received: FactorHour, minutes: Minutes, rules: Rules
) -> tuple[str, str | None, tuple[str, ...]]:
    """The flag of the hour, what is judged, and notes. The frame's flag counts; without a frame one abnormal value makes the
    whole hour abnormal (hj212.md §11, mark of a period in water)."""
    if received.empty():
        return NORMAL, None, ()
    frame = received.frame
    status = status_of(frame, subject.missing_flag) if frame else NO_DATA
    if frame is not None and status != NO_DATA:
        recompute = rules.hour_judged_on == "recomputed" and status in MEASURED and minutes.valid_seconds > 0
        return status, "recomputed" if recompute else "reported", ()
    notes = ("value_not_a_number",) if frame else (("hour_frame_missing",) if subject.reports_hour else ())
    return largest_share(minutes.seconds) if minutes.source else NO_DATA, "recomputed", notes


def _taken(flagged: str, said: Said) -> tuple[str, tuple[str, ...]]:
    """Mark and reasons of an hour that statements touch: one composite analysis, so it is taken out whole (product rule)."""
    labels = lengths_of(said.taken)
    reasons = reasons_of_taken(labels)
    if flagged not in (UNKNOWN, NO_DATA):
        reasons += reasons_of(flagged)
    return max(sorted(labels), key=lambda label: labels[label]), reasons


def _shortage(factor: str, volume: Decimal | None, said: Said, reported: Columns) -> tuple[str, ...]:
    """What of HJ 356-2019 6.2 makes the value invalid beside flags and statements: no flow, or links that differ."""
    shortage: tuple[str, ...] = ()
    if factor != FLOW and volume is not None and volume <= 0:
        shortage += ("flow_zero",)
    if said.chain is not None and chain_differs(said.chain, reported.measured):
        shortage += ("chain_differs",)
    return shortage


def _low_value(
    subject: Subject, factor: str, judged: Columns, said: Said
) -> tuple[Columns, tuple[str, ...], tuple[str, ...]]:
    """The value that counts, doubts and notes: a low value counts as corrected once checks confirm it (HJ 356-2019 6.1)."""
    if judged.measured is None or not low(subject, factor, judged.measured):
        return judged, (), ()
    if not confirmed(said):
        return judged, ("low_value_unconfirmed",), ()
    return Columns(CORRECTED[factor]), (), ("low_value_corrected",)


def _inputs(
    judged_on: str | None, received: FactorHour, minutes: Minutes, volume: Decimal | None
) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "judged_on": judged_on,
        "frame": received.frame.revision if received.frame else None,
    }
    if minutes.source is not None or minutes.taken:
        inputs["source"] = minutes.source
        inputs["seconds"] = dict(sorted(minutes.seconds.items()))
    if minutes.resent:
        inputs["resent"] = {at.isoformat(): revision for at, revision in minutes.resent.items()}
    if volume is not None:
        inputs["volume"] = format(volume, "f")
    return inputs
