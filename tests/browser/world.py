"""A small world for the browser: the sample sites with readings, verdicts and an alert, written as ingest and alerts would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from store.apply import apply_sites
from store.clock import HOUR, hour_start, now
from store.people import add_user
from store.queries import parse
from store.sitesfile import read_sites_file

STATEMENTS = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
SITES_FILE = resources.files("deploy").joinpath("sites", "huangzhong.yaml")

KILN = "qilianshan-kiln-tail"
PASSWORD = "correct horse 42"

# Latest values of the kiln tail: (factor, measured, folded, flag, status). NOx is near its limit of 400, NH3 is being calibrated.
KILN_VALUES = (
    ("a34013", "8.31", "7.44", "N", "normal"),
    ("a21026", "31.20", "27.93", "N", "normal"),
    ("a21002", "412.0", "368.8", "N", "normal"),
    ("a21001", "0.02", "0.02", "C", "calibration"),
    ("a19001", "8.7", None, "N", "normal"),
    ("a01012", "104.2", None, "N", "normal"),
    ("a00000", "121.4", None, "N", "normal"),
)
WATER_VALUES = (
    ("w01018", "23.41", None, "N", "normal"),
    ("w21003", "4.92", None, "N", "normal"),
    ("w21011", "0.61", None, "N", "normal"),
    ("w21001", "9.80", None, "N", "normal"),
    ("w01001", "7.32", None, "N", "normal"),
    ("w01010", "13.4", None, "N", "normal"),
    ("w00000", "62.5", None, "N", "normal"),
)


@dataclass
class World:
    """Writes into the database of one test; every write is committed at once."""

    connection: psycopg.Connection[tuple[object, ...]]

    def run(self, statement: str, **arguments: object) -> None:
        """One of the statements of world.sql."""
        self.connection.execute(STATEMENTS[statement], arguments)

    def readings(
        self,
        outlet: str,
        at: datetime,
        values: tuple[tuple[str, str, str | None, str, str], ...],
        kind: str = "realtime",
    ) -> None:
        """Readings of one moment, as a frame brings them."""
        for factor, value, folded, flag, status in values:
            self.run(
                "add_reading",
                data_time=at,
                outlet=outlet,
                kind=kind,
                factor=factor,
                revision=1,
                value=Decimal(value),
                folded=None if folded is None else Decimal(folded),
                flag=flag,
                status=status,
                received_at=at,
            )
        self.run("touch_outlet", outlet=outlet, kind=kind, data_time=at, received_at=now())

    def hour(self, outlet: str, factor: str, start: datetime, value: str | None, bound: str) -> None:
        """An hour with its reading, period value and verdict; None is an hour that calibration made invalid."""
        folded = None if value is None else Decimal(value)
        measured = None if folded is None else folded * Decimal("1.1")
        reasons = [] if value is not None else ["flag_calibration"]
        over = folded is not None and folded > Decimal(bound)
        if value is not None:
            self.readings(outlet, start, ((factor, str(measured), value, "N", "normal"),), "hour")
        self.run(
            "add_period",
            start=start,
            outlet=outlet,
            factor=factor,
            span="hour",
            measured=measured,
            folded=folded,
            valid=value is not None,
            status="normal" if value is not None else "calibration",
            reasons=reasons,
            count=60 if value is not None else 22,
            expected=60,
        )
        self.run(
            "add_verdict",
            start=start,
            outlet=outlet,
            factor=factor,
            span="hour",
            result="invalid" if value is None else "exceeded" if over else "compliant",
            bound=Decimal(bound),
            compared=folded,
            multiple=(folded - Decimal(bound)) / Decimal(bound) if folded is not None and over else None,
            reasons=reasons,
        )

    def alert(self, number: str, outlet: str = KILN, factor: str = "a21026", value: str = "211.07") -> int:
        """A standing hourly exceedance with its first event and occurrence."""
        start = hour_start(now() - HOUR)
        multiple = (Decimal(value) - 200) / 200
        numbers = Jsonb({"compared": value, "bound": "200", "multiple": str(multiple), "unit": "mg/m³"})
        row = self.connection.execute(
            STATEMENTS["add_alert"],
            {
                "number": number,
                "code": "exceedance_hour",
                "severity": "serious",
                "outlet": outlet,
                "factor": factor,
                "first_seen": start,
                "numbers": numbers,
                "clause": "GB 4915-2013 表1",
            },
        ).fetchone()
        assert row is not None
        alert_id = int(str(row[0]))
        self.run("add_alert_event", alert=alert_id)
        self.run("add_occurrence", alert=alert_id, start=start, numbers=numbers)
        return alert_id

    def tell(self, **event: object) -> None:
        """A live event, as a NOTIFY."""
        self.run("notify_live", payload=json.dumps(event))

    def beat(self) -> None:
        """Heartbeats of ingest and alerts."""
        for service in ("ingest", "alerts"):
            self.run("beat", service=service, at=now())


def populate(connection: psycopg.Connection[tuple[object, ...]]) -> World:
    """The sample sites, an officer, two days of hours of the kiln tail, latest values of three outlets, one silent gateway."""
    world = World(connection)
    moment = now()
    apply_sites(
        connection,
        read_sites_file(SITES_FILE.read_text(encoding="utf-8")),
        actor="test",
        at=moment - timedelta(days=400),
    )
    add_user(connection, name="officer", display_name="执法员甲（虚构）", role="officer", password=PASSWORD)
    add_user(connection, name="auditor", display_name="审计员乙（虚构）", role="auditor", password=PASSWORD)
    last_hour = hour_start(moment - HOUR)
    for back in range(48, -1, -1):
        # A calm two days, an exceeded hour yesterday and two hours of calibration.
        value = None if back in (9, 10) else "205.36" if back == 20 else f"{30 + (back * 7) % 23}.25"
        world.hour(KILN, "a21026", last_hour - back * HOUR, value, "200")
    latest = moment - timedelta(seconds=40)
    world.readings(KILN, latest, KILN_VALUES)
    world.readings("qilianshan-kiln-head", latest, (("a34013", "9.1", None, "N", "normal"),))
    world.readings("jiangyuan-outlet", latest, WATER_VALUES)
    for gateway, state in (
        ("gw-qilianshan", "online"),
        ("gw-jiangyuan", "online"),
        ("gw-lijiashan", "offline"),
    ):
        world.run("set_gateway", gateway=gateway, state=state, since=moment - timedelta(hours=3))
    for disposition, reason, frames in (
        ("received", "", 5000),
        ("accepted", "", 4960),
        ("duplicate", "", 31),
        ("conflicting", "", 2),
        ("quarantined", "crc_mismatch", 5),
        ("quarantined", "data_time_out_of_window", 2),
        ("anomaly", "crc_modbus_be", 12),
    ):
        world.run(
            "add_ledger",
            hour=last_hour,
            outlet=KILN,
            disposition=disposition,
            reason=reason,
            frames=frames,
            readings=frames * 7,
        )
    world.beat()
    world.alert("YJ-20260101-0001")
    return world
