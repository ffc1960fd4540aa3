"""Numbers, evidence and innocent causes in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.kinds import SEVERITIES
from alerts.rules.register import RULES
from api.console.alerts.numbers import evidence_of, facts_of, ruled_out
from store.texts import catalogue, has
from tests.unit.console.alerts.rows import alert
from tests.unit.console.samples import NOW


def stamps(*hours: int) -> list[str]:
    return [(NOW.replace(minute=0, second=0) + timedelta(hours=hour)).isoformat() for hour in hours]


FACTS: list[tuple[dict[str, Any], list[tuple[str, str]], str]] = [
    (
        {"compared": "211.07", "bound": "200", "multiple": "0.05535", "unit": "mg/m³"},
        [("数值 / 限值", "211.07 / 200 mg/m³，超标 0.06 倍")],
        "an exceedance",
    ),
    (
        {"value": "6.18", "unit": "mg/m³", "readings": 8, "since": "2026-01-15T06:00:00+08:00"},
        [("数值", "6.18 mg/m³"), ("相同数值个数", "8"), ("自", "2026-01-15 06:00")],
        "a value that stands still",
    ),
    (
        {
            "reported": "17.43",
            "recomputed": "19.8082",
            "difference": "-0.1201",
            "allowed": "0.02",
            "unit": "mg/m³",
        },
        [("上报值", "17.43 mg/m³"), ("重算值", "19.81 mg/m³"), ("相差", "-12 %"), ("允许相差", "2.0 %")],
        "two numbers that differ",
    ),
    ({"states": ["calibration"], "unit": None}, [("设备状态", "校准")], "a device at work on itself"),
    (
        {"cases": {"unknown_mn": 3}, "total": 3},
        [("发生次数", "3"), ("未登记的 MN", "3")],
        "findings of ingest",
    ),
    (
        {"value": "rubbish", "since": "soon", "readings": None, "states": "?"},
        [],
        "what cannot be read is left out",
    ),
    ({"pictures": [{"picture": "quota"}]}, [("可疑情形", "年度豁免时长将用尽")], "a picture"),
]


@pytest.mark.parametrize(("numbers", "facts", "remark"), FACTS)
def test_numbers_are_told_one_by_one(
    numbers: dict[str, Any], facts: list[tuple[str, str]], remark: str
) -> None:
    assert facts_of(alert(numbers=numbers)) == facts, remark


def test_hours_that_follow_each_other_are_one_stretch() -> None:
    (evidence,) = evidence_of(alert(numbers={"evidence": {"hours": stamps(0, 1, 2, 5)}}))
    assert evidence.what == "4 个小时"
    assert evidence.stretches == ("2026-01-15 14:00 ～ 17:00", "2026-01-15 19:00 ～ 20:00")


def test_the_evidence_of_a_forecast_is_from_and_to() -> None:
    (evidence,) = evidence_of(alert(code="hour_forecast", numbers={"evidence": {"hours": stamps(0, 5)}}))
    assert evidence.stretches == ("2026-01-15 14:00 ～ 19:00",)


def test_very_many_stretches_are_cut_and_it_is_said_so() -> None:
    (evidence,) = evidence_of(alert(numbers={"evidence": {"hours": stamps(*range(0, 60, 2))}}))
    assert len(evidence.stretches) == 13
    assert evidence.stretches[-1] == "另有 18 段"


def test_innocent_causes_are_said_in_words_and_an_unknown_one_by_its_code() -> None:
    assert ruled_out({"ruled_out": ["device_marked", "no_discharge", "ufo"]}) == (
        "自动监测设备标记（维护、校准、故障）",
        "断流、无排放",
        "其他原因（ufo）",
    )
    assert ruled_out({}) == ()


def test_every_innocent_cause_of_every_rule_has_its_words() -> None:
    causes = {cause for rule in RULES for cause in rule.innocent_causes}
    assert causes
    assert {cause for cause in causes if not has(f"console.alertwork.cause.{cause}")} == set()


def test_every_kind_of_alert_has_its_name() -> None:
    assert {code for code in SEVERITIES if f"alerts.{code}.title" not in catalogue()} == set()
