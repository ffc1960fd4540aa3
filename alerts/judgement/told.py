"""What an hour keeps of the statements about it, and the values that the conditions of limits ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.judgement.exemptions import Cover, shown
from alerts.judgement.marks import MEASURED
from alerts.judgement.statements import OUT_OF_CONTROL, Said, Statements
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour
from store.checks import Check
from store.clock import BEIJING, HOUR


def conditions_of(
    subject: Subject, start: datetime, received: Mapping[str, FactorHour], statements: Statements
) -> dict[str, Decimal]:
    """The hour values that limits of the outlet depend on; what is flagged or taken out is not known."""
    found: dict[str, Decimal] = {}
    for factor in subject.condition_factors:
        frame = received[factor].frame if factor in received else None
        if frame is None or frame.value is None or frame.status not in MEASURED:
            continue
        if not statements.of(factor, start).taken:
            found[factor] = frame.value
    return found


def told(said: Said, cover: Cover, start: datetime) -> dict[str, Any]:
    """Marks, quotas and checks of an hour as inputs: enough to see why it came out as it did."""
    inputs: dict[str, Any] = {}
    if said.marks:
        end = start + HOUR
        inputs["marks"] = [
            {
                "id": mark.id,
                "category": mark.category,
                "label": mark.label,
                "minutes": int((min(mark.to_time, end) - max(mark.from_time, start)).total_seconds()) // 60,
            }
            for mark in said.marks
        ]
    if cover.labels:
        inputs["covered"] = list(cover.labels)
    if cover.grants:
        inputs["exemption"] = shown(cover)
    if any(span.label == OUT_OF_CONTROL for span in said.taken):
        inputs["checks"] = [_check(check) for check in (said.before, said.after) if check is not None]
    if said.standard_check:
        inputs["standard_check"] = True
    return inputs


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "kind": check.kind,
        "passed": check.passed,
        "at": check.checked_at.astimezone(BEIJING).isoformat(),
    }
