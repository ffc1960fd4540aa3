"""The month of a unit, its gateways and its marks in words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from api.console.unit.views import gateway_words, listing_rows, mark_rows, month_rows
from store.model import Listing
from tests.unit.console.samples import NOW, limit, outlet, site

TAIL = outlet(limit(), factors=("a21026", "a01012"))


def day(factor: str, **given: Any) -> dict[str, Any]:
    """One published day of a factor."""
    hours = {"due": 24, "in_time": 24, "received": 23, "valid": 22, "stopped": 0, "standard_checks": 0}
    attained = {"compliant": 20, "exceeded": 2}
    return {
        "outlet_key": 7,
        "factor": factor,
        "sent": hours,
        "attainment": {"hours": attained if factor == "a21026" else None, "days": None},
        "total_kg": "12.5000" if factor == "a21026" else None,
        **given,
    }


def test_days_are_summed_before_a_rate_is_made_of_them() -> None:
    (row,) = month_rows([TAIL], [day("a21026"), day("a21026")], Decimal(90))
    assert (row.sent, row.sent_counts) == ("95.83 %", "46 / 48")
    assert row.effective == "87.85 %"
    assert row.low
    assert (row.attained, row.exceeded) == ("90.91 %", "4 小时")
    assert row.emission == "25.000 kg"


def test_a_factor_that_is_neither_judged_nor_a_mass_is_left_out() -> None:
    assert month_rows([TAIL], [day("a01012")], Decimal(90)) == ()


def test_gateways_are_named_once_with_their_connection() -> None:
    state = {"gw-one": {"state": "offline", "since": NOW}}
    assert gateway_words(site(TAIL, TAIL), state) == ("gw-one：离线，自 2026-01-15 14:05",)
    assert gateway_words(site(TAIL), {}) == ("gw-one：未连接过",)


def test_stays_on_the_positive_list_are_told_newest_first_and_the_present_one_is_named() -> None:
    old = Listing(1, NOW - timedelta(days=400), NOW - timedelta(days=40), "旧依据", "市局（虚构）", None)
    present = Listing(2, NOW - timedelta(days=10), None, "新依据", "市局（虚构）", "文〔2026〕1号")
    shown = site(TAIL)
    rows = listing_rows(type(shown)(**{**_fields(shown), "positive_list": (old, present)}), NOW)
    assert [(row.now, row.document) for row in rows] == [(True, "文〔2026〕1号"), (False, None)]
    assert rows[0].period.endswith("长期")


def _fields(shown: Any) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in shown.__dataclass_fields__}


def test_a_mark_says_whether_it_is_late_or_withdrawn() -> None:
    row = {
        "outlet_key": 7,
        "category": "device",
        "label": "fault",
        "factor": None,
        "from_time": NOW,
        "to_time": NOW + timedelta(hours=1),
        "received_at": NOW,
        "channel": "manual",
        "late": True,
        "withdrawn_at": None,
    }
    late, withdrawn, strange = row, {**row, "withdrawn_at": NOW}, {**row, "outlet_key": 99}
    found = mark_rows(site(TAIL), [late, withdrawn, strange])
    assert [mark.state for mark in found] == ["逾期提交，不改变数据", "已撤回"]
    assert found[0].period == "01-15 14:05～01-15 15:05"
