"""The minutes of an hour: how long each status lasted, and what the valid ones say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from alerts.judgement.arithmetic import EXACT, OXYGEN_IN_AIR, Mean, fold, mean, single
from alerts.judgement.marks import CONDITIONS, HOUR_SECONDS, MEASURED, largest_share, measured_seconds
from alerts.judgement.statements import Span, lengths_of
from alerts.judgement.values import NO_DATA, NORMAL, UNKNOWN, FactorHour, Sample

MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one factor in one hour.

    Attributes
    ----------
    seconds : how long each status lasted, among the minutes that came and the time that was taken out
    valid : start -> value of the valid minutes
    weights : start -> seconds that the value stands for
    source : ``minute``, ``realtime`` or None when nothing came
    resent : start -> revision, of the readings that are not the first of their kind
    taken : how long device marks and failed checks took out, by label
    hidden : how much of that time had readings that would count otherwise
    """

    seconds: Mapping[str, int]
    valid: Mapping[datetime, Decimal]
    weights: Mapping[datetime, int]
    source: str | None
    resent: Mapping[datetime, int]
    taken: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0

    @property
    def valid_seconds(self) -> int:
        """Time whose marks say that it counts: the source may run normally, start, stop or stand by (C.1)."""
        return measured_seconds(self.seconds)

    @property
    def unknown_seconds(self) -> int:
        return self.seconds.get(UNKNOWN, 0)

    @property
    def abnormal_seconds(self) -> int:
        """Time whose mark says that it is not valid; a missing mark says nothing."""
        return self.covered_seconds - self.valid_seconds - self.unknown_seconds

    @property
    def covered_seconds(self) -> int:
        return sum(self.seconds.values())

    def mean(self) -> Mean | None:
        """Mean of the valid minutes, each weighted by the time it stands for."""
        if not self.valid:
            return None
        if len(set(self.weights.values())) == 1:
            return mean(list(self.valid.values()))
        total = Decimal(0)
        for at, value in self.valid.items():
            total = EXACT.add(total, EXACT.multiply(value, Decimal(self.weights[at])))
        return Mean(total, Decimal(sum(self.weights.values())))


NO_MINUTES = Minutes({}, {}, {}, None, {})


def minutes_of(
    received: FactorHour,
    start: datetime,
    cadence: int | None,
    missing_flag: str,
    taken: Sequence[Span] = (),
) -> Minutes:
    """The minutes of an hour from its minute readings, or from its realtime readings when no minute reading came.

    Parameters
    ----------
    cadence : seconds between minute readings as registered; None = as dense as they come
    missing_flag : ``valid`` counts a reading without a mark as normal (setting of the monitor)
    taken : disjoint times of the hour that device marks and failed checks take out
    """
    if received.minutes:
        spacing = cadence or _spacing(received.minutes)
        return _tally(received.minutes, start, spacing, missing_flag, "minute", taken)
    if received.realtime:
        made = tuple(_minute_of(group) for group in _by_minute(received.realtime))
        return _tally(made, start, MINUTE_SECONDS, missing_flag, "realtime", taken)
    if taken:
        lengths = lengths_of(taken)
        return Minutes(lengths, {}, {}, None, {}, lengths)
    return NO_MINUTES


def folded_minutes(measured: Minutes, oxygen: Minutes, reference: Decimal) -> Decimal | None:
    """Mean of the folded minutes, the second way of regulation.md A.2; minutes without usable oxygen are left out."""
    values = [
        fold(single(value), single(oxygen.valid[at]), reference)
        for at, value in measured.valid.items()
        if at in oxygen.valid and oxygen.valid[at] < OXYGEN_IN_AIR
    ]
    found = mean(values)
    return found.value() if found else None


def status_of(sample: Sample, missing_flag: str) -> str:
    """The status that counts: a missing mark is normal only where the monitor's setting says so; a normal mark needs a number."""
    status = NORMAL if sample.status == UNKNOWN and missing_flag == "valid" else sample.status
    return NO_DATA if sample.value is None and (status in MEASURED or status == UNKNOWN) else status


def _tally(
    samples: Sequence[Sample],
    start: datetime,
    cadence: int,
    missing_flag: str,
    source: str,
    taken: Sequence[Span],
) -> Minutes:
    seconds: dict[str, int] = {}
    valid: dict[datetime, Decimal] = {}
    weights: dict[datetime, int] = {}
    hidden = 0
    end = start + timedelta(seconds=HOUR_SECONDS)
    for place, sample in enumerate(samples):
        following = samples[place + 1].at if place + 1 < len(samples) else end
        # A registered cadence that is too long must not count time twice: a reading stands until the next one at most.
        length = min(cadence, int((following - sample.at).total_seconds()))
        status = status_of(sample, missing_flag)
        lost = _overlap(taken, sample.at, length) if taken else 0
        if lost < length:
            seconds[status] = seconds.get(status, 0) + length - lost
        if lost and (status in MEASURED or status == UNKNOWN):
            hidden += lost
        # A reading that stands for marked time too is not used: its mean cannot be parted.
        if status in MEASURED and sample.value is not None and length > 0 and not lost:
            valid[sample.at] = sample.value
            weights[sample.at] = length
    lengths = lengths_of(taken)
    for label, length in lengths.items():
        seconds[label] = seconds.get(label, 0) + length
    resent = {sample.at: sample.revision for sample in samples if sample.revision > 1}
    return Minutes(seconds, valid, weights, source, resent, lengths, hidden)


def _overlap(taken: Sequence[Span], at: datetime, length: int) -> int:
    """Seconds of a reading that are taken out."""
    until = at + timedelta(seconds=length)
    return sum(
        int((min(span.to_time, until) - max(span.from_time, at)).total_seconds())
        for span in taken
        if span.from_time < until and at < span.to_time
    )


def _spacing(samples: Sequence[Sample]) -> int:
    gaps = [int((later.at - sooner.at).total_seconds()) for sooner, later in pairwise(samples)]
    return min(gaps, default=MINUTE_SECONDS)


def _by_minute(samples: Sequence[Sample]) -> list[list[Sample]]:
    return [
        list(group)
        for _, group in groupby(samples, key=lambda sample: sample.at.replace(second=0, microsecond=0))
    ]


def _minute_of(group: Sequence[Sample]) -> Sample:
    """One minute from its realtime readings: it counts when at least half of them do, with the mean of those.

    Half is a product rule: HJ 76 asks for a record a minute as the mean of 5 s samples, but uploads are 30 s to 2 min apart.
    """
    counting = [sample for sample in group if sample.status in MEASURED and sample.value is not None]
    unknown = [sample.value for sample in group if sample.status == UNKNOWN and sample.value is not None]
    shares: dict[str, int] = {}
    for sample in group:
        shares[sample.status] = shares.get(sample.status, 0) + 1
    values: list[Decimal] = []
    if 2 * len(counting) >= len(group):
        values = [sample.value for sample in counting if sample.value is not None]
        status = max(CONDITIONS, key=lambda condition: shares.get(condition, 0))
        if 2 * shares.get(status, 0) <= len(counting):
            status = NORMAL
    else:
        status = largest_share({share: count for share, count in shares.items() if share not in MEASURED})
    if status == UNKNOWN:
        values = unknown
    found = mean(values)
    return Sample(
        at=group[0].at.replace(second=0, microsecond=0),
        value=found.value() if found else None,
        folded=None,
        total=None,
        status=status,
        revision=max(sample.revision for sample in group),
    )
