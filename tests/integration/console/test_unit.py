"""The page of a unit: its parts by permission, and that another company has no part in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store import clock
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_company_reads_its_own_unit_and_another_one_is_not_there(api: Api) -> None:
    assert "示例水泥厂" in page(api, "/sites/plant-one", "company", "plant-one")
    other = api.get("/sites/plant-two", "company", "plant-one")
    assert other.status_code == 404
    assert "示例污水厂" not in other.text
    assert api.get("/sites/none-such", "officer").status_code == 404


# role, site, headings that are there, headings that are not
PARTS = [
    ("officer", None, ("预警", "核查任务", "现场检查", "执法线索", "近期标记"), ("待办事项",)),
    ("operator", None, ("近 30 天达标日历",), ("执法线索", "现场检查", "近期标记")),
    ("company", "plant-one", ("待办事项", "预警", "核查任务", "现场检查", "近期标记"), ("执法线索",)),
]


@pytest.mark.parametrize(("role", "site", "there", "not_there"), PARTS)
def test_parts_are_shown_by_permission(
    api: Api, role: str, site: str | None, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    html = page(api, "/sites/plant-one", role, site)
    titles = [part.partition("</h2>")[0].partition(">")[2].strip() for part in html.split("<h2")[1:]]
    for word in there:
        assert any(title.startswith(word) for title in titles), word
    for word in not_there:
        assert not any(title.startswith(word) for title in titles), word


def test_alerts_of_the_unit_alone_are_listed_and_a_company_does_not_see_what_officers_decided(
    fresh_api: Api,
) -> None:
    own = add_alert(fresh_api, STACK, "exceedance_hour", "active", handling="confirmed")
    other = add_alert(fresh_api, OUTLET, "exceedance_day", "active")
    old = add_alert(fresh_api, STACK, "data_missing", "cleared", at=clock.now() - timedelta(days=31))
    html = page(fresh_api, "/sites/plant-one")
    assert f'id="unit-alert-{own}"' in html
    assert f'id="unit-alert-{other}"' not in html
    assert f'id="unit-alert-{old}"' not in html
    assert "属实" in html
    assert "属实" not in page(fresh_api, "/sites/plant-one", "company", "plant-one")


def test_an_alert_that_a_company_may_not_know_of_is_not_on_its_page(fresh_api: Api) -> None:
    hidden = add_alert(fresh_api, STACK, "mark_abuse", "active")
    fresh_api.run("hide_from_company", alert_id=hidden)
    assert f'id="unit-alert-{hidden}"' in page(fresh_api, "/sites/plant-one")
    assert f'id="unit-alert-{hidden}"' not in page(fresh_api, "/sites/plant-one", "company", "plant-one")


def test_exceeded_hours_of_the_last_days_colour_and_name_their_day(fresh_api: Api) -> None:
    key = fresh_api.key(STACK)
    start = clock.day_start(clock.now()) - timedelta(days=2)
    fresh_api.run("periods", outlet_key=key, from_time=start, to_time=start + timedelta(hours=3))
    fresh_api.run("verdicts", outlet_key=key)
    html = page(fresh_api, "/sites/plant-one")
    assert f"{start:%Y-%m-%d}：超标" in html
    assert html.count("calendar-exceeded") == 1
    assert html.count('<g class="calendar-day') == 30


def test_the_positive_list_and_the_cap_of_visits_are_told(api: Api) -> None:
    html = page(api, "/sites/plant-one")
    assert "2026-01-01 至 长期" in html
    assert "示例依据" in html
    assert "今年已开展 0 次，上限 2 次" in html
    assert "上限 6 次" in page(api, "/sites/plant-two")


def test_hours_that_nobody_marked_can_still_be_marked_until_noon_of_the_next_day(fresh_api: Api) -> None:
    key = fresh_api.key(STACK)
    today = clock.day_start(clock.now())
    fresh_api.run("invalid_hour", outlet_key=key, factor="a21026", at=today)
    html = page(fresh_api, "/sites/plant-one", "company", "plant-one")
    due = today + timedelta(days=1, hours=12)
    assert f"{today:%m-%d} 00:00～01:00 数据无效" in html
    assert f"截止 {due:%m-%d %H:%M}" in html
    fresh_api.run("marked_hour", outlet_key=key, at=today)
    assert "数据无效" not in page(fresh_api, "/sites/plant-one", "company", "plant-one")
