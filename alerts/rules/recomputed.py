"""Reported and recomputed values that differ: > 2 % (regulation.md A.2), measured x fold is not reported folded (D.4)."""

from __future__ import annotations

from decimal import Decimal

from alerts.judgement.arithmetic import EXACT
from alerts.judgement.factors import ANALYSED
from alerts.judgement.marks import HOUR_SECONDS
from alerts.judgement.values import Period
from alerts.rules.reading import measured, moment, text
from alerts.rules.shape import Noticed, Rule, Subjected, Window

PLAUSIBLE = (Decimal("0.5"), Decimal(2))
"""Minutes that never came explain a difference when they need be no less than half and no more than twice the others ([P])."""

CHANGING = frozenset({"starting", "stopping", "banked"})
"""While a source starts or stops its oxygen moves so fast that every way of folding gives another value."""


def examine(window: Window) -> list[Noticed]:
    """Hours whose reported value differs from what the platform makes of the same hour, measured or folded.

    What is analysed once an hour is left out: the repeated results in between are those of the hour before.
    """
    found = []
    for period in window.periods("hour"):
        if not measured(period) or period.factor in ANALYSED:
            continue
        share = window.thresholds.differs
        column = _column(period, share)
        if column is None or (column == "measured" and _gap_explains(period)):
            continue
        if column == "folded" and period.status in CHANGING:
            continue
        reported: Decimal | None = getattr(period.reported, column)
        recomputed: Decimal | None = getattr(period.recomputed, column)
        if reported is None or recomputed is None:
            continue
        numbers = {
            "column": column,
            "reported": text(reported),
            "recomputed": text(recomputed),
            "difference": text(_relative(reported, recomputed)),
            "allowed": text(share),
            "oxygen": period.inputs.get("oxygen"),
        }
        evidence = {"hours": [moment(period.start)], "seconds": dict(period.inputs.get("seconds", {}))}
        found.append(Noticed(period.factor, period.start, numbers, evidence, DIFFERS.innocent_causes))
    return found


def _column(period: Period, share: Decimal) -> str | None:
    """The column that differs. A folded value is suspect only when neither way of folding explains it."""
    if _differs(period.reported.measured, period.recomputed.measured, share):
        return "measured"
    if not _differs(period.reported.folded, period.recomputed.folded, share):
        return None
    by_minutes = period.inputs.get("folded_minutes")
    if by_minutes is not None and not _differs(period.reported.folded, Decimal(by_minutes), share):
        return None
    return "folded"


def _differs(reported: Decimal | None, recomputed: Decimal | None, share: Decimal) -> bool:
    if reported is None or recomputed is None:
        return False
    distance = EXACT.abs(EXACT.subtract(reported, recomputed))
    return distance > EXACT.multiply(share, EXACT.abs(recomputed))


def _relative(reported: Decimal, recomputed: Decimal) -> Decimal | None:
    """Difference as a share of the recomputed value, rounded for the reader; None when that is zero."""
    if recomputed == 0:
        return None
    share = EXACT.divide(EXACT.subtract(reported, recomputed), EXACT.abs(recomputed))
    return share.quantize(Decimal("0.0001"))


def _gap_explains(period: Period) -> bool:
    """Whether ordinary values in the minutes that never came would make up the difference."""
    seconds: dict[str, int] = period.inputs.get("seconds", {})
    missing = HOUR_SECONDS - sum(seconds.values())
    valid = period.count * 60
    reported, recomputed = period.reported.measured, period.recomputed.measured
    if missing <= 0 or valid <= 0 or reported is None or recomputed is None or recomputed <= 0:
        return False
    whole = EXACT.multiply(reported, Decimal(valid + missing))
    needed = EXACT.divide(EXACT.subtract(whole, EXACT.multiply(recomputed, Decimal(valid))), Decimal(missing))
    least, most = (EXACT.multiply(recomputed, factor) for factor in PLAUSIBLE)
    return least <= needed <= most


def ends(window: Window) -> set[Subjected]:
    """An hour with both values."""
    return {
        (period.factor, period.start)
        for period in window.periods("hour")
        if measured(period)
        and period.reported.measured is not None
        and period.recomputed.measured is not None
    }


DIFFERS = Rule(
    "recomputed_differs",
    "hour",
    ("hours",),
    examine,
    ends,
    settings=("recomputed_differs_percent",),
    innocent_causes=("device_marked", "missing_minutes", "other_way_of_folding", "changing_oxygen"),
)
