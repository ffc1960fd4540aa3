"""Earlier alerts and how they ended."""

from __future__ import annotations

from datetime import datetime

import pytest

from api.console.alerts.similar import endings, kind_of_time, past_alerts
from store.clock import BEIJING
from store.model import Registry
from tests.unit.console.alerts.rows import alert
from tests.unit.console.samples import limit, outlet, site

REGISTRY = Registry(sites=(site(outlet(limit())),), gateways=("gw-one",), authority=None)

# 2026-01-16 is a Friday.
MOMENTS = [
    ("2026-01-16T14:00", "工作日白天", "an afternoon"),
    ("2026-01-16T22:00", "工作日夜间", "the night begins"),
    ("2026-01-17T05:59", "休息日夜间", "before dawn of a Saturday"),
    ("2026-01-17T06:00", "休息日白天", "the day begins"),
    ("2026-01-19T00:00", "工作日夜间", "the Monday's first minute"),
]


@pytest.mark.parametrize(("moment", "word", "remark"), MOMENTS)
def test_a_moment_belongs_to_a_kind_of_time_in_beijing(moment: str, word: str, remark: str) -> None:
    assert kind_of_time(datetime.fromisoformat(moment).replace(tzinfo=BEIJING)).word == word, remark


def test_an_ending_says_what_was_found_and_where_it_led() -> None:
    rows = [
        alert(handling="closed", result="unfounded", why="校准期间"),
        alert(handling="lead", result="confirmed", why=None),
        alert(handling="notified", result=None, why=None),
        alert(handling="closed", result="unfounded", why="同上"),
    ]
    past = past_alerts(rows, REGISTRY, for_company=False)
    assert [one.ending for one in past] == ["不属实，关闭", "属实，转线索", "已通知企业", "不属实，关闭"]
    assert past[0].why == "校准期间"
    assert endings(past)[0] == ("不属实，关闭", 2)


def test_a_company_reads_neither_findings_nor_reasons() -> None:
    (past,) = past_alerts(
        [alert(handling="closed", result="confirmed", why="内部意见")], REGISTRY, for_company=True
    )
    assert (past.ending, past.why) == ("关闭", None)
