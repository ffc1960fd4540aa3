"""The office of these tests: channels of every kind, shorthands to queue messages and to look at what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alerts.notify.answers import Outcome
from alerts.notify.delivery import Delivery
from alerts.notify.wording import Message
from alerts.telling import Post, queue
from store.channels import Channel, apply_channels, load_channel
from store.channelsfile import read_channels_file
from store.database import Connection, rows
from store.queries import parse
from store.settings import Settings, load_settings
from tests.fixtures.robots import HMAC_SECRET, KEY, SECRET, Moments, Robot

SQL = parse(Path(__file__).with_name("office.sql").read_text(encoding="utf-8"))

KINDS = ("wecom", "dingtalk", "feishu", "webhook")

FILE = """
channels:
  - {{id: wecom, kind: wecom, url: "{wecom}"}}
  - {{id: dingtalk, kind: dingtalk, url: "{dingtalk}", secret: "{secret}"}}
  - {{id: feishu, kind: feishu, url: "{feishu}", secret: "{secret}"}}
  - {{id: webhook, kind: webhook, url: "{webhook}", secret: "{hmac}"}}
default: [wecom, dingtalk, feishu, webhook]
"""


class Office:
    """Channels, an outbox, and a delivery at the clock of the test."""

    def __init__(self, url: str, connection: Connection, clock: Moments, robots: dict[str, Robot]) -> None:
        self.connection = connection
        self.clock = clock
        self.robots = robots
        self.settings: Settings = load_settings(database_url=url, public_url="https://outfall.invalid")
        self.delivery = Delivery(self.settings, clock=clock)
        self.apply(self.file())
        self._told = 0

    def file(self, key: str = KEY) -> str:
        """A channels file for the loopback robots."""
        return FILE.format(
            wecom=self.robots["wecom"].url(f"/cgi-bin/webhook/send?key={key}"),
            dingtalk=self.robots["dingtalk"].url(f"/robot/send?access_token={key}"),
            feishu=self.robots["feishu"].url(f"/open-apis/bot/v2/hook/{key}"),
            webhook=self.robots["webhook"].url(f"/incoming/{key}"),
            secret=SECRET,
            hmac=HMAC_SECRET,
        )

    def apply(self, text: str) -> None:
        apply_channels(
            self.connection, read_channels_file(text), actor="test", origin="cli", at=self.clock.now
        )

    def channel(self, kind: str) -> Channel:
        return load_channel(self.connection, kind)

    def tell(
        self, count: int = 1, channels: Sequence[str] = KINDS, *, body: str = "数值：211.07 mg/m³"
    ) -> None:
        """Queue so many messages for each of the channels."""
        for _ in range(count):
            self._told += 1
            message = Message(f"【预警】第 {self._told} 条", body, f"/alerts/{self._told}")
            post = Post("raised", f"test:{self._told}", message, {"code": "exceedance_hour"})
            queue(self.connection, post, dict.fromkeys(channels, self.clock.now), self.clock.now)

    def run(self, times: int = 1, every: float = 2.0) -> None:
        """Let the delivery job run so often, at its interval in seconds."""
        for _ in range(times):
            self.delivery.run(self.connection)
            self.clock.pass_by(seconds=every)

    def attempt(self, kind: str) -> Outcome | None:
        return self.delivery.attempt(self.connection, self.channel(kind))

    def ask(self, name: str, **arguments: object) -> list[dict[str, Any]]:
        with rows(self.connection) as cursor:
            return cursor.execute(SQL[name], arguments).fetchall()

    def states(self, channel: str) -> dict[str, int]:
        """How many messages of a channel stand where."""
        return {row["state"]: row["count"] for row in self.ask("states", channel=channel)}
