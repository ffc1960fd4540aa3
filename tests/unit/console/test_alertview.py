"""Alerts as the pages show them."""

from __future__ import annotations

from typing import Any

import pytest

from api.console.alertview import alert_row, event_row, figures
from store.model import Registry
from tests.unit.console.samples import NOW, limit, outlet, site

REGISTRY = Registry(sites=(site(outlet(limit())),), gateways=("gw-one",), authority=None)


def row(**given: object) -> dict[str, Any]:
    """A row of the table alert."""
    return {
        "id": 5,
        "number": "YJ-20260115-0001",
        "code": "exceedance_hour",
        "severity": "serious",
        "site_key": 3,
        "outlet_key": 7,
        "gateway": None,
        "factor": "a21026",
        "condition": "active",
        "handling": "new",
        "first_seen": NOW,
        "last_seen": NOW,
        "raised_at": NOW,
        "cleared_at": None,
        "count": 2,
        "numbers": {"compared": "200.004", "bound": "200", "multiple": "0.00002"},
        "clause": "GB 4915-2013 表1",
        "limit_key": 1,
        "late": False,
        "acknowledged_at": NOW,
        "acknowledged_by": "officer",
    } | given


def test_an_exceedance_says_where_and_by_how_much_with_the_decimals_that_decide() -> None:
    shown = alert_row(row(), REGISTRY, for_company=False)
    assert shown.kind == "数据超标（小时）"
    assert shown.where == "某水泥厂（虚构） 窑尾"
    assert shown.figures == "200.004 / 200 mg/m³，超标 0.00002 倍"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"outlet_key": None, "site_key": 3}, "某水泥厂（虚构）"),
        ({"outlet_key": None, "site_key": None, "gateway": "gw-one"}, "网关 gw-one"),
        ({"outlet_key": None, "site_key": None}, "平台"),
        ({"outlet_key": 99}, "已停用的排口"),  # retired after the alert was raised
    ],
)
def test_an_alert_about_no_outlet_is_placed_all_the_same(given: dict[str, object], where: str) -> None:
    assert alert_row(row(**given), REGISTRY, for_company=False).where == where


@pytest.mark.parametrize(
    "numbers", [{}, {"minutes": 12}, {"compared": "abc", "bound": "200"}, {"bound": "200"}]
)
def test_an_alert_about_no_value_has_no_figures(numbers: dict[str, object]) -> None:
    assert figures(numbers, None) == ""


def test_a_kind_without_a_text_is_named_by_its_code() -> None:
    assert alert_row(row(code="brand_new"), REGISTRY, for_company=False).kind == "其他预警（brand_new）"


def test_a_reason_of_the_keeper_is_told_in_chinese_and_an_officers_own_words_stay() -> None:
    event = {"at": NOW, "actor": "system", "action": "cleared", "reason": "over", "detail": {}}
    assert event_row(event, for_company=True).reason == "后续时段已恢复正常"
    noted = event | {"actor": "officer", "action": "acknowledged", "reason": "已电话联系"}
    assert event_row(noted, for_company=False).reason == "已电话联系"


def test_a_company_does_not_learn_which_officer_did_what_nor_what_officers_noted() -> None:
    event = {"at": NOW, "actor": "officer", "action": "acknowledged", "reason": "内部意见", "detail": {}}
    theirs = event_row(event, for_company=True)
    assert (theirs.actor, theirs.reason) == ("生态环境局", None)
    ours = event_row(event, for_company=False)
    assert (ours.actor, ours.reason) == ("officer", "内部意见")
    assert alert_row(row(), REGISTRY, for_company=True).acknowledged_by == "生态环境局"
