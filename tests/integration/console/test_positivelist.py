"""The positive list on its page: as of a day, as it was recorded, with what keeps it honest."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from alerts.tasks.sample import rank
from alerts.tasks.sampling import draw_sample, publish_sample
from store import clock
from store.apply import apply_sites
from store.database import connect
from store.registry import load_registry
from store.settings import load_settings
from store.sitesfile import read_sites_file
from store.tasks import Caller
from tests.integration.api.conftest import HERE, Api

CLERK = Caller("zhao", "test")
SITES = (HERE / "sites.yaml").read_text(encoding="utf-8")
LISTING = '{from: "2026-01-01", to: null, basis: 示例依据, decided_by: 示例区生态环境局, document: null}'


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def post(
    api: Api, path: str, given: dict[str, str], role: str = "officer", site: str | None = None
) -> httpx.Response:
    with api.client(role, site) as client:
        return client.post(path, data=given, headers={"HX-Request": "true"})


def row_of(shown: str, unit: str) -> str:
    found = re.search(rf'<tr data-unit="{unit}">.*?</tr>', shown, re.S)
    assert found
    return found[0]


def test_the_list_is_shown_as_of_a_day(api: Api) -> None:
    today = row_of(page(api, "/positive-list"), "plant-one")
    assert "在清单内" in today
    assert "示例依据" in today
    assert "未定" in today
    before = row_of(page(api, "/positive-list?at=2025-12-31"), "plant-one")
    assert "不在清单内" in before
    assert "在清单内" in row_of(page(api, "/positive-list?at=2026-01-01"), "plant-one")


@pytest.mark.parametrize("day", ["2999-01-01", "31.12.2025", "0000-00-00"])
def test_a_day_that_is_none_is_refused(api: Api, day: str) -> None:
    answer = api.get(f"/positive-list?at={day}", headers={"Accept": "text/html"})
    assert answer.status_code == 422


def test_a_record_that_was_corrected_stays_in_the_history(fresh_api: Api) -> None:
    changed = SITES.replace(LISTING, LISTING.replace("示例依据", "更正后的依据"))
    with connect(fresh_api.database_url, name="test") as connection:
        apply_sites(connection, read_sites_file(changed), actor="test", at=clock.now())
    shown = page(fresh_api, "/positive-list?site=plant-one")
    assert "更正后的依据" in row_of(shown, "plant-one")
    history = shown[shown.index('id="history"') :]
    assert "示例依据" in history
    assert "被更正" in history


def test_a_sample_is_published_drawn_and_proved_on_the_page(fresh_api: Api) -> None:
    answer = post(fresh_api, "/positive-list/samples", {"period": "2026-Q4", "seed": "0427"})
    assert answer.headers["HX-Redirect"].startswith("/positive-list?said=positivelist.published")
    shown = page(fresh_api, "/positive-list")
    assert "尚未抽取" in shown
    assert rank("0427", "plant-one") in shown
    early = post(fresh_api, "/positive-list/samples/draw", {"period": "2026-Q4"})
    assert (early.status_code, "公示时间未满" in early.text) == (409, True)
    again = post(fresh_api, "/positive-list/samples", {"period": "2026-Q4"})
    assert again.status_code == 409


def test_the_draw_is_repeated_from_what_was_published(fresh_api: Api) -> None:
    settings = load_settings(database_url=fresh_api.database_url)
    now = clock.now()
    with connect(fresh_api.database_url, name="test") as connection:
        registry = load_registry(connection, at=now)
        publish_sample(connection, registry, "2026-11", "7", CLERK, now - timedelta(days=3))
        draw_sample(connection, registry, settings, "2026-11", CLERK, now)
    shown = page(fresh_api, "/positive-list")
    assert "结果一致" in shown
    assert "抽中" in shown


def test_a_proposal_is_asked_for_and_shown(fresh_api: Api) -> None:
    given = {"kind": "removal_proposal", "reason": "penalty", "statement": "受到处罚", "site": "plant-one"}
    assert post(fresh_api, "/tasks", given).status_code == 204
    shown = page(fresh_api, "/positive-list")
    assert "1 项待定" in row_of(shown, "plant-one")
    assert "受到行政处罚" in shown
    refused = post(fresh_api, "/tasks", given | {"site": "plant-two"})
    assert (refused.status_code, "不在正面清单内" in refused.text) == (409, True)


def test_a_company_sees_its_own_stay_and_neither_proposals_nor_samples(fresh_api: Api) -> None:
    post(fresh_api, "/positive-list/samples", {"period": "2026-Q4", "seed": "0427"})
    given = {"kind": "removal_proposal", "reason": "penalty", "statement": "受到处罚", "site": "plant-one"}
    post(fresh_api, "/tasks", given)
    shown = page(fresh_api, "/positive-list", "company", "plant-two")
    assert "示例污水厂" in shown
    for hidden in ("示例水泥厂", "plant-one", "0427", "受到处罚", "示例依据"):
        assert hidden not in shown, hidden
    assert "受到处罚" not in page(fresh_api, "/positive-list", "company", "plant-one")
    assert "示例水泥厂" not in page(fresh_api, "/positive-list?site=plant-one", "company", "plant-two")


@pytest.mark.parametrize("role", ["auditor", "company"])
def test_only_who_handles_tasks_draws(api: Api, role: str) -> None:
    site = "plant-one" if role == "company" else None
    assert post(api, "/positive-list/samples", {"period": "2026"}, role, site).status_code == 403
    assert post(api, "/positive-list/samples/draw", {"period": "2026"}, role, site).status_code == 403
