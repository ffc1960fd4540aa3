"""Marks filed after the exceedance, and signs that marks are used to hide exceedances (regulation.md C.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from alerts.judgement.values import Period
from alerts.rules.abuse import examine as abuse
from alerts.rules.filing import examine as afterwards
from alerts.rules.missing import examine as missing
from alerts.rules.shape import Window
from store.clock import BEIJING, DAY, HOUR
from store.marks import Mark
from store.model import Exemption
from tests.unit.alerts.build import COD, O2, SO2, START, check, limit, mark, subject
from tests.unit.alerts.build import DAY as TODAY
from tests.unit.alerts.rules.views import period, window

STACK = subject(limit(SO2, maximum="200", key=4), factors=(SO2, O2, "a01012", "a00000"))
OVER = period(SO2, "250")


def filed(*, after: float = 120, label: str = "fault", category: str = "device", **others: Any) -> Mark:
    """A mark over the hour that was received so many minutes after its start."""
    made = mark(0, 60, label, category=category, **others)
    return replace(made, received_at=START + timedelta(minutes=after))


FILINGS: list[tuple[str, Window, bool]] = [
    ("an exceeded hour, a fault filed an hour later", window(STACK, OVER, marks=(filed(),)), True),
    ("a working condition likewise", window(STACK, OVER, marks=(filed(label="starting", category="condition"),)), True),
    ("too late to take effect, and all the more of interest", window(STACK, OVER, marks=(filed(late=True),)), True),
    ("the hour was not exceeded", window(STACK, period(SO2, "200"), marks=(filed(),)), False),
    ("it was said while the hour ran", window(STACK, OVER, marks=(filed(after=59),)), False),
    ("it was said before, and again after", window(STACK, OVER, marks=(filed(after=10), filed(key=2))), False),
    ("it was withdrawn", window(STACK, OVER, marks=(filed(withdrawn=True),)), False),
    ("another factor was meant", window(STACK, OVER, marks=(filed(factor=O2),)), False),
    ("a status that the mark itself gave the hour bears nothing out",
     window(STACK, period(SO2, "250", status="fault"), marks=(filed(),)), True),
    ("the device itself said so, by flag or state",
     window(STACK, OVER, marks=(filed(), filed(channel="automatic", key=2))), False),
    ("a standard check failed that day",
     window(STACK, OVER, marks=(filed(),), checks=(check(90, False, factor=SO2),)), False),
    ("a passed check bears nothing out",
     window(STACK, OVER, marks=(filed(),), checks=(check(90, True, factor=SO2),)), True),
    ("the device said so and took it back",
     window(STACK, OVER, marks=(filed(), filed(channel="automatic", withdrawn=True, key=2))), True),
    ("a fault of the monitor bears out no start",
     window(STACK, OVER,
            marks=(filed(label="starting", category="condition"), filed(channel="automatic", key=2))), True),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "shown"), FILINGS, ids=[row[0] for row in FILINGS])
def test_marks_filed_after_the_exceedance(remark: str, view: Window, shown: bool) -> None:
    found = afterwards(view)
    assert bool(found) is shown
    assert all(one.limit_key == 4 for one in found)


def exceeded(count: int, *, of: datetime = TODAY) -> list[Period]:
    """So many exceeded hours, one every three hours up to the end of the day."""
    last = of + DAY - HOUR
    return [period(SO2, "250", start=last - 3 * place * HOUR) for place in range(count)]


def over(hours: list[Period], **others: Any) -> tuple[Mark, ...]:
    return tuple(
        replace(mark(0, 60, of=one.start, key=place + 1, **others), received_at=one.start + HOUR)
        for place, one in enumerate(hours)
    )


def month(hours: list[Period], marks: tuple[Mark, ...]) -> Window:
    return window(STACK, *hours, starts=[TODAY], marks=marks)


SHARES: list[tuple[str, int, int, str | None]] = [
    ("five of five exceeded hours are marked", 5, 5, "1.000"),
    ("four are too few, though all of them are marked", 4, 4, None),
    ("eight of ten are 80 %", 10, 8, "0.800"),
    ("seven of nine are 77.8 %", 9, 7, None),
    ("five of seven are 71 %", 7, 5, None),
]


@pytest.mark.parametrize(("remark", "count", "marked", "share"), SHARES, ids=[row[0] for row in SHARES])
def test_the_share_of_exceeded_hours_under_marks(
    remark: str, count: int, marked: int, share: str | None
) -> None:
    hours = exceeded(count)
    found = abuse(month(hours, over(hours[:marked])))
    assert [one.numbers["share"] for one in found] == ([] if share is None else [share])


def test_late_marks_and_those_of_the_device_do_not_count_as_hiding() -> None:
    hours = exceeded(6)
    assert abuse(month(hours, over(hours, late=True))) == []
    assert abuse(month(hours, over(hours, channel="automatic"))) == []


def test_only_the_thirty_days_up_to_the_day_count() -> None:
    old = exceeded(5, of=TODAY - 30 * DAY)
    assert abuse(month(old, over(old))) == []
    young = exceeded(5, of=TODAY - 25 * DAY)
    assert len(abuse(month(young, over(young)))) == 1


QUOTA = Exemption(
    7, 1, "starting", (SO2,), None, Decimal(10), None, "许可证", datetime(2026, 1, 1, tzinfo=BEIJING), None
)

QUOTAS: list[tuple[str, list[tuple[int, int]], str | None]] = [
    ("nine hours of ten are 90 %", [(0, 540)], "9"),
    ("a minute less is not", [(0, 539)], None),
    ("overlapping marks count once: 0 to 540", [(0, 300), (120, 540)], "9"),
]


@pytest.mark.parametrize(("remark", "spans", "used"), QUOTAS, ids=[row[0] for row in QUOTAS])
def test_a_yearly_exemption_nearly_used_up(
    remark: str, spans: list[tuple[int, int]], used: str | None
) -> None:
    of = subject(limit(SO2, maximum="200"), medium="water", factors=(SO2,), exemptions=(QUOTA,))
    marks = tuple(
        mark(first, last, "starting", category="condition", of=TODAY - DAY, key=place)
        for place, (first, last) in enumerate(spans)
    )
    found = abuse(window(of, starts=[TODAY], marks=marks))
    pictures = [picture for one in found for picture in one.numbers["pictures"]]
    assert [picture["used_hours"] for picture in pictures] == ([] if used is None else [used])


def course(oxygen: str, temperature: str) -> list[Period]:
    """A day of a running stack, then two hours with these values."""
    hours: list[Period] = []
    for place in range(-24, 2):
        marked = place >= 0
        start = START + place * HOUR
        hours.append(period(O2, oxygen if marked else "10", start=start))
        hours.append(period("a01012", temperature if marked else "100", start=start))
    return hours


SIGNATURES: list[tuple[str, str, str, bool]] = [
    ("nothing moved", "10.2", "99", True),
    ("ten per cent is still nothing: 11 of 10", "11", "100", True),
    ("oxygen rose from 10 to 16", "16", "99", False),
    ("the gas became cold", "10", "60", False),
]


@pytest.mark.parametrize(
    ("remark", "oxygen", "temperature", "shown"), SIGNATURES, ids=[row[0] for row in SIGNATURES]
)
def test_a_start_without_its_signature(remark: str, oxygen: str, temperature: str, shown: bool) -> None:
    made = mark(0, 120, "starting", category="condition")
    found = abuse(window(STACK, *course(oxygen, temperature), starts=[TODAY], marks=(made,)))
    pictures = [picture["picture"] for one in found for picture in one.numbers["pictures"]]
    assert pictures == (["no_signature"] if shown else [])


def test_one_known_quantity_is_not_enough_to_doubt_a_start() -> None:
    hours = [one for one in course("10", "100") if one.factor == O2]
    assert (
        abuse(window(STACK, *hours, starts=[TODAY], marks=(mark(0, 120, "starting", category="condition"),)))
        == []
    )


def day(factor: str, hours: int, *, valid: bool = False) -> Period:
    return period(
        factor,
        None,
        start=TODAY,
        span="day",
        status="normal",
        valid=valid,
        inputs={"hours": {"missing": hours}},
    )


WATER = subject(limit(COD, basis="day", maximum="50"), medium="water", factors=(COD, "w21003"))

DAYS: list[tuple[str, Window, list[str | None]]] = [
    ("five hours of every factor never came", window(WATER, day(COD, 5), day("w21003", 6)), [None]),
    ("four are not enough", window(WATER, day(COD, 4), day("w21003", 4)), []),
    ("the day is valid all the same", window(WATER, day(COD, 6, valid=True), day("w21003", 6, valid=True)), []),
    ("only the factor with a limit is missed", window(WATER, day(COD, 8), day("w21003", 0)), [COD]),
    ("a factor without a limit is missed by nobody", window(WATER, day(COD, 0), day("w21003", 8)), []),
    ("an outage of its own alert explains it",
     window(WATER, day(COD, 8), day("w21003", 8), known=((TODAY + HOUR, TODAY + 9 * HOUR),)), []),
    ("... but not five hours more",
     window(WATER, day(COD, 13), day("w21003", 13), known=((TODAY + HOUR, TODAY + 9 * HOUR),)), [None]),
    ("two outages at once count once: 13 - 8 = 5 hours are unexplained",
     window(WATER, day(COD, 13), day("w21003", 13),
            known=((TODAY + HOUR, TODAY + 9 * HOUR), (TODAY + 2 * HOUR, TODAY + 9 * HOUR))), [None]),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "factors"), DAYS, ids=[row[0] for row in DAYS])
def test_days_that_are_missing(remark: str, view: Window, factors: list[str | None]) -> None:
    assert [one.factor for one in missing(view)] == factors
