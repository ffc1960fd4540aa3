"""A yard of outlets in which nearly everything happens that a package can tell of, and the packages that are built of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from api.evidence.build import build, evidence_folder
from api.evidence.plan import Asked, plan
from ingest.hj212 import encode
from ingest.replay import replay
from store import clock
from store.apply import apply_sites
from store.checkfiling import NewChainCheck, NewCheck, file_chain_check, file_check
from store.clock import BEIJING, DAY, HOUR
from store.database import Connection
from store.evidence import Estimate, ask_for, claim, find_package
from store.handling.actions import Caller as Officer
from store.handling.attachments import Paper, attach
from store.handling.deadlines import clocks_of
from store.log.keys import load_signer
from store.log.sealing import seal_all
from store.markfiling import file_mark, withdraw_mark
from store.markrules import NewMark
from store.queries import parse
from store.registry import load_registry
from store.settings import Settings
from store.sitesfile import read_sites_file
from store.tasks import Caller
from tests.integration.evidence.feed import Feed, frame, values

SO2, NOX, O2 = "a21026", "a21002", "a19001"
COD, NH3, FLOW, TEMPERATURE = "w01018", "w21003", "w00000", "w01010"
MN = {
    name: f"88888880000009000000010{number}"
    for number, name in enumerate(("kiln", "head", "water", "late", "secret"))
}
KEY = bytes(range(16))
MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 5, 6, tzinfo=BEIJING)
"""The first of the two days that packages are about."""

BEGUN = FIRST - timedelta(days=30)
SQL = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
SITES = Path(__file__).with_name("sites.yaml").read_text(encoding="utf-8")


@dataclass
class Yard:
    """A database with everything in it; its clock is set by the caller of each method."""

    connection: Connection
    settings: Settings
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def fill(self) -> None:
        """Two days of everything, judged, and a bit of the third."""
        feed = Feed(self.connection, self.settings, SITES, BEGUN)
        for day in (FIRST - DAY, FIRST, FIRST + DAY):
            self._day(feed, day)
            feed.judge(day + DAY + HOUR)
        self._say()
        feed.judge(FIRST + 2 * DAY + 2 * HOUR)
        self._afterwards(feed)
        feed.judge(FIRST + 2 * DAY + 12 * HOUR)

    def _day(self, feed: Feed, day: datetime) -> None:
        feed.receive(sorted(self._frames(day), key=lambda published: published[3]))
        if day == FIRST:
            feed.receive(self._cut(day + 9 * HOUR))
            feed.receive(self._refused(day + 10 * HOUR))
            feed.receive(
                [("gw-gas", "hj212", b"##0137QN=20260506120000000;ST=31;CN=2011;PW=1234", day + 12 * HOUR)]
            )
            feed.give_up(day + 12 * HOUR + 10 * MINUTE)

    def _frames(self, day: datetime) -> Iterator[tuple[str, str, bytes, datetime]]:
        for number in range(24):
            hour = day + number * HOUR
            yield from self._gas(hour, number)
            yield from self._water(hour, number)
            sent = encode(
                _header(MN["secret"], "2061", hour),
                [_stamp(hour), *values("Avg", {SO2: "50"})],
                version="2025",
                key=KEY,
            )
            yield "gw-secret", "hj212", sent, hour + HOUR + MINUTE

    def _gas(self, hour: datetime, number: int) -> Iterator[tuple[str, str, bytes, datetime]]:
        over = number in (3, 4, 15)
        numbers = {SO2: "250.5" if over else f"{60 + number}.50", NOX: f"{120 + number}", O2: "10.20"}
        for minute in range(0, 60, 10):
            at = hour + minute * MINUTE
            flag = "M" if number == 6 and minute < 20 else "N"
            yield (
                "gw-gas",
                "hj212",
                frame(MN["kiln"], "2051", at, values("Avg", numbers, flag)),
                at + 10 * MINUTE,
            )
        items = values("Avg", numbers)
        items[0].insert(1, (f"{SO2}-ZsAvg", "260.1" if over else f"{62 + number}.1"))
        yield "gw-gas", "hj212", frame(MN["kiln"], "2061", hour, items), hour + HOUR + MINUTE
        for minute in range(0, 60, 5):
            at = hour + minute * MINUTE
            yield (
                "gw-gas",
                "hj212",
                frame(MN["head"], "2011", at, values("Rtd", {"a34013": f"{number}.{minute}"})),
                at + MINUTE,
            )

    def _water(self, hour: datetime, number: int) -> Iterator[tuple[str, str, bytes, datetime]]:
        record = {
            "mn": MN["water"],
            "st": "32",
            "cn": "2061",
            "data_time": hour.isoformat(),
            "factors": {
                COD: {"Avg": 55.25 if number > 6 else 30, "Flag": "N"},
                NH3: {"Avg": "0.01" if number == 4 else 4.5, "Flag": "N"},
                TEMPERATURE: {"Avg": 14, "Flag": "N"},
                FLOW: {"Avg": 12.5, "Cou": 45 if number != 2 else 0, "Flag": "N"},
            },
        }
        yield "gw-water", "json", json.dumps(record).encode(), hour + HOUR + MINUTE
        if number == 12:
            facts = {
                "mn": MN["water"],
                "st": "32",
                "cn": "3020",
                "data_time": hour.isoformat(),
                "factors": {"i12001": {"Info": 1.5e-7}},
            }
            yield "gw-water", "json", json.dumps([facts, {**facts, "cn": "3021"}]).encode(), hour + MINUTE

    def _cut(self, at: datetime) -> list[tuple[str, str, bytes, datetime]]:
        """A realtime frame in three messages, with the end of one and the beginning of the next in one of them."""
        one = frame(MN["kiln"], "2011", at + MINUTE, values("Rtd", {SO2: "71", NOX: "131", O2: "10.1"}))
        two = frame(MN["kiln"], "2011", at + 2 * MINUTE, values("Rtd", {SO2: "72", NOX: "132", O2: "10.2"}))
        parts = (one[:40], one[40:] + two[:30], two[30:])
        found = [
            ("gw-gas", "hj212", part, at + timedelta(seconds=number)) for number, part in enumerate(parts)
        ]
        three = frame(MN["kiln"], "3020", at, [[("i13001-Info", "1")]])
        return [
            *found,
            ("gw-gas", "hj212", three, at + MINUTE),
            ("gw-gas", "hj212", one.hex().encode(), at + 2 * MINUTE),
        ]

    def _refused(self, at: datetime) -> list[tuple[str, str, bytes, datetime]]:
        """A wrong password, a broken CRC beside a good frame, the future, a stranger, garbage, a monitor that comes later."""
        good = frame(MN["kiln"], "2011", at, values("Rtd", {SO2: "73"}))
        broken = good.replace(b"SO2", b"SO3").replace(b"-Rtd=73", b"-Rtd=74")
        future = frame(MN["kiln"], "2061", at + DAY, values("Avg", {SO2: "73"}))
        stranger = frame("999999999999999999999999", "2011", at, values("Rtd", {SO2: "1"}))
        later = frame(MN["late"], "2061", at - 2 * HOUR, values("Avg", {SO2: "80"}))
        sent = [
            good.replace(b"PW=123456", b"PW=654321"),
            broken + good,
            future,
            stranger,
            b"no frame at all " * 8 + b"\r\n",
            later,
        ]
        fixed = _with_crc(sent[0])
        return [
            ("gw-gas", "hj212", payload, at + number * timedelta(seconds=5))
            for number, payload in enumerate([fixed, *sent[1:]])
        ]

    def _say(self) -> None:
        """Marks, checks, a comparison."""
        known = load_registry(self.connection, at=clock.now())
        kiln, water = known.outlet("v-kiln"), known.outlet("v-water")
        at = FIRST + DAY + 9 * HOUR
        said = {"actor": "company", "origin": "test"}

        def mark(category: str, label: str, begin: int, minutes: int, factor: str | None = None) -> int:
            start = FIRST + begin * HOUR
            new = NewMark(category, label, factor, start, start + minutes * MINUTE, "检修")
            return file_mark(self.connection, kiln, "cement", new, at=at, **said)[0].id

        mark("device", "fault", 8, 30)
        mark("condition", "starting", 3, 120)
        wrong = mark("device", "maintenance", 12, 50, SO2)
        withdraw_mark(self.connection, wrong, reason="填错了", at=at + HOUR, **said)
        late = FIRST - DAY + 5 * HOUR
        new = NewMark("device", "fault", None, late, late + 30 * MINUTE, "迟报")
        file_mark(self.connection, kiln, "cement", new, at=at, **said)
        for hour, passed in ((1, True), (18, False), (20, True)):
            moment = FIRST + hour * HOUR
            check = NewCheck(NOX, "standard", moment, passed, Decimal("100.5"), Decimal("100"))
            file_check(self.connection, kiln, check, at=at + 2 * HOUR, **said)
        for hour, passed in ((0, True), (23, True)):
            check = NewCheck(NH3, "standard", FIRST + hour * HOUR, passed, Decimal("1"), Decimal("1"))
            file_check(self.connection, water, check, at=at + 2 * HOUR, **said)
        chain = NewChainCheck(COD, FIRST + 20 * HOUR, Decimal("40"), Decimal("55"))
        file_chain_check(self.connection, water, chain, at=at + 2 * HOUR, **said)

    def _afterwards(self, feed: Feed) -> None:
        """What comes late: another value, the same one, a monitor whose frame is replayed once it is known, a changed limit."""
        at = FIRST + 2 * DAY + 3 * HOUR
        hour = FIRST + 15 * HOUR
        numbers = {SO2: "190.50", NOX: "135", O2: "10.20"}
        changed = frame(MN["kiln"], "2061", hour, values("Avg", numbers))
        same = frame(MN["kiln"], "2061", FIRST + HOUR, values("Avg", {NOX: "121", O2: "10.2"}))
        feed.receive([("gw-gas", "hj212", changed, at), ("gw-gas", "hj212", same, at + MINUTE)])
        text = SITES.replace('max: "400"', 'max: "130"').replace("# late: ", "")
        apply_sites(self.connection, read_sites_file(text), actor="test", at=at + HOUR)
        replay(
            self.connection,
            load_registry(self.connection, at=at + 2 * HOUR),
            actor="test",
            settings=self.settings,
        )

    def alert_with_a_paper(self) -> int:
        """An alert of an exceeded hour, with a paper attached to it; its id."""
        row = self.connection.execute(SQL["exceedance_of"], {"outlet": "v-kiln"}).fetchone()
        assert row is not None
        alert_id = int(row[0])
        paper = Paper("说明.txt", "text/plain", "设备检修".encode(), public=True)
        with self.connection.transaction():
            attach(
                self.connection,
                alert_id,
                paper,
                Officer("officer", "officer", "test"),
                clocks=clocks_of(self.settings),
                most=1000,
                at=clock.now(),
            )
        return alert_id

    def seal(self) -> None:
        """Seal everything that waits."""
        seal_all(self.connection, load_signer(self.settings, self.connection), clock.now)

    def package(self, outlet: str, days: int = 2, as_of: int | None = None) -> Path:
        """A package of an outlet, built by the real builder."""
        return self.package_of(Asked("outlet", outlet, FIRST, FIRST + days * DAY, as_of))

    def package_of(self, asked: Asked) -> Path:
        """A package, built by the real builder."""
        caller, at = Caller("tester", "test"), clock.now()
        place = plan(self.connection, asked, at)
        number = ask_for(
            self.connection,
            place,
            Estimate(0, 0),
            caller,
            asked_size=asked.as_of,
            formal=False,
            most=99,
            at=at,
        )
        order = claim(self.connection, "test", package_id=number)
        assert order is not None
        assert build(self.settings, order, lambda step, done: None) is not None
        found = find_package(self.connection, package_id=number)
        return evidence_folder(self.settings) / str(found["file_name"])


def _header(mn: str, cn: str, at: datetime) -> dict[str, str | int]:
    return {"QN": f"{at:%Y%m%d%H%M%S}000", "ST": "31", "CN": cn, "PW": "123456", "MN": mn, "Flag": 8}


def _stamp(at: datetime) -> list[tuple[str, str]]:
    return [("DataTime", f"{at:%Y%m%d%H%M%S}")]


def _with_crc(packet: bytes) -> bytes:
    """The packet with the CRC of what it says now."""
    from ingest.hj212.crc import crc_of

    segment = packet[6 : packet.rindex(b"&&") + 2]
    return packet[:6] + segment + b"%04X\r\n" % crc_of(segment, "hj212")
