"""What goes into the judgement and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

NORMAL = "normal"
UNKNOWN = "unknown"
MISSING = "missing"
NO_DATA = "no_data"
OVER_RANGE = "over_range"


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading in its newest revision: realtime, minute, hour or day.

    Attributes
    ----------
    at : start of the period, or the instant of a realtime value
    value : Rtd or Avg; None when it was no number
    folded : ZsRtd or ZsAvg
    total : Cou, the amount of the period (m3 for flow)
    status : normalised mark (hj212.md §10), ``unknown`` when no mark came
    """

    at: datetime
    value: Decimal | None
    folded: Decimal | None
    total: Decimal | None
    status: str
    revision: int


@dataclass(frozen=True, slots=True)
class FactorHour:
    """Everything received of one factor in one hour. ``minutes`` and ``realtime`` are in time order."""

    frame: Sample | None = None
    minutes: tuple[Sample, ...] = ()
    realtime: tuple[Sample, ...] = ()

    def empty(self) -> bool:
        """Whether nothing at all came."""
        return self.frame is None and not self.minutes and not self.realtime


NOTHING = FactorHour()


@dataclass(frozen=True, slots=True)
class Rules:
    """The choices that regulation.md leaves to a setting."""

    hour_judged_on: str = "reported"
    day_judged_on: str = "recomputed"
    water_day_weighting: str = "until_next_valid"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One period value against one limit (判定), or without a limit."""

    limit_key: int | None
    result: str
    basis: str
    bound: Decimal | None
    bound_side: str | None
    compared: Decimal | None
    multiple: Decimal | None
    reasons: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Measured and folded value of one column."""

    measured: Decimal | None = None
    folded: Decimal | None = None


EMPTY = Columns()


@dataclass(frozen=True, slots=True)
class Period:
    """A period value (时段值) with its verdicts: one revision when it is stored.

    ``after_marking`` is the value that is left once invalid ones are taken out, ``after_exemption`` the same until exemptions are
    known. ``status`` is the normalised mark of the period, or ``missing``.
    """

    start: datetime
    factor: str
    span: str
    reported: Columns
    recomputed: Columns
    after_marking: Columns
    after_exemption: Columns
    valid: bool
    status: str
    reasons: tuple[str, ...]
    count: int
    expected: int
    inputs: Mapping[str, Any]
    rule: str
    verdicts: tuple[Verdict, ...] = field(default=())
