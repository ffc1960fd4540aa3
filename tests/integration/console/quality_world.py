"""What the tests of marks and of data quality share: their statements, a judged plant, frames for the quarantine."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from alerts.worker import Worker
from ingest.hj212.encode import encode
from store import clock
from store.clock import HOUR
from store.database import connect, rows
from store.queries import parse
from store.registry import load_registry
from store.settings import load_settings
from tests.integration.api.conftest import STACK, Api

STATEMENTS = parse(Path(__file__).with_name("quality.sql").read_text(encoding="utf-8"))
ONE, TWO = "plant-one", "plant-two"
MN_ONE = "888888800000010000000901"


def run(api: Api, statement: str, **arguments: object) -> list[dict[str, Any]]:
    """Run a statement of quality.sql and commit."""
    with connect(api.database_url, name="test") as connection, rows(connection) as cursor:
        cursor.execute(STATEMENTS[statement], arguments)
        return cursor.fetchall() if cursor.description else []


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    """A page that must open."""
    answer = api.get(path, role, site)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
    return answer.text


def post(api: Api, path: str, role: str, site: str | None = None, **given: Any) -> httpx.Response:
    """A form that is sent as the page's script sends it."""
    with api.client(role, site) as client:
        return client.post(path, headers={"HX-Request": "true"}, **given)


def judge(api: Api) -> None:
    """Do what the process alerts does: judge everything that was touched."""
    now = clock.now()
    with connect(api.database_url, name="test") as connection:
        worker = Worker(load_settings(database_url=api.database_url), load_registry(connection, at=now))
        while any(worker.judge_touched(connection, key, now) for key in worker.waiting(connection)):
            pass
        connection.commit()


def exceeded_hours(api: Api, count: int = 3) -> datetime:
    """Hours of the stack that have just ended, NOx above its limit, judged; the start of the first."""
    start = clock.hour_start(clock.now()) - count * HOUR
    span = {
        "outlet_key": api.key(STACK),
        "from_time": start,
        "to_time": start + count * HOUR,
        "received_at": start + count * HOUR,
    }
    run(api, "hour_readings", **span)
    run(api, "minute_readings", **span)
    run(api, "touch", **{name: span[name] for name in ("outlet_key", "from_time", "to_time")})
    judge(api)
    return start


def results(api: Api, start: datetime, factor: str = "a21026") -> list[str]:
    """The results of the next day of a factor as they stand."""
    found = run(
        api,
        "results",
        outlet_key=api.key(STACK),
        factor=factor,
        from_time=start,
        to_time=start + timedelta(days=1),
    )
    return [row["result"] for row in found]


def hour_frame(mn: str, start: datetime, *, password: str = "123456") -> bytes:
    """An hour frame of HJ 212-2017."""
    stamp = start.astimezone(clock.BEIJING).strftime("%Y%m%d%H%M%S")
    items = [[("DataTime", stamp)], [("a21026-Avg", "12.5"), ("a21026-Flag", "N")]]
    header = {"QN": f"{stamp}000", "ST": "31", "CN": "2061", "PW": password, "MN": mn, "Flag": 5}
    return encode(header, items, version="2017")


def quarantined(api: Api, raw: bytes, *, reason: str = "password_mismatch", mn: str = MN_ONE) -> int:
    """A piece in the quarantine; its number."""
    found = run(
        api,
        "quarantine",
        at=clock.now() - timedelta(minutes=5),
        gateway="gw-one",
        raw=raw,
        mn=mn,
        reason=reason,
    )
    return int(found[0]["id"])
