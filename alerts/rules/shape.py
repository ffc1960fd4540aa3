"""The one shape of a rule, what it may look at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.judgement.minutes import Minutes
from alerts.judgement.subject import Subject
from alerts.judgement.values import Period, Rules
from alerts.kinds import SEVERITIES
from store.checks import Check
from store.clock import DAY, HOUR
from store.marks import Mark
from store.texts import text as catalogue_text

Place = tuple[str, datetime]
"""A factor and the start of its hour or day."""

Subjected = tuple[str | None, datetime]
"""Whom a notice is about: one factor, or the whole outlet (None), in the period from a start."""

LENGTHS = {"hour": HOUR, "day": DAY}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What rules compare with. Every one is a setting, for no norm fixes them (``[P]`` in regulation.md D.4 and C.6).

    Attributes
    ----------
    constant_minutes, constant_hours : readings of the same value from which on they are constant
    differs : share of the recomputed value beyond which reported and recomputed differ (A.2: 2 %)
    forecast_minutes, forecast_hours : valid minutes, or hours, from which on a forecast is made
    missing_hours : missing hours from which on a day that is not valid counts as missing
    abuse_days, abuse_hours, abuse_share : within so many days so many exceeded hours, and this share of them under marks
    quota_share : share of a yearly exemption from which on it is nearly used up
    signature_share : O2, temperature and flow that stay within this share show no start and no stop
    """

    constant_minutes: int = 60
    constant_hours: int = 8
    differs: Decimal = Decimal("0.02")
    forecast_minutes: int = 15
    forecast_hours: int = 6
    missing_hours: int = 5
    abuse_days: int = 30
    abuse_hours: int = 5
    abuse_share: Decimal = Decimal("0.8")
    quota_share: Decimal = Decimal("0.9")
    signature_share: Decimal = Decimal("0.1")


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Window:
    """What one examination sees: periods of one outlet and everything around them that a rule of this span may ask for.

    Attributes
    ----------
    at : the present moment
    starts : starts of the hours or days to examine, in order
    minutes : what came within the hours, by factor and hour, also of hours before those to examine
    hours, days : newest revision of judged periods; what was not judged is absent
    marks : everything filed or sent about the time, late and withdrawn marks too
    known : times of which it is known that nothing could come: silent outlet, gateway off-line, Outfall down
    over : a forecast of an hour or day that is over: in a backtest every period is looked at as it stood at its end
    """

    subject: Subject
    at: datetime
    starts: tuple[datetime, ...]
    thresholds: Thresholds = USUAL
    rules: Rules = field(default_factory=Rules)
    minutes: Mapping[Place, Minutes] = field(default_factory=dict)
    hours: Mapping[Place, Period] = field(default_factory=dict)
    days: Mapping[Place, Period] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    checks: tuple[Check, ...] = ()
    known: tuple[tuple[datetime, datetime], ...] = ()
    over: bool = False

    def periods(self, span: str) -> Iterable[Period]:
        """The judged periods to examine, factor by factor in the order of the outlet, each in order of time."""
        stored = self.hours if span == "hour" else self.days
        for factor in self.subject.factors:
            for start in self.starts:
                period = stored.get((factor, start))
                if period is not None:
                    yield period

    def current(self, start: datetime, span: str) -> bool:
        """Whether a forecast may be made of the period from ``start``: it runs at this moment."""
        return self.over or start <= self.at < start + LENGTHS[span]


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a rule noticed in one period.

    Attributes
    ----------
    factor : None when it is about the whole outlet
    start : start of the period that shows it; what shows it may have begun before
    numbers : what an officer needs to see; decimals as text
    evidence : the hours or minutes that show it, as ISO times of their starts or as [from, to]
    ruled_out : innocent causes that were looked for and do not apply
    limit_key : the limit that it is about, if any
    clause : source of what was compared with, where it is not the rule's own
    """

    factor: str | None
    start: datetime
    numbers: Mapping[str, Any]
    evidence: Mapping[str, Any]
    ruled_out: tuple[str, ...] = ()
    limit_key: int | None = None
    clause: str | None = None


def no_reach(_: Thresholds) -> timedelta:
    """The period itself is enough."""
    return timedelta(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    code : the kind of alert that it keeps
    version : raised whenever the same data may give another answer
    span : ``hour`` or ``day``: the periods that it examines
    trigger : the periods whose news let it run where it is not ``span``: a day is forecast from its hours
    looks_at : what it reads: minutes, hours, days, marks, checks, outages
    settings : names of the settings that it compares with
    innocent_causes : what explains the same picture without anybody's fault; where one is found nothing is noticed
    examine : what shows in the periods of a window
    ends : the periods of a window that prove that the condition is over; others prove nothing, e.g. an invalid hour
    back : how far before a period it looks; a changed period is a reason to examine so much after it
    keeps_late : whether data of long ago are worth a late alert
    passes : a forecast: its alert ends with the period that it is about, whatever became of it
    """

    code: str
    span: str
    looks_at: tuple[str, ...]
    examine: Callable[[Window], list[Noticed]]
    ends: Callable[[Window], set[Subjected]]
    settings: tuple[str, ...] = ()
    innocent_causes: tuple[str, ...] = ()
    back: Callable[[Thresholds], timedelta] = no_reach
    keeps_late: bool = True
    passes: bool = False
    trigger: str = ""
    version: int = 1

    @property
    def follows(self) -> str:
        """The span whose news let it run."""
        return self.trigger or self.span

    @property
    def name(self) -> str:
        """Name and version, as they are stored beside what the rule noticed."""
        return f"{self.code}/{self.version}"

    @property
    def clause(self) -> str:
        """The regulation or product rule behind it, as the alert shows it."""
        return catalogue_text(f"alerts.{self.code}.clause")

    @property
    def severity(self) -> str:
        """The severity its alerts are raised with."""
        return SEVERITIES[self.code]
