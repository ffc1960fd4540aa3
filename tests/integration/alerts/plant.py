"""The plant of these tests: sites, readings, and shorthands to look at what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from alerts.worker import Worker
from store.apply import apply_sites
from store.clock import BEIJING, HOUR, now
from store.database import Connection, rows
from store.model import Registry
from store.queries import parse
from store.registry import load_registry
from store.settings import Settings, load_settings
from store.sitesfile import read_sites_file

SQL = parse(Path(__file__).with_name("plant.sql").read_text(encoding="utf-8"))

SO2, NOX, O2 = "a21026", "a21002", "a19001"
COD, FLOW = "w01018", "w00000"

SITES = """
authority: {district: 测试区局, city: 测试市局}
gateways: [{id: gw-gas}, {id: gw-water}]
sites:
  - id: test-cement
    name: 测试水泥
    industry: cement
    key_unit: true
    sample: true
    outlets:
      - id: test-kiln
        name: 窑尾
        medium: gas
        oxygen_reference: 10
        monitor: {mn: "888888800000090000000001", gateway: gw-gas, protocol: "2017", password: null, sm4_key: null,
                  cadence: {realtime: 60, minute: null, hour: true, day: true}}
        factors: [a21026, a21002, a19001]
        limits:
          - {factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
          - {factor: a21002, basis: hour, max: "400", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
      - id: test-head
        name: 窑头
        medium: gas
        oxygen_reference: null
        monitor: {mn: "888888800000090000000002", gateway: gw-gas, protocol: "2017", password: null, sm4_key: null,
                  cadence: {realtime: 60, minute: null, hour: true, day: true}}
        factors: [a34013]
        limits:
          - {factor: a34013, basis: hour, max: "30", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
  - id: test-wwtp
    name: 测试污水厂
    industry: municipal_wwtp
    key_unit: true
    sample: true
    outlets:
      - id: test-water
        name: 出水口
        medium: water
        oxygen_reference: null
        monitor: {mn: "888888800000090000000003", gateway: gw-water, protocol: "2017", password: null, sm4_key: null,
                  cadence: {realtime: 60, minute: null, hour: true, day: true}}
        factors: [w01018, w00000]
        limits:
          - {factor: w01018, basis: day, max: "50", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01"}
"""

MORNING = datetime(2026, 5, 6, 8, tzinfo=BEIJING)
"""An hour of an ordinary day; the tests say themselves what time it is."""


class Plant:
    """Readings in, verdicts and alerts out, at moments that the test chooses."""

    def __init__(self, url: str, connection: Connection) -> None:
        self.url = url
        self.connection = connection
        self.apply(SITES)
        self.settings: Settings = load_settings(
            database_url=url, settle_quiet_seconds=0, absent_quiet_seconds=0
        )
        self.worker = Worker(self.settings, self.registry)

    def apply(self, text: str) -> None:
        apply_sites(self.connection, read_sites_file(text), actor="test", at=now())

    @property
    def registry(self) -> Registry:
        return load_registry(self.connection, at=now())

    def key(self, outlet_id: str) -> int:
        return self.registry.outlet(outlet_id).key

    def run(self, name: str, **arguments: object) -> None:
        self.connection.execute(SQL[name], arguments)

    def beat(self, at: datetime, *, connected: bool = True) -> None:
        """A heartbeat of ingest, with or without the broker."""
        self.run("ingest_beats", at=at, connected=connected)

    def ask(self, name: str, **arguments: object) -> list[dict[str, Any]]:
        with rows(self.connection) as cursor:
            return cursor.execute(SQL[name], arguments).fetchall()

    def number(self, name: str) -> int:
        return int(next(iter(self.ask(name)[0].values())))

    def send(
        self,
        factor: str,
        at: datetime,
        value: str | None,
        *,
        outlet: str = "test-kiln",
        folded: str | None = None,
        total: str | None = None,
        status: str = "normal",
        kind: str = "hour",
        touch: bool = True,
        received_at: datetime | None = None,
    ) -> None:
        """One reading as ingest stores it; sent again it is a further revision."""
        key = self.key(outlet)
        self.run(
            "add_reading",
            at=at,
            outlet_key=key,
            kind=kind,
            factor=factor,
            value=None if value is None else Decimal(value),
            folded=None if folded is None else Decimal(folded),
            total=None if total is None else Decimal(total),
            status=status,
            received_at=received_at,
        )
        if touch:
            self.touch(at, at + HOUR, outlet=outlet)

    def so2(self, at: datetime, folded: str, *, status: str = "normal") -> None:
        """An hour of sulphur dioxide at the reference oxygen."""
        self.send(SO2, at, folded, folded=folded, status=status)

    def copy(
        self, readings: Iterable[tuple[datetime, str, Decimal, Decimal | None, str]], outlet: str
    ) -> None:
        """Many hour readings at once."""
        key, at = self.key(outlet), now()
        with self.connection.cursor() as cursor, cursor.copy(SQL["copy_readings"]) as copy:
            for data_time, factor, value, folded, status in readings:
                copy.write_row((data_time, key, "hour", factor, 1, value, folded, status, 1, at))

    def touch(
        self, from_time: datetime, to_time: datetime, *, outlet: str = "test-kiln", cause: str = "reading"
    ) -> None:
        self.run("touch", outlet_key=self.key(outlet), from_time=from_time, to_time=to_time, cause=cause)

    def judge(self, at: datetime, *, settle: bool = True) -> None:
        """Judge everything that waits, as if it were ``at``."""
        judge, days = self.worker.judge_touched, self.worker.settle_days
        while sum(judge(self.connection, key, at) for key in self.worker.waiting(self.connection)):
            pass
        while settle and sum(
            days(self.connection, key, at) for key in self.worker.outlets_to_settle(self.connection, at)
        ):
            pass

    def alerts(self, code: str | None = None) -> list[dict[str, Any]]:
        return [alert for alert in self.ask("alerts") if code is None or alert["code"] == code]

    def actions(self, alert: Mapping[str, Any]) -> list[str]:
        return [event["action"] for event in self.ask("events", alert_id=alert["id"])]

    def find(
        self, code: str, at: datetime, *, gateway: str = "gw-gas", outlet: str | None = None, count: int = 1
    ) -> None:
        self.run(
            "add_finding",
            code=code,
            gateway=gateway,
            outlet_key=None if outlet is None else self.key(outlet),
            at=at,
            numbers=Jsonb({"count": count, "examples": [{"mn": "x"}]}),
        )


def soon(hour: datetime) -> datetime:
    """A moment shortly after an hour has ended."""
    return hour + HOUR + timedelta(minutes=5)
