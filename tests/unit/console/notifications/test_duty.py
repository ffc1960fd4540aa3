"""The roster as a table, and who would be told of what when."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from api.console.notifications.duty import active_routes, duty_now, duty_table, stages
from api.console.notifications.planwords import plan_lines
from store.channelsentries import Plan
from store.handling.deadlines import clocks_of
from tests.unit.console.notifications.plans import at, file
from tests.unit.console.samples import SETTINGS

PLAN = file().plan()


def test_the_table_has_a_row_a_day_and_a_column_a_shift() -> None:
    table = duty_table(PLAN, date(2026, 1, 15), at("2026-01-15T14:00"))
    assert table is not None
    assert table.shifts == (("day", "08:30～18:00"), ("night", "18:00～次日 08:30"))
    assert len(table.days) == 7
    today, tomorrow = table.days[:2]
    assert (today.today, today.weekday, tomorrow.today) == (True, "周四", False)
    assert [(cell.people, cell.now) for cell in today.cells] == [
        (("甲（虚构）",), True),
        (("乙（虚构）",), False),
    ]
    assert [(cell.people, cell.channels, cell.fallback) for cell in tomorrow.cells] == [
        (("乙（虚构）",), ("desk",), False),
        ((), ("desk",), True),
    ]


def test_after_midnight_the_night_of_the_day_before_runs() -> None:
    table = duty_table(PLAN, date(2026, 1, 15), at("2026-01-16T02:00"))
    assert table is not None
    assert [[cell.now for cell in day.cells] for day in table.days[:2]] == [[False, True], [False, False]]


NOW = [
    ("2026-01-15T14:00", ("甲（虚构）",), ("first",), False),
    ("2026-01-16T08:29", ("乙（虚构）",), ("desk",), False),
    ("2026-01-17T12:00", (), ("desk",), True),
]


@pytest.mark.parametrize(("moment", "people", "channels", "fallback"), NOW)
def test_who_is_on_duty_now(
    moment: str, people: tuple[str, ...], channels: tuple[str, ...], fallback: bool
) -> None:
    found = duty_now(PLAN, at(moment))
    assert found is not None
    assert (found.people, found.channels, found.fallback) == (people, channels, fallback)


def test_without_a_roster_there_is_no_table() -> None:
    assert duty_table(Plan(), date(2026, 1, 15), at("2026-01-15T14:00")) is None
    assert duty_now(Plan(), at("2026-01-15T14:00")) is None


def told(moment: datetime, severity: str) -> list[tuple[str, list[str], bool]]:
    found = stages(
        PLAN,
        site="plant-one",
        code="exceedance_hour",
        severity=severity,
        clocks=clocks_of(SETTINGS),
        at=moment,
    )
    return [
        (stage.word[:4], [one.channel for one in stage.told], any(one.waits for one in stage.told))
        for stage in found
    ]


def test_an_alert_that_nobody_reacts_to_is_told_stage_by_stage() -> None:
    found = told(at("2026-01-15T14:00"), "serious")
    assert [(channels, waits) for _, channels, waits in found] == [
        (["first"], False),
        (["first"], False),
        (["desk"], False),
        (["head"], False),
        (["desk"], False),
    ]


def test_what_may_wait_for_the_morning_says_so() -> None:
    raised = told(at("2026-01-15T23:00"), "warning")[0]
    assert raised[1:] == (["desk"], True)


def test_a_route_of_a_shift_applies_while_the_shift_runs() -> None:
    assert active_routes(PLAN, at("2026-01-15T14:00")) == [True, True, True]
    assert active_routes(PLAN, at("2026-01-15T19:00")) == [True, True, False]


def test_a_plan_is_told_in_lines() -> None:
    lines = plan_lines(PLAN, {"plant-one": "某水泥厂（虚构）"})
    assert lines["quiet"] == ("22:00～次日 06:30，以下级别除外：较重、严重",)
    assert lines["shifts"][0] == "day：周一、周二、周三、周四、周五 08:30～18:00"
    assert lines["routes"][0] == "新预警、催办；一般、较重、严重 → 值班人员"
    assert "某水泥厂（虚构）；数据超标（日）；班次 day → first" in lines["routes"][2]
