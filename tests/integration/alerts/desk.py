"""The desk in the tests of the life of alerts: time passes, people take steps, and what came of it is looked at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.book import Book, OpenAlert, Subjects
from alerts.conditions import watch_conditions
from alerts.deadlines import Watched, watch_deadlines
from alerts.digest import digest_late
from alerts.lives import lives_of
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.database import rows
from store.handling import Action, Caller, Step, Taken, clocks_of, take_step
from store.queries import parse
from store.settings import Settings
from tests.integration.alerts.plant import SO2, Plant

SQL = parse(Path(__file__).with_name("life.sql").read_text(encoding="utf-8"))

OFFICER = Caller("wang", "officer", "test")
CHANNELS = """
channels:
  - {id: duty, kind: wecom, url: "https://robots.invalid/cgi-bin/webhook/send?key=not-a-real-key"}
default: [duty]
"""


class Desk:
    """Every call is a transaction of its own at a moment that the test chooses."""

    def __init__(self, plant: Plant, **settings: Any) -> None:
        self.plant = plant
        self.settings: Settings = plant.settings.model_copy(update=settings)

    def channel(self, at: datetime) -> None:
        """People can be told from now on."""
        apply_channels(
            self.plant.connection, read_channels_file(CHANNELS), actor="test", origin="test", at=at
        )

    def book(self, at: datetime) -> Book:
        return Book(self.plant.connection, at, lives_of(self.settings))

    def raised(
        self, code: str, at: datetime, *, outlet: str = "test-kiln", factor: str | None = SO2
    ) -> OpenAlert:
        """The condition of this kind shows at an outlet."""
        place = self.plant.registry.outlet(outlet)
        subjects = Subjects(place.site_key, place.key, None, factor)
        with self.plant.connection.transaction():
            return self.book(at).raise_alert(code, subjects, seen=at, numbers={})

    def over(self, alert: OpenAlert, at: datetime) -> None:
        """The condition of the alert no longer shows."""
        with self.plant.connection.transaction():
            book = self.book(at)
            (known,) = book.alerts([alert.id])
            book.clear(known, "over")

    def conditions(self, at: datetime) -> int:
        with self.plant.connection.transaction():
            return watch_conditions(self.plant.connection, self.plant.registry, self.settings, at)

    def deadlines(self, at: datetime) -> Watched:
        with self.plant.connection.transaction():
            return watch_deadlines(self.plant.connection, self.plant.registry, self.settings, at)

    def digest(self, at: datetime) -> int:
        with self.plant.connection.transaction():
            return digest_late(self.plant.connection, self.plant.registry, self.settings, at)

    def take(self, alert_id: int, action: str, at: datetime, caller: Caller = OFFICER, **step: Any) -> Taken:
        """A step of somebody; with a reason in words unless the test gives one."""
        given = {"reason": "理由", **step}
        with self.plant.connection.transaction():
            return take_step(
                self.plant.connection,
                alert_id,
                Step(Action(action), **given),
                caller,
                clocks=clocks_of(self.settings),
                at=at,
            )

    def ask(self, name: str, **arguments: object) -> list[dict[str, Any]]:
        with rows(self.plant.connection) as cursor:
            return cursor.execute(SQL[name], arguments).fetchall()

    def alert(self, alert_id: int) -> dict[str, Any]:
        return self.ask("alert", id=alert_id)[0]

    def actions(self, alert_id: int) -> list[str]:
        return [event["action"] for event in self.ask("events", id=alert_id)]

    def user(self, name: str, role: str) -> None:
        self.plant.connection.execute(SQL["add_user"], {"name": name, "role": role})
