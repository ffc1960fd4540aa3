"""The ingest rows of design §8: ``python -m tests.bench.ingest``.

Publisher, broker, database and ingest share this machine. Frames are realtime frames of eight factors with a correct CRC, one
frame a message, QoS 1 on both sides of the broker, each with a data time of its own, spread over five gateways. A frame
counts when its transaction is committed; fsync and synchronous_commit are on. The plain COPY takes the very readings that
ingest stored, in the same run."""

from __future__ import annotations

import multiprocessing as mp
import os
import re
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles
from typing import Any

from store.database import Connection, connect
from store.queries import parse
from tests.bench.publisher import Connection as Publisher
from tests.bench.publisher import publish_all
from tests.bench.report import Row
from tests.bench.world import (
    GATEWAYS,
    World,
    frames_by_gateway,
    gateway,
    ingest_process,
    memory_megabytes,
    world,
)

SQL = parse(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
FRAMES = int(os.environ.get("OUTFALL_BENCH_FRAMES", "100000"))
BACKLOG_MOST = 6_000
"""Frames published and not yet committed: enough that ingest never waits, few enough that the broker's memory is not
measured."""

PACED_PER_SECOND = 2_000
PACED_SECONDS = 15
COPY_BYTES = 1 << 20
WARM_UP_SECONDS = 3.0
PATIENCE_SECONDS = (
    600.0  # no machine that this is meant for is so slow; whoever waits longer waits for nothing
)
QN = re.compile(rb"QN=(\d{17})")


def measure() -> list[Row]:
    """Run everything on a stack of its own and give the rows."""
    with world() as bench, connect(bench.stack.database_url, name="bench", autocommit=True) as connection:
        durability = connection.execute(SQL["durability"]).fetchone()
        assert durability == ("on", "on"), durability
        with ingest_process(bench) as ingest:
            time.sleep(WARM_UP_SECONDS)
            rate = sustained(bench, connection)
            median_wait, late_wait = paced(bench)
            now_megabytes, most_megabytes = memory_megabytes(ingest.pid)
        plain = plain_copy(connection)
    readings = rate * 8
    return [
        Row("sustained ingest, QoS 1, 8 factors", rate, "frames/s", 5_000, at_least=True),
        Row("... as readings", readings, "readings/s", 40_000, at_least=True),
        Row("plain COPY of the same readings", plain, "readings/s", None),
        Row("ingest as a share of plain COPY", readings / plain, "", 0.25, at_least=True),
        Row(f"publish to answer at {PACED_PER_SECOND} frames/s, median", median_wait * 1000, "ms", None),
        Row(f"publish to answer at {PACED_PER_SECOND} frames/s, p99", late_wait * 1000, "ms", 250),
        Row("memory of ingest after the run", now_megabytes, "MB", 300),
        Row("memory of ingest at its highest", most_megabytes, "MB", 300),
    ]


def sustained(bench: World, connection: Connection) -> float:
    """Frames a second from the first publish to the commit of the last frame."""
    ready, begin = mp.Event(), mp.Event()
    committed = mp.Value("q", 0)
    before = _accepted(connection)
    process = mp.Process(
        target=_publish, args=(bench.stack.mqtt_port, bench.passwords, FRAMES, committed, ready, begin)
    )
    process.start()
    ready.wait()
    begin.set()
    started = time.perf_counter()
    while committed.value < FRAMES:
        if process.exitcode not in (None, 0):
            raise RuntimeError("the publisher failed")
        if time.perf_counter() - started > PATIENCE_SECONDS:
            raise RuntimeError(f"only {committed.value} of {FRAMES} frames were committed")
        time.sleep(0.05)
        committed.value = _accepted(connection) - before
    seconds = time.perf_counter() - started
    process.join()
    return FRAMES / seconds


def _accepted(connection: Connection) -> int:
    row = connection.execute(SQL["accepted"]).fetchone()
    return int(row[0]) if row else 0


def _publishers(port: int, passwords: dict[str, str], **more: Any) -> list[Publisher]:
    names = [gateway(number) for number in range(GATEWAYS)]
    return [Publisher(port, name, passwords[name], **more) for name in names]


def _publish(
    port: int, passwords: dict[str, str], count: int, committed: Any, ready: Event, begin: Event
) -> None:
    frames = frames_by_gateway(count)
    publishers = _publishers(port, passwords)
    ready.set()
    begin.wait()
    publish_all(publishers, frames, may_send=lambda sent: sent - committed.value < BACKLOG_MOST)


def paced(bench: World) -> tuple[float, float]:
    """Median and 99th percentile of the seconds from publish to the HJ 212 answer on ``down``, which follows the commit."""
    waits: mp.Queue[list[float]] = mp.Queue()
    process = mp.Process(target=_pace, args=(bench.stack.mqtt_port, bench.passwords, waits))
    process.start()
    found = waits.get(timeout=PACED_SECONDS + 120)
    process.join()
    cuts = quantiles(found, n=100)
    return cuts[49], cuts[98]


def _pace(port: int, passwords: dict[str, str], waits: mp.Queue[list[float]]) -> None:
    count = PACED_PER_SECOND * PACED_SECONDS
    # Data times that the run before has not used.
    frames = frames_by_gateway(count, first=FRAMES, answered=True)
    sent_at: dict[tuple[int, bytes], float] = {}
    found: list[float] = []

    def hear(number: int, answer: bytes) -> None:
        match = QN.search(answer)
        if match is not None:
            found.append(time.perf_counter() - sent_at.pop((number, match[1])))

    publishers = []
    for number in range(GATEWAYS):
        name = gateway(number)
        publishers.append(
            Publisher(port, name, passwords[name], on_down=lambda answer, number=number: hear(number, answer))
        )
    started = time.perf_counter()

    def sent(number: int, payload: bytes) -> None:
        match = QN.search(payload)
        if match is not None:
            sent_at[number, match[1]] = time.perf_counter()

    publish_all(
        publishers,
        frames,
        may_send=lambda so_far: so_far < (time.perf_counter() - started) * PACED_PER_SECOND,
        on_sent=sent,
        until=lambda: len(found) >= count,
    )
    waits.put(found)


def plain_copy(connection: Connection) -> float:
    """Readings a second of one COPY into a hypertable of the same shape."""
    connection.execute(SQL["make_plain"])
    with connection.cursor() as cursor:
        with cursor.copy(SQL["read_block"]) as copy:
            block = b"".join(bytes(part) for part in copy)
        rows = block.count(b"\n")
        started = time.perf_counter()
        with cursor.copy(SQL["copy_plain"]) as copy:
            for place in range(0, len(block), COPY_BYTES):
                copy.write(block[place : place + COPY_BYTES])
        return rows / (time.perf_counter() - started)


def main(arguments: Sequence[str] = ()) -> int:
    """Measure and print the ingest rows alone."""
    from tests.bench.report import show

    show(measure())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
