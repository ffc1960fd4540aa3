"""From data to a message at the vendor's door, by the real process; and nothing lost when its leader is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from alerts.notify.wording import Message
from alerts.telling import Post, queue
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.clock import HOUR, hour_start, now
from store.database import connect
from tests.fixtures.robots import HMAC_SECRET, Moments, Robot, receiver, serving
from tests.fixtures.waiting import until
from tests.integration.alerts.plant import NOX, O2, Plant
from tests.integration.alerts.test_process import process

PATIENCE = 90.0
"""A message that the killed process had in its hands is sent again after its lease of 22 seconds."""


class WallClock(Moments):
    """The real time."""

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return now()

    @now.setter
    def now(self, value: datetime) -> None:
        """Nobody sets the real time."""


@pytest.fixture
def door() -> Iterator[Robot]:
    """A program that receives messages."""
    with serving(Robot(WallClock(now()), receiver)) as robot:
        yield robot


@pytest.fixture
def plant(database: str, door: Robot) -> Iterator[Plant]:
    """A plant whose alerts go to the door."""
    with connect(database, name="test", autocommit=True) as connection:
        plant = Plant(database, connection)
        text = f"""
channels:
  - {{id: door, kind: webhook, url: "{door.url("/in")}", secret: "{HMAC_SECRET}", timeout_seconds: 4}}
default: [door]
"""
        apply_channels(connection, read_channels_file(text), actor="test", origin="cli", at=now())
        yield plant


def test_an_exceeded_hour_is_told_within_seconds(plant: Plant, door: Robot, tmp_path: Path) -> None:
    with process(plant, tmp_path):
        until(lambda: plant.ask("leader_backends"), "a leader")
        hour = hour_start(now()) - HOUR
        plant.send(O2, hour, "10")
        plant.send(NOX, hour, "450", folded="450")
        plant.run("notify_touched")
        until(lambda: any("数据超标" in taken.body["title"] for taken in door.taken), "the message")
    (message,) = [taken.body for taken in door.taken if "数据超标" in taken.body["title"]]
    assert message["title"] == "【预警】数据超标（小时）：测试水泥 窑尾 氮氧化物"
    assert "数值：450.00 mg/m³，限值 400 mg/m³，超标 0.12 倍" in message["text"]
    assert message["facts"]["numbers"]["compared"] == "450"


def test_a_leader_killed_while_it_delivers_loses_nothing_and_doubles_no_more_than_it_had_in_its_hands(
    plant: Plant, door: Robot, tmp_path: Path
) -> None:
    count = 300
    with process(plant, tmp_path) as first:
        until(lambda: plant.ask("leader_backends"), "a leader")
        with process(plant, tmp_path):
            until(lambda: len(plant.ask("heartbeats")) == 2, "a second process")
            at = now()
            with plant.connection.transaction():
                for number in range(count):
                    post = Post("raised", f"test:{number}", Message(f"第 {number} 条", "一", None), {})
                    queue(plant.connection, post, {"door": at}, at)
            until(lambda: len(door.taken) > 20, "the first messages")
            first.kill()
            first.wait(10)
            killed_at = len(door.taken)
            until(lambda: len({taken.body["id"] for taken in door.taken}) >= count, "all messages", PATIENCE)
    assert killed_at < count
    titles = Counter(taken.body["title"] for taken in door.taken if taken.body["title"].startswith("第"))
    assert len(titles) == count
    assert sum(titles.values()) <= count + 1
