"""Delivery to loopback robots that judge as the vendors do: formats, signatures, limits, a day out of order."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import pairwise

import pytest

from alerts.notify.delivery import Delivery
from tests.fixtures.robots import SECRET, serving
from tests.integration.notify.office import KINDS, Office


def test_every_kind_of_channel_takes_a_message_in_its_own_format(office: Office) -> None:
    office.tell(body="单位：测试水泥\n数值：211.07 mg/m³，限值 200 mg/m³，超标 0.06 倍")
    office.run()
    taken = {kind: robot.taken for kind, robot in office.robots.items()}
    assert {kind: len(messages) for kind, messages in taken.items()} == dict.fromkeys(KINDS, 1)
    assert taken["wecom"][0].body["markdown"]["content"] == (
        "**【预警】第 1 条**\n> 单位：测试水泥\n> 数值：211.07 mg/m³，限值 200 mg/m³，超标 0.06 倍\n"
        "[查看详情](https://outfall.invalid/alerts/1)"
    )
    assert taken["dingtalk"][0].body["markdown"]["title"] == "【预警】第 1 条"
    assert taken["feishu"][0].body["content"]["post"]["zh_cn"]["content"][-1] == [
        {"tag": "a", "text": "查看详情", "href": "https://outfall.invalid/alerts/1"}
    ]
    assert taken["webhook"][0].body["facts"] == {"code": "exceedance_hour"}
    for kind in KINDS:
        assert office.states(kind) == {"sent": 1}


def test_the_proof_of_delivery_is_kept_with_what_the_vendor_answered(office: Office) -> None:
    office.tell(channels=["wecom"])
    office.run()
    (proof,) = office.ask("deliveries", channel="wecom")
    assert (proof["ok"], proof["status"]) == (True, "HTTP 200 0 ok")
    assert '"errmsg": "ok"' in proof["answer"]


@pytest.mark.parametrize(
    ("kind", "a_minute"),
    [("wecom", 20), ("dingtalk", 20), ("feishu", 100)],
)
def test_the_vendor_never_sees_more_than_it_allows_and_gets_everything(
    office: Office, kind: str, a_minute: int
) -> None:
    # More than two minutes' worth, but younger than what is merged: each goes by itself.
    count = a_minute * 2 + 5
    office.tell(count, channels=[kind])
    office.run(times=110)
    assert office.robots[kind].refused == []
    assert len(office.robots[kind].taken) == count
    assert office.states(kind) == {"sent": count}


def test_two_processes_keep_the_limit_together(office: Office) -> None:
    office.tell(30, channels=["dingtalk"])
    other = Delivery(office.settings, clock=office.clock)
    for _ in range(20):
        office.attempt("dingtalk")
        other.attempt(office.connection, office.channel("dingtalk"))
    robot = office.robots["dingtalk"]
    assert (len(robot.taken), robot.refused) == (20, [])


def test_a_robot_that_says_too_fast_gets_the_pause_it_wants(office: Office) -> None:
    # Somebody else used the same robot: it is over its limit although we are not.
    robot = office.robots["dingtalk"]
    robot.asked += [office.clock.now] * 20
    office.tell(channels=["dingtalk"])
    office.run(times=290)
    assert len(robot.refused) == 1
    assert robot.taken == []
    office.run(times=20)
    assert len(robot.taken) == 1


def test_a_channel_out_of_order_for_a_day_loses_nothing_and_is_not_flooded_when_it_returns(
    office: Office,
) -> None:
    robot = office.robots["wecom"]
    robot.broken = 502
    for _ in range(24 * 12):
        office.tell(channels=["wecom"])
        office.run(every=300)
    assert robot.taken == []
    assert office.states("wecom")["waiting"] == 24 * 12 + 1  # and one about the channel itself
    robot.broken = None
    office.run(times=200)
    # The oldest as a probe, what is fresh as it is, one for all the others.
    assert [message.body["markdown"]["content"].splitlines()[0] for message in robot.taken] == [
        "**【预警】第 1 条**",
        "**【预警】第 288 条**",
        "**【消息汇总】287 条积压消息**",
    ]
    assert office.states("wecom") == {"sent": 3, "merged": 287}
    merged = [row for row in office.ask("messages", channel="wecom") if row["state"] == "merged"]
    (digest,) = {row["merged_into"] for row in merged}
    (sent,) = [row for row in office.ask("messages", channel="wecom") if row["id"] == digest]
    assert sent["facts"]["merged"] == [row["id"] for row in merged]


def test_the_attempts_to_a_channel_out_of_order_become_rare(office: Office) -> None:
    office.robots["wecom"].broken = "hang_up"
    office.tell(channels=["wecom"])
    office.run(times=1800)  # an hour
    moments = [row["at"] for row in office.ask("deliveries", channel="wecom")]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[0] <= timedelta(seconds=8)
    assert timedelta(minutes=5) <= gaps[-1] <= timedelta(minutes=5, seconds=5)
    assert len(moments) < 20


def test_a_channel_out_of_order_holds_no_other_up_and_is_told_of_there(office: Office) -> None:
    office.robots["wecom"].broken = 500
    office.tell()
    office.run(times=1000)
    for kind in ("dingtalk", "feishu", "webhook"):
        said = str([message.body for message in office.robots[kind].taken])
        assert "第 1 条" in said
        assert "通知通道 wecom 无法送达" in said
        assert len(office.robots[kind].taken) == 2


def test_a_merged_message_that_does_not_get_through_is_merged_anew_with_what_it_held(office: Office) -> None:
    robot = office.robots["feishu"]
    robot.broken = 502
    office.tell(5, channels=["feishu"])
    office.run(times=400)
    robot.broken = None
    office.clock.pass_by(minutes=5)
    office.attempt("feishu")  # the probe
    robot.broken = 502
    office.attempt("feishu")  # merges the other four, and does not get through
    assert office.states("feishu") == {"sent": 1, "merged": 4, "waiting": 1}
    office.tell(2, channels=["feishu"])
    office.run(times=400)
    robot.broken = None
    office.run(times=200)
    assert office.states("feishu").keys() == {"sent", "merged"}
    said = str([message.body for message in robot.taken])
    assert all(f"第 {number} 条" in said for number in range(1, 8))
    assert said.count("第 3 条") == 1


def test_a_message_that_a_working_channel_does_not_take_holds_no_other_up(office: Office) -> None:
    robot = office.robots["webhook"]
    office.tell(channels=["webhook"])
    robot.broken = 422
    office.run()
    robot.broken = None
    office.tell(channels=["webhook"])
    office.delivery.run(office.connection)
    assert [message.body["title"] for message in robot.taken] == ["【预警】第 2 条"]
    office.run(times=5)
    assert len(robot.taken) == 2


def test_what_cannot_be_delivered_for_a_week_is_given_up_and_said_so(office: Office) -> None:
    office.robots["wecom"].broken = 500
    office.tell(channels=["wecom"])
    office.run(times=8 * 6, every=4 * 3600)
    assert office.states("wecom")["given_up"] >= 1
    assert "有消息未能送达" in str([message.body for message in office.robots["dingtalk"].taken])


def test_a_process_that_dies_after_sending_sends_the_message_again(office: Office) -> None:
    office.tell(channels=["webhook"])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    dying = Delivery(office.settings, clock=office.clock, send=die)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        dying.attempt(office.connection, office.channel("webhook"))
    assert office.attempt("webhook") is None  # it may still be on its way
    office.clock.pass_by(seconds=41)
    office.run()
    assert len(office.robots["webhook"].taken) == 1


def test_a_long_message_is_cut_to_what_the_vendor_takes(office: Office) -> None:
    office.tell(body="\n".join(f"第 {number} 行，二氧化硫超标" for number in range(2000)))
    office.run()
    for kind in ("wecom", "dingtalk", "feishu"):
        assert office.robots[kind].refused == []
        assert "其余详见平台" in str(office.robots[kind].taken[0].body)


def test_no_secret_is_stored_with_an_answer_nor_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.apply(office.file(key="another-key-8a1b"))
    office.tell()
    office.run()  # wrong keys: the vendors' answers repeat parts of the request
    for robot in office.robots.values():
        robot.broken = 502  # a body that repeats the path
    office.clock.pass_by(seconds=60)
    office.run()
    said = " ".join(row["said"] for row in office.ask("everything_said")) + caplog.text
    assert "out of order" in said
    for secret in ("another-key-8a1b", SECRET):
        assert secret not in said
    assert "another-key-8a1b" in office.robots["wecom"].refused[0]["errmsg"]


def test_an_address_where_nobody_answers_is_an_attempt_that_failed(office: Office) -> None:
    with serving(office.robots["webhook"]):
        office.apply(office.file())
    office.tell(channels=["webhook"])
    office.run()
    (proof,) = office.ask("deliveries", channel="webhook")
    assert (proof["ok"], proof["status"]) == (False, "ConnectError")


def test_a_changed_channel_is_tried_at_once(office: Office) -> None:
    office.apply(office.file(key="wrong-key-77aa"))
    office.tell(channels=["wecom"])
    office.run(times=100)
    assert office.robots["wecom"].taken == []
    office.apply(office.file())
    office.run()
    assert len(office.robots["wecom"].taken) == 1
