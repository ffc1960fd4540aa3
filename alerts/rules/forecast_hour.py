"""小时超标分钟动态预警: the minutes of the running hour already point above the hour's limit (regulation.md D.1).

It also says from which minute on the exceedance can no longer be avoided: from then on the hourly mean stays above the limit
whatever the remaining minutes are, as long as they are not below zero, should the hour become valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.arithmetic import EXACT, OXYGEN_IN_AIR, Mean, fold, single
from alerts.judgement.factors import OXYGEN
from alerts.judgement.marks import HOUR_SECONDS
from alerts.judgement.minutes import NO_MINUTES, Minutes
from alerts.rules.limits import Against, against
from alerts.rules.reading import moment, stretch, text
from alerts.rules.shape import Noticed, Rule, Window

ZERO = Decimal(0)
FULL = Decimal(HOUR_SECONDS)


@dataclass(frozen=True, slots=True)
class Course:
    """How an hour stands.

    Attributes
    ----------
    mean : mean of the valid minutes so far, folded where the outlet folds
    unavoidable_from : end of the minute from which on nothing can bring the hour back; None while something could
    """

    mean: Decimal
    unavoidable_from: datetime | None


def course(came: Minutes, maximum: Decimal, folding: tuple[Minutes, Decimal] | None = None) -> Course | None:
    """How an hour stands against a maximum; None without a valid minute, or without oxygen where it folds.

    The least mean that the hour can still reach is that of its valid minutes with zeros for the rest of it. Minutes known to be
    invalid will not come into the mean. Where the outlet folds, both ways of folding must be above the maximum: the rest of the
    hour may have no oxygen either, which folds the mean of the hour lowest (A.2).

    Parameters
    ----------
    folding : minutes of oxygen and the reference oxygen
    """
    so_far = _so_far(came, folding)
    if so_far is None:
        return None
    sums = _Sums()
    since: datetime | None = None
    for at in sorted(came.valid):
        sums.add(came, at, folding)
        if not sums.above(maximum, FULL, folding):
            since = None
        elif since is None:
            since = at + timedelta(seconds=came.weights[at])
    if since is None:
        left = EXACT.subtract(FULL, Decimal(min(came.abnormal_seconds, HOUR_SECONDS - 1)))
        if came.valid and sums.above(maximum, left, folding):
            last = max(came.valid)
            since = last + timedelta(seconds=came.weights[last])
    return Course(so_far, since)


class _Sums:
    """Value times seconds of the valid minutes so far: measured, folded minute by minute, and oxygen."""

    def __init__(self) -> None:
        self.measured = self.folded = self.oxygen = ZERO

    def add(self, came: Minutes, at: datetime, folding: tuple[Minutes, Decimal] | None) -> None:
        value, weight = came.valid[at], Decimal(came.weights[at])
        self.measured = EXACT.add(self.measured, EXACT.multiply(value, weight))
        if folding is None:
            return
        oxygen, reference = folding
        percent = oxygen.valid.get(at)
        if percent is not None and percent < OXYGEN_IN_AIR:
            self.folded = EXACT.add(
                self.folded, EXACT.multiply(fold(single(value), single(percent), reference), weight)
            )
            self.oxygen = EXACT.add(self.oxygen, EXACT.multiply(percent, weight))

    def above(self, maximum: Decimal, length: Decimal, folding: tuple[Minutes, Decimal] | None) -> bool:
        """Whether a mean over ``length`` seconds, zeros for the rest, is above the maximum."""
        threshold = EXACT.multiply(maximum, length)
        if folding is None:
            return self.measured > threshold
        by_means = fold(Mean(self.measured, length), Mean(self.oxygen, FULL), folding[1])
        return self.folded > threshold and by_means > maximum


def _so_far(came: Minutes, folding: tuple[Minutes, Decimal] | None) -> Decimal | None:
    mean = came.mean()
    if mean is None:
        return None
    if folding is None:
        return mean.value()
    oxygen = folding[0].mean()
    if oxygen is None or not ZERO <= oxygen.value() < OXYGEN_IN_AIR:
        return None
    return fold(mean, oxygen, folding[1])


def examine(window: Window) -> list[Noticed]:
    """The running hour of every factor with an hour limit."""
    found = []
    subject = window.subject
    for start in window.starts:
        if not window.current(start, "hour") or not subject.judged:
            continue
        for factor in subject.factors:
            came = window.minutes.get((factor, start))
            limit = against(subject, factor, "hour", start, _conditions(window, start))
            if came is None or limit is None:
                continue
            stands = course(came, limit.maximum, _folding(window, factor, start))
            enough = came.valid_seconds >= window.thresholds.forecast_minutes * 60
            if stands is None or stands.mean <= limit.maximum:
                continue
            if enough or stands.unavoidable_from is not None:
                found.append(_noticed(window, factor, start, came, limit))
    return found


def _conditions(window: Window, start: datetime) -> Mapping[str, Decimal]:
    """Means so far of the factors that decide which limit holds."""
    means = {}
    for factor in window.subject.condition_factors:
        mean = window.minutes.get((factor, start), NO_MINUTES).mean()
        if mean is not None:
            means[factor] = mean.value()
    return means


def _folding(window: Window, factor: str, start: datetime) -> tuple[Minutes, Decimal] | None:
    reference = window.subject.oxygen_reference
    if reference is None or not window.subject.folds(factor):
        return None
    return window.minutes.get((OXYGEN, start), NO_MINUTES), reference


def _noticed(window: Window, factor: str, start: datetime, came: Minutes, limit: Against) -> Noticed:
    folding = _folding(window, factor, start)
    now, sure = course(came, limit.maximum, folding), course(came, limit.sure, folding)
    since = sure.unavoidable_from if sure else None
    numbers = {
        "compared": text(now.mean if now else None),
        "bound": text(limit.maximum),
        "bound_side": "max",
        "minutes": came.valid_seconds // 60,
        "unavoidable_from": None if since is None else moment(since),
    }
    last = max(came.valid)
    evidence = {"minutes": stretch(min(came.valid), last + timedelta(seconds=came.weights[last]))}
    return Noticed(factor, start, numbers, evidence, FORECAST.innocent_causes, limit.limit.key)


FORECAST = Rule(
    "minute_forecast",
    "hour",
    ("minutes",),
    examine,
    lambda _: set(),
    settings=("forecast_minutes",),
    innocent_causes=("device_marked", "invalid_minutes"),
    keeps_late=False,
    passes=True,
)
