"""The roster of duty: whoever is on duty when a message goes out is told, and the fallback where nobody is."""

from __future__ import annotations

from datetime import datetime

import pytest

from alerts.notify.plan import Telling, duty_channels, hours_of, on_duty, recipients
from store.channelsentries import Plan
from store.channelsfile import read_channels_file
from store.errors import ChannelsFileError

FILE = """\
channels:
  - {id: desk, kind: webhook, url: "https://desk.invalid/in", secret: "0123456789abcdef"}
  - {id: first, kind: webhook, url: "https://first.invalid/in", secret: "0123456789abcdef"}
  - {id: second, kind: webhook, url: "https://second.invalid/in", secret: "0123456789abcdef"}
shifts:
  - {id: day, days: [mon, tue, wed, thu, fri], from: "08:30", to: "18:00"}
  - {id: night, from: "18:00", to: "08:30"}
  - {id: round, from: "00:00", to: "00:00"}
duty:
  fallback: [desk]
  roster:
    - {date: "2026-12-01", shift: day, who: 甲（虚构）, channels: [first]}
    - {date: 2026-12-01, shift: night, who: 乙（虚构）, channels: [second]}
    - {date: "2026-12-05", shift: day, who: 甲（虚构）, channels: [first]}
    - {date: "2026-12-05", shift: day, who: 乙（虚构）, channels: [second, desk]}
    - {date: "2026-12-08", shift: round, who: 乙（虚构）, channels: [second]}
quiet_hours: {from: "22:00", to: "09:00", except: [serious, critical]}
default: [desk]
routes:
  - {channels: [], on_duty: true}
"""
PLAN: Plan = read_channels_file(FILE).plan()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


# 2026-12-01 is a Tuesday, 2026-12-05 a Saturday.
MOMENTS = [
    ("2026-12-01T08:29", ("desk",), "before the first shift"),
    ("2026-12-01T08:30", ("first",), "it begins"),
    ("2026-12-01T17:59", ("first",), "its last minute"),
    ("2026-12-01T18:00", ("second",), "the night begins"),
    ("2026-12-02T08:29", ("second",), "and belongs to the date it began on"),
    ("2026-12-02T08:30", ("desk",), "nobody stands in the roster"),
    ("2026-12-05T12:00", ("first", "second", "desk"), "a Saturday that is written in, two people"),
    ("2026-12-08T23:59", ("second",), "a shift round the clock"),
    ("2026-12-09T00:00", ("desk",), "and its end"),
]


@pytest.mark.parametrize(("moment", "channels", "remark"), MOMENTS)
def test_the_roster_says_who_is_on_duty(moment: str, channels: tuple[str, ...], remark: str) -> None:
    assert duty_channels(PLAN, at(moment)) == channels, remark


def test_a_message_that_waits_for_the_morning_goes_to_who_is_on_duty_then() -> None:
    told = recipients(PLAN, Telling("raised", "warning", "kiln", "exceedance_hour"), at("2026-12-01T03:00"))
    assert told == {"first": at("2026-12-01T09:00")}


def test_a_grave_one_goes_to_who_is_on_duty_in_the_night() -> None:
    told = recipients(PLAN, Telling("raised", "serious", "kiln", "exceedance_hour"), at("2026-12-02T03:00"))
    assert told == {"second": at("2026-12-02T03:00")}


def test_a_route_without_duty_tells_its_own_channels_only() -> None:
    plan = read_channels_file(FILE.replace("{channels: [], on_duty: true}", "{channels: [desk]}")).plan()
    told = recipients(plan, Telling("raised", "serious", "kiln", "flood"), at("2026-12-01T12:00"))
    assert list(told) == ["desk"]


def test_hours_of_a_night_end_on_the_next_day() -> None:
    (entry,) = on_duty(PLAN, at("2026-12-01T20:00"))
    shift = next(one for one in PLAN.shifts if one.id == "night")
    assert hours_of(entry, shift) == (at("2026-12-01T18:00"), at("2026-12-02T08:30"))


def test_a_plan_of_before_there_were_rosters_is_read_and_has_nobody_on_duty() -> None:
    old = {
        name: value for name, value in PLAN.model_dump(mode="json", by_alias=True).items() if name != "duty"
    }
    old["routes"] = [
        {name: value for name, value in route.items() if name != "on_duty"} for route in old["routes"]
    ]
    assert duty_channels(Plan.model_validate(old), at("2026-12-01T12:00")) == ()


def test_a_roster_kept_as_json_is_the_same_roster() -> None:
    assert Plan.model_validate(PLAN.model_dump(mode="json", by_alias=True)) == PLAN


WRONG = [
    ("shift: round", "shift: noon", "'noon', which is not listed under shifts"),
    ("channels: [second, desk]", "channels: [third]", "'third', which is not listed under channels"),
    ("channels: [second, desk]", "channels: []", "at least 1 item"),
    ("fallback: [desk]", "fallback: []", "at least 1 item"),
    ("fallback: [desk]", "fallback: [nobody]", "'nobody', which is not listed under channels"),
    ("  fallback: [desk]\n", "", "is missing"),
    ('"2026-12-08"', '"2026-12-32"', "is no day of the calendar"),
    ('"2026-12-08"', "tomorrow", "write a date as 2026-12-01"),
    ('"2026-12-08"', "2026-12-08 08:00:00", "write a date as 2026-12-01"),
    (
        "who: 乙（虚构）, channels: [second, desk]",
        "who: 甲（虚构）, channels: [second]",
        "the same person on the same shift twice",
    ),
    (FILE[FILE.index("duty:") : FILE.index("quiet_hours")], "", "the file has no duty"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_roster_is_refused_with_the_reason(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(ChannelsFileError) as error:
        read_channels_file(FILE.replace(old, new))
    assert message in error.value.message
