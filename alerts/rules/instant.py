"""An hourly value above an instantaneous limit (瞬时值), which by default only alerts (regulation.md A.5).

Whether an hourly composite may be judged against an instantaneous limit is open. An outlet whose option ``instant`` is *judge*
gets verdicts instead, and exceedances from them; there this rule keeps silent.
"""

from __future__ import annotations

from alerts.judgement.arithmetic import multiple_of
from alerts.rules.reading import moment, text
from alerts.rules.shape import Noticed, Rule, Subjected, Window


def examine(window: Window) -> list[Noticed]:
    """Hours whose valid value is strictly beyond an instantaneous limit in force."""
    if window.subject.options.instant != "alert":
        return []
    found = []
    for period in window.periods("hour"):
        kept = period.after_marking
        value = kept.folded if window.subject.folds(period.factor) else kept.measured
        if not period.valid or value is None:
            continue
        for limit in window.subject.in_force(period.factor, "instant", period.start):
            if limit.maximum is not None and value > limit.maximum:
                bound, side, multiple = limit.maximum, "max", multiple_of(value, limit.maximum)
            elif limit.minimum is not None and value < limit.minimum:
                bound, side, multiple = limit.minimum, "min", None
            else:
                continue
            numbers = {
                "compared": text(value),
                "bound": text(bound),
                "bound_side": side,
                "multiple": text(multiple),
            }
            evidence = {"hours": [moment(period.start)]}
            ruled_out = INSTANT.innocent_causes
            found.append(Noticed(period.factor, period.start, numbers, evidence, ruled_out, limit.key))
            break
    return found


def ends(window: Window) -> set[Subjected]:
    """A valid hour."""
    return {(period.factor, period.start) for period in window.periods("hour") if period.valid}


INSTANT = Rule(
    "exceed_instant",
    "hour",
    ("hours",),
    examine,
    ends,
    innocent_causes=("device_marked", "invalid"),
)
