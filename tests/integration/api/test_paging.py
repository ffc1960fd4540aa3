"""Walking a list by its cursors shows everything once, also while rows arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store import clock
from tests.integration.api.conftest import STACK, WEEK_START, Api, add_alert

MORNING = {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-03T00:00:00+08:00"}


def walk(api: Api, path: str, query: dict[str, Any], between: Any = None) -> list[dict[str, Any]]:
    """Every item of a list; ``between`` is called after each page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = api.get(path, params={**query, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["items"]) <= query["limit"]
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items
        if between is not None:
            between()


@pytest.mark.parametrize("limit", [1, 7, 359, 360, 361])
def test_readings_come_once_each_in_order(api: Api, limit: int) -> None:
    path = f"/api/v1/outlets/{STACK}/readings"
    query = {**MORNING, "limit": limit}
    if limit == 1:
        query["to"] = "2026-03-02T00:12:00+08:00"
    seen = [(item["time"], item["factor"]) for item in walk(api, path, query)]
    assert seen == sorted(set(seen))
    assert len(seen) == (24 if limit == 1 else 360)


def test_every_revision_comes_once(api: Api) -> None:
    items = walk(api, f"/api/v1/outlets/{STACK}/readings", {**MORNING, "revisions": "all", "limit": 13})
    seen = [(item["time"], item["factor"], item["revision"]) for item in items]
    assert seen == sorted(set(seen))
    assert len(seen) == 360 + 6


@pytest.mark.parametrize("limit", [1, 5, 48, 100])
def test_periods_come_once_each_with_their_verdicts(api: Api, limit: int) -> None:
    items = walk(api, f"/api/v1/outlets/{STACK}/periods", {**MORNING, "limit": limit})
    seen = [(item["start"], item["factor"]) for item in items]
    assert seen == sorted(set(seen))
    assert len(seen) == 48
    assert all(len(item["verdicts"]) == 1 for item in items)


def test_ledger_hours_come_once_each_and_the_total_stays(api: Api) -> None:
    path = f"/api/v1/outlets/{STACK}/ledger"
    hours = [item["hour"] for item in walk(api, path, {**MORNING, "limit": 1})]
    assert len(hours) == len(set(hours)) == 3
    assert api.get(path, params={**MORNING, "limit": 1}).json()["total"]["received"] == 300


def test_alerts_that_are_raised_meanwhile_neither_hide_nor_repeat_others(fresh_api: Api) -> None:
    moment = clock.now() - timedelta(hours=1)
    # Several at one moment: the place in the list is moment and id.
    made = [
        add_alert(fresh_api, STACK, f"code_{number}", "active", at=moment + timedelta(seconds=number // 3))
        for number in range(12)
    ]
    late = iter(range(100))

    def raise_another() -> None:
        add_alert(fresh_api, STACK, f"late_{next(late)}", "active")

    seen = [item["id"] for item in walk(fresh_api, "/api/v1/alerts", {"limit": 5}, raise_another)]
    assert seen == sorted(made, reverse=True)


def test_readings_that_arrive_behind_the_cursor_do_not_repeat_others(fresh_api: Api) -> None:
    key = fresh_api.key(STACK)
    hour = timedelta(hours=1)
    fresh_api.run("readings", outlet_key=key, from_time=WEEK_START + hour, to_time=WEEK_START + 2 * hour)
    arrived: list[bool] = []

    def arrive() -> None:
        if not arrived:
            fresh_api.run("readings", outlet_key=key, from_time=WEEK_START, to_time=WEEK_START + hour)
            arrived.append(True)

    items = walk(fresh_api, f"/api/v1/outlets/{STACK}/readings", {**MORNING, "limit": 25}, arrive)
    seen = [(item["time"], item["factor"]) for item in items]
    assert seen == sorted(set(seen))
    assert len(seen) == 120
