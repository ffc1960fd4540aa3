"""A small plant whose messages are stored as ingest stores them, without a broker: they become every kind of row."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.logcheck.readings import check_readings
from api.logcheck.verify import Asked, verify
from ingest.admission import Terms
from ingest.arrival import Arrival, digest_of
from ingest.keeper import Keeper
from ingest.replay import replay
from store import clock
from store.apply import apply_sites
from store.database import Connection, connect
from store.log.keys import load_signer
from store.log.sealing import seal_all
from store.log.verifying.gaps import load_gaps
from store.log.verifying.report import Report, unheard
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings, load_settings
from store.sitesfile import read_sites_file
from tests.integration.ingest.world import OUTLET, SITES, Device, hour_frame, mn_of

FIRST = datetime(2026, 3, 1, tzinfo=clock.BEIJING)
MINUTE = timedelta(minutes=1)
GATEWAY, OTHER = "gw-one", "gw-two"
KILN, ENDING, SECOND, LATER = (mn_of(number) for number in range(1, 5))
DEVICES = (
    Device(KILN, GATEWAY, password="123456"),
    Device(ENDING, GATEWAY, timestamps="end"),
    Device(SECOND, OTHER),
)


def register(database: str, devices: Sequence[Device], at: datetime) -> None:
    """Apply a sites file with one outlet a device, keys 1, 2, ... in order."""
    names = dict.fromkeys(device.gateway for device in devices)
    outlets = ", ".join(
        OUTLET.format(
            number=number,
            mn=device.mn,
            gateway=device.gateway,
            password="null" if device.password is None else f'"{device.password}"',
            timestamps=device.timestamps,
        )
        for number, device in enumerate(devices, 1)
    )
    text = SITES.format(gateways=", ".join(f"{{id: {name}}}" for name in names), outlets=outlets)
    with connect(database, name="test") as connection:
        apply_sites(connection, read_sites_file(text), actor="test", at=at)


def arrival(
    payload: bytes, at: datetime, *, gateway: str = GATEWAY, channel: str = "hj212", packet_id: int | None = 7
) -> Arrival:
    """A message as the broker delivered it."""
    return Arrival(0, packet_id, False, gateway, channel, payload, at, digest_of(payload))


class Plant:
    """A database with a registry, and an ingest that stores what it is given."""

    def __init__(self, database: str, home: Path, since: datetime = FIRST - timedelta(days=1)) -> None:
        """``since`` is when the monitors were registered."""
        self.database = database
        self.settings: Settings = load_settings(database_url=database, home=home)
        register(database, DEVICES, since)
        self._keeper = Keeper(self.settings, threading.Event())

    def store(self, *arrivals: Arrival) -> None:
        """One batch."""
        assert self._keeper.store(arrivals) is not None

    def restart(self) -> None:
        """Another ingest, which reads the registry and the streams anew."""
        self._keeper.close()
        self._keeper = Keeper(self.settings, threading.Event())

    def close(self) -> None:
        """Stop."""
        self._keeper.close()

    def replay(self) -> None:
        """Run what was refused through today's registry."""
        with connect(self.database, name="test") as connection:
            registry = load_registry(connection, at=clock.now())
            replay(connection, registry, actor="tester", settings=self.settings)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection as the verification uses it."""
        with connect(self.database, name="test") as connection:
            connection.execute(queries("logverify")["begin"])
            yield connection

    def check_readings(self, **more: Any) -> Report:
        """What re-decoding finds."""
        report = Report(**more)
        with self.snapshot() as connection:
            terms = Terms.of(self.settings)
            check_readings(connection, terms, load_gaps(connection), report, unheard)
        return report

    def seal(self, most: int = 50_000) -> None:
        """Seal everything that waits, in steps of so many leaves."""
        signer = load_signer(self.settings)
        with connect(self.database, name="test") as connection:
            seal_all(connection, signer, clock.now, most)

    def verify(self, **asked: Any) -> Report:
        """The whole of ``outfall log verify``."""
        with connect(self.database, name="test") as connection:
            return verify(connection, self.settings, Asked(**asked))

    def run(self, statement: str) -> None:
        """Run a statement, every trigger off: what somebody with every right could do."""
        with connect(self.database, name="test") as connection:
            connection.execute("set local outfall.maintenance = 'on'")
            connection.execute(statement.encode())


def fill(plant: Plant) -> None:
    """Every way in which a message can become rows, or none."""
    first, second = (hour_frame(KILN, FIRST + timedelta(hours=number)) for number in range(2))
    at = FIRST + timedelta(hours=3)
    plant.store(
        arrival(first, at),
        arrival(hour_frame(SECOND, FIRST), at, gateway=OTHER),
        arrival(hour_frame(ENDING, FIRST + timedelta(hours=1)), at),  # stamped with the end
        arrival(hour_frame(KILN, at, "007.50", cn="2011"), at),
        arrival(first, at),  # in the same batch again
    )
    at += MINUTE
    plant.store(arrival(first + second, at))  # the first known, the second new
    plant.store(arrival(hour_frame(KILN, FIRST, "99"), at + MINUTE))  # says otherwise now
    plant.store(arrival(hour_frame(KILN, FIRST, "12.50"), at + MINUTE))  # the number of the first one again
    at += 5 * MINUTE
    third = hour_frame(KILN, FIRST + timedelta(hours=2))
    plant.store(arrival(third[:50], at), arrival(b"garbage that is none\r\n" + third, at, gateway=OTHER))
    plant.restart()
    plant.store(arrival(third[50:80], at + MINUTE / 4))
    plant.store(arrival(third[80:] + third[:20], at + MINUTE / 2))  # whole now; another begins
    plant.store(
        arrival(hour_frame(KILN, FIRST + timedelta(hours=3)), at + 30 * MINUTE)
    )  # ... and is given up
    at += 60 * MINUTE
    plant.store(
        arrival(hour_frame(KILN, FIRST, password="wrong"), at),
        arrival(hour_frame(LATER, FIRST), at, gateway=OTHER),  # nobody knows it yet
        arrival(hour_frame(KILN, FIRST, cn="2011").replace(b"a21026-Rtd", b"a21026-Xyz"), at),
        arrival(b'{"state":"online"}', at, channel="status"),
        arrival(b"not json", at, channel="status"),
        arrival(b"x" * (plant.settings.message_bytes + 1), at, packet_id=None),
        arrival(document(KILN, at), at, channel="json"),
        arrival(b'{"mn": 5}', at, channel="json"),
        arrival(hour_frame(KILN, at, cn="2021"), at + MINUTE),  # a state of the device, no reading
        arrival(hour_frame(KILN, at, cn="2021"), at + MINUTE),
    )
    plant.store(arrival(third[:30], at + 2 * MINUTE))  # never completed
    plant.store(arrival(b"", at + 3 * MINUTE))


def document(mn: str, at: datetime) -> bytes:
    """A JSON message with a reading of every kind of metric."""
    metrics = {"Rtd": 1.10, "ZsRtd": "2.0", "Flag": "N", "Other": "说明"}
    return json.dumps(
        {"mn": mn, "st": "31", "cn": "2011", "data_time": at.isoformat(), "factors": {"a21026": metrics}}
    ).encode()
