"""Data quality on the console and the quarantine over the API: whose it is, what adds up, what a replay does."""

from __future__ import annotations

import csv
import io
import time
from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from store import clock
from store.clock import HOUR, day_start
from store.database import connect
from store.queries import queries
from tests.integration.api.conftest import OUTLET, STACK, Api
from tests.integration.console.quality_world import (
    MN_ONE,
    ONE,
    TWO,
    hour_frame,
    page,
    post,
    quarantined,
    run,
)


def ledger(api: Api, outlet: str | None, gateway: str, **frames: int) -> None:
    """Ledger rows of the last hour; ``quarantined`` is for the reason crc_mismatch."""
    for disposition, count in frames.items():
        run(
            api,
            "ledger",
            hour=clock.hour_start(clock.now()),
            gateway=gateway,
            outlet_key=0 if outlet is None else api.key(outlet),
            disposition=disposition,
            reason="crc_mismatch" if disposition == "quarantined" else "",
            frames=count,
        )


@pytest.fixture
def kept(fresh_api: Api) -> Api:
    """Both plants with a ledger, published statistics and gaps; frames that belong to nobody."""
    api = fresh_api
    ledger(api, STACK, "gw-one", received=1111, accepted=1101, quarantined=10)
    ledger(api, OUTLET, "gw-two", received=2222, accepted=2222)
    ledger(api, None, "gw-two", received=33, quarantined=33)
    day = day_start(clock.now()) - timedelta(days=1)
    for outlet, factor, received in ((STACK, "a21026", 20), (OUTLET, "w01018", 7)):
        hours = {"due": 24, "in_time": 3, "received": received, "valid": 5, "stopped": 0}
        numbers: dict[str, Any] = {"transmission": {"hours": hours}}
        run(
            api,
            "statistic",
            outlet_key=api.key(outlet),
            factor=factor,
            start=day,
            revision=2,
            numbers=Jsonb(numbers),
        )
        run(
            api,
            "missing_hours",
            outlet_key=api.key(outlet),
            factors=[factor],
            from_time=day + 3 * HOUR,
            to_time=day + 6 * HOUR,
        )
    run(api, "outage", from_time=day + 4 * HOUR, to_time=day + 5 * HOUR)
    return api


# ---- whose it is --------------------------------------------------------------------------------------------------------------

OWN_ONLY = (
    "/quality",
    "/quality?view=year",
    "/quality/calendar.csv",
    f"/quality/day?outlet={STACK}",
    "/quality/ledger",
    "/quality/ledger?by=time",
    "/quality/ledger?unit=hour",
    "/quality/ledger?outlet=none",
    "/quality/ledger?gateway=gw-two",
    "/quality/ledger.csv",
    "/quality/gaps",
    f"/quality/gaps?site={TWO}",
)


def test_a_company_reads_its_own_monitors_only(kept: Api) -> None:
    for path in OWN_ONLY:
        html = page(kept, path, "company", ONE)
        for foreign in ("示例污水厂", OUTLET, "2222", "不属于任何排口"):
            assert foreign not in html, f"{path} tells {foreign}"


@pytest.mark.parametrize(
    "path",
    [
        f"/quality?outlet={OUTLET}",
        f"/quality/day?outlet={OUTLET}",
        f"/quality/statistics?outlet={OUTLET}",
        f"/quality/calendar.xlsx?outlet={OUTLET}",
        "/quality/messages?gateway=gw-two&from=2026-01-01T00:00&to=2026-01-02T00:00",
    ],
)
def test_what_is_another_units_is_not_there(kept: Api, path: str) -> None:
    assert kept.get(path, "company", ONE).status_code == 404


def test_a_ledger_filtered_by_another_units_outlet_is_empty(kept: Api) -> None:
    html = page(kept, f"/quality/ledger?outlet={OUTLET}", "company", ONE)
    assert "没有收到数据包" in html
    table = kept.get(f"/quality/ledger.csv?outlet={OUTLET}", "company", ONE).text
    assert "2222" not in table


QUARANTINE = (
    "/quality/quarantine",
    "/quality/quarantine/1",
    "/quality/quarantine/replays",
    "/api/v1/quarantine",
)


def test_the_quarantine_is_none_of_a_companys_business(kept: Api) -> None:
    number = quarantined(kept, hour_frame(MN_ONE, clock.hour_start(clock.now()) - HOUR))
    for path in QUARANTINE:
        assert kept.get(path, "company", ONE).status_code == 403, path
    for path in (
        f"/quality/quarantine/{number}/replay",
        "/quality/quarantine/replay",
        "/quality/quarantine/replay-all",
        f"/api/v1/quarantine/{number}/replay",
    ):
        assert post(kept, path, "company", ONE).status_code == 403, path
    assert "/quality/quarantine" not in page(kept, "/quality", "company", ONE)


@pytest.mark.parametrize(
    ("role", "reads", "replays"),
    [("officer", 200, 403), ("auditor", 200, 403), ("operator", 200, 422), ("admin", 200, 422)],
)
def test_who_reads_the_quarantine_and_who_replays(
    fresh_api: Api, role: str, reads: int, replays: int
) -> None:
    assert fresh_api.get("/quality/quarantine", role).status_code == reads
    assert post(fresh_api, "/quality/quarantine/replay-all", role).status_code == replays
    assert post(fresh_api, "/quality/quarantine/replay", role).status_code == replays


def test_messages_of_a_gateway_that_carries_others_are_not_listed_for_a_company(kept: Api) -> None:
    path = "/quality/messages?gateway=gw-one&from=2026-01-01T00:00&to=2026-01-02T00:00"
    assert kept.get(path, "company", ONE).status_code == 200
    with connect(kept.database_url, name="test") as connection:
        connection.execute(
            "update monitor_version set gateway = 'gw-one' where outlet_key = %s", (kept.key(OUTLET),)
        )
    assert kept.get(path, "company", ONE).status_code == 403
    assert kept.get(path, "officer").status_code == 200


# ---- what it says -------------------------------------------------------------------------------------------------------------


def test_the_ledger_says_that_it_balances_and_a_company_sees_its_own_sum(kept: Api) -> None:
    html = page(kept, "/quality/ledger")
    assert "已平衡：收到的 3366 个数据包全部有去处。" in html
    assert "3366 = 3323 + 0 + 0 + 43" in html
    assert "不属于任何排口" in html
    own = page(kept, "/quality/ledger", "company", ONE)
    assert "1111 = 1101 + 0 + 0 + 10" in own


def test_a_frame_that_is_lost_is_an_alarm(kept: Api) -> None:
    ledger(kept, STACK, "gw-lost", received=9, accepted=2)
    html = page(kept, "/quality/ledger")
    assert "不平衡：相差 7 个数据包" in html and 'role="alert"' in html
    table = list(csv.reader(io.StringIO(kept.get("/quality/ledger.csv").content.decode("utf-8-sig"))))
    assert any(row[6:7] == ["7"] for row in table)


def test_the_calendar_shows_what_was_published_and_leads_to_the_day(kept: Api) -> None:
    day = day_start(clock.now()) - timedelta(days=1)
    html = page(kept, f"/quality?outlet={STACK}&day={day:%Y-%m-%d}")
    assert f'data-day="{day:%Y-%m-%d}"' in html and "83%" in html
    valid = page(kept, f"/quality?outlet={STACK}&day={day:%Y-%m-%d}&metric=valid")
    assert "20%" in valid
    hours = page(kept, f"/quality/day?outlet={STACK}&day={day:%Y-%m-%d}")
    assert "应收 24，即时收到 3，收到 20，有效 5，停运 0（第 2 版）" in hours
    assert "缺失 3" in hours


def test_our_own_downtime_is_told_apart_from_what_is_missing(kept: Api) -> None:
    html = page(kept, "/quality/gaps")
    assert html.count("平台自身中断") >= 2 and "其中平台自身中断 1 小时" in html
    assert "17 个小时值为补传，共收到 20，应收 24" in html
    assert "没有缺失的小时" in page(kept, "/quality/gaps?kind=missing")


@pytest.mark.parametrize(
    "path",
    [
        "/quality/ledger?unit=hour&from=2026-01-01&to=2026-03-01",
        "/quality/gaps?from=2020-01-01&to=2026-03-01",
        "/quality/quarantine?from=2000-01-01&to=2026-03-01",
        "/marks/list?from=2000-01-01&to=2026-03-01",
    ],
)
def test_more_days_than_can_be_shown_are_refused_in_words(fresh_api: Api, path: str) -> None:
    answer = fresh_api.get(path, "admin")
    assert answer.status_code == 422 and "一次最多查看" in answer.text


# ---- replay -------------------------------------------------------------------------------------------------------------------


def test_a_piece_shows_its_bytes_without_the_password_and_what_it_would_give_now(fresh_api: Api) -> None:
    start = clock.hour_start(clock.now()) - HOUR
    good = quarantined(fresh_api, hour_frame(MN_ONE, start))
    bad = quarantined(fresh_api, hour_frame("999999", start), reason="unknown_mn", mn="999999")
    html = page(fresh_api, f"/quality/quarantine/{good}", "officer")
    assert "现在可以解析" in html and "二氧化硫 12.5" in html
    assert "PW=******" in html and "123456" not in html
    assert "现在仍不能使用" in page(fresh_api, f"/quality/quarantine/{bad}", "officer")
    assert run(fresh_api, "readings_of", outlet_key=fresh_api.key(STACK)) == [{"readings": 0}]


def test_one_piece_is_replayed_once_and_written_down(fresh_api: Api) -> None:
    number = quarantined(fresh_api, hour_frame(MN_ONE, clock.hour_start(clock.now()) - HOUR))
    answer = post(fresh_api, f"/quality/quarantine/{number}/replay", "operator")
    assert answer.headers["HX-Redirect"] == f"/quality/quarantine/{number}?said=quality.replayed"
    assert run(fresh_api, "readings_of", outlet_key=fresh_api.key(STACK)) == [{"readings": 1}]
    (event,) = run(fresh_api, "audited", action="ingest:quarantine:%")
    assert event["actor"] == "token:operator-test" and event["origin"] == "127.0.0.1"
    assert event["detail"]["outcomes"] == {"accepted": 1} and event["detail"]["chosen"] == {"ids": [number]}
    html = page(fresh_api, f"/quality/quarantine/{number}", "operator")
    assert "不需要再重放" in html and "token:operator-test" in html


def test_the_api_lists_and_replays_with_the_same_outcome(fresh_api: Api) -> None:
    start = clock.hour_start(clock.now()) - HOUR
    good = quarantined(fresh_api, hour_frame(MN_ONE, start))
    bad = quarantined(fresh_api, hour_frame("999999", start), reason="unknown_mn", mn="999999")
    listed = fresh_api.get("/api/v1/quarantine?state=waiting").json()
    assert [(item["id"], item["reason"], item["state"]) for item in listed["items"]] == [
        (bad, "unknown_mn", "waiting"),
        (good, "password_mismatch", "waiting"),
    ]
    assert "raw" not in listed["items"][0]
    with fresh_api.client("operator") as client:
        key = {"Idempotency-Key": "once"}
        first = client.post(f"/api/v1/quarantine/{good}/replay", headers=key)
        assert first.json() == {"id": good, "outcome": "accepted", "readings": 1}
        assert client.post(f"/api/v1/quarantine/{good}/replay", headers=key).json() == first.json()
        again = client.post(f"/api/v1/quarantine/{good}/replay")
        assert again.json() == {"id": good, "outcome": "duplicate", "readings": 0}
        refused = client.post(f"/api/v1/quarantine/{bad}/replay")
        assert refused.json() == {"id": bad, "outcome": "unknown_mn", "readings": 0}
        assert client.post("/api/v1/quarantine/999999/replay").status_code == 404
    assert fresh_api.get(f"/api/v1/quarantine/{good}/replay", "operator").status_code == 405
    assert fresh_api.get("/api/v1/quarantine", "company", ONE).status_code == 403
    stored = fresh_api.get("/api/v1/quarantine?state=stored").json()["items"]
    assert [item["id"] for item in stored] == [good]
    one = fresh_api.get("/api/v1/quarantine?limit=1").json()
    rest = fresh_api.get(f"/api/v1/quarantine?limit=1&cursor={one['next']}").json()
    assert [one["items"][0]["id"], rest["items"][0]["id"]] == [bad, good] and rest["next"] is None


def wait_for_end(api: Api, path: str) -> str:
    """The page of a replay once it is over."""
    for _ in range(200):
        html = page(api, path, "operator")
        if "进行中" not in html:
            return html
        time.sleep(0.05)
    raise AssertionError("the replay did not end")


def test_all_of_a_reason_are_replayed_in_the_background_with_each_outcome(fresh_api: Api) -> None:
    start = clock.hour_start(clock.now()) - 9 * HOUR
    for number in range(5):
        quarantined(fresh_api, hour_frame(MN_ONE, start + number * HOUR))
    quarantined(fresh_api, b"garbage", reason="garbage")
    answer = post(fresh_api, "/quality/quarantine/replay-all?reason=password_mismatch", "operator")
    assert answer.status_code == 204, answer.text
    html = wait_for_end(fresh_api, answer.headers["HX-Redirect"])
    assert "已完成" in html and "已处理 5 / 5 条，入库数据 5 个" in html
    assert html.count("✓ 已入库") == 5
    asked, done = run(fresh_api, "audited", action="ingest:quarantine:%")
    assert (asked["action"], done["action"]) == ("ingest:quarantine:ask", "ingest:quarantine:replay")
    assert done["detail"]["outcomes"] == {"accepted": 5} and done["actor"] == "token:operator-test"
    assert done["origin"] == "127.0.0.1"
    assert "未登记" not in page(fresh_api, "/quality/quarantine/replays", "officer")
    # What is stored is not taken up again; what is not stays.
    again = post(fresh_api, "/quality/quarantine/replay-all?reason=password_mismatch", "operator")
    assert again.status_code == 422 and "没有需要重放的" in again.text


def test_ticked_pieces_are_replayed_and_no_others(fresh_api: Api) -> None:
    start = clock.hour_start(clock.now()) - 9 * HOUR
    numbers = [quarantined(fresh_api, hour_frame(MN_ONE, start + number * HOUR)) for number in range(3)]
    answer = post(
        fresh_api, "/quality/quarantine/replay", "operator", data={"piece": [str(n) for n in numbers[:2]]}
    )
    html = wait_for_end(fresh_api, answer.headers["HX-Redirect"])
    assert "已处理 2 / 2 条" in html
    waiting = fresh_api.get("/api/v1/quarantine?state=waiting").json()["items"]
    assert [item["id"] for item in waiting] == numbers[2:]


def test_two_replays_do_not_run_at_once(fresh_api: Api) -> None:
    number = quarantined(fresh_api, hour_frame(MN_ONE, clock.hour_start(clock.now()) - HOUR))
    with connect(fresh_api.database_url, name="other", autocommit=True) as other:
        other.execute(queries("ingest")["lock_replay"])
        for path in (f"/quality/quarantine/{number}/replay", "/quality/quarantine/replay-all"):
            answer = post(fresh_api, path, "operator")
            assert answer.status_code == 409 and "另一次重放正在进行" in answer.text, path
    assert post(fresh_api, f"/quality/quarantine/{number}/replay", "operator").status_code == 204
