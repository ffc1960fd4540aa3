"""A desk with a reviewed lead, its evidence package, connectors to a bureau on loopback, and a clock that tests move."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts.handover.delivery import Delivery
from store.apply import apply_sites
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.database import Connection, rows
from store.handover.connectors import apply_connectors
from store.handover.file import read_handover_file
from store.handover.submitting import Submission, submit
from store.leads.actions import Caller
from store.leads.content import digest_of
from store.leads.rules import rules_of
from store.log.keys import load_signer
from store.queries import parse
from store.settings import Settings
from store.sitesfile import read_sites_file
from store.tasks import Caller as Writer
from tests.fixtures.bureau import KEY_ID, SECRET, TOKEN, Bureau
from tests.fixtures.robots import Moments

SQL = parse(Path(__file__).with_name("rows.sql").read_text(encoding="utf-8"))
SITES = Path(__file__).parents[1] / "api" / "sites.yaml"
CHIEF = Caller("chief", "supervisor", "test")
PACKAGE = b"PK\x03\x04 a package of some size " * 40_000

CONNECTORS = """\
connectors:
  - {{id: city, kind: city_bureau, url: "{url}?key=in-the-address", hmac: {{key_id: {key_id}, secret: {secret}}},
     timeout_seconds: 2}}
  - {{id: mobile, kind: mobile_enforcement, url: "{url}", bearer: {{token: {token}}}, package: reference, receipt: status,
     timeout_seconds: 2}}
  - {{id: trial, kind: city_bureau, url: "{url}", bearer: {{token: {token}}}, trial: true, timeout_seconds: 2}}
"""
CHANNELS = """\
channels:
  - {id: chief, kind: webhook, url: "http://127.0.0.1:9/x", secret: "invented-for-tests-0123456789"}
default: [chief]
"""


@dataclass
class Desk:
    """Everything that a test touches."""

    database_url: str
    connection: Connection
    settings: Settings
    clock: Moments
    bureau: Bureau
    lead_id: int = 0
    package_id: int = 0
    keys: dict[str, Any] = field(default_factory=dict)

    def ask(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        """Run a statement of rows.sql."""
        with rows(self.connection) as cursor:
            cursor.execute(SQL[statement], arguments)
            return cursor.fetchall() if cursor.description else []

    def set_up(self, *, sample: bool = False) -> None:
        """Sites, connectors, channels."""
        text = SITES.read_text(encoding="utf-8")
        sites = read_sites_file(text if sample else text.replace("sample: true", "sample: false"))
        apply_sites(self.connection, sites, actor="test", at=self.clock.now.replace(year=2025))
        file = CONNECTORS.format(url=self.bureau.url, key_id=KEY_ID, secret=SECRET, token=TOKEN)
        apply_connectors(self.connection, read_handover_file(file), Writer("ops", "test"), self.clock.now)
        apply_channels(
            self.connection, read_channels_file(CHANNELS), actor="ops", origin="test", at=self.clock.now
        )
        self.keys = self.ask("keys", outlet="plant-one-stack")[0]

    def draft(self, *, sample: bool = False, state: str = "reviewed", reviewed: bool = True) -> int:
        """A lead with its reviews and package; its id."""
        at, number = self.clock.now, "XS-20261115-0001"
        with self.connection.transaction():
            lead_id = self.ask("lead", number=number, state=state, sample=sample, at=at, **self.keys)[0]["id"]
            snapshot = self.ask("snapshot", lead_id=lead_id, at=at)[0]["id"]
            row = {**self.ask("whole_lead", id=lead_id)[0], "snapshot_id": snapshot}
            self.ask("set_digest", id=lead_id, snapshot_id=snapshot, digest=digest_of(self.connection, row))
            for kind in ("technical", "legal") if reviewed else ():
                self.ask("review", id=lead_id, kind=kind, result="sign", at=at)
            self.ask("checkpoint", at=at)
            self.package_id = self._package(lead_id, number, sample=sample, reviewed=reviewed)
            digest = hashlib.sha256(PACKAGE).hexdigest()
            self.ask("set_package", id=lead_id, package_id=self.package_id, digest=digest)
        self.lead_id = lead_id
        return lead_id

    def _package(self, lead_id: int, number: str, *, sample: bool, reviewed: bool) -> int:
        folder = self.settings.evidence_folder()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.zip").write_bytes(PACKAGE)
        made = self.ask(
            "package",
            lead_id=lead_id,
            number=number,
            at=self.clock.now,
            bytes=len(PACKAGE),
            digest=hashlib.sha256(PACKAGE).digest(),
            file_name="package.zip",
            sample=sample,
            reviewed=reviewed,
            **self.keys,
        )
        return int(made[0]["id"])

    def submit(self, connector: str = "city", note: str | None = None) -> int:
        """Hand the lead over."""
        with self.connection.transaction():
            return submit(
                self.connection,
                Submission(self.lead_id, connector, note),
                CHIEF,
                self.clock.now,
                signer=load_signer(self.settings),
                rules=rules_of(self.settings),
            )

    def deliver(self, times: int = 1, **span: float) -> int:
        """Rounds of the delivery job, so much time apart; how many were received."""
        received = 0
        for _ in range(times):
            received += Delivery(self.settings, clock=self.clock).run(self.connection)
            self.clock.pass_by(**span)
        return received

    def state(self) -> dict[str, Any]:
        """How the only hand-over stands."""
        (found,) = self.ask("states")
        return found


def start() -> datetime:
    """When the tests begin."""
    return datetime.fromisoformat("2026-11-20T12:00:00+08:00")
