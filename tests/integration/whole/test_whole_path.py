"""From the bytes of a logger to the page's API, through the broker and the three processes; nothing of Outfall checks itself.

Frames are made here, bit by bit from the pseudo-code of hj212.md section 3, and what must come out is computed here from the
text of regulation.md in plain fractions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from store import people
from store.apply import apply_sites
from store.clock import BEIJING, day_start, hour_start, now
from store.database import connect
from store.sitesfile import read_sites_file
from tests.fixtures.broker import Broker
from tests.fixtures.mqtt import Peer
from tests.fixtures.waiting import until
from tests.integration.whole.processes import environment_for, running

SITES = """
authority: {{district: 甲区生态环境局, city: 乙市生态环境局}}
gateways: [{{id: {gateway}}}]
sites:
  - id: unit-one
    name: 甲单位
    industry: other
    key_unit: true
    sample: true
    outlets:
      - id: stack-one
        name: 烟囱
        medium: gas
        oxygen_reference: 6
        monitor: {{mn: "999999000000000000000001", gateway: {gateway}, protocol: "2017"}}
        factors: [a21026, a21002, a19001]
        limits:
          - {{factor: a21026, basis: hour, max: "100", standard: GB 13223-2011, clause: 表1, from: "2012-01-01",
             to: "2025-04-01"}}
          - {{factor: a21026, basis: hour, max: "95", standard: GB 13223-2011, clause: 表1, from: "2025-04-01"}}
          - {{factor: a21002, basis: hour, max: "100", standard: GB 13223-2011, clause: 表1, from: "2012-01-01"}}
      - id: plant-one
        name: 出水口
        medium: water
        monitor: {{mn: "999999000000000000000002", gateway: {gateway}, protocol: "2017"}}
        factors: [w01018, w00000]
        limits:
          - {{factor: w01018, basis: day, max: "50", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01"}}
"""
STACK_MN = "999999000000000000000001"
PLANT_MN = "999999000000000000000002"
YEAR = datetime(2025, 1, 1, tzinfo=BEIJING)
HOURS = 365 * 24


def crc(data: bytes) -> int:
    """Appendix A, bit by bit."""
    value = 0xFFFF
    for byte in data:
        value = (value >> 8) ^ byte
        for _ in range(8):
            low = value & 1
            value >>= 1
            if low:
                value ^= 0xA001
    return value


def frame(mn: str, cn: str, moment: datetime, items: str, *, st: str = "31") -> bytes:
    """One packet as an HJ 212-2017 logger sends it."""
    stamp = moment.strftime("%Y%m%d%H%M%S")
    segment = (
        f"QN={stamp}000;ST={st};CN={cn};PW=123456;MN={mn};Flag=5;CP=&&DataTime={stamp};{items}&&".encode()
    )
    return b"##%04d%s%04X\r\n" % (len(segment), segment, crc(segment))


@dataclass
class Outfall:
    """The running whole."""

    gateway: str
    peer: Peer
    api: httpx.Client
    database: str
    pending: list[bytes] = field(default_factory=list)

    def publish(self, *frames: bytes) -> None:
        """Publish as one message and wait for the broker."""
        self.peer.publish(f"outfall/v1/{self.gateway}/hj212", b"".join(frames))

    def periods(
        self, outlet: str, factor: str, span: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """Every period of a stretch, through all pages."""
        items: list[dict[str, Any]] = []
        query = {"factor": factor, "span": span, "from": start.isoformat(), "to": end.isoformat()}
        while True:
            answer = self.api.get(f"/outlets/{outlet}/periods", params=query)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            items += body["items"]
            if body["next"] is None:
                return items
            query["cursor"] = body["next"]

    def settled(self) -> bool:
        """Whether every hour and every ended day that came in has been judged."""
        with psycopg.connect(self.database) as connection:
            row = connection.execute(
                "select (select count(*) from touched) + (select count(*) from day_due where day < %s)",
                (day_start(now()),),
            ).fetchone()
        return row == (0,)


@pytest.fixture
def outfall(
    database: str, broker: Broker, gateway_name: Callable[[], str], tmp_path: Path
) -> Iterator[Outfall]:
    gateway = gateway_name()
    with connect(database, name="test") as connection:
        apply_sites(connection, read_sites_file(SITES.format(gateway=gateway)), actor="test", at=now())
        token = people.create_token(connection, name="test", role="officer", site_id=None, expires_at=None)
        connection.commit()
    environment = environment_for(database, broker.url, tmp_path)
    port = environment["OUTFALL_HTTP_PORT"]
    with ExitStack() as stack:
        for room in ("ingest", "alerts", "api"):
            stack.enter_context(running(room, environment, tmp_path))
        client = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=30.0,
                trust_env=False,
            )
        )
        until(lambda: _ready(f"http://127.0.0.1:{port}/readyz"), "the API and ingest to be ready", 60.0)
        peer = Peer(broker.gateway_url(gateway), f"test-{gateway}")
        stack.callback(peer.close)
        yield Outfall(gateway, peer, client, database)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5.0, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_a_year_of_hours_gives_exactly_the_exceeded_hours_and_valid_days_of_an_independent_calculation(
    outfall: Outfall,
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    exceeded: dict[str, set[datetime]] = {"a21026": set(), "a21002": set()}
    valid_hours: dict[str, dict[int, int]] = {"a21026": {}, "a21002": {}}
    water: dict[int, list[tuple[int, Fraction, Fraction]]] = {}
    due: dict[int, int] = {}
    frames: list[bytes] = []
    for number in range(HOURS):
        moment = YEAR + timedelta(hours=number)
        day = number // 24
        if chance.random() < 0.985:
            oxygen = f"{chance.uniform(5, 8):.2f}"
            items = [f"a19001-Avg={oxygen},a19001-Flag=N"]
            for factor in ("a21026", "a21002"):
                value = f"{chance.gauss(80, 9):.2f}"
                folded = chance.choices([f"{chance.gauss(85, 8):.2f}", "100", "95", "100.01"], [94, 2, 2, 2])[
                    0
                ]
                flag = chance.choices("NDCMTFB", [93, 2, 1, 1, 1, 1, 1])[0]
                items.append(f"{factor}-Avg={value},{factor}-ZsAvg={folded},{factor}-Flag={flag}")
                bound = 95 if factor == "a21026" and moment >= datetime(2025, 4, 1, tzinfo=BEIJING) else 100
                if flag == "N":
                    valid_hours[factor][day] = valid_hours[factor].get(day, 0) + 1
                    if Fraction(folded) > bound:
                        exceeded[factor].add(moment)
            frames.append(frame(STACK_MN, "2061", moment, ";".join(items)))
        flow = chance.choices([f"{chance.uniform(50, 200):.2f}", "0"], [90, 10])[0]
        cod = f"{chance.gauss(46, 8):.1f}"
        flag = chance.choices("NDM", [92, 4, 4])[0]
        volume = Fraction(flow)
        due[day] = due.get(day, 0) + (volume > 0)
        if volume > 0 and flag == "N":
            water.setdefault(day, []).append((number % 24, Fraction(cod), volume))
        items_text = f"w00000-Cou={flow},w00000-Avg={flow},w00000-Flag=N;w01018-Avg={cod},w01018-Flag={flag}"
        frames.append(frame(PLANT_MN, "2061", moment, items_text, st="32"))
    for start in range(0, len(frames), 60):
        outfall.publish(*frames[start : start + 60])
    count = len(frames)

    def received() -> bool:
        totals = [
            outfall.api.get(f"/outlets/{outlet}/ledger").json()["total"]
            for outlet in ("stack-one", "plant-one")
        ]
        return sum(total["accepted"] for total in totals) == count

    until(received, "every frame to be accepted", 120.0)
    until(outfall.settled, "every hour and day to be judged", 180.0)

    end = YEAR + timedelta(days=365)
    for factor in ("a21026", "a21002"):
        hours = outfall.periods("stack-one", factor, "hour", YEAR, end)
        found = {
            datetime.fromisoformat(item["start"])
            for item in hours
            if any(verdict["result"] == "exceeded" for verdict in item["verdicts"])
        }
        assert found == exceeded[factor]
        days = outfall.periods("stack-one", factor, "day", YEAR, end)
        valid = {(datetime.fromisoformat(item["start"]) - YEAR).days for item in days if item["valid"]}
        assert valid == {day for day, hours_of_day in valid_hours[factor].items() if hours_of_day >= 20}
    verdicts = {
        (datetime.fromisoformat(item["start"]) - YEAR).days: (item["valid"], item["verdicts"][0]["result"])
        for item in outfall.periods("plant-one", "w01018", "day", YEAR, end)
    }
    for day in range(365):
        values = water.get(day, [])
        enough = due[day] > 0 and len(values) * 4 >= due[day] * 3
        assert verdicts[day][0] == enough, f"validity of day {day}"
        if enough:
            mean = _flow_weighted(day, values, frames_flow=_volumes(frames, day))
            assert verdicts[day][1] == ("exceeded" if mean > 50 else "compliant"), (
                f"verdict of day {day}, mean {float(mean)}"
            )
    # Hours of today that do not come are missing now, and rightly called: only the old data's own alerts are looked at.
    alerts = outfall.api.get("/alerts").json()["items"]
    exceedances = [alert for alert in alerts if alert["code"].startswith("exceedance")]
    assert all(alert["late"] for alert in exceedances), "old data call nobody"
    assert len(exceedances) == 3, "one episode a factor, no storm"


def _volumes(frames: list[bytes], day: int) -> dict[int, Fraction]:
    """Volume by hour of a day, read back from the bytes that were published."""
    wanted = (YEAR + timedelta(days=day)).strftime("%Y%m%d")
    found = {}
    for packet in frames:
        text = packet.decode("ascii")
        if PLANT_MN in text and f"DataTime={wanted}" in text:
            hour = int(text.partition("DataTime=")[2][8:10])
            found[hour] = Fraction(text.partition("w00000-Cou=")[2].partition(",")[0])
    return found


def _flow_weighted(
    day: int, values: list[tuple[int, Fraction, Fraction]], *, frames_flow: dict[int, Fraction]
) -> Fraction:
    """HJ 356 section 7: a value stands for the volume until the next valid value of the day (until_next_valid)."""
    weighted = total = Fraction(0)
    hours = [hour for hour, _, _ in values]
    for index, (hour, value, _) in enumerate(values):
        until_hour = hours[index + 1] if index + 1 < len(hours) else 24
        volume = sum((frames_flow[each] for each in range(hour, until_hour)), Fraction(0))
        weighted += value * volume
        total += volume
    return weighted / total


def test_an_exceeded_hour_is_an_alert_with_limit_and_clause_and_clears_with_the_next_good_hour(
    outfall: Outfall,
) -> None:
    this_hour = hour_start(now())
    items = "a19001-Avg=6.00,a19001-Flag=N;a21002-Avg=120.5,a21002-ZsAvg={},a21002-Flag=N"
    outfall.publish(frame(STACK_MN, "2061", this_hour - timedelta(hours=2), items.format("120.54")))

    def alerts() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = outfall.api.get("/alerts", params={"code": "exceedance_hour"}).json()[
            "items"
        ]
        return found

    until(lambda: len(alerts()) == 1, "the alert")
    (alert,) = alerts()
    assert (alert["outlet"], alert["factor"], alert["condition"], alert["late"]) == (
        "stack-one",
        "a21002",
        "active",
        False,
    )
    assert alert["clause"] == "GB 13223-2011 表1"
    assert (alert["numbers"]["compared"], alert["numbers"]["bound"]) == ("120.54", "100")
    assert alert["count"] == 1
    outfall.publish(frame(STACK_MN, "2061", this_hour - timedelta(hours=1), items.format("100.00")))
    until(
        lambda: alerts()[0]["condition"] == "cleared", "the alert to clear: equal to the limit is compliant"
    )


def test_a_corrected_hour_is_a_further_revision_and_withdraws_the_exceedance(outfall: Outfall) -> None:
    hour = hour_start(now()) - timedelta(hours=2)
    items = "a19001-Avg=6.00,a19001-Flag=N;a21002-Avg=120,a21002-ZsAvg={},a21002-Flag=N"

    def results() -> list[tuple[str, int]]:
        found = outfall.periods("stack-one", "a21002", "hour", hour, hour + timedelta(hours=1))
        return [(item["verdicts"][0]["result"], item["revision"]) for item in found]

    outfall.publish(frame(STACK_MN, "2061", hour, items.format("130")))
    until(lambda: results() == [("exceeded", 1)], "the first verdict")
    outfall.publish(frame(STACK_MN, "2061", hour, items.format("90")))
    until(lambda: results() == [("compliant", 2)], "the second verdict")
    with psycopg.connect(outfall.database) as connection:
        kept = connection.execute(
            "select result from verdict where factor = 'a21002' and span = 'hour' and start = %s"
            " order by revision",
            (hour,),  # the hour after it was missing, if a sweep came by
        ).fetchall()
    assert kept == [("exceeded",), ("compliant",)]

    def conditions() -> dict[str, str]:
        found = outfall.api.get("/alerts").json()["items"]
        return {alert["code"]: alert["condition"] for alert in found}

    until(lambda: conditions().get("resent_value_differs") == "active", "the alert of the re-sent value")
    assert conditions()["exceedance_hour"] == "cleared"
