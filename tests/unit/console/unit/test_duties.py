"""What a company has to do, and the periods that it can still mark."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.console.overview.reads import Hole
from api.console.unit.duties import duties_of, factor_words, gap_words, gaps_of
from store.clock import BEIJING, HOUR
from store.markrules import Clocks
from tests.unit.console.samples import limit, outlet

TAIL = outlet(limit(), factors=("a21026", "a01012"))
DAY = datetime(2026, 1, 14, tzinfo=BEIJING)
CLOCKS = Clocks()


def hole(hour: int, *factors: str, missing: bool = False) -> Hole:
    """An hour of the 14th without a mark."""
    return Hole(TAIL.key, DAY + hour * HOUR, factors or ("a21026",), missing)


def test_hours_that_follow_each_other_are_one_period_and_a_break_begins_another() -> None:
    found = gaps_of([hole(9), hole(8), hole(11)], [TAIL], CLOCKS)
    assert [(gap.start.hour, gap.until.hour) for gap in found] == [(8, 10), (11, 12)]
    assert gap_words(found[0]) == "01-14 08:00～10:00 数据无效"


def test_what_is_missing_and_what_is_invalid_are_two_periods() -> None:
    found = gaps_of([hole(8), hole(9, missing=True)], [TAIL], CLOCKS)
    assert [gap.missing for gap in found] == [False, True]


def test_a_period_ends_with_the_beijing_day_because_its_deadline_does() -> None:
    midnight = Hole(TAIL.key, DAY + 24 * HOUR, ("a21026",), False)
    found = gaps_of([hole(23), midnight], [TAIL], CLOCKS)
    assert [gap.deadline for gap in found] == [
        DAY + timedelta(days=1, hours=12),
        DAY + timedelta(days=2, hours=12),
    ]
    assert gap_words(found[0]).startswith("01-14 23:00～24:00")


def test_factors_are_named_and_all_of_them_are_called_all() -> None:
    one, everything = gaps_of([hole(8), hole(10, "a21026", "a01012")], [TAIL], CLOCKS)
    assert factor_words(one) == "二氧化硫"
    assert factor_words(everything) == "全部因子"


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
    found = duties_of(alerts, gaps_of([hole(8)], [TAIL], CLOCKS), leads, tasks, {TAIL.key: "窑尾"})
    assert [duty.kind for duty in found] == ["mark", "query", "answer", "statement"]
    assert [duty.path for duty in found] == ["/marks?outlet=kiln-tail", "/tasks/9", "/alerts/5", "/leads/2"]
    assert found[2].where == "窑尾 · 二氧化硫 · YJ-20260114-0001"
