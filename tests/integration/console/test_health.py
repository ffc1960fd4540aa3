"""The page of the system's health: for whom, and what it says when parts are missing."""

from __future__ import annotations

import pytest

from store.people import Role
from tests.integration.api.conftest import Api

PATH = "/health-of-system"
READERS = {"supervisor", "operator", "admin"}


@pytest.mark.parametrize("role", sorted(role.value for role in Role))
def test_only_who_answers_for_the_system_reads_it(api: Api, role: str) -> None:
    site = "plant-one" if role == "company" else None
    assert api.get(PATH, role, site).status_code == (200 if role in READERS else 403)


def states(api: Api) -> dict[str, str]:
    html = api.get(PATH, "operator").text
    rows = [part for part in html.split("<tr class=")[1:] if 'data-check="' in part]
    return {
        part.split('data-check="')[1].partition('"')[0]: part.partition('"')[2].partition('"')[0]
        for part in rows
    }


def test_a_system_whose_services_do_not_run_says_so_with_the_way_out(fresh_api: Api) -> None:
    found = states(fresh_api)
    assert len(found) == 15
    assert found["services"] == "is-wrong"
    assert found["jobs"] == "is-wrong"
    assert found["schema"] == "is-normal"
    html = fresh_api.get(PATH, "operator").text
    assert "没有心跳：接收、判定与预警" in html
    assert "outfall ingest" in html
    assert "有异常，需要处理" in html


def test_what_ingest_says_of_itself_is_shown(fresh_api: Api) -> None:
    from psycopg.types.json import Jsonb

    state = {
        "lag_seconds": 7.5,
        "broker_connected": True,
        "messages_unacknowledged": 12,
        "messages_waiting": 2,
    }
    fresh_api.run("heartbeat", state=Jsonb(state))
    fresh_api.run("leading", instance="a:1", leader=True)
    found = states(fresh_api)
    assert (found["services"], found["lag"], found["unacknowledged"]) == (
        "is-normal",
        "is-attention",
        "is-normal",
    )
    html = fresh_api.get(PATH, "operator").text
    assert "7500 毫秒" in html
    assert "12 条，排队 2 条" in html


def test_a_table_that_is_gone_leaves_the_other_parts(fresh_api: Api) -> None:
    fresh_api.run("lose_outbox")
    answer = fresh_api.get(PATH, "operator")
    assert answer.status_code == 200
    assert "有 1 个部分暂时读取不到" in answer.text
    found = states(fresh_api)
    assert found["outbox"] == "is-unknown"
    assert found["schema"] == "is-normal"


def test_a_table_that_is_locked_does_not_hold_the_page_up(fresh_api: Api) -> None:
    from store.database import connect

    with connect(fresh_api.database_url, name="test") as connection:
        connection.execute("lock table handover in access exclusive mode")
        answer = fresh_api.get(PATH, "operator")
        assert answer.status_code == 200
        assert states(fresh_api)["handovers"] == "is-unknown"
