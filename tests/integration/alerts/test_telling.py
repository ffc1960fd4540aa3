"""Telling: who is told of an alert, in which words, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.book import Book, OpenAlert, Subjects
from alerts.telling import tell, tell_digest, tell_operations, tell_task
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.clock import BEIJING
from tests.integration.alerts.plant import Plant

NOON = datetime(2026, 5, 6, 12, 5, tzinfo=BEIJING)
NIGHT = datetime(2026, 5, 6, 23, 30, tzinfo=BEIJING)
MORNING = datetime(2026, 5, 7, 6, 30, tzinfo=BEIJING)

CHANNELS = """
channels:
  - {id: duty, kind: wecom, url: "https://robots.invalid/cgi-bin/webhook/send?key=not-a-real-key"}
  - {id: leaders, kind: feishu, url: "https://robots.invalid/open-apis/bot/v2/hook/not-a-real-hook", secret: invented}
  - {id: water, kind: webhook, url: "https://receiver.invalid/alerts", secret: "0123456789abcdef"}
quiet_hours: {from: "22:00", to: "06:30"}
default: [duty]
routes:
  - {channels: [duty], codes: [exceedance_hour, exceedance_day]}
  - {channels: [leaders], purposes: [escalated], severities: [warning, serious, critical]}
  - {channels: [water], sites: [test-wwtp]}
"""

NUMBERS = {
    "compared": "211.073",
    "bound": "200",
    "bound_side": "max",
    "multiple": "0.055365",
    "unit": "mg/m³",
    "span": "hour",
    "start": "2026-05-06T11:00:00+08:00",
    "end": "2026-05-06T12:00:00+08:00",
}


@pytest.fixture
def told(plant: Plant) -> Plant:
    """The plant with three channels and a plan."""
    apply_channels(plant.connection, read_channels_file(CHANNELS), actor="test", origin="cli", at=NOON)
    return plant


def raised(plant: Plant, at: datetime = NOON, *, late: bool = False, factor: str = "a21026") -> OpenAlert:
    outlet = plant.registry.outlet("test-kiln")
    return Book(plant.connection, at).raise_alert(
        "exceedance_hour",
        Subjects(outlet.site_key, outlet.key, None, factor),
        seen=NOON - timedelta(minutes=65),
        numbers=NUMBERS,
        clause="GB 4915-2013 表1",
        late=late,
    )


def outbox(plant: Plant) -> list[dict[str, Any]]:
    return plant.ask("outbox")


def test_an_alert_is_told_with_everything_an_officer_needs(told: Plant) -> None:
    alert = raised(told)
    (message,) = outbox(told)
    assert message["channel_id"] == "duty"
    assert message["title"] == "【预警】数据超标（小时）：测试水泥 窑尾 二氧化硫"
    assert message["body"].splitlines() == [
        f"预警编号：{alert.number}",
        "单位：测试水泥",
        "排口：窑尾",
        "因子：二氧化硫（a21026）",
        "数值：211.07 mg/m³，限值 200 mg/m³，超标 0.06 倍",
        "依据：GB 4915-2013 表1",
        "发生时间：2026-05-06 11:00 ~ 2026-05-06 12:00",
        "预警时间：2026-05-06 12:05:00",
        "说明：示例配置，未经核实，不得作为执法依据",
    ]
    assert message["link"] == f"/alerts/{alert.id}"
    assert message["facts"]["number"] == alert.number


def test_the_same_telling_is_queued_once(told: Plant) -> None:
    alert = raised(told)
    assert tell(told.connection, "raised", alert.id, NOON + timedelta(minutes=1)) == 0
    assert len(outbox(told)) == 1


def test_late_data_are_told_of_in_one_digest_and_never_by_themselves(told: Plant) -> None:
    late = [raised(told, late=True, factor=factor) for factor in ("a21026", "a21002")]
    assert [tell(told.connection, "raised", alert.id, NOON) for alert in late] == [0, 0]
    site = told.registry.site("test-cement").key
    assert tell_digest(told.connection, site, [alert.id for alert in late], NOON) == 1
    (message,) = outbox(told)
    assert message["purpose"] == "digest"
    assert message["title"] == "【补传汇总】测试水泥：2 项历史数据预警"
    assert "类别：数据超标（小时） 2 项" in message["body"]


def test_an_alert_that_a_wider_outage_explains_calls_nobody(told: Plant) -> None:
    wider, alert = raised(told), raised(told, factor="a21002")
    told.run("inhibit", id=alert.id, by=wider.id)
    assert [tell(told.connection, purpose, alert.id, NOON) for purpose in ("reminder", "escalated")] == [0, 0]
    assert tell(told.connection, "reminder", wider.id, NOON) == 1


def test_in_quiet_hours_a_warning_waits_for_the_morning(told: Plant) -> None:
    raised(told, NIGHT)
    assert [message["not_before"] for message in outbox(told)] == [MORNING]


def test_an_escalation_goes_to_the_leaders_too(told: Plant) -> None:
    assert tell(told.connection, "escalated", raised(told).id, NOON) == 2
    assert [(message["purpose"], message["channel_id"]) for message in outbox(told)] == [
        ("raised", "duty"),
        ("escalated", "duty"),
        ("escalated", "leaders"),
    ]


def test_the_end_is_told_to_those_who_heard_of_the_beginning(told: Plant) -> None:
    Book(told.connection, NOON).clear(raised(told), "over")
    assert [message["title"][:5] for message in outbox(told)] == ["【预警】数", "【已解除】"]


def test_the_end_is_not_told_to_those_who_never_heard_of_it(plant: Plant) -> None:
    alert = raised(plant)
    apply_channels(plant.connection, read_channels_file(CHANNELS), actor="test", origin="cli", at=NOON)
    Book(plant.connection, NOON).clear(alert, "over")
    assert outbox(plant) == []


def test_trouble_of_outfall_itself_goes_to_the_default_channel_at_night(told: Plant) -> None:
    assert tell_operations(told.connection, "rule:stuck", "规则 stuck 出错", "第 1 次", NIGHT) == 1
    assert tell_operations(told.connection, "rule:stuck", "规则 stuck 出错", "第 2 次", NIGHT) == 0
    (message,) = outbox(told)
    assert (message["channel_id"], message["not_before"]) == ("duty", NIGHT)


def test_without_a_channels_file_alerts_are_raised_and_nobody_is_told(plant: Plant) -> None:
    assert tell(plant.connection, "raised", raised(plant).id, NOON) == 0


def test_a_task_is_told_with_its_reason_and_its_term(told: Plant) -> None:
    alert = raised(told)
    outlet = told.registry.outlet("test-kiln")
    (task,) = told.ask(
        "add_task",
        site_key=outlet.site_key,
        outlet_key=outlet.key,
        alert_id=alert.id,
        at=NOON,
        due_at=NOON + timedelta(days=1),
    )
    assert [tell_task(told.connection, task["id"], NOON) for _ in range(2)] == [1, 0]
    message = outbox(told)[-1]
    assert (message["title"], message["task_id"]) == ("【核查任务】现场检查：测试水泥 窑尾", task["id"])
    assert message["body"].splitlines() == [
        "任务编号：RW-20260506-0001",
        "单位：测试水泥",
        "排口：窑尾",
        f"预警编号：{alert.number} 数据超标（小时）",
        "事由：超标一倍以上",
        "应办时限：2026-05-07 12:05",
        "说明：示例配置，未经核实，不得作为执法依据",
    ]
