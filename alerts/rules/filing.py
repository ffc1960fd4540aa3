"""Marks that were filed only after an exceedance (regulation.md C.6).

A mark alone is no violation; the question is whether it is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.judgement.values import Period
from alerts.rules.abuse import exceeded
from alerts.rules.reading import moment, overlaps, text
from alerts.rules.shape import Noticed, Rule, Subjected, Window
from store.clock import HOUR
from store.marks import Mark

CHECK_REACH = 24 * HOUR
"""A check that fails within a day of the hour bears a fault out: standard checks come once a day (HJ 355-2019)."""


def examine(window: Window) -> list[Noticed]:
    """Exceeded hours under a mark filed by hand after the hour was over, that the device itself says nothing of."""
    found = []
    for period in window.periods("hour"):
        over = exceeded(window.subject, period)
        if over is None:
            continue
        marks = filed_after(window.marks, period)
        if not marks or _borne_out(window, period, {mark.category for mark in marks}):
            continue
        value, limit = over
        numbers = {
            "compared": text(value),
            "bound": text(limit.maximum),
            "bound_side": "max",
            "marks": [
                {
                    "id": mark.id,
                    "category": mark.category,
                    "label": mark.label,
                    "received_at": moment(mark.received_at),
                    "late": mark.late,
                }
                for mark in marks
            ],
        }
        evidence = {"hours": [moment(period.start)], "marks": [mark.id for mark in marks]}
        ruled_out = AFTERWARDS.innocent_causes
        found.append(Noticed(period.factor, period.start, numbers, evidence, ruled_out, limit.key))
    return found


def filed_after(marks: Sequence[Mark], period: Period) -> list[Mark]:
    """Marks by hand over the hour, not withdrawn, received once the hour was over; none when one was there before."""
    over = [
        mark
        for mark in marks
        if mark.channel == "manual"
        and mark.withdrawn_at is None
        and mark.covers(period.factor)
        and overlaps(mark, period.start)
    ]
    if any(mark.received_at < period.start + HOUR for mark in over):
        return []
    return over


def _borne_out(window: Window, period: Period, categories: set[str]) -> bool:
    """Whether the device's own flags or states, kept as automatic marks, or a failed check bear the filed marks out."""
    if any(
        mark.channel == "automatic"
        and mark.withdrawn_at is None
        and mark.category in categories
        and mark.covers(period.factor)
        and overlaps(mark, period.start)
        for mark in window.marks
    ):
        return True
    return "device" in categories and _check_failed(window, period.factor, period.start)


def _check_failed(window: Window, factor: str, start: datetime) -> bool:
    return any(
        check.factor == factor and not check.passed and abs(check.checked_at - start) <= CHECK_REACH
        for check in window.checks
    )


def ends(window: Window) -> set[Subjected]:
    """A valid hour without such a mark."""
    return {(period.factor, period.start) for period in window.periods("hour") if period.valid}


AFTERWARDS = Rule(
    "mark_after_exceedance",
    "hour",
    ("hours", "marks", "checks"),
    examine,
    ends,
    innocent_causes=("device_state", "failed_check", "filed_before"),
)
