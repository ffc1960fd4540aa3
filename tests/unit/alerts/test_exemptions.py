"""An exceeded hour under a working-condition mark (regulation.md C.4 step 6, C.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.judgement.exemptions import joined
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour, Period
from store.clock import BEIJING, DAY, HOUR
from store.marks import Mark
from store.model import Exemption
from tests.unit.alerts.build import COD, NOX, SO2, START, judge, limit, mark, minute, reading, said, subject

BEGIN = datetime(2026, 1, 1, tzinfo=BEIJING)


def exemption(
    *,
    label: str = "starting",
    factors: tuple[str, ...] = (SO2,),
    event: str | None = None,
    year: str | None = None,
    ceiling: str | None = None,
    until: datetime | None = None,
    key: int = 9,
) -> Exemption:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return Exemption(
        key, 1, label, factors, number(event), number(year), number(ceiling), "permit", BEGIN, until
    )


def condition(first: float, last: float, label: str = "starting", **more: object) -> Mark:
    return mark(first, last, label, category="condition", **more)  # type: ignore[arg-type]


def stack(*granted: Exemption) -> Subject:
    return subject(limit(SO2, maximum="200"), factors=(SO2, NOX), exemptions=granted)


def exceeded(of: Subject, *marks: Mark, value: str = "500", start: datetime = START) -> Period:
    return judge(of, {SO2: FactorHour(reading(value))}, SO2, start=start, statements=said(*marks))


FULL = condition(0, 60)
TABLE = [
    # exemption or None, marks, value, result, reason or None, remark
    (None, (FULL,), "500", "exceeded", "condition_mark_without_exemption", "none is the default (GB 4915 6.2)"),
    (exemption(), (), "500", "exceeded", None, "no mark, nothing to exempt"),
    (exemption(), (FULL,), "500", "exempt", "exempt_under_condition_mark", "mark and exemption"),
    (exemption(), (FULL,), "200", "compliant", None, "a compliant hour needs none"),
    (exemption(), (condition(0, 45),), "500", "exempt", None, "45 minutes cover the hour"),
    (exemption(), (condition(0, 44),), "500", "exceeded", None, "44 do not"),
    (exemption(), (condition(0, 30), condition(30, 45, key=2)), "500", "exempt", None, "30 + 15 minutes of two marks"),
    (exemption(), (condition(0, 30), condition(15, 44, key=2)), "500", "exceeded", None, "overlapping marks count once: 44"),
    (exemption(), (condition(0, 30), condition(30, 60, "stopping", key=2)), "500", "exceeded", None, "labels do not add up"),
    (exemption(label="stopping"), (FULL,), "500", "exceeded", "condition_mark_without_exemption", "for another label"),
    (exemption(factors=(NOX,)), (FULL,), "500", "exceeded", "condition_mark_without_exemption", "for another pollutant"),
    (exemption(until=START), (FULL,), "500", "exceeded", "condition_mark_without_exemption", "it has ended"),
    (exemption(until=START + HOUR), (FULL,), "500", "exempt", None, "its last hour"),
    (exemption(), (condition(0, 60, factor=NOX),), "500", "exceeded", None, "a mark for another factor"),
    (exemption(), (condition(0, 60, late=True),), "500", "exceeded", None, "late marks exempt nothing (C.3)"),
    (exemption(), (condition(0, 60, withdrawn=True),), "500", "exceeded", None, "nor do withdrawn ones"),
    (exemption(), (mark(0, 60, "starting", category="device"),), "500", "invalid", None, "a device mark goes before (step 2)"),
    (exemption(ceiling="500"), (FULL,), "500", "exempt", None, "at the ceiling"),
    (exemption(ceiling="500"), (FULL,), "500.01", "exceeded", "above_exemption_ceiling", "above it"),
    (exemption(event="4"), (condition(-180, 60),), "500", "exempt", None, "fourth hour of an event of at most four"),
    (exemption(event="4"), (condition(-240, 60),), "500", "exceeded", "exemption_event_used_up", "fifth hour"),
    (exemption(event="4"), (condition(-190, 60),), "500", "exceeded", "exemption_event_used_up",
     "4 h 10 min at the end of the hour: it does not lie within the four"),
    (exemption(event="4"), (condition(-190, 50),), "500", "exempt", None, "the event ends after exactly four hours"),
    (exemption(event="4"), (condition(-240, 0), condition(0, 60, key=2)), "500", "exceeded", "exemption_event_used_up",
     "marks that touch are one event"),
    (exemption(event="4"), (condition(-241, -1), condition(0, 60, key=2)), "500", "exempt", None, "a minute between makes two"),
    (exemption(year="10"), (condition(-1440, -900), FULL), "500", "exempt", None, "9 + 1 hours of the year"),
    (exemption(year="10"), (condition(-1440, -899), FULL), "500", "exceeded", "exemption_year_used_up", "a minute more"),
    (exemption(year="10"), (condition(-1440, -840), FULL, condition(60, 9000, key=3)), "500", "exceeded",
     "exemption_year_used_up", "the eleventh hour"),
    (exemption(year="1"), (FULL, condition(120, 600, key=2)), "500", "exempt", None, "what comes later uses nothing up before"),
    (exemption(year="1"), (condition(-300, -60, "stopping", key=2), FULL), "500", "exempt", None, "other labels use nothing up"),
    (exemption(event="0.75"), (condition(15, 60),), "500", "exempt", None, "quotas may have fractions: 45 minutes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("granted", "marks", "value", "result", "reason", "remark"), TABLE, ids=[row[5] for row in TABLE]
)
def test_only_an_exemption_with_quota_and_under_its_ceiling_exempts(
    granted: Exemption | None,
    marks: tuple[Mark, ...],
    value: str,
    result: str,
    reason: str | None,
    remark: str,
) -> None:
    of = stack(*([granted] if granted else []))
    period = exceeded(of, *marks, value=value)
    (verdict,) = period.verdicts
    assert verdict.result == result, remark
    assert reason is None or reason in verdict.reasons, remark
    assert verdict.bound == 200
    if result == "invalid":
        assert period.after_marking.measured is None, remark
        return
    assert period.valid, "exempt and exceeded hours are valid"
    assert period.after_marking.measured == Decimal(value), remark
    assert period.after_exemption.measured == (None if result == "exempt" else Decimal(value)), remark


def test_the_year_of_a_quota_begins_at_midnight_in_beijing() -> None:
    new_year = datetime(2027, 1, 1, tzinfo=BEIJING)
    old = mark(-600, 0, "starting", category="condition", of=new_year - DAY, key=1)
    running = mark(-60, 60, "starting", category="condition", of=new_year, key=2)
    of = stack(exemption(year="2"))
    before = exceeded(of, old, running, start=new_year - HOUR)
    after = exceeded(of, old, running, start=new_year)
    assert before.verdicts[0].result == "exceeded", "10 + 1 hours in 2026"
    assert after.verdicts[0].result == "exempt", "1 hour in 2027, although the event began before"
    assert after.inputs["exemption"] == [
        {"key": 9, "label": "starting", "event_hours": "2", "year_hours": "1"}
    ]


def test_the_second_of_two_exemptions_may_exempt_what_the_first_does_not() -> None:
    of = stack(exemption(ceiling="300", key=1), exemption(ceiling="600", key=2))
    assert exceeded(of, FULL, value="500").verdicts[0].result == "exempt"
    refused = exceeded(of, FULL, value="700").verdicts[0]
    assert (refused.result, refused.reasons.count("above_exemption_ceiling")) == ("exceeded", 1)


def test_every_limit_that_is_exceeded_is_exempt_and_the_others_stay_as_they_are() -> None:
    of = subject(
        limit(SO2, key=1, maximum="200"), limit(SO2, key=2, maximum="600"), exemptions=(exemption(),)
    )
    period = exceeded(of, FULL, value="500")
    assert [verdict.result for verdict in period.verdicts] == ["exempt", "compliant"]
    assert period.after_exemption.measured is None


def test_the_folded_value_is_held_against_the_ceiling() -> None:
    of = subject(
        limit(SO2, maximum="200"),
        reference="10",
        factors=(SO2,),
        exemptions=(exemption(ceiling="300"),),
    )
    received = {SO2: FactorHour(reading("100", folded="301"))}
    period = judge(of, received, SO2, statements=said(FULL))
    assert period.verdicts[0].result == "exceeded"
    assert (period.after_exemption.measured, period.after_exemption.folded) == (100, 301)


def test_the_hour_says_which_labels_cover_it_and_who_said_so() -> None:
    marks = (condition(0, 60, "stopped", key=4), condition(0, 10, key=5), mark(60, 70, key=6))
    period = exceeded(stack(), *marks, value="100")
    assert period.inputs["covered"] == ["stopped"]
    assert period.inputs["marks"] == [
        {"id": 4, "category": "condition", "label": "stopped", "minutes": 60},
        {"id": 5, "category": "condition", "label": "starting", "minutes": 10},
    ]


def test_an_hour_of_water_can_be_exempt_too() -> None:
    granted = exemption(label="inflow_abnormal", factors=(COD,))
    of = subject(limit(COD, maximum="100"), medium="water", factors=(COD,), exemptions=(granted,))
    period = judge(
        of,
        {COD: FactorHour(reading("150"))},
        COD,
        statements=said(condition(0, 60, "inflow_abnormal")),
    )
    assert (period.verdicts[0].result, period.after_exemption.measured) == ("exempt", None)


def test_nothing_that_is_not_judged_is_exempt() -> None:
    of = subject(limit(SO2, maximum="200"), judged=False, exemptions=(exemption(),))
    period = exceeded(of, FULL)
    assert (period.verdicts, period.after_exemption.measured) == ((), Decimal(500))


ranges = st.lists(
    st.tuples(st.integers(-200, 60), st.integers(1, 60)).map(
        lambda pair: condition(pair[0], pair[0] + pair[1])
    ),
    max_size=8,
)
EVERY_MINUTE = [minute(number) for number in range(-200, 121)]


@given(ranges)
def test_events_cover_exactly_the_marked_minutes_and_never_touch(marks: list[Mark]) -> None:
    events = joined(marks)
    marked = [any(one.from_time <= moment < one.to_time for one in marks) for moment in EVERY_MINUTE]
    covered = [any(begin <= moment < end for begin, end in events) for moment in EVERY_MINUTE]
    assert covered == marked
    assert all(before[1] < after[0] for before, after in pairwise(events))


@given(ranges, st.integers(0, 40), st.integers(0, 60))
def test_an_exemption_never_makes_anything_but_an_exceeded_hour_exempt(
    marks: list[Mark], hours: int, cap: int
) -> None:
    of = stack(exemption(event=str(cap), year=str(hours)))
    assert exceeded(of, *marks, value="200").verdicts[0].result == "compliant"
    result = exceeded(of, *marks, value="201").verdicts[0].result
    unlimited = exceeded(stack(exemption()), *marks, value="201").verdicts[0].result
    assert result in {"exceeded", "exempt"}
    assert result == "exceeded" or unlimited == "exempt", "a quota only ever takes away"
