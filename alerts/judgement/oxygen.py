"""The oxygen of an hour, and whether folding may use it (regulation.md A.2, edge cases)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from alerts.judgement.arithmetic import OXYGEN_IN_AIR, Mean, single
from alerts.judgement.marks import ABNORMAL_SECONDS, MEASURED, VALID_SECONDS
from alerts.judgement.minutes import NO_MINUTES, Minutes, minutes_of, status_of
from alerts.judgement.statements import SILENCE, Said
from alerts.judgement.subject import Subject
from alerts.judgement.values import NORMAL, UNKNOWN, FactorHour

HIGH = Decimal(19)
"""Above this the folded value is computed and flagged: a stopped or leaking duct inflates it (A.2, product rule)."""


@dataclass(frozen=True, slots=True)
class Oxygen:
    """Oxygen of one hour in per cent by volume.

    Attributes
    ----------
    mean : what the platform folds with: the hour frame's value, or the mean of the valid minutes where there is no such value or
        where minutes in it were taken out
    recomputed : mean of the valid minutes when there are 45 of them
    unusable : why it cannot be folded with; empty = usable
    absent : whether nothing came, which a value folded by the device survives
    """

    mean: Mean | None
    recomputed: Mean | None
    minutes: Minutes
    unusable: tuple[str, ...]
    notes: tuple[str, ...]
    source: str | None

    @property
    def absent(self) -> bool:
        return self.unusable == ("o2_missing",)


NO_OXYGEN = Oxygen(None, None, NO_MINUTES, ("o2_missing",), (), None)


def oxygen_of(subject: Subject, start: datetime, received: FactorHour, said: Said = SILENCE) -> Oxygen:
    """The oxygen that came in the hour."""
    minutes = minutes_of(received, start, subject.minute_seconds, subject.missing_flag, said.taken)
    recomputed = minutes.mean() if minutes.valid_seconds >= VALID_SECONDS else None
    frame = received.frame
    if frame is not None and frame.value is not None and not (minutes.hidden and recomputed is not None):
        status = status_of(frame, subject.missing_flag)
        found, source = single(frame.value), "hour"
    else:
        mean = minutes.mean()
        if mean is None:
            came = frame is not None or minutes.source is not None
            return Oxygen(None, None, minutes, ("o2_invalid",) if came else ("o2_missing",), (), None)
        status, found, source = NORMAL, mean, "minutes"
    unusable: tuple[str, ...] = ()
    if not Decimal(0) <= found.value() < OXYGEN_IN_AIR:
        unusable = ("o2_out_of_range",)
    elif sum(minutes.taken.values()) > ABNORMAL_SECONDS:
        unusable = ("o2_invalid",)
    elif status == UNKNOWN:
        unusable = ("o2_flag_missing",)
    elif status not in MEASURED:
        unusable = ("o2_invalid",)
    if recomputed is not None and not Decimal(0) <= recomputed.value() < OXYGEN_IN_AIR:
        recomputed = None
    high = not unusable and found.value() > HIGH
    return Oxygen(found, recomputed, minutes, unusable, ("o2_high",) if high else (), source)
