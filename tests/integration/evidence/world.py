"""A small world of one gas outlet and a neighbour in which something of everything happened, and packages built of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.evidence.estimate import estimate
from api.evidence.plan import Asked, plan
from api.evidence.worker import work_on
from store import clock
from store.checkfiling import NewCheck, file_check
from store.clock import BEIJING, DAY, HOUR
from store.database import Connection, rows
from store.evidence import ask_for, claim, find_package
from store.handling import Action, Step, clocks_of, take_step
from store.handling.actions import Caller as Officer
from store.handling.attachments import Paper, attach
from store.log.keys import load_signer
from store.log.sealing import seal_all
from store.markfiling import file_mark
from store.markrules import NewMark
from store.queries import parse
from store.registry import load_registry
from store.settings import Settings
from store.tasks import Caller, NewTask, open_task
from tests.integration.evidence.feed import Feed, Publish, frame, values

SQL = parse(Path(__file__).with_name("world.sql").read_text(encoding="utf-8"))
SO2, NOX, O2 = "a21026", "a21002", "a19001"
OUTLET, NEIGHBOUR, GATEWAY = "ev-kiln", "ev-head", "gw-ev"
MN, OTHER_MN = "888888800000080000000001", "888888800000080000000002"
MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 5, 6, tzinfo=BEIJING)
DAYS = 2
OFFICER = Officer("officer", "officer", "10.0.0.9")
CALLER = Caller("officer", "10.0.0.9")

SITES = f"""
authority: {{district: 测试区局, city: 测试市局}}
gateways: [{{id: {GATEWAY}}}]
sites:
  - id: ev-cement
    name: 测试水泥
    industry: cement
    key_unit: true
    sample: SAMPLE
    outlets:
      - id: {OUTLET}
        name: 窑尾
        medium: gas
        oxygen_reference: 10
        monitor: {{mn: "{MN}", gateway: {GATEWAY}, protocol: "2017", password: "123456",
                  cadence: {{realtime: 600, minute: null, hour: true, day: false}}}}
        factors: [{SO2}, {NOX}, {O2}]
        exemptions:
          - {{label: starting, factors: [{NOX}], hours_per_event: "2", source: 示例许可证, from: "2026-01-01"}}
        limits:
          - {{factor: {SO2}, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
      - id: {NEIGHBOUR}
        name: 窑头
        medium: gas
        monitor: {{mn: "{OTHER_MN}", gateway: {GATEWAY}, protocol: "2017", password: "123456",
                  cadence: {{realtime: 600, minute: null, hour: true, day: false}}}}
        factors: [a34013]
"""


@dataclass
class World:
    """The database, and ways to put something in, to build and to look."""

    connection: Connection
    settings: Settings
    sample: bool = True
    chain: list[int] = field(default_factory=list)
    feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        sites = SITES.replace("SAMPLE", str(self.sample).lower())
        self.feed = Feed(self.connection, self.settings, sites, FIRST - 30 * DAY)

    def fill(self) -> None:
        """Two days of data, what people said and did, sealed."""
        for day in range(DAYS):
            start = FIRST + day * DAY
            self.feed.receive(sorted(_frames(start), key=lambda published: published[3]))
            self.feed.judge(start + DAY + 2 * HOUR)
        self.chain = self.feed.receive(_cut(FIRST + 9 * HOUR))
        self.feed.receive(_refused(FIRST + 10 * HOUR))
        self._said()
        self.feed.judge(FIRST + DAYS * DAY + 12 * HOUR)
        self._done()
        self.seal()

    def _said(self) -> None:
        registry = load_registry(self.connection, at=clock.now())
        kiln = registry.outlet(OUTLET)
        said = {"actor": "company", "origin": "10.0.0.7"}
        for start in (FIRST + 3 * HOUR, FIRST - 40 * DAY):
            new = NewMark("condition", "starting", None, start, start + HOUR, "点火")
            file_mark(self.connection, kiln, "cement", new, at=start + 5 * HOUR, **said)
        for moment in (FIRST - 9 * DAY, FIRST - 8 * DAY, FIRST + 5 * HOUR, FIRST + 9 * DAY, FIRST + 10 * DAY):
            check = NewCheck(SO2, "standard", moment, True, Decimal("100.5"), Decimal(100))
            file_check(self.connection, kiln, check, at=moment + HOUR, **said)

    def _done(self) -> None:
        at = FIRST + 3 * DAY
        alert = self.ask("alerts", outlet_key=self.key(OUTLET))[0]
        clocks = clocks_of(self.settings)
        with self.connection.transaction():
            take_step(
                self.connection,
                alert["id"],
                Step(Action.COMMENT, reason="已电话核实"),
                OFFICER,
                clocks=clocks,
                at=at,
            )
            paper = Paper("照片.png", "image/png", b"\x89PNG\r\n\x1a\n picture")
            attach(self.connection, alert["id"], paper, OFFICER, clocks=clocks, most=1 << 20, at=at)
            registry = load_registry(self.connection, at=clock.now())
            site = registry.site("ev-cement")
            new = NewTask(
                "off_site",
                site.key,
                self.key(OUTLET),
                alert["id"],
                "exceedance",
                None,
                listed=False,
                listing_key=None,
                due_at=None,
            )
            open_task(self.connection, new, CALLER, at)
            self.run("add_message", alert_id=alert["id"], dedupe="t1", at=at)

    def lead(self, *, reviews: tuple[str, ...] = ()) -> int:
        """A lead from the first alert; ``reviews``: results of the technical and the legal one."""
        at = FIRST + 4 * DAY
        alert = self.ask("alerts", outlet_key=self.key(OUTLET))[0]
        found = self.ask(
            "add_lead",
            number=f"XS-{len(reviews)}",
            outlet_key=self.key(OUTLET),
            alert_id=alert["id"],
            from_time=FIRST,
            to_time=FIRST + DAY,
            at=at,
        )
        for kind, result in zip(("technical", "legal"), reviews, strict=False):
            self.run("add_review", lead_id=found[0]["id"], kind=kind, result=result, at=at)
        self.seal()
        return int(found[0]["id"])

    def key(self, outlet: str) -> int:
        """Key of an outlet."""
        return int(self.ask("outlet_key", id=outlet)[0]["key"])

    def run(self, statement: str, **arguments: object) -> None:
        """Run statements of world.sql."""
        with self.connection.transaction():
            for part in SQL[statement].split(";\n"):
                self.connection.execute(part, arguments)  # type: ignore[arg-type]

    def ask(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        """The rows of a statement of world.sql."""
        with rows(self.connection) as cursor:
            return cursor.execute(SQL[statement], arguments).fetchall()

    def seal(self) -> int:
        """Seal what waits; the size of the log."""
        head = seal_all(self.connection, load_signer(self.settings, self.connection), clock.now)
        assert head is not None
        return int(head.size)

    def order(
        self,
        kind: str = "outlet",
        subject: str = OUTLET,
        *,
        days: int | None = DAYS,
        as_of: int | None = None,
        formal: bool = False,
    ) -> int:
        """Ask for a package; its id."""
        span = (FIRST, FIRST + days * DAY) if kind == "outlet" and days else (None, None)
        at = clock.now()
        with self.connection.transaction():
            place = plan(self.connection, Asked(kind, subject, *span, as_of, formal), at)
            told = estimate(self.connection, place, most=self.settings.evidence_bytes)
            return ask_for(
                self.connection, place, told, CALLER, asked_size=as_of, formal=formal, most=50, at=at
            )

    def build(self, package_id: int) -> dict[str, Any]:
        """Build what was asked for; its row."""
        order = claim(self.connection, "test:1:1", package_id=package_id)
        assert order is not None
        work_on(self.settings, order)
        return find_package(self.connection, package_id=package_id)

    def package(self, *given: str, **more: Any) -> Opened:
        """A package, built."""
        row = self.build(self.order(*given, **more))
        assert row["state"] == "ready", (row["error_code"], row["error"])
        return Opened(row, (self.settings.evidence_folder() / row["file_name"]).read_bytes())


@dataclass
class Opened:
    """A package that was built: its row, its bytes, its files."""

    row: dict[str, Any]
    data: bytes

    def __post_init__(self) -> None:
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            root = f"{self.row['identifier']}/"
            self.files = {name.removeprefix(root): archive.read(name) for name in archive.namelist()}

    def lines(self, path: str) -> list[Any]:
        """The JSON lines of a file; none when there is no such file."""
        return [json.loads(line) for line in self.files.get(path, b"").splitlines()]

    def contents(self, table: str) -> list[dict[str, Any]]:
        """What the records of a table say."""
        return [record["content"] for record in self.lines(f"data/records/{table}.jsonl")]

    @property
    def description(self) -> dict[str, Any]:
        """``package.json``."""
        document: dict[str, Any] = json.loads(self.files["data/package.json"])
        return document

    def proved(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Every leaf with its listed hash and its bytes."""
        for path in self.files:
            if path.startswith("data/log/leaves/"):
                listed = self.files[path].splitlines()
                records = self.files["data/" + path.removeprefix("data/log/leaves/").removesuffix(".txt")]
                for line, data in zip(listed, records.splitlines(), strict=True):
                    leaf, digest = line.split()
                    yield int(leaf), bytes.fromhex(digest.decode()), data


def _frames(day: datetime) -> Iterator[Publish]:
    for number in range(24):
        hour = day + number * HOUR
        over = number in (3, 4)
        numbers = {SO2: "250.5" if over else f"{60 + number}.50", NOX: f"{120 + number}", O2: "10.20"}
        for minute in range(0, 60, 10):
            at = hour + minute * MINUTE
            yield GATEWAY, "hj212", frame(MN, "2011", at, values("Rtd", numbers)), at + timedelta(seconds=1)
            other = frame(OTHER_MN, "2011", at, values("Rtd", {"a34013": "5"}))
            yield GATEWAY, "hj212", other, at + timedelta(milliseconds=1500)
        items = values("Avg", numbers)
        items[0].insert(1, (f"{SO2}-ZsAvg", "260.1" if over else f"{62 + number}.1"))
        yield GATEWAY, "hj212", frame(MN, "2061", hour, items), hour + HOUR + MINUTE


def _cut(at: datetime) -> list[Publish]:
    """Two frames in three messages, the middle one with the end of one and the beginning of the other, and what follows."""
    one = frame(MN, "2011", at + MINUTE, values("Rtd", {SO2: "71", NOX: "131", O2: "10.1"}))
    two = frame(MN, "2011", at + 2 * MINUTE, values("Rtd", {SO2: "72", NOX: "132", O2: "10.2"}))
    parts = (one[:40], one[40:] + two[:30], two[30:])
    state = frame(MN, "3020", at, [[("i13001-Info", "1")]])
    found = [(GATEWAY, "hj212", part, at + timedelta(seconds=number)) for number, part in enumerate(parts)]
    return [*found, (GATEWAY, "hj212", state, at + MINUTE)]


def _refused(at: datetime) -> list[Publish]:
    """The future, and a value that was changed."""
    future = frame(MN, "2061", at + DAY, values("Avg", {SO2: "73"}))
    items = values("Avg", {SO2: "80.00", NOX: "125", O2: "10.20"})
    changed = frame(MN, "2061", FIRST + 5 * HOUR, items)
    return [(GATEWAY, "hj212", future, at), (GATEWAY, "hj212", changed, at + MINUTE)]
