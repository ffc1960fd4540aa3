"""``python -m tests.bench.package``: 30 days of one outlet as an evidence package.

86,400 real-time frames 30 seconds apart with eight factors each, ten-minute, hour and day frames, stored by the real decoder and
writer, judged by the real judgement and sealed; then a process of its own builds the package and is measured. ``--keep FILE``
leaves the package there.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from api.evidence.build import evidence_folder
from api.evidence.estimate import estimate
from api.evidence.plan import Asked, plan
from api.evidence.worker import work_on
from store.clock import BEIJING, DAY, HOUR, now
from store.database import connect
from store.evidence import ask_for, claim, find_package
from store.log.keys import load_signer
from store.log.sealing import seal_all
from store.migrate import migrate
from store.settings import load_settings
from store.tasks import Caller
from tests.bench.report import Row, show
from tests.fixtures.stack import start_on_free_ports, throw_away_home
from tests.integration.evidence.feed import Feed, Publish, frame, values

DAYS = 30
FIRST = datetime(2026, 5, 1, tzinfo=BEIJING)
OUTLET, GATEWAY, MN = "bench-stack", "gw-bench", "888888800000050000000001"
MIDDLES = {
    "a34013": "8",
    "a21026": "60",
    "a21002": "170",
    "a19001": "9.5",
    "a01011": "12",
    "a01012": "105",
    "a01013": "-120",
    "a01014": "11",
}
FOLDED = ("a34013", "a21026", "a21002")

SITES = f"""
authority: {{district: 甲区生态环境局, city: 乙市生态环境局}}
gateways: [{{id: {GATEWAY}}}]
sites:
  - id: bench-cement
    name: 基准测试水泥
    industry: cement
    key_unit: true
    sample: true
    outlets:
      - id: {OUTLET}
        name: 窑尾
        medium: gas
        oxygen_reference: 10
        monitor: {{mn: "{MN}", gateway: {GATEWAY}, protocol: "2017", password: "123456",
                  cadence: {{realtime: 30, minute: 600, hour: true, day: true}}}}
        factors: [{", ".join(MIDDLES)}]
        limits:
          - {{factor: a34013, basis: hour, max: "30", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
          - {{factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
          - {{factor: a21002, basis: hour, max: "260", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}}
"""


def published(day: int) -> Iterator[Publish]:
    """The frames of a day in the order of receipt."""
    random = Random(day)
    moment = FIRST + day * DAY
    end = moment + DAY
    step = timedelta(seconds=30)
    while moment < end:
        yield _publish(
            "2011", moment, "Rtd", random, moment + timedelta(milliseconds=random.randrange(200, 1800))
        )
        moment += step
        begin = moment - FIRST
        for cn, length in (("2051", timedelta(minutes=10)), ("2061", HOUR), ("2031", DAY)):
            if begin % length == timedelta(0):
                yield _publish(cn, moment - length, "Avg", random, moment + timedelta(seconds=2))


def _publish(cn: str, data_time: datetime, metric: str, random: Random, at: datetime) -> Publish:
    measured = {
        factor: str(round(Decimal(middle) * Decimal(repr(random.uniform(0.8, 1.2))), 3))
        for factor, middle in MIDDLES.items()
    }
    items = values(metric, measured)
    for item in items:
        factor = item[0][0].partition("-")[0]
        if factor in FOLDED:
            oxygen = Decimal(measured["a19001"])
            folded = Decimal(measured[factor]) * 11 / (21 - oxygen)
            item.insert(1, (f"{factor}-Zs{metric}", str(round(folded, 3))))
    return GATEWAY, "hj212", frame(MN, cn, data_time, items), at


def build_measured(database_url: str, home: str) -> dict[str, Any]:
    """In a process of its own: build what is queued; seconds and peak memory."""
    settings = load_settings(database_url=database_url, home=Path(home), evidence_wait_seconds=0)
    with connect(database_url, name="bench") as connection:
        order = claim(connection, "bench")
    assert order is not None
    steps: list[tuple[str, float]] = []
    began = time.perf_counter()
    work_on(settings, order, told=lambda step, _: steps.append((step, time.perf_counter() - began)))
    passed = time.perf_counter() - began
    ends: dict[str, float] = {}
    for step, at in steps:
        ends.setdefault(step, at)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": passed, "megabytes": peak, "steps": ends}


def measure(days: int = DAYS, keep: Path | None = None) -> list[Row]:
    """Run everything on a stack of its own and give the rows."""
    with throw_away_home() as home:
        stack = start_on_free_ports(home)
        url = stack.database_url
        migrate(url)
        settings = load_settings(database_url=url, home=home, settle_quiet_seconds=0, absent_quiet_seconds=0)
        began = time.perf_counter()
        with connect(url, name="bench", autocommit=True) as connection:
            feed = Feed(connection, settings, SITES, FIRST - DAY)
            for day in range(days):
                start = FIRST + day * DAY
                feed.receive(published(day))
                feed.judge(start + DAY + 2 * HOUR)
            print(f"fed in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            seal_all(connection, load_signer(settings, connection), now)
        print(f"sealed after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        with connect(url, name="bench") as connection:
            place = plan(connection, Asked("outlet", OUTLET, FIRST, FIRST + days * DAY), now())
            asked_at = time.perf_counter()
            told = estimate(connection, place, most=settings.evidence_bytes)
            estimated = time.perf_counter() - asked_at
            caller = Caller("bench", "bench")
            package_id = ask_for(
                connection, place, told, caller, asked_size=None, formal=False, most=5, at=now()
            )
        command = [sys.executable, "-m", "tests.bench.package", "--build", url, str(home)]
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        with connect(url, name="bench") as connection:
            package = find_package(connection, package_id=package_id)
        assert package["state"] == "ready", (package["error_code"], package["error"])
        if keep is not None:
            shutil.copyfile(evidence_folder(settings) / package["file_name"], keep)
        print(json.dumps(result["steps"], indent=1), file=sys.stderr)
    return [
        Row(f"evidence package, {days} days of one outlet: built", result["seconds"], "s", 10),
        Row("evidence package: size", package["bytes"] / 1e6, "MB", None),
        Row("evidence package: size as estimated before", told.size / 1e6, "MB", None),
        Row("evidence package: seconds as estimated before", told.seconds, "s", None),
        Row("evidence package: estimating", estimated, "s", None),
        Row("evidence package: peak memory of the builder", result["megabytes"], "MB", 300),
    ]


def main() -> int:
    """Measure and print, or build in the process that is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--build", nargs=2, metavar=("DATABASE_URL", "HOME"))
    given = parser.parse_args()
    if given.build:
        print(json.dumps(build_measured(*given.build)))
        return 0
    show(measure(given.days, given.keep))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
