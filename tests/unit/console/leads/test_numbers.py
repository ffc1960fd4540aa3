"""The numbers of a lead in words, and what differs between two takings."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from api.console.leads.numbers import difference_of, numbers_of


def period(hour: int, result: str, compared: str | None, revision: int = 1) -> dict[str, Any]:
    multiple = None if compared is None or result != "exceeded" else "0.10"
    return {
        "outlet": "kiln",
        "factor": "a21026",
        "span": "hour",
        "start": f"2026-11-20T{hour:02d}:00:00+08:00",
        "revision": revision,
        "verdicts": [
            {"limit_id": 7, "result": result, "bound": "200", "compared": compared, "multiple": multiple}
        ],
    }


def content(*periods: dict[str, Any]) -> dict[str, Any]:
    results: dict[str, int] = {}
    for one in periods:
        for verdict in one["verdicts"]:
            results[verdict["result"]] = results.get(verdict["result"], 0) + 1
    return {
        "outlets": [{"id": "kiln", "name": "窑尾"}],
        "limits": [{"id": 7, "standard": "GB 4915-2013", "clause": "表1"}],
        "marks": [],
        "positive_list": None,
        "counts": {
            "results": {"hour": results},
            "periods": len(periods),
            "exceeded_days": int("exceeded" in results),
        },
        "periods": list(periods),
        "more_periods": False,
    }


BEFORE = content(period(8, "compliant", "150.0"), period(9, "exceeded", "220.5"))


def test_the_proving_periods_are_shown_with_value_limit_multiple_and_clause() -> None:
    found = numbers_of(BEFORE)
    assert [row.result for row in found.rows] == ["exceeded"]
    row = found.rows[0]
    assert (row.outlet, row.factor, row.clause) == ("窑尾", "二氧化硫", "GB 4915-2013 表1")
    assert "220.50 / 200" in row.figures
    assert "0.10" in row.figures
    assert found.worst == row
    assert dict(found.counts) == {"小时 达标": 1, "小时 超标": 1}


# how the numbers are later, counts that changed, single periods that changed, remark
CASES = [
    (BEFORE, [], 0, "the same"),
    (
        content(period(8, "compliant", "150.0"), period(9, "invalid", None, revision=2)),
        [("小时 无效", 0, 1), ("小时 超标", 1, 0), ("超标天数", 1, 0)],
        1,
        "a mark made the exceeded hour invalid",
    ),
    (
        content(period(8, "compliant", "150.0", revision=2), period(9, "exceeded", "220.5")),
        [],
        1,
        "judged again with the same result: another revision",
    ),
    (
        content(
            period(8, "compliant", "150.0"), period(9, "exceeded", "220.5"), period(10, "exceeded", "230")
        ),
        [("小时 超标", 1, 2)],
        1,
        "an hour came late",
    ),
]


@pytest.mark.parametrize(("after", "counts", "changes", "remark"), CASES, ids=[case[3] for case in CASES])
def test_a_difference_names_counts_and_periods(
    after: dict[str, Any], counts: list[tuple[str, int, int]], changes: int, remark: str
) -> None:
    found = difference_of(BEFORE, after)
    assert sorted(found.counts) == sorted(counts), remark
    assert len(found.changes) == changes, remark
    assert found.same is (changes == 0), remark


def test_a_period_that_came_is_told_with_nothing_before_it() -> None:
    later = deepcopy(BEFORE)
    later["periods"].append(period(11, "exceeded", "205"))
    (change,) = difference_of(BEFORE, later).changes
    assert change.before is None
    assert "超标" in (change.after or "")


def test_other_limits_and_marks_are_told_where_no_period_changed() -> None:
    later = {**deepcopy(BEFORE), "limits": [], "marks": [{"id": 1}]}
    assert len(difference_of(BEFORE, later).others) == 2
