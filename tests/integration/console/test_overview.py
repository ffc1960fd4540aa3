"""The overview: who sees which unit and which figures, the wall display, and a company's duties."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store import clock
from store.people import Role
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert

OWN, OTHER = ("示例水泥厂", "plant-one-stack"), ("示例污水厂", "plant-two-outlet")


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("role", sorted(role.value for role in Role if role is not Role.COMPANY))
def test_everybody_of_the_bureau_sees_every_unit(api: Api, role: str) -> None:
    html = page(api, "/", role)
    for name, outlet in (OWN, OTHER):
        assert name in html
        assert f'data-outlet="{outlet}"' in html


@pytest.mark.parametrize("path", ["/", "/?display=wall", "/fragments/strip", "/fragments/sites/plant-one"])
def test_a_company_finds_nothing_of_another_unit(api: Api, path: str) -> None:
    html = page(api, path, "company", "plant-one")
    for word in OTHER:
        assert word not in html
    # Figures of the bureau are none of its business either.
    assert 'id="overdue-' not in html
    assert "督办" not in html


def test_the_card_of_another_unit_is_not_there_for_a_company(api: Api) -> None:
    answer = api.get("/fragments/sites/plant-two", "company", "plant-one")
    assert answer.status_code == 404
    assert OTHER[0] not in answer.text


@pytest.mark.parametrize(
    ("role", "supervises", "counts_leads"),
    [
        ("supervisor", True, True),
        ("admin", True, True),
        ("officer", False, True),
        ("auditor", False, True),
        ("operator", False, False),
    ],
)
def test_the_supervisors_block_and_the_overdue_work_are_shown_by_permission(
    api: Api, role: str, supervises: bool, counts_leads: bool
) -> None:
    html = page(api, "/", role)
    assert ('id="supervisor-title"' in html) is supervises
    assert ('id="overdue-leads"' in html) is counts_leads


def test_who_runs_the_machines_sees_values_and_no_alerts(api: Api) -> None:
    html = page(api, "/", "operator")
    assert "open-alerts" not in html
    assert 'id="active-count"' not in html
    assert "today-plant-one" not in html


def test_alerts_of_the_beijing_day_are_counted_and_those_before_it_are_not(fresh_api: Api) -> None:
    today = clock.day_start(clock.now())
    add_alert(fresh_api, STACK, "exceedance_hour", "active", at=today)
    add_alert(fresh_api, STACK, "data_missing", "cleared", at=today)
    add_alert(fresh_api, OUTLET, "exceedance_day", "cleared", at=today - timedelta(seconds=1))
    html = " ".join(page(fresh_api, "/").split())
    assert '<a id="today-plant-one" href="/alerts?site=plant-one">2 条</a> <em>1 条未结束</em>' in html
    assert '<a id="today-plant-two" href="/alerts?site=plant-two">0 条</a>' in html


def test_an_alert_that_a_company_may_not_know_of_is_not_even_counted(fresh_api: Api) -> None:
    hidden = add_alert(fresh_api, STACK, "mark_abuse", "active")
    fresh_api.run("hide_from_company", alert_id=hidden)
    assert '<a id="today-plant-one" href="/alerts?site=plant-one">1 条</a>' in page(fresh_api, "/")
    assert '<a id="today-plant-one" href="/alerts?site=plant-one">0 条</a>' in page(
        fresh_api, "/", "company", "plant-one"
    )


def test_a_company_begins_with_what_it_has_to_do_and_officers_do_not(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active", handling="notified")
    fresh_api.run("answer_due", alert_id=alert)
    html = page(fresh_api, "/", "company", "plant-one")
    assert 'id="duties"' in html
    assert f'href="/alerts/{alert}"' in html
    assert "反馈预警" in html
    assert "反馈预警" not in page(fresh_api, "/", "company", "plant-two")
    assert 'id="duties"' not in page(fresh_api, "/")


def test_the_wall_display_has_no_menu_and_no_form_and_still_lives(api: Api) -> None:
    html = page(api, "/?display=wall")
    assert "<nav" not in html
    assert "<form" not in html
    assert 'id="live-state"' in html
    assert 'data-refresh="alerts"' in html
    assert "<h1>" in html
    assert page(api, "/?display=anything").count("<nav") == 1


def test_nobody_who_is_not_signed_in_sees_the_wall_display(api: Api) -> None:
    answer = api.get("/?display=wall", None)
    assert answer.status_code in (303, 401)
    assert OWN[0] not in answer.text
