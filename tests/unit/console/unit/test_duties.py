"""What a company has to do, and the periods that it can still mark."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.console.markpages.stretches import INVALID, MISSING, Stretch
from api.console.unit.duties import Gap, duties_of, factor_words, gap_words
from api.console.unit.gaps import hours_of
from store.clock import BEIJING, HOUR
from tests.unit.console.samples import limit, outlet

TAIL = outlet(limit(), factors=("a21026", "a01012"))
DAY = datetime(2026, 1, 14, tzinfo=BEIJING)


def gap(hour: int, hours: int, *factors: str, kind: str = INVALID) -> Gap:
    """Hours of the 14th without a mark."""
    start = DAY + hour * HOUR
    stretch = Stretch(TAIL.key, kind, factors or ("a21026",), start, start + hours * HOUR, "calibration")
    return Gap(TAIL, stretch, DAY + timedelta(days=1, hours=12))


@pytest.mark.parametrize(
    ("hour", "hours", "words", "remark"),
    [
        (8, 2, "01-14 08:00～10:00", "within the day"),
        (22, 2, "01-14 22:00～24:00", "to its end, which is not the next day's begin"),
        (22, 4, "01-14 22:00～01-15 02:00", "beyond it"),
    ],
)
def test_a_period_is_told_by_its_begin_and_end(hour: int, hours: int, words: str, remark: str) -> None:
    assert gap_words(gap(hour, hours)) == f"{words} 数据无效", remark


def test_missing_is_not_called_invalid() -> None:
    assert gap_words(gap(8, 1, kind=MISSING)).endswith("数据缺失")


def test_factors_are_named_and_all_of_them_are_called_all() -> None:
    assert factor_words(gap(8, 1)) == "二氧化硫"
    assert factor_words(gap(8, 1, "a21026", "a01012")) == "全部因子"


def test_an_hour_of_several_factors_is_one_hour_of_the_outlet() -> None:
    found = [gap(8, 3, "a21026").stretch, gap(9, 3, "a01012").stretch]
    assert hours_of(found) == 4


def test_what_is_due_first_comes_first_and_what_has_no_time_last() -> None:
    alerts = [
        {
            "id": 5,
            "number": "YJ-20260114-0001",
            "code": "exceedance_hour",
            "outlet_key": TAIL.key,
            "factor": "a21026",
            "due_at": DAY + timedelta(days=3),
        }
    ]
    leads = [{"id": 2, "number": "XS-20260114-0001", "title": "二氧化硫超标", "statement_due": None}]
    tasks = [
        {"id": 9, "number": "RW-20260114-0001", "kind": "company_query", "due_at": DAY + timedelta(days=2)}
    ]
    found = duties_of(alerts, [gap(8, 1)], leads, tasks, {TAIL.key: "窑尾"})
    assert [duty.kind for duty in found] == ["mark", "query", "answer", "statement"]
    assert [duty.path for duty in found] == ["/marks/todo", "/tasks/9", "/alerts/5", "/leads/2"]
    assert found[2].where == "窑尾 · 二氧化硫 · YJ-20260114-0001"
