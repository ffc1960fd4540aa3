"""The stack, the sites and the frames that the benchmarks run on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import psycopg

from deploy import stack as local
from ingest.hj212 import encode
from store.apply import apply_sites
from store.clock import BEIJING, now
from store.database import connect
from store.migrate import migrate
from store.sitesfile import read_sites_file
from tests.fixtures.stack import start_on_free_ports, throw_away_home

GATEWAYS = 5
ANSWER_SECONDS = 60.0
FACTORS = ("a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014")
FIRST = datetime(2026, 1, 1, tzinfo=BEIJING)

HEAD = """
authority: {district: 甲区生态环境局, city: 乙市生态环境局}
gateways: [%s]
sites:
  - id: bench-site
    name: 基准测试单位
    industry: other
    key_unit: false
    sample: true
    outlets:
"""
OUTLET = """
      - id: bench-outlet-{number}
        name: 排口{number}
        medium: gas
        monitor: {{mn: "{mn}", gateway: "{gateway}", protocol: "2017", password: "123456",
                  cadence: {{realtime: 1, minute: 600, hour: true, day: true}}}}
        factors: [{factors}]
"""


@dataclass(frozen=True, slots=True)
class World:
    """A running stack with sites applied; ``passwords`` by gateway."""

    stack: local.StackAddress
    passwords: dict[str, str]


def gateway(number: int) -> str:
    """Name of a gateway."""
    return f"gw-bench-{number}"


def mn(number: int) -> str:
    """MN of the monitor behind a gateway."""
    return f"8888888000000100000{number:05d}"


@contextmanager
def world(more_sites: str = "") -> Iterator[World]:
    """A throw-away stack, migrated, with one outlet behind each gateway, and with ``more_sites`` (entries of a sites file)."""
    with throw_away_home() as home:
        stack = start_on_free_ports(home)
        migrate(stack.database_url)
        names = [gateway(number) for number in range(GATEWAYS)]
        text = HEAD % ", ".join(f"{{id: {name}}}" for name in names)
        for number in range(GATEWAYS):
            text += OUTLET.format(
                number=number, mn=mn(number), gateway=gateway(number), factors=", ".join(FACTORS)
            )
        text += more_sites
        with connect(stack.database_url, name="bench") as connection:
            apply_sites(connection, read_sites_file(text), actor="bench", at=now())
        yield World(stack, local.sync_gateways(home, names))


def frame(number: int, ordinal: int, *, answered: bool = False) -> bytes:
    """Realtime frame ``ordinal`` of a monitor: 8 factors with flags, each frame with a data time and a QN of its own."""
    moment = FIRST + timedelta(seconds=ordinal)
    stamp = moment.strftime("%Y%m%d%H%M%S")
    items = [[("DataTime", stamp)]]
    for place, factor in enumerate(FACTORS):
        value = f"{10 + place}.{ordinal % 1000:03d}"
        items.append([(f"{factor}-Rtd", value), (f"{factor}-Flag", "N")])
    header = {
        "QN": stamp + "000",
        "ST": "31",
        "CN": "2011",
        "PW": "123456",
        "MN": mn(number),
        "Flag": 5 if answered else 4,
    }
    return encode(header, items, version="2017")


def ingest_process(world: World, **settings: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """``python -m ingest`` against the stack; ended with SIGTERM."""
    # The load itself is the purpose here.
    return service_process(world, "ingest", OUTFALL_FLOOD_MESSAGES_PER_SECOND="1000000", **settings)


@contextmanager
def service_process(world: World, room: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m`` of a room against the stack; ended with SIGTERM."""
    environment = os.environ | {
        "OUTFALL_HOME": str(world.stack.home),
        "OUTFALL_DATABASE_URL": world.stack.database_url,
        "OUTFALL_MQTT_URL": world.stack.mqtt_url,
        "OUTFALL_LOG_LEVEL": "WARNING",
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-m", room], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def accepted(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """Frames that the ledger has as accepted."""
    row = connection.execute(
        "select coalesce(sum(frames), 0) from ledger where disposition = 'accepted'"
    ).fetchone()
    return int(str(row[0])) if row else 0


def memory_megabytes(pid: int) -> tuple[float, float]:
    """Resident memory of a process now and at its highest."""
    fields: dict[str, str] = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        fields[name] = value
    return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def frames_by_gateway(count: int, *, first: int = 0, answered: bool = False) -> list[Sequence[bytes]]:
    """``count`` frames, spread evenly over the gateways."""
    each = count // GATEWAYS
    return [
        [frame(number, first + ordinal, answered=answered) for ordinal in range(each)]
        for number in range(GATEWAYS)
    ]


def wait_for_answer(client: httpx.Client, path: str, process: subprocess.Popen[bytes]) -> None:
    """Return when ``path`` is answered with 200. Raises RuntimeError when the process ends, or after a minute."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the process ended before it answered {path}")
        with suppress(httpx.TransportError):
            if client.get(path).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"nothing answers {path}")
