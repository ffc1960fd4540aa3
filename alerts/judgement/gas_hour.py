"""One hour of a stack: reported and recomputed value, folding, and the verdicts (regulation.md A.2, B.1, C.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement import decision
from alerts.judgement.arithmetic import Mean, differ, fold, single
from alerts.judgement.exemptions import NO_COVER, cover_of
from alerts.judgement.factors import OXYGEN
from alerts.judgement.gas_evidence import Evidence, evidence_of
from alerts.judgement.marks import VALID_SECONDS
from alerts.judgement.minutes import Minutes, folded_minutes, minutes_of
from alerts.judgement.oxygen import NO_OXYGEN, Oxygen, oxygen_of
from alerts.judgement.statements import NOTHING_SAID, Statements
from alerts.judgement.subject import Subject
from alerts.judgement.told import conditions_of, told
from alerts.judgement.values import EMPTY, MISSING, NOTHING, Columns, FactorHour, Period, Rules, Sample

RULE = "hour-gas/2"
EXPECTED_MINUTES = 60


def judge_gas_hour(
    subject: Subject,
    start: datetime,
    received: Mapping[str, FactorHour],
    factors: tuple[str, ...],
    rules: Rules,
    statements: Statements = NOTHING_SAID,
) -> list[Period]:
    """The period values of ``factors`` for the hour from ``start``."""
    oxygen = NO_OXYGEN
    if subject.oxygen_reference is not None:
        oxygen = oxygen_of(subject, start, received.get(OXYGEN, NOTHING), statements.of(OXYGEN, start))
    conditions = conditions_of(subject, start, received, statements)
    return [
        _judge(subject, start, factor, received.get(factor, NOTHING), oxygen, conditions, rules, statements)
        for factor in factors
    ]


def _judge(
    subject: Subject,
    start: datetime,
    factor: str,
    received: FactorHour,
    oxygen: Oxygen,
    conditions: Mapping[str, Decimal],
    rules: Rules,
    statements: Statements,
) -> Period:
    said = statements.of(factor, start)
    cover = cover_of(statements, subject.exemptions, factor, start) if said.marks else NO_COVER
    folds = subject.folds(factor)
    minutes = minutes_of(received, start, subject.minute_seconds, subject.missing_flag, said.taken)
    evidence = evidence_of(subject, received.frame, minutes, folds, rules)
    reported = Columns(received.frame.value, received.frame.folded) if received.frame else EMPTY
    enough = minutes.valid_seconds >= VALID_SECONDS
    mean = minutes.mean() if enough else None
    by_means, by_minutes = (
        _folded_two_ways(subject, minutes, mean, reported, oxygen) if folds else (None, None)
    )
    recomputed = Columns(mean.value() if mean else None, by_means)
    judged, notes, unusable = _judged_value(subject, folds, evidence, reported, recomputed, oxygen)
    notes = evidence.notes + notes
    if _differs(reported, recomputed, by_minutes):
        notes += ("reported_recomputed_differ",)
    if subject.judged and decision.alerting_only(subject, factor, start):
        notes += ("instant_limit_alerts_only",)
    value = judged.folded if folds else judged.measured
    case = decision.Case(
        present=not received.empty(),
        status=evidence.status,
        shortage=evidence.shortage,
        folds=folds,
        unusable_oxygen=unusable,
        low=value,
        high=value,
        notes=notes,
        taken=evidence.taken,
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
        status=evidence.status if case.present else MISSING,
        reasons=(outcome.reasons if outcome else ()) + notes,
        count=minutes.valid_seconds // 60,
        expected=EXPECTED_MINUTES,
        inputs={
            **_inputs(evidence, received.frame, minutes, oxygen if folds else None, by_minutes),
            **told(said, cover, start),
        },
        rule=RULE,
        verdicts=verdicts,
    )


def _folded_two_ways(
    subject: Subject, minutes: Minutes, mean: Mean | None, reported: Columns, oxygen: Oxygen
) -> tuple[Decimal | None, Decimal | None]:
    """Folded from the means of the hour, and as the mean of the folded minutes; the standard does not say which (A.2)."""
    reference = subject.oxygen_reference
    if reference is None or oxygen.unusable:
        return None, None
    measured = mean or (single(reported.measured) if reported.measured is not None else None)
    means = oxygen.recomputed or oxygen.mean
    by_means = fold(measured, means, reference) if measured and means else None
    both = mean is not None and oxygen.recomputed is not None
    return by_means, folded_minutes(minutes, oxygen.minutes, reference) if both else None


def _judged_value(
    subject: Subject, folds: bool, evidence: Evidence, reported: Columns, recomputed: Columns, oxygen: Oxygen
) -> tuple[Columns, tuple[str, ...], tuple[str, ...]]:
    """The columns that are judged, notes about them, and why folding fails: what the device folded is the evidence (A.2)."""
    on_reported = evidence.judged_on == "reported"
    measured = reported.measured if on_reported else recomputed.measured
    reference = subject.oxygen_reference
    if not folds or reference is None or evidence.judged_on is None:
        return Columns(measured, None), (), ()
    # What the device folded counts, unless the oxygen that it folded with holds minutes that were taken out.
    folded_by_device = on_reported and reported.folded is not None and not oxygen.minutes.hidden
    if oxygen.absent and folded_by_device:
        return reported, ("o2_missing",), ()
    if oxygen.unusable:
        return Columns(measured, None), oxygen.notes, oxygen.unusable
    if folded_by_device:
        return reported, oxygen.notes, ()
    notes = ("folded_by_platform", *oxygen.notes)
    if not on_reported:
        return recomputed, notes, ()
    if reported.measured is None or oxygen.mean is None:
        return Columns(measured, None), notes, ()
    return Columns(measured, fold(single(reported.measured), oxygen.mean, reference)), notes, ()


def _differs(reported: Columns, recomputed: Columns, by_minutes: Decimal | None) -> bool:
    """More than 2 % apart; a folded value is suspect only when neither way of recomputing it explains it."""
    if differ(reported.measured, recomputed.measured):
        return True
    if not differ(reported.folded, recomputed.folded):
        return False
    return by_minutes is None or differ(reported.folded, by_minutes)


def _inputs(
    evidence: Evidence,
    frame: Sample | None,
    minutes: Minutes,
    oxygen: Oxygen | None,
    by_minutes: Decimal | None,
) -> dict[str, Any]:
    inputs: dict[str, Any] = {"judged_on": evidence.judged_on, "frame": frame.revision if frame else None}
    if minutes.source is not None or minutes.taken:
        inputs["source"] = minutes.source
        inputs["seconds"] = dict(sorted(minutes.seconds.items()))
    if minutes.resent:
        inputs["resent"] = {at.isoformat(): revision for at, revision in minutes.resent.items()}
    if oxygen is not None and oxygen.mean is not None:
        inputs["oxygen"] = format(oxygen.mean.value(), "f")
        inputs["oxygen_from"] = oxygen.source
    if by_minutes is not None:
        inputs["folded_minutes"] = format(by_minutes, "f")
    return inputs
