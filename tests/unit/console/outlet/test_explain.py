"""Why a period is what it is, and what changed from revision to revision."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from api.console.outlet.explain import explain
from store.clock import BEIJING
from tests.unit.console.samples import limit

START = datetime(2026, 1, 15, tzinfo=BEIJING)


def period(revision: int = 1, **given: Any) -> dict[str, Any]:
    columns = {
        f"{column}_{form}": Decimal("12.3")
        for column in ("reported", "recomputed", "after_marking", "after_exemption")
        for form in ("measured", "folded")
    }
    return {
        "revision": revision,
        "valid": True,
        "status": "normal",
        "reasons": [],
        "count": 60,
        "expected": 60,
        "inputs": {"frame": 1, "judged_on": "reported", "seconds": {"normal": 3600}},
        "rule": "hour-gas/2",
        "computed_at": START,
        **columns,
        **given,
    }


def verdict(revision: int = 1, result: str = "compliant", **given: Any) -> dict[str, Any]:
    return {
        "revision": revision, "limit_key": 1, "result": result, "bound": Decimal(200), "compared": Decimal("12.3"),
        "multiple": None, "reasons": [], "rule": "hour-gas/2", **given,
    }  # fmt: skip


def explained(*periods: dict[str, Any], verdicts: tuple[dict[str, Any], ...] = ()) -> Any:
    return explain(
        "hour", periods, verdicts, {1: limit(), 2: limit(key=2, maximum="100")}, "cement", folds=True
    )


def test_a_period_that_was_never_computed_has_no_explanation() -> None:
    assert explained() is None


def test_what_did_not_count_is_named_with_its_length_and_reason() -> None:
    inputs = {"seconds": {"normal": 2100, "starting": 300, "calibration": 900, "fault": 300}}
    found = explained(period(inputs=inputs, count=40, reasons=["too_few_valid_minutes"]))
    assert found.excluded == (("校准", "15 分钟"), ("故障", "5 分钟"))
    assert (found.count, found.expected) == (40, 60)
    assert found.reasons == ("有效分钟数据不足 45 分钟",)


def test_the_verdict_names_its_limit_record_its_clause_and_its_rule_in_words() -> None:
    row = verdict(
        result="exceeded", compared=Decimal("211.07"), multiple=Decimal("0.05535"), reasons=["above_maximum"]
    )
    (one,) = explained(period(), verdicts=(row,)).verdicts
    assert (one.word, one.limit, one.clause) == ("超标", "≤ 200", "GB 4915-2013 表1")
    assert one.reasons == ("高于限值上限",)
    assert one.multiple is not None and one.multiple.startswith("0.06")


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"oxygen": "9.123456789012", "oxygen_from": "hour"}, {"含氧量": "9.12", "含氧量来源": "小时数据"}),
        (
            {"marks": [{"id": 4, "category": "device", "label": "fault", "minutes": 20}]},
            {"标记": "20 分钟（标记 4）"},
        ),
        (
            {"checks": [{"id": 1, "kind": "standard", "passed": False, "at": "2026-01-14T08:00:00+08:00"}]},
            {"前后两次核查": "不合格"},
        ),
        (
            {"exemption": [{"key": 1, "label": "starting", "event_hours": "2.50", "year_hours": "10"}]},
            {"豁免已用时长": "本次 2.5 小时"},
        ),
        ({"frame": None}, {"上报值": "没有收到上报值"}),
        ({"hours": {"normal": 14, "missing": 7}}, {}),
        ({"conditions": {"w01010": "13.4"}}, {"限值条件所用的值": "13.4"}),
        ({"a_new_fact": "x"}, {"a_new_fact": "x"}),
    ],
)
def test_inputs_are_told_in_words_and_unknown_ones_as_they_are(
    inputs: dict[str, Any], told: dict[str, str]
) -> None:
    found = dict(explained(period(inputs=inputs)).inputs)
    for word, value in told.items():
        assert value in found[word]


@pytest.mark.parametrize(
    ("after", "verdict_after", "differs", "cause"),
    [
        (
            {"reported_folded": Decimal("9.9"), "inputs": {"frame": 2}},
            {},
            "上报值（折算值） 12.3 → 9.9",
            "收到或重新收到上报值",
        ),
        (
            {"count": 59, "inputs": {"frame": 1, "judged_on": "reported", "seconds": {"normal": 3540}}},
            {},
            "有效数/应有数 60/60 → 59/60",
            "参与计算的数据有变化（补传或重算）",
        ),
        (
            {"inputs": {"frame": 1, "judged_on": "reported", "seconds": {"normal": 3600}, "marks": []}},
            {"result": "exceeded"},
            "判定 达标 → 超标",
            "标记有变化",
        ),
        ({"rule": "hour-gas/3"}, {}, None, "判定规则由 hour-gas/2 改为 hour-gas/3"),
        ({}, {"limit_key": 2, "bound": Decimal(100)}, None, "适用的限值记录有变化"),
        ({}, {}, None, "重新计算"),
    ],
)
def test_each_revision_says_what_changed_and_why(
    after: dict[str, Any], verdict_after: dict[str, Any], differs: str | None, cause: str
) -> None:
    found = explained(period(1), period(2, **after), verdicts=(verdict(1), verdict(2, **verdict_after)))
    newest, first = found.changes
    assert (newest.revision, first.revision, first.causes) == (2, 1, ())
    assert cause in newest.causes
    assert differs is None or differs in newest.differs
