"""The bureau in the tests of tasks: routes, verifies, visits, and looks at what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.tasks import byhand
from alerts.tasks.deciding import Wishes
from alerts.tasks.removal import propose_removals
from alerts.tasks.router import route_new_alerts
from alerts.tasks.routing import Kind
from store.database import rows
from store.handling import Action, Step, clocks_of, take_step
from store.handling import Caller as Handler
from store.queries import parse
from store.settings import Settings
from store.tasks import Caller
from tests.integration.alerts.plant import SITES, Plant, soon

SQL = parse(Path(__file__).with_name("tasks.sql").read_text(encoding="utf-8"))

OFFICER = Caller("wang", "test")

LISTED = SITES.replace(
    "    industry: cement\n    key_unit: true\n    sample: true\n",
    "    industry: cement\n    key_unit: true\n    sample: true\n    positive_list:\n"
    '      - {from: "2026-01-01", to: "2027-01-01", basis: 示例依据, level: city, decided_by: 测试市局, document: 示例文号}\n',
)
"""The sites of the plant, the cement works on the positive list for the whole of 2026."""


class Bureau:
    """Works at moments that the test chooses, each step in a transaction of its own."""

    def __init__(self, plant: Plant, **settings: Any) -> None:
        self.plant = plant
        self.settings: Settings = plant.settings.model_copy(update=settings)

    def ask(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        with rows(self.plant.connection) as cursor:
            return cursor.execute(SQL[statement], arguments).fetchall()

    def run(self, statement: str, **arguments: object) -> None:
        self.plant.connection.execute(SQL[statement], arguments)

    def exceed(self, at: datetime, folded: str = "211.07") -> dict[str, Any]:
        """An exceeded hour of the kiln, judged; the newest alert."""
        self.plant.so2(at, folded)
        self.plant.judge(soon(at))
        return self.plant.alerts()[-1]

    def route(self, at: datetime) -> int:
        with self.plant.connection.transaction():
            return route_new_alerts(self.plant.connection, self.plant.registry, self.settings, at)

    def propose(self, at: datetime) -> int:
        with self.plant.connection.transaction():
            return propose_removals(self.plant.connection, self.plant.registry, self.settings, at)

    def verify(self, alert_id: int, action: Action, reason: str, at: datetime) -> None:
        """An officer verifies an alert."""
        with self.plant.connection.transaction():
            step = Step(action, reason=reason)
            caller = Handler("wang", "officer", "test")
            clocks = clocks_of(self.settings)
            take_step(self.plant.connection, alert_id, step, caller, clocks=clocks, at=at)

    def add(self, kind: Kind, reason: str, at: datetime, statement: str = "说明", **about: Any) -> int:
        """An officer asks for a task."""
        asked = byhand.Request(kind, reason, wishes=Wishes(statement=statement), **about)
        with self.plant.connection.transaction():
            return byhand.add_task(
                self.plant.connection, self.plant.registry, self.settings, asked, OFFICER, at
            )

    def finish(
        self, task_id: int, outcome: str, at: datetime, report: str | None = "查看了数据"
    ) -> tuple[int, ...]:
        with self.plant.connection.transaction():
            return byhand.finish(
                self.plant.connection,
                self.plant.registry,
                self.settings,
                task_id,
                outcome,
                report,
                OFFICER,
                at,
            )

    def visit(self, at: datetime, outcome: str = "no_problem") -> int:
        """A visit for a complaint, made at once."""
        task_id = self.add("on_site", "complaint", at - timedelta(minutes=1), site_id="test-cement")
        self.finish(task_id, outcome, at)
        return task_id

    def tasks(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [task for task in self.ask("tasks") if kind is None or task["kind"] == kind]

    def task(self, task_id: int) -> dict[str, Any]:
        return next(task for task in self.tasks() if task["id"] == task_id)

    def kinds(self) -> list[str]:
        """Kinds of the unfinished tasks, in the order in which they were made."""
        return [task["kind"] for task in self.tasks() if task["state"] in ("open", "in_progress")]

    def actions(self, task_id: int) -> list[str]:
        return [event["action"] for event in self.ask("task_events", task_id=task_id)]
