"""The clocks of leads as worked cases, and what holds of them whatever the times are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock import BEIJING
from store.errors import Conflict
from store.leads.calendar import WEEKENDS, Calendar
from store.leads.clocks import Clock, Pause, Rules, Times, clocks_of, end_of, extension_of, suspended_days
from store.leads.law import load_law

RULES = Rules(load_law(), WEEKENDS, 5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def clock(kind: str, times: Times, rules: Rules = RULES) -> Clock:
    return next(one for one in clocks_of(times, rules) if one.kind == kind)


ENDS = [
    # start, amount, unit, last day in time, remark
    ("2026-11-26T10:00", 15, "days", "2026-12-11", "the day of the beginning is not counted"),
    ("2026-11-26T00:00", 15, "days", "2026-12-11", "from its first moment"),
    ("2026-11-26T23:59:59", 15, "days", "2026-12-11", "and from its last"),
    ("2026-12-20T09:00", 15, "days", "2027-01-04", "over the end of a year"),
    ("2028-02-20T09:00", 15, "days", "2028-03-06", "a leap year has a 29 February"),
    ("2027-02-20T09:00", 15, "days", "2027-03-07", "another year has none"),
    ("2026-11-26T10:00", 30, "days", "2026-12-26", "filing with its extension"),
    ("2026-11-26T10:00", 90, "days", "2027-02-24", "decision"),
    ("2026-11-26T10:00", 150, "days", "2027-04-25", "decision with both extensions"),
    ("2024-02-29T10:00", 2, "years", "2026-02-28", "of 29 February the 28th"),
    ("2023-02-28T10:00", 5, "years", "2028-02-28", "to the day, whatever the year"),
    ("2026-08-14T23:00", 2, "years", "2028-08-14", "limitation"),
    ("2026-11-27T10:00", 5, "working_days", "2026-12-04", "from a Friday"),
    ("2026-11-28T10:00", 5, "working_days", "2026-12-04", "from a Saturday"),
    ("2026-11-26T10:00", 1, "working_days", "2026-11-27", "the next day"),
    ("2026-11-27T10:00", 1, "working_days", "2026-11-30", "over the weekend"),
]


@pytest.mark.parametrize(("start", "amount", "unit", "last", "remark"), ENDS, ids=[row[4] for row in ENDS])
def test_a_time_ends_with_its_last_day(start: str, amount: int, unit: str, last: str, remark: str) -> None:
    due, day = end_of(at(start), amount, unit, WEEKENDS)
    assert day == date.fromisoformat(last), remark
    assert due == datetime.combine(day, datetime.min.time(), BEIJING) + timedelta(days=1)


def test_a_time_in_hours_ends_to_the_minute() -> None:
    assert end_of(at("2026-11-26T10:07"), 24, "hours", WEEKENDS) == (at("2026-11-27T10:07"), None)


def test_an_unknown_unit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="fortnights"):
        end_of(at("2026-11-26"), 1, "fortnights", WEEKENDS)


def test_holidays_and_worked_weekends_count_as_the_bureaus_file_says() -> None:
    calendar = Calendar(
        frozenset({date(2026, 10, 1), date(2026, 10, 2)}), frozenset({date(2026, 10, 10)}), "2026.yaml"
    )
    assert calendar.after(date(2026, 9, 30), 1) == date(2026, 10, 5)
    assert calendar.after(date(2026, 10, 9), 1) == date(2026, 10, 10)
    told = Times(at("2026-11-26"), None, disclosed_at=at("2026-11-26"))
    assert "仅按周末" in clock("statement", told).clause
    assert "仅按周末" not in clock("statement", told, replace(RULES, calendar=calendar)).clause


FOUND, FILED = at("2026-11-26T10:00"), at("2026-12-01T09:00")
OVER = at("2026-11-20T12:00")

CLOCKS = [
    # times, kind, state, last day, extended, suspended, norm, remark
    (Times(FOUND, OVER), "filing", "running", "2026-12-11", 0, 0, "filing", "15 days from discovery"),
    (
        Times(FOUND, OVER, filing_days=15),
        "filing",
        "running",
        "2026-12-26",
        15,
        0,
        "filing",
        "and 15 with approval",
    ),
    (Times(FOUND, OVER, filed_at=FILED), "filing", "met", "2026-12-11", 0, 0, "filing", "filed"),
    (Times(FOUND, OVER, closed_at=FILED), "filing", "met", "2026-12-11", 0, 0, "filing", "decided not to"),
    (Times(FOUND, OVER, withdrawn_at=FILED), "filing", "void", "2026-12-11", 0, 0, "filing", "withdrawn"),
    (
        Times(FOUND, OVER, filed_at=FILED),
        "decision",
        "running",
        "2027-03-01",
        0,
        0,
        "decision",
        "90 days from filing",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, decision_days=30),
        "decision",
        "running",
        "2027-03-31",
        30,
        0,
        "decision",
        "+ 30",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, decision_days=60),
        "decision",
        "running",
        "2027-04-30",
        60,
        0,
        "decision",
        "+ 30 + 30",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, pauses=(Pause(at("2026-12-05T10:00"), at("2026-12-15T16:00")),)),
        "decision",
        "running",
        "2027-03-11",
        0,
        10,
        "decision",
        "testing does not count",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, pauses=(Pause(at("2026-12-05T10:00"), None),)),
        "decision",
        "suspended",
        None,
        0,
        0,
        "decision",
        "while it lasts nothing is due",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, decided_at=at("2027-01-10")),
        "decision",
        "met",
        "2027-03-01",
        0,
        0,
        "decision",
        "decided",
    ),
    (
        Times(FOUND, OVER),
        "limitation",
        "running",
        "2028-11-20",
        0,
        0,
        "limitation-code",
        "2 years, Code 1054",
    ),
    (
        Times(FOUND, OVER),
        "limitation_harm",
        "void",
        "2031-11-20",
        0,
        0,
        "limitation-harm-code",
        "5 years do not apply",
    ),
    (
        Times(FOUND, OVER, harmful=True),
        "limitation_harm",
        "running",
        "2031-11-20",
        0,
        0,
        "limitation-harm-code",
        "5 years",
    ),
    (
        Times(FOUND, OVER, harmful=True),
        "limitation",
        "void",
        "2028-11-20",
        0,
        0,
        "limitation-code",
        "then not the 2",
    ),
    (
        Times(FOUND, at("2026-08-14T23:59:59")),
        "limitation",
        "running",
        "2028-08-14",
        0,
        0,
        "limitation-old",
        "over before the Code",
    ),
    (
        Times(FOUND, at("2026-08-15T00:00")),
        "limitation",
        "running",
        "2028-08-15",
        0,
        0,
        "limitation-code",
        "goes on into it",
    ),
    (
        Times(FOUND, OVER, filed_at=FILED, decided_at=at("2026-12-04T10:00")),
        "publication",
        "running",
        "2026-12-15",
        0,
        0,
        "publication",
        "7 working days over a weekend",
    ),
    (
        Times(FOUND, OVER, transfer_proposed_at=FILED),
        "transfer_decision",
        "running",
        "2026-12-04",
        0,
        0,
        "transfer-decision",
        "3 days",
    ),
    (
        Times(FOUND, OVER, transfer_proposed_at=FILED, transfer_approved_at=FILED),
        "transfer",
        "running",
        None,
        0,
        0,
        "transfer",
        "24 hours have no last day",
    ),
    (
        Times(FOUND, OVER, transferred_at=FILED, police_answered_at=FILED, police_accepted=False),
        "objection",
        "running",
        "2026-12-04",
        0,
        0,
        "objection",
        "3 days after a refusal",
    ),
    (
        Times(FOUND, OVER, disclosed_at=FILED),
        "statement",
        "running",
        "2026-12-08",
        0,
        0,
        "setting:statement_days",
        "5 working days",
    ),
    (
        Times(FOUND, OVER, disclosed_at=FILED, stated_at=at("2026-12-03")),
        "statement",
        "met",
        "2026-12-08",
        0,
        0,
        "setting:statement_days",
        "stated",
    ),
]


@pytest.mark.parametrize(
    ("times", "kind", "state", "last", "extended", "suspended", "norm", "remark"),
    CLOCKS,
    ids=[f"{row[1]} {row[7]}" for row in CLOCKS],
)
def test_each_clock_follows_from_what_happened(
    times: Times,
    kind: str,
    state: str,
    last: str | None,
    extended: int,
    suspended: int,
    norm: str,
    remark: str,
) -> None:
    found = clock(kind, times)
    assert (found.state, found.norm) == (state, norm), remark
    assert found.last_day == (None if last is None else date.fromisoformat(last)), remark
    assert (found.days_extended, found.days_suspended) == (extended, suspended), remark
    assert found.clause and found.confidence


def test_the_police_get_it_within_24_hours_of_the_approval() -> None:
    times = Times(FOUND, OVER, transfer_proposed_at=FILED, transfer_approved_at=FILED)
    assert clock("transfer", times).due_at == FILED + timedelta(hours=24)
    late = replace(times, transferred_at=FILED + timedelta(hours=24))
    assert clock("transfer", late).overdue_when_met
    assert not clock("transfer", replace(times, transferred_at=FILED + timedelta(hours=23))).overdue_when_met


def test_what_has_not_begun_has_no_clock() -> None:
    kinds = {one.kind for one in clocks_of(Times(FOUND, None), RULES)}
    assert kinds == {"filing"}, "an act that goes on is not limited yet"
    accepted = Times(FOUND, OVER, transferred_at=FILED, police_answered_at=FILED, police_accepted=True)
    assert "objection" not in {one.kind for one in clocks_of(accepted, RULES)}


def test_a_case_of_before_the_measures_has_no_filing_clock_of_theirs() -> None:
    assert not any(one.kind == "filing" for one in clocks_of(Times(at("2023-06-30"), None), RULES))
    assert any(one.kind == "filing" for one in clocks_of(Times(at("2023-07-01"), None), RULES))


def test_extensions_are_those_of_the_norm_and_no_more() -> None:
    filing, decision = (RULES.law.clock(kind, date(2026, 11, 26)) for kind in ("filing", "decision"))
    assert filing is not None
    assert decision is not None
    assert extension_of(filing, 0) == (15, "approval")
    assert [extension_of(decision, used) for used in (0, 1)] == [(30, "approval"), (30, "discussion")]
    for norm, used in ((filing, 1), (decision, 2)):
        with pytest.raises(Conflict) as caught:
            extension_of(norm, used)
        assert caught.value.code == "extension_used_up"


moments = st.timedeltas(timedelta(0), timedelta(days=6000)).map(lambda since: at("2023-07-01") + since)
lengths = st.timedeltas(timedelta(0), timedelta(days=400))


@given(moments, st.integers(1, 400))
def test_a_time_in_days_ends_on_a_midnight_and_never_early(start: datetime, days: int) -> None:
    due, last = end_of(start, days, "days", WEEKENDS)
    assert last == start.date() + timedelta(days=days)
    assert timedelta(days=days) < due - start <= timedelta(days=days + 1)


@given(moments, st.integers(1, 30))
def test_working_days_end_on_a_working_day_and_never_before_calendar_days(start: datetime, days: int) -> None:
    due, last = end_of(start, days, "working_days", WEEKENDS)
    assert last is not None
    assert last.weekday() < 5
    assert due >= end_of(start, days, "days", WEEKENDS)[0]
    between = [start.date() + timedelta(days=n + 1) for n in range((last - start.date()).days)]
    assert sum(WEEKENDS.works(day) for day in between) == days


@given(moments, lengths, lengths, lengths)
def test_a_pause_moves_the_decision_by_its_days_and_never_brings_it_forward(
    filed: datetime, wait: timedelta, length: timedelta, more: timedelta
) -> None:
    pause = Pause(filed + wait, filed + wait + length)
    plain = clock("decision", Times(filed, None, filed_at=filed))
    paused = clock("decision", Times(filed, None, filed_at=filed, pauses=(pause,)))
    longer = replace(pause, end=filed + wait + length + more)
    later = clock("decision", Times(filed, None, filed_at=filed, pauses=(longer,)))
    assert plain.due_at is not None and paused.due_at is not None and later.due_at is not None
    assert paused.due_at - plain.due_at == timedelta(days=paused.days_suspended)
    assert abs(timedelta(days=paused.days_suspended) - length) < timedelta(days=1)
    assert later.due_at >= paused.due_at


@given(moments, st.lists(st.tuples(lengths, lengths), max_size=5))
def test_days_in_several_pauses_count_once(
    start: datetime, given_pauses: list[tuple[timedelta, timedelta]]
) -> None:
    pauses = [Pause(start + wait, start + wait + length) for wait, length in given_pauses]
    until = start + timedelta(days=900)
    together = suspended_days(pauses, start, until)
    assert together == suspended_days([*pauses, *pauses], start, until)
    assert max([suspended_days([one], start, until) for one in pauses], default=0) <= together
    assert together <= sum(suspended_days([one], start, until) for one in pauses)


@given(moments, moments)
def test_a_later_end_of_the_act_is_limited_no_earlier(first: datetime, second: datetime) -> None:
    earlier, later = sorted((first, second))
    found = at("2041-01-01")
    for kind in ("limitation", "limitation_harm"):
        ends = [clock(kind, Times(found, moment)).due_at for moment in (earlier, later)]
        assert ends[0] is not None and ends[1] is not None
        assert ends[0] <= ends[1]
