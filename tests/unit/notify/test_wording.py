"""What a message says for each shape of numbers an alert may have."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.kinds import SEVERITIES
from alerts.notify.merging import Part, merged_message
from alerts.notify.wording import AlertFacts, alert_message, digest_message, kind_name, value_text
from store.clock import BEIJING

NOON = datetime(2026, 5, 6, 12, tzinfo=BEIJING)
ALERT = AlertFacts(
    1, "YJ-20260506-0001", "exceedance_hour", "warning", "kiln", "测试水泥", False, "窑尾", None, "a21026", {}, None,
    NOON, NOON, NOON, None, 1, 0, None, None,
)  # fmt: skip

VALUES: list[tuple[dict[str, Any], str | None, str]] = [
    ({"compared": "211.073", "bound": "200", "multiple": "0.055", "unit": "mg/m³"},
     "211.07 mg/m³，限值 200 mg/m³，超标 0.06 倍", "usual"),
    ({"compared": "35.004", "bound": "35", "multiple": "0.0001", "unit": "mg/m³"},
     "35.004 mg/m³，限值 35 mg/m³，超标 0.0001 倍", "the decimals decide"),
    ({"compared": "9.2", "bound": "9.00", "bound_side": "max", "unit": None}, "9.20，限值 9", "pH has no unit"),
    ({"compared": "5.5", "bound": "6", "bound_side": "min", "unit": None}, "5.50，低于下限 6", "below a minimum"),
    ({"compared": "87.25", "bound": "90", "bound_side": "min", "unit": "%"}, "87.25 %，低于下限 90 %", "a rate"),
    ({"reported": "12.3", "recomputed": "13", "unit": "mg/L"}, "上报 12.30 mg/L，重算 13.00 mg/L", "two values"),
    ({"value": "-3.2", "unit": "mg/m³"}, "-3.2 mg/m³", "one value"),
    ({"since": "2026-05-06T11:00:00+08:00"}, None, "no value at all"),
    ({"compared": None, "bound": "200"}, None, "nothing to compare yet"),
    ({"compared": "many", "bound": "NaN"}, None, "no numbers: the rest of the message goes all the same"),
]  # fmt: skip


@pytest.mark.parametrize(("numbers", "sentence", "remark"), VALUES)
def test_a_value_is_said_against_its_bound(
    numbers: dict[str, Any], sentence: str | None, remark: str
) -> None:
    assert value_text(numbers) == sentence, remark


@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_every_kind_of_alert_has_its_name_in_messages(code: str) -> None:
    assert kind_name(code) != code
    assert kind_name(code) in alert_message("raised", replace(ALERT, code=code)).title


def test_a_forecast_says_from_when_nothing_helps_any_more() -> None:
    numbers = {"unavoidable_from": "2026-05-06T12:41:00+08:00"}
    assert (
        "已无法避免：自 2026-05-06 12:41 起" in alert_message("raised", replace(ALERT, numbers=numbers)).body
    )


def test_an_escalation_says_what_is_overdue_and_since_when() -> None:
    late = replace(ALERT, escalation=2, due_at=NOON + timedelta(hours=4), due_step="answer")
    message = alert_message("escalated", late)
    assert message.title == "【逾期升级】数据超标（小时）：测试水泥 窑尾 二氧化硫"
    assert "应办时限：企业反馈，2026-05-06 16:00 前（第 2 级）" in message.body


def test_an_episode_says_how_often_and_when_it_was_over() -> None:
    over = replace(ALERT, count=3, last_seen=NOON + timedelta(hours=2), cleared_at=NOON + timedelta(hours=3))
    body = alert_message("cleared", over).body
    assert "累计：3 个时段，首次 2026-05-06 12:00，最近 2026-05-06 14:00" in body
    assert "解除时间：2026-05-06 15:00:00" in body


def test_trouble_of_a_gateway_or_of_outfall_itself_has_a_place_too() -> None:
    nowhere = replace(ALERT, site=None, site_name=None, outlet_name=None, factor=None)
    assert alert_message("raised", replace(nowhere, gateway="gw-one")).title.endswith("：gw-one")
    assert alert_message("raised", nowhere).title.endswith("：平台")


def test_a_digest_counts_kinds_and_names_the_first_ten() -> None:
    alerts = [replace(ALERT, id=number, number=f"YJ-{number}") for number in range(30)]
    message = digest_message("测试水泥", True, alerts)
    assert message.title == "【补传汇总】测试水泥：30 项历史数据预警"
    assert message.body.count("预警编号：") == 10
    assert message.body.endswith("另有 20 条，详见平台")


def test_a_merged_message_says_when_where_and_how_much_of_each() -> None:
    facts = {"code": "exceedance_hour", "numbers": {"compared": "450", "bound": "400", "multiple": "0.125"}}
    message = merged_message([Part(1, "raised", "甲", facts, NOON), Part(2, "operations", "乙", {}, NOON)])
    assert message.title == "【消息汇总】2 条积压消息"
    assert message.body.splitlines() == [
        "类别：数据超标（小时） 1 项",
        "2026-05-06 12:00 甲 450.00，限值 400，超标 0.12 倍",
        "2026-05-06 12:00 乙",
    ]
