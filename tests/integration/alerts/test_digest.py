"""Late data: re-judged, counted, and told of in one message a site."""

from __future__ import annotations

from datetime import timedelta

from store.clock import DAY, HOUR
from tests.integration.alerts.desk import Desk
from tests.integration.alerts.plant import MORNING, SO2, Plant

MINUTE = timedelta(minutes=1)
BACK = MORNING + 10 * DAY
"""When a line that was down for three days delivers what it kept."""

FIVE_SITES = (
    "authority: {district: 测试区局, city: 测试市局}\n"
    "gateways: [{id: gw-1}, {id: gw-2}, {id: gw-3}, {id: gw-4}, {id: gw-5}]\nsites:\n"
) + "".join(
    f"""
  - id: test-site-{n}
    name: 测试单位{n}
    industry: cement
    key_unit: true
    sample: true
    outlets:
      - id: test-stack-{n}
        name: 窑尾
        medium: gas
        oxygen_reference: 10
        monitor: {{mn: "88888880000009000000000{n}", gateway: gw-{n}, protocol: "2017", password: null, sm4_key: null,
                  cadence: {{realtime: 60, minute: null, hour: true, day: true}}}}
        factors: [a21026, a21002, a34013, a19001]
        limits:
          - {{factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
          - {{factor: a21002, basis: hour, max: "400", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
          - {{factor: a34013, basis: hour, max: "30", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
"""
    for n in range(1, 6)
)  # fmt: skip


def test_a_back_fill_of_72_hours_of_five_sites_is_one_message_a_site(plant: Plant) -> None:
    plant.apply(FIVE_SITES)
    plant.worker.registry = plant.registry
    desk = Desk(plant)
    desk.channel(MORNING)
    for n in range(1, 6):
        for hour in range(72):
            value = "450" if hour % 2 else "10"  # 36 episodes, were they of the present
            for factor in (SO2, "a21002", "a34013"):
                start = MORNING + hour * HOUR
                plant.send(factor, start, value, folded=value, outlet=f"test-stack-{n}", touch=False)
        plant.touch(MORNING, MORNING + 72 * HOUR, outlet=f"test-stack-{n}")
    plant.judge(BACK)
    late = plant.alerts("exceedance_hour")
    assert (len(late), {alert["late"] for alert in late}) == (15, {True})
    assert {alert["count"] for alert in late} == {36}
    assert desk.deadlines(BACK + HOUR).notified == 0
    assert desk.digest(BACK + MINUTE) == 0  # more may be on its way
    assert desk.digest(BACK + 6 * MINUTE) == 5
    assert desk.digest(BACK + 7 * MINUTE) == 0
    assert [message["purpose"] for message in desk.ask("outbox")] == ["digest"] * 5
    assert [digest["alerts"] for digest in desk.ask("digests")] == [3] * 5
    assert desk.actions(late[0]["id"])[-1] == "digested"


def test_a_further_back_fill_is_told_of_again_and_one_without_news_is_not(plant: Plant) -> None:
    desk = Desk(plant)
    plant.so2(MORNING, "210")
    plant.judge(BACK, settle=False)
    assert desk.digest(BACK + 6 * MINUTE) == 1
    plant.so2(MORNING, "210")  # the same again
    plant.judge(BACK + 10 * MINUTE, settle=False)
    assert desk.digest(BACK + 20 * MINUTE) == 0
    plant.so2(MORNING + HOUR, "220")
    plant.judge(BACK + 30 * MINUTE, settle=False)
    assert desk.digest(BACK + 36 * MINUTE) == 1
    assert len(desk.ask("digests")) == 2


def test_data_that_keep_trickling_in_are_told_of_after_the_longest_wait(plant: Plant) -> None:
    desk = Desk(plant)
    made = 0
    for minute in range(0, 64, 4):
        plant.so2(MORNING + minute * HOUR, "210")
        plant.judge(BACK + minute * MINUTE, settle=False)
        made += desk.digest(BACK + minute * MINUTE)
    assert made == 1


def test_what_was_judged_away_before_it_was_told_of_is_told_to_nobody(plant: Plant) -> None:
    desk = Desk(plant)
    plant.so2(MORNING, "210")
    plant.judge(BACK, settle=False)
    plant.so2(MORNING, "110")
    plant.judge(BACK + MINUTE, settle=False)
    assert desk.digest(BACK + HOUR) == 0


def test_hours_that_still_wait_to_be_judged_hold_the_digest_back(plant: Plant) -> None:
    desk = Desk(plant)
    plant.so2(MORNING, "210")
    plant.judge(BACK, settle=False)
    plant.touch(MORNING + HOUR, MORNING + 2 * HOUR, outlet="test-head")
    assert desk.digest(BACK + 6 * MINUTE) == 0
    plant.judge(BACK + 6 * MINUTE, settle=False)
    assert desk.digest(BACK + 6 * MINUTE) == 1
