"""Deadlines, refusals and ranks of marks, worked by hand from regulation.md C.1 to C.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.clock import BEIJING, day_start
from store.errors import Refused
from store.marklabels import Label, find_label, labels_of
from store.markrules import Clocks, NewMark, by_day, check_mark, deadline_of
from store.marks import Mark, covered, outranked
from store.model import Outlet


def moment(text: str) -> datetime:
    """``05-06 08:00`` of 2026, Beijing."""
    return datetime.strptime(f"2026-{text} +0800", "%Y-%m-%d %H:%M %z").astimezone(BEIJING)


# (the marked period ends, its last data came, deadline, remark)
DEADLINES = [
    ("05-06 08:00", None, "05-07 12:00", "noon of the day after"),
    ("05-06 00:01", None, "05-07 12:00", "the first minute of the day"),
    ("05-07 00:00", None, "05-07 12:00", "midnight ends the day before"),
    ("12-31 08:00", None, "01-01 12:00", "over the end of the year"),
    ("02-28 23:00", None, "03-01 12:00", "2026 has no 29 February"),
    ("05-06 08:00", "05-06 08:05", "05-07 12:00", "data in time change nothing"),
    ("05-07 00:00", "05-07 00:10", "05-07 12:00", "the last hour's data come after midnight and are in time"),
    ("05-07 00:00", "05-07 02:00", "05-07 12:00", "two hours after the end of the hour is not late yet"),
    ("05-07 00:00", "05-07 02:01", "05-08 12:00", "a minute later it is: marked after re-transmission"),
    ("05-06 08:30", "05-06 11:01", "05-07 12:00", "late, but the same day: nothing is gained"),
    ("05-06 08:00", "05-09 15:00", "05-10 12:00", "three days late"),
    ("05-06 08:00", "05-10 00:00", "05-11 12:00", "received at midnight belongs to the new day"),
]


@pytest.mark.parametrize(("end", "received", "deadline", "remark"), DEADLINES)
def test_a_day_is_marked_until_noon_of_the_next_or_of_the_day_after_its_data_came(
    end: str, received: str | None, deadline: str, remark: str
) -> None:
    expected = moment(deadline)
    if end.startswith("12-31"):
        expected = expected.replace(year=2027)
    assert deadline_of(moment(end), moment(received) if received else None) == expected, remark


def test_the_deadline_is_configurable() -> None:
    clocks = Clocks(deadline=time(17, 30), days=3, late=timedelta(hours=12))
    assert deadline_of(moment("05-06 08:00"), None, clocks) == moment("05-09 17:30")
    assert deadline_of(moment("05-06 08:00"), moment("05-06 19:59"), clocks) == moment("05-09 17:30")
    assert deadline_of(moment("05-06 08:00"), moment("05-07 08:00"), clocks) == moment("05-10 17:30")


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0, tzinfo=BEIJING)
)


@given(moments, st.one_of(st.none(), moments))
def test_late_data_never_shorten_the_time_and_the_deadline_is_always_a_noon(
    end: datetime, received: datetime | None
) -> None:
    deadline = deadline_of(end, received)
    assert deadline >= deadline_of(end)
    assert deadline > end
    assert deadline.time() == time(12)


@given(moments, st.integers(1, 40 * 1440))
def test_the_days_of_a_mark_follow_each_other_and_make_up_the_whole(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    parts = list(by_day(start, end))
    assert (parts[0][0], parts[-1][1]) == (start, end)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(parts))
    for begin, finish in parts:
        assert begin < finish <= day_start(begin) + timedelta(days=1)


OUTLET = Outlet(
    key=1,
    id="kiln",
    site_key=1,
    site_id="works",
    name="窑尾",
    medium="gas",
    oxygen_reference=None,
    factors=("a21026",),
    judged=True,
    monitor=None,
    limits=(),
)
AT = moment("05-06 12:00")
GOOD = NewMark("device", "fault", "a21026", moment("05-06 08:00"), moment("05-06 09:00"), "采样泵故障")

REFUSED = [
    # code, the industry, the mark, remark
    ("mark_category_unknown", "cement", replace(GOOD, category="weather"), "neither of the two categories"),
    ("mark_label_unknown", "cement", replace(GOOD, label="grid_separation"), "power plants disconnect, kilns do not"),
    ("mark_label_unknown", "cement", replace(GOOD, label="stopped"), "a label of the other category"),
    ("mark_label_unknown", "thermal_power", replace(GOOD, category="condition", label="starting"), "of kilns, or by flag"),
    ("mark_factor_unknown", "cement", replace(GOOD, factor="w01018"), "no factor of this outlet"),
    ("mark_not_whole_minutes", "cement", replace(GOOD, to_time=moment("05-06 09:00") + timedelta(seconds=1)), "seconds"),
    ("mark_ends_before_start", "cement", replace(GOOD, to_time=GOOD.from_time), "nothing in between"),
    ("mark_ends_before_start", "cement", replace(GOOD, to_time=moment("05-05 09:00")), "backwards"),
    ("mark_in_future", "cement", replace(GOOD, to_time=AT + timedelta(minutes=1)), "ends a minute ahead"),
    ("mark_too_long", "cement", replace(GOOD, from_time=AT - timedelta(days=31, minutes=1), to_time=AT), "over 31 days"),
    ("reason_missing", "cement", replace(GOOD, reason=" \n"), "blank"),
    ("text_too_long", "cement", replace(GOOD, reason="因" * 2001), "a novel"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "industry", "new", "remark"), REFUSED)
def test_a_mark_that_cannot_be_is_refused_with_the_rule_it_breaks(
    code: str, industry: str, new: NewMark, remark: str
) -> None:
    with pytest.raises(Refused) as refused:
        check_mark(new, OUTLET, industry, AT)
    assert refused.value.code == code, remark


ACCEPTED = [
    ("cement", GOOD),
    ("cement", replace(GOOD, factor=None)),  # every factor
    ("cement", replace(GOOD, to_time=AT)),  # up to this minute
    ("cement", replace(GOOD, from_time=AT - timedelta(days=31), to_time=AT)),  # the longest
    ("thermal_power", replace(GOOD, category="condition", label="grid_separation")),
    ("municipal_wwtp", replace(GOOD, category="condition", label="inflow_abnormal")),
    ("paper", replace(GOOD, category="condition", label="stopped")),  # an industry without labels of its own
]


@pytest.mark.parametrize(("industry", "new"), ACCEPTED)
def test_a_mark_that_can_be_is_accepted(industry: str, new: NewMark) -> None:
    check_mark(new, OUTLET, industry, AT)


COVERED = [
    ((0, 60), [(0, 60)], True, "the same"),
    ((0, 60), [(0, 30), (30, 60)], True, "two that touch"),
    ((0, 60), [(30, 70), (-10, 40)], True, "two that overlap, in any order"),
    ((0, 60), [(0, 30), (31, 60)], False, "a minute is left"),
    ((0, 60), [(1, 60)], False, "the first minute is left"),
    ((0, 60), [(0, 59)], False, "the last minute is left"),
    ((0, 60), [], False, "nothing there"),
]


@pytest.mark.parametrize(("span", "by", "expected", "remark"), COVERED)
def test_periods_cover_another_when_no_minute_is_left(
    span: tuple[int, int], by: list[tuple[int, int]], expected: bool, remark: str
) -> None:
    def time_of(pair: tuple[int, int]) -> tuple[datetime, datetime]:
        return AT + timedelta(minutes=pair[0]), AT + timedelta(minutes=pair[1])

    assert covered(time_of(span), map(time_of, by)) is expected, remark


def mark(
    number: int, channel: str, *, label: str = "fault", factor: str | None = None, **changed: object
) -> Mark:
    fields: dict[str, object] = {
        "id": number,
        "outlet_key": 1,
        "category": "device",
        "label": label,
        "factor": factor,
        "from_time": GOOD.from_time,
        "to_time": GOOD.to_time,
        "reason": "",
        "channel": channel,
        "filed_by": "device",
        "received_at": AT,
        "deadline": AT,
        "late": False,
        "withdrawn_at": None,
    }
    return Mark(**{**fields, **changed})  # type: ignore[arg-type]


FILED = mark(1, "manual", label="maintenance")
RANKS = [
    ([FILED, mark(2, "automatic")], {2}, "the filed mark stands above the automatic one"),
    ([FILED, mark(2, "automatic", factor="a21026")], {2}, "a mark of every factor speaks of this one"),
    ([replace(FILED, factor="a21026"), mark(2, "automatic")], set(), "one factor does not speak of all"),
    ([replace(FILED, factor="a21026"), mark(2, "automatic", factor="a21002")], set(), "nor of another"),
    ([FILED, mark(2, "automatic", label="standard_check")], set(), "a standard check stays visible (C.1)"),
    ([FILED, mark(2, "automatic", category="condition")], set(), "monitor and plant are two things"),
    ([replace(FILED, late=True), mark(2, "automatic")], set(), "a late mark changes nothing"),
    ([replace(FILED, withdrawn_at=AT), mark(2, "automatic")], set(), "a withdrawn one neither"),
    (
        [FILED, mark(2, "automatic", to_time=GOOD.to_time + timedelta(minutes=1))],
        set(),
        "a minute is its own",
    ),
    ([FILED, mark(2, "manual")], set(), "two filed ones stand side by side"),
]


@pytest.mark.parametrize(("marks", "expected", "remark"), RANKS)
def test_filed_marks_stand_above_automatic_ones(marks: list[Mark], expected: set[int], remark: str) -> None:
    assert outranked(marks) == expected, remark


@pytest.mark.parametrize(
    ("industry", "category", "code", "name", "local"),
    [
        ("thermal_power", "condition", "grid_connection", "并网/供能", False),
        ("thermal_power", "condition", "accident", "故障/事故", False),
        ("cement", "condition", "stopped", "停运", False),
        ("cement", "device", "standard_check", "标样核查", False),
        ("municipal_wwtp", "condition", "stopped", "停运/断流", True),  # no national rule for sewage [P]
        ("township_wwtp", "device", "fault", "故障", True),  # announcement 2022 No. 21 does not name sewage
    ],
)
def test_labels_are_those_of_the_industry(
    industry: str, category: str, code: str, name: str, local: bool
) -> None:
    label = find_label(industry, category, code)
    assert isinstance(label, Label)
    assert (label.name, label.local) == (name, local)


@pytest.mark.parametrize("industry", ["thermal_power", "cement", "municipal_wwtp", "township_wwtp", "other"])
def test_no_label_stands_twice_in_an_industry_and_each_names_its_source(industry: str) -> None:
    codes = [(label.category, label.code) for label in labels_of(industry)]
    assert len(codes) == len(set(codes))
    assert all(label.source for label in labels_of(industry))
