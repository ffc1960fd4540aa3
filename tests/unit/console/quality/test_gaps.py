"""Gaps, and what explains them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.console.markpages.views import Place
from api.console.quality.gaps import down_within, gaps
from api.console.quality.gapview import late_rows, skew_rows
from store.clock import BEIJING, HOUR
from tests.unit.console.samples import outlet, site

START = datetime(2026, 1, 15, tzinfo=BEIJING)
NOW = START + timedelta(days=2)
OUTLET = outlet()
PLACE = Place(OUTLET, site(OUTLET), "某水泥厂（虚构） 窑尾")


def missing(hour: int, *factors: str) -> dict[str, Any]:
    return {"outlet_key": 7, "start": START + hour * HOUR, "factors": list(factors or OUTLET.factors)}


def outage(first: float, last: float | None) -> dict[str, Any]:
    end = None if last is None else START + timedelta(hours=last)
    return {"cause": "ingest_down", "from_time": START + timedelta(hours=first), "to_time": end}


def alert(code: str, first: int, last: int, **given: Any) -> dict[str, Any]:
    known = {"id": 5, "number": "YJ-1", "code": code, "site_key": 3, "outlet_key": None, "gateway": None}
    return known | {"first_seen": START + first * HOUR, "until": START + last * HOUR} | given


def test_hours_in_a_row_that_lack_the_same_are_one_gap() -> None:
    rows = [missing(1), missing(2), missing(3, "a01012"), missing(5, "a01012")]
    found = gaps(rows, {7: OUTLET}, [], [], NOW)
    assert [(gap.start.hour, gap.hours, gap.whole, gap.factors) for gap in found] == [
        (5, 1, False, ("a01012",)),
        (3, 1, False, ("a01012",)),
        (1, 2, True, OUTLET.factors),
    ]


@pytest.mark.parametrize(
    ("outages", "alerts", "kind", "remark"),
    [
        ([], [], "missing", "nothing explains it"),
        ([outage(1.5, 1.75)], [], "own", "Outfall itself was down for a part of it"),
        ([outage(3, 4)], [], "missing", "Outfall was down afterwards"),
        ([], [alert("outlet_silent", 1, 3, outlet_key=7)], "connection", "the outlet was not heard"),
        ([], [alert("outlet_silent", 1, 3, outlet_key=8)], "missing", "another outlet was not"),
        ([], [alert("gateway_offline", 0, 2, gateway="gw-one")], "connection", "its gateway was away"),
        ([], [alert("gateway_offline", 0, 2, gateway="gw-two")], "missing", "another gateway was"),
        ([], [alert("site_offline", 0, 2)], "connection", "the whole unit was away"),
        ([], [alert("site_offline", 4, 9)], "missing", "it was away later"),
        ([outage(1, 2)], [alert("site_offline", 0, 2)], "own", "our own fault is told first"),
    ],
)
def test_what_explains_a_gap(
    outages: list[dict[str, Any]], alerts: list[dict[str, Any]], kind: str, remark: str
) -> None:
    (gap,) = gaps([missing(1), missing(2)], {7: OUTLET}, outages, alerts, NOW)
    assert gap.kind == kind, remark


def test_own_downtime_is_counted_once_and_up_to_now_when_it_has_not_ended() -> None:
    outages = [outage(0, 2), outage(1, 3), outage(5, None)]
    assert down_within(outages, START, START + 4 * HOUR, NOW) == 3 * HOUR
    assert down_within(outages, START + 4 * HOUR, START + 100 * HOUR, START + 7 * HOUR) == 2 * HOUR
    assert down_within([], START, NOW, NOW) == timedelta(0)


def test_days_with_late_hours_are_told_with_all_factors_together() -> None:
    def row(factor: str, day: int, in_time: int) -> dict[str, Any]:
        hours = {"due": 24, "received": 24, "in_time": in_time}
        return {
            "factor": factor,
            "start": START + timedelta(days=day),
            "numbers": {"transmission": {"hours": hours}},
        }

    rows = [row("a", 0, 20), row("b", 0, 24), row("a", 1, 24)]
    assert [(one.day, one.late, one.received, one.due) for one in late_rows(PLACE, rows)] == [
        (START, 4, 48, 48)
    ]


def test_a_wrong_clock_says_how_wrong_it_was_at_most() -> None:
    row = {
        "code": "clock_skew",
        "gateway": "gw-one",
        "outlet_key": 7,
        "from_time": START,
        "to_time": START + HOUR,
        "found_at": NOW,
        "numbers": {"count": 3, "examples": [{"seconds_ahead": 60}, {"seconds_ahead": 7200}]},
        "alert_id": 1,
        "number": "YJ-1",
    }
    (shown,) = skew_rows([row], {7: PLACE})
    assert (shown.kind, shown.count, shown.far) == ("时钟偏差", 3, "2 小时")
