"""Publish to alert visible in the API, under load: ``python -m tests.bench.visible``.

A hundred outlets send realtime frames of eight factors, 500 frames a second together, all judged. Among them, ten times a second,
goes the hour frame of an outlet of its own that passes a limit. It is timed from its publish until ``GET /alerts`` shows its
alert; the API is asked again as soon as it has answered, with a short pause. Broker, database, ingest, alerts and API share this
machine with the publisher.
"""

from __future__ import annotations

import multiprocessing as mp
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event
from statistics import quantiles
from typing import Any

import httpx

from deploy import stack as local
from ingest.hj212 import encode
from store import people
from store.clock import HOUR, hour_start, now
from store.database import connect
from tests.bench.publisher import Connection as Publisher
from tests.bench.publisher import publish_all
from tests.bench.report import Row
from tests.bench.world import (
    FACTORS,
    GATEWAYS,
    World,
    gateway,
    ingest_process,
    memory_megabytes,
    service_process,
    wait_for_answer,
    world,
)

PER_SECOND = 500
SECONDS = 30
OUTLETS = 100
PROBES_PER_SECOND = 10
PROBES = PROBES_PER_SECOND * SECONDS
#: The first seconds are for the processes to warm up: their probes are sent and not counted.
UNCOUNTED = 3 * PROBES_PER_SECOND
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 60.0
LIMIT, BEYOND = "200", "240.00"
NOX = "a21002"

SITE = """
  - id: bench-{kind}-{number}
    name: 基准测试单位{number}
    industry: other
    key_unit: false
    sample: true
    outlets:
"""
OUTLET = """
      - id: {name}
        name: 排口{number}
        medium: gas
        monitor: {{mn: "{mn}", gateway: "{gateway}", protocol: "2017", password: "123456",
                  cadence: {{realtime: 1, minute: 600, hour: true, day: true}}}}
        factors: [{factors}]
        limits: [{{factor: a21002, basis: hour, max: "{limit}", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}]
"""


def busy_mn(number: int) -> str:
    """MN of an outlet that only makes load."""
    return f"8888888000000200000{number:05d}"


def probe_mn(number: int) -> str:
    """MN of an outlet that raises one alert."""
    return f"8888888000000300000{number:05d}"


def sites() -> str:
    """The sites of the sites file, a hundred outlets each: busy ones and probes, spread over the gateways."""
    kinds = (("busy", busy_mn, OUTLETS, FACTORS), ("probe", probe_mn, PROBES, (NOX,)))
    text = ""
    for kind, mn, count, factors in kinds:
        for number in range(count):
            if number % 100 == 0:
                text += SITE.format(kind=kind, number=number // 100)
            text += OUTLET.format(
                name=f"{kind}-{number}",
                number=number,
                mn=mn(number),
                gateway=gateway(number % GATEWAYS),
                factors=", ".join(factors),
                limit=LIMIT,
            )
    return text


def busy_frame(ordinal: int, begin: datetime) -> bytes:
    """Realtime frame ``ordinal`` of the load: outlets in turn, each a second on with every turn."""
    outlet, turn = ordinal % OUTLETS, ordinal // OUTLETS
    stamp = (begin + timedelta(seconds=turn)).strftime("%Y%m%d%H%M%S")
    items = [[("DataTime", stamp)]]
    items += [
        [(f"{factor}-Rtd", f"{10 + place}.{ordinal % 1000:03d}"), (f"{factor}-Flag", "N")]
        for place, factor in enumerate(FACTORS)
    ]
    return _encoded("2011", busy_mn(outlet), f"{stamp}000", items)


def probe_frame(number: int, hour: datetime) -> bytes:
    """The hour frame that passes the limit of one probe."""
    stamp = hour.strftime("%Y%m%d%H%M%S")
    items = [[("DataTime", stamp)], [(f"{NOX}-Avg", BEYOND), (f"{NOX}-Flag", "N")]]
    return _encoded("2061", probe_mn(number), f"{stamp}{number % 1000:03d}", items)


def _encoded(cn: str, mn: str, qn: str, items: Sequence[Sequence[tuple[str, str]]]) -> bytes:
    header = {"QN": qn, "ST": "31", "CN": cn, "PW": "123456", "MN": mn, "Flag": 4}
    return encode(header, items, version="2017")


def frames(at: datetime) -> list[list[tuple[int | None, bytes]]]:
    """Every frame by gateway, in the order of sending: the number of the probe or None, and the bytes."""
    by_gateway: list[list[tuple[int | None, bytes]]] = [[] for _ in range(GATEWAYS)]
    hour, begin = hour_start(at) - HOUR, at - timedelta(minutes=10)
    every = PER_SECOND // PROBES_PER_SECOND
    for ordinal in range(PER_SECOND * SECONDS):
        by_gateway[ordinal % OUTLETS % GATEWAYS].append((None, busy_frame(ordinal, begin)))
        if ordinal % every == every - 1:
            number = ordinal // every
            by_gateway[number % GATEWAYS].append((number, probe_frame(number, hour)))
    return by_gateway


def _publish(
    port: int, passwords: dict[str, str], ready: Event, begin: Event, sent: mp.Queue[tuple[int, float]]
) -> None:
    names = [gateway(number) for number in range(GATEWAYS)]
    publishers = [Publisher(port, name, passwords[name]) for name in names]
    planned = frames(now())
    probes = {payload: number for part in planned for number, payload in part if number is not None}
    ready.set()
    begin.wait()
    started = time.perf_counter()

    def note(_gateway: int, payload: bytes) -> None:
        number = probes.get(payload)
        if number is not None:
            sent.put((number, time.perf_counter()))

    publish_all(
        publishers,
        [[payload for _, payload in part] for part in planned],
        may_send=lambda so_far: so_far < (time.perf_counter() - started) * PER_SECOND,
        on_sent=note,
    )


def measure() -> list[Row]:
    """Run it on a stack of its own and give the rows."""
    port = local.free_port()
    with ExitStack() as running:
        bench = running.enter_context(world(sites()))
        with connect(bench.stack.database_url, name="bench", autocommit=True) as connection:
            token = people.create_token(connection, name="bench", role="officer", site_id=None)
        running.enter_context(ingest_process(bench))
        alerts = running.enter_context(service_process(bench, "alerts"))
        api = running.enter_context(service_process(bench, "api", OUTFALL_HTTP_PORT=str(port)))
        client = running.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=30
            )
        )
        wait_for_answer(client, "/readyz", api)
        waits = sorted(_waits(bench, client))
        rows = [memory_megabytes(process.pid)[1] for process in (alerts, api)]
    cuts = quantiles(waits, n=100)
    return [
        Row(f"publish to alert visible at {PER_SECOND} frames/s, median", cuts[49] * 1000, "ms", None),
        Row(f"publish to alert visible at {PER_SECOND} frames/s, p99", cuts[98] * 1000, "ms", 2000),
        Row("memory of alerts at its highest", rows[0], "MB", 300),
        Row("memory of api at its highest", rows[1], "MB", 300),
    ]


def _waits(bench: World, client: httpx.Client) -> Iterator[float]:
    """Seconds from publish to visibility of every probe that counts."""
    ready, begin = mp.Event(), mp.Event()
    sent: mp.Queue[tuple[int, float]] = mp.Queue()
    process = mp.Process(target=_publish, args=(bench.stack.mqtt_port, bench.passwords, ready, begin, sent))
    process.start()
    ready.wait()
    begin.set()
    seen: dict[int, float] = {}
    deadline = time.monotonic() + SECONDS + PATIENCE_SECONDS
    while len(seen) < PROBES:
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {len(seen)} of {PROBES} alerts became visible")
        for number in _visible(client):
            seen.setdefault(number, time.perf_counter())
        time.sleep(POLL_SECONDS)
    process.join()
    times = dict(sent.get(timeout=10) for _ in range(PROBES))
    yield from (seen[number] - times[number] for number in range(UNCOUNTED, PROBES))


def _visible(client: httpx.Client) -> list[int]:
    """Probes among the newest alerts."""
    answer: Any = client.get("/api/v1/alerts", params={"code": "exceedance_hour", "limit": 50})
    answer.raise_for_status()
    return [int(item["outlet"].rpartition("-")[2]) for item in answer.json()["items"]]


def main() -> int:
    """Measure and print these rows alone."""
    from tests.bench.report import show

    show(measure())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
