"""From data to the alerts of the rules and back; and a rule that throws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.rules import runner
from alerts.rules.backtest import backtest
from alerts.rules.register import RULES, rule_of
from alerts.rules.runner import retry_rules
from alerts.rules.shape import Noticed, Rule, Window
from store.clock import DAY, HOUR, day_start
from store.database import rows
from store.errors import NotFound
from store.markfiling import file_mark
from store.markrules import NewMark
from store.queries import parse
from tests.integration.alerts.plant import COD, FLOW, MORNING, O2, SITES, SO2, Plant, soon

SQL = parse(Path(__file__).with_name("rules.sql").read_text(encoding="utf-8"))
MINUTE = timedelta(minutes=1)
BOUNDED = SITES.replace(
    "        factors: [a21026, a21002, a19001]\n",
    "        factors: [a21026, a21002, a19001]\n"
    '        bounds: [{factor: a21026, min: "0", max: "1000", source: 量程}]\n',
)


def retries(plant: Plant) -> list[dict[str, Any]]:
    with rows(plant.connection) as cursor:
        return cursor.execute(SQL["retries"]).fetchall()


def retry(plant: Plant, at: datetime) -> int:
    with plant.connection.transaction():
        return retry_rules(plant.connection, plant.registry, plant.settings, at)


def minutes(
    plant: Plant, start: datetime, values: list[str], factor: str = SO2, *, oxygen: str = "10"
) -> None:
    """Minute values of the kiln from ``start`` on, with the oxygen that folding needs."""
    for place, value in enumerate(values):
        plant.send(factor, start + place * MINUTE, value, kind="minute", touch=False)
        plant.send(O2, start + place * MINUTE, oxygen, kind="minute", touch=False)
    plant.touch(start, start + HOUR)


def test_minutes_above_the_limit_warn_before_the_hour_is_over_and_the_warning_ends_with_it(
    plant: Plant,
) -> None:
    minutes(plant, MORNING, ["400"] * 20)
    plant.judge(MORNING + 20 * MINUTE)
    (alert,) = plant.alerts("minute_forecast")
    assert (alert["factor"], alert["numbers"]["compared"], alert["numbers"]["unavoidable_from"]) == (
        SO2,
        "400",
        None,
    )
    assert alert["clause"] == "GB 4915-2013 表1"
    minutes(plant, MORNING + 20 * MINUTE, ["400"] * 25)
    plant.judge(MORNING + 45 * MINUTE)
    (alert,) = plant.alerts("minute_forecast")
    assert alert["numbers"]["unavoidable_from"] == (MORNING + 40 * MINUTE).isoformat()
    assert alert["count"] == 1
    assert plant.alerts("exceedance_hour") == []
    plant.so2(MORNING, "390")
    plant.judge(soon(MORNING))
    assert [one["condition"] for one in plant.alerts("minute_forecast")] == ["cleared"]
    assert [one["condition"] for one in plant.alerts("exceedance_hour")] == ["active"]


def test_a_mean_that_falls_below_the_limit_takes_the_warning_back(plant: Plant) -> None:
    minutes(plant, MORNING, ["250"] * 20)
    plant.judge(MORNING + 20 * MINUTE)
    assert [one["condition"] for one in plant.alerts("minute_forecast")] != ["cleared"]
    minutes(plant, MORNING + 20 * MINUTE, ["50"] * 10)
    plant.judge(MORNING + 30 * MINUTE)
    (alert,) = plant.alerts("minute_forecast")
    assert (alert["condition"], alert["count"]) == ("cleared", 0)


def test_a_warning_about_an_hour_of_which_nothing_more_comes_is_cleared_by_the_clock(plant: Plant) -> None:
    minutes(plant, MORNING, ["900"] * 20)
    plant.judge(MORNING + 20 * MINUTE)
    retry(plant, MORNING + 59 * MINUTE)
    assert plant.alerts("minute_forecast")[0]["condition"] != "cleared"
    retry(plant, MORNING + HOUR)
    assert plant.alerts("minute_forecast")[0]["condition"] == "cleared"


def test_hours_above_the_limit_of_the_day_warn_in_the_day(plant: Plant) -> None:
    day = day_start(MORNING)
    for place in range(7):
        plant.send(COD, day + place * HOUR, f"{90 + place}", outlet="test-water")
        plant.send(FLOW, day + place * HOUR, "10", total="36", outlet="test-water")
    plant.judge(day + 7 * HOUR + 5 * MINUTE, settle=False)
    (alert,) = plant.alerts("hour_forecast")
    assert (alert["factor"], alert["first_seen"], alert["numbers"]["compared"]) == (COD, day, "93")
    assert alert["numbers"]["unavoidable_from"] is None
    assert plant.alerts("exceedance_day") == []
    retry(plant, day + DAY)
    assert plant.alerts("hour_forecast")[0]["condition"] == "cleared"


def test_eight_hours_of_one_value_are_noticed_and_another_value_ends_it(plant: Plant) -> None:
    for place in range(8):
        plant.so2(MORNING + place * HOUR, "55.5")
        plant.judge(soon(MORNING + place * HOUR))
        assert len(plant.alerts("abnormal_constant")) == (1 if place == 7 else 0)
    (alert,) = plant.alerts("abnormal_constant")
    assert (alert["severity"], alert["factor"], alert["numbers"]["value"]) == ("serious", SO2, "55.5")
    assert alert["numbers"]["rule"] == "abnormal_constant/1"
    plant.so2(MORNING + 8 * HOUR, "55.6")
    plant.judge(soon(MORNING + 8 * HOUR))
    assert plant.alerts("abnormal_constant")[0]["condition"] == "cleared"


def test_an_hour_in_the_middle_that_comes_late_completes_the_run(plant: Plant) -> None:
    for place in (0, 1, 2, 4, 5, 6, 7):
        plant.so2(MORNING + place * HOUR, "55.5")
    plant.judge(soon(MORNING + 7 * HOUR))
    assert plant.alerts("abnormal_constant") == []
    plant.so2(MORNING + 3 * HOUR, "55.5")
    plant.judge(soon(MORNING + 7 * HOUR))
    (alert,) = plant.alerts("abnormal_constant")
    assert alert["first_seen"] == MORNING + 7 * HOUR


SHOWN: list[tuple[str, str, dict[str, str], str]] = [
    ("abnormal_negative", "-3", {}, "warning"),
    ("abnormal_zero", "0", {}, "warning"),
    ("abnormal_over_range", "999", {"status": "over_range"}, "warning"),
    ("bound_hour", "1000.5", {}, "warning"),
]


@pytest.mark.parametrize(("code", "value", "more", "severity"), SHOWN, ids=[row[0] for row in SHOWN])
def test_an_abnormal_hour_opens_its_kind_and_an_ordinary_one_clears_it(
    plant: Plant, code: str, value: str, more: dict[str, str], severity: str
) -> None:
    plant.apply(BOUNDED)
    plant.worker.registry = plant.registry
    plant.send(SO2, MORNING, value, folded=value, **more)  # type: ignore[arg-type]
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts(code)
    assert (alert["factor"], alert["severity"], alert["condition"]) == (SO2, severity, "active")
    assert alert["numbers"]["evidence"]
    plant.so2(MORNING + HOUR, "100")
    plant.judge(soon(MORNING + HOUR))
    assert plant.alerts(code)[0]["condition"] == "cleared"


def test_a_corrected_value_withdraws_what_a_rule_noticed(plant: Plant) -> None:
    plant.so2(MORNING, "-3")
    plant.judge(soon(MORNING))
    plant.so2(MORNING, "3")
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts("abnormal_negative")
    assert (alert["condition"], alert["count"]) == ("cleared", 0)


def test_minutes_outside_the_bounds_are_noticed_at_once(plant: Plant) -> None:
    plant.apply(BOUNDED)
    plant.worker.registry = plant.registry
    minutes(plant, MORNING, ["100", "1200"])
    plant.judge(MORNING + 2 * MINUTE)
    (alert,) = plant.alerts("bound_minute")
    assert (alert["numbers"]["compared"], alert["numbers"]["bound"], alert["numbers"]["source"]) == (
        "1200",
        "1000",
        "量程",
    )
    assert alert["severity"] == "info"


def test_a_reported_hour_that_its_minutes_do_not_bear_out(plant: Plant) -> None:
    minutes(plant, MORNING, ["150"] * 60)
    plant.send(SO2, MORNING, "120", folded="120")
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts("recomputed_differs")
    assert (alert["numbers"]["reported"], alert["numbers"]["recomputed"]) == ("120", "150")
    assert alert["numbers"]["difference"] == "-0.2000"


def test_maintenance_is_told_once_for_the_outlet_for_the_record(plant: Plant) -> None:
    plant.so2(MORNING, "10", status="maintenance")
    plant.send(O2, MORNING, "20", status="maintenance")
    plant.judge(soon(MORNING))
    (alert,) = plant.alerts("device_maintenance")
    assert (alert["severity"], alert["factor"]) == ("info", None)
    assert alert["numbers"]["states"] == ["maintenance"]
    assert {SO2, O2} <= alert["numbers"]["factors"].keys()
    plant.so2(MORNING + HOUR, "10")
    plant.judge(soon(MORNING + HOUR))
    assert plant.alerts("device_maintenance")[0]["condition"] == "cleared"


def file(plant: Plant, start: datetime, end: datetime, at: datetime) -> None:
    new = NewMark("device", "fault", None, start, end, "探头堵塞")
    with plant.connection.transaction():
        file_mark(
            plant.connection,
            plant.registry.outlet("test-kiln"),
            "cement",
            new,
            actor="company",
            origin="test",
            at=at,
        )


def test_a_mark_filed_after_the_exceedance_is_noticed_and_the_exceedance_leaves(plant: Plant) -> None:
    plant.so2(MORNING, "250")
    plant.judge(soon(MORNING))
    assert plant.alerts("mark_after_exceedance") == []
    file(plant, MORNING, MORNING + HOUR, MORNING + 3 * HOUR)
    plant.judge(MORNING + 3 * HOUR)
    (alert,) = plant.alerts("mark_after_exceedance")
    assert (alert["factor"], alert["numbers"]["compared"], alert["numbers"]["bound"]) == (SO2, "250", "200")
    assert alert["numbers"]["marks"][0]["label"] == "fault"
    assert plant.alerts("exceedance_hour")[0]["condition"] == "cleared"


def test_a_month_of_exceedances_under_marks_is_a_reason_to_look(plant: Plant) -> None:
    day = day_start(MORNING)
    for place in range(6):
        plant.so2(day + place * HOUR, f"{250 + place}")
    plant.judge(day + 7 * HOUR)
    file(plant, day, day + 6 * HOUR, day + 8 * HOUR)
    plant.judge(day + DAY + 2 * HOUR)
    (alert,) = plant.alerts("mark_abuse")
    assert (alert["factor"], alert["numbers"]["exceeded_hours"], alert["numbers"]["marked_hours"]) == (
        SO2,
        6,
        6,
    )
    assert alert["severity"] == "serious"


def test_a_day_of_which_half_never_came_is_missing(plant: Plant) -> None:
    day = day_start(MORNING)
    for place in range(12):
        plant.so2(day + place * HOUR, f"{50 + place}")
        plant.send(O2, day + place * HOUR, f"{9 + place / 100}")
        plant.send("a21002", day + place * HOUR, f"{150 + place}")
    plant.judge(day + DAY + 61 * MINUTE)
    (alert,) = plant.alerts("data_missing_day")
    assert (alert["factor"], alert["numbers"]["hours"], alert["first_seen"]) == (None, 12, day)


def test_data_of_long_ago_call_nobody(plant: Plant) -> None:
    minutes(plant, MORNING, ["900"] * 50)
    plant.so2(MORNING, "-3")
    plant.judge(MORNING + 30 * DAY, settle=False)
    assert plant.alerts("minute_forecast") == []
    assert plant.alerts("device_maintenance") == []
    (alert,) = plant.alerts("abnormal_negative")
    assert alert["late"] is True


def test_looking_again_without_news_writes_nothing(plant: Plant) -> None:
    for place in range(8):
        plant.so2(MORNING + place * HOUR, "55.5")
    plant.judge(soon(MORNING + 7 * HOUR))
    before = [(alert, plant.actions(alert)) for alert in plant.alerts()]
    plant.touch(MORNING, MORNING + 8 * HOUR)
    plant.judge(soon(MORNING + 7 * HOUR))
    assert [(alert, plant.actions(alert)) for alert in plant.alerts()] == before


def throwing(_: Window) -> list[Noticed]:
    raise ZeroDivisionError("no good")


def spoiling(plant: Plant) -> Rule:
    """A rule that notices what the database refuses: a start that is no time at all."""

    def examine(window: Window) -> list[Noticed]:
        return [Noticed(SO2, start, {"value": "\x00"}, {}) for start in window.starts]

    return replace(rule_of("abnormal_zero"), examine=examine)


@contextmanager
def instead(rule: Rule) -> Iterator[None]:
    """Every rule as it is, but this one in the place of that with its code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "RULES", tuple(rule if one.code == rule.code else one for one in RULES))
        yield


def test_a_rule_that_throws_is_alerted_stops_nobody_and_is_tried_again(plant: Plant) -> None:
    at = soon(MORNING)
    with instead(replace(rule_of("abnormal_negative"), examine=throwing)):
        plant.so2(MORNING, "-3")
        plant.send(O2, MORNING, "0")
        plant.judge(at)
        (alert,) = plant.alerts("rule_failed")
        assert (alert["severity"], alert["site_key"], alert["outlet_key"]) == ("critical", None, None)
        assert alert["numbers"]["rules"]["abnormal_negative"]["error"] == "ZeroDivisionError: no good"
        assert plant.alerts("abnormal_negative") == []
        assert [one["factor"] for one in plant.alerts("abnormal_zero")] == [O2]
        assert retry(plant, at + 59 * timedelta(seconds=1)) == 0
        assert retry(plant, at + 61 * timedelta(seconds=1)) == 1
        (row,) = retries(plant)
        assert (row["attempts"], row["from_time"]) == (2, MORNING)
        assert row["not_before"] == at + timedelta(seconds=61 + 120)
        assert plant.alerts("rule_failed")[0]["condition"] == "active"
    assert retry(plant, at + timedelta(seconds=200)) == 1
    assert retries(plant) == []
    assert plant.alerts("rule_failed")[0]["condition"] == "cleared"
    assert [one["factor"] for one in plant.alerts("abnormal_negative")] == [SO2]


def test_a_rule_that_the_database_refuses_takes_back_only_what_it_wrote(plant: Plant) -> None:
    with instead(spoiling(plant)):
        plant.so2(MORNING, "250")
        plant.judge(soon(MORNING))
    assert plant.alerts("abnormal_zero") == []
    assert len(plant.alerts("exceedance_hour")) == 1
    assert "abnormal_zero" in plant.alerts("rule_failed")[0]["numbers"]["rules"]


def test_failures_of_two_outlets_are_one_alert(plant: Plant) -> None:
    with instead(replace(rule_of("abnormal_zero"), examine=throwing)):
        plant.so2(MORNING, "50")
        plant.send("a34013", MORNING, "5", outlet="test-head")
        plant.judge(soon(MORNING))
    (alert,) = plant.alerts("rule_failed")
    assert (alert["count"], alert["numbers"]["rules"]["abnormal_zero"]["outlets"]) == (2, 2)


def test_what_is_left_of_a_rule_that_is_gone_is_forgotten(plant: Plant) -> None:
    with instead(replace(rule_of("abnormal_zero"), examine=throwing)):
        plant.so2(MORNING, "50")
        plant.judge(soon(MORNING))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "RULES", tuple(one for one in RULES if one.code != "abnormal_zero"))
        assert retry(plant, MORNING + DAY) == 1
    assert retries(plant) == []
    assert plant.alerts("rule_failed")[0]["condition"] == "cleared"


def test_a_backtest_finds_the_same_as_the_present_and_writes_nothing(plant: Plant) -> None:
    for place in range(10):
        plant.so2(MORNING + place * HOUR, "55.5")
    plant.judge(soon(MORNING + 9 * HOUR))
    before = plant.alerts()
    steps: list[tuple[int, int]] = []
    hits = backtest(
        plant.connection,
        rule_of("abnormal_constant"),
        list(plant.registry.outlets()),
        plant.settings,
        MORNING,
        MORNING + 9 * HOUR,
        MORNING + DAY,
        lambda done, total: steps.append((done, total)),
    )
    assert [(hit.outlet.id, hit.noticed.start) for hit in hits] == [
        ("test-kiln", MORNING + 7 * HOUR),
        ("test-kiln", MORNING + 8 * HOUR),
        ("test-kiln", MORNING + 9 * HOUR),
    ][: len(hits)]
    assert len(hits) >= 2
    assert steps[-1] == (3, 3)
    assert plant.alerts() == before


def test_a_backtest_looks_at_forecasts_as_they_stood(plant: Plant) -> None:
    minutes(plant, MORNING, ["400"] * 50)
    plant.so2(MORNING, "390")
    outlets = [plant.registry.outlet("test-kiln")]
    hits = backtest(
        plant.connection,
        rule_of("minute_forecast"),
        outlets,
        plant.settings,
        MORNING,
        MORNING + HOUR,
        MORNING + DAY,
    )
    assert [hit.noticed.numbers["unavoidable_from"] for hit in hits] == [(MORNING + 40 * MINUTE).isoformat()]


def test_an_unknown_rule_is_refused_by_naming_those_there_are(plant: Plant) -> None:
    with pytest.raises(NotFound, match="abnormal_constant"):
        rule_of("nothing")
