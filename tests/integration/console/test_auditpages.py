"""The audit trail on a page: found, told in words, proved, and as a file; for those who may."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from store import clock, people
from store.database import connect
from store.log.keys import load_signer
from store.log.sealing import seal_all
from store.people import ROLES
from store.settings import load_settings
from tests.integration.api.conftest import STACK, Api, add_alert

READERS = {"supervisor", "auditor", "admin"}


def page(api: Api, path: str, role: str = "auditor") -> str:
    answer = api.get(path, role, headers={"Accept": "text/html"})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def acknowledge(api: Api) -> str:
    """Something that is recorded; gives the number of the alert."""
    alert = add_alert(api, STACK, "exceedance_hour", "active")
    with api.client("officer") as client:
        answer = client.post(f"/api/v1/alerts/{alert}/comment", json={"text": "called the plant, 25% open"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["number"])


def seal(api: Api, home: str) -> None:
    settings = load_settings(database_url=api.database_url, home=home)
    with connect(api.database_url, name="test", autocommit=True) as connection:
        seal_all(connection, load_signer(settings), clock.now)


@pytest.mark.parametrize("path", ["/audit", "/audit/1", "/audit/table.csv", "/audit/table.xlsx"])
def test_only_who_may_read_the_trail_sees_it(api: Api, path: str) -> None:
    for role in ROLES:
        status = api.get(path, role, "plant-one" if role == "company" else None).status_code
        assert (status != 403) == (role in READERS), role


def test_an_event_is_found_by_each_field_and_told_in_words(fresh_api: Api) -> None:
    number = acknowledge(fresh_api)
    for query, remark in (
        ("", "everything"),
        ("who=token:officer-test", "who"),
        ("action=alerts:", "a whole source"),
        ("action=alerts:alert:comment", "one action"),
        (f"subject={number}", "the subject"),
        ("words=25%25", "words, of which a percent sign is one"),
        (f"since={clock.now():%Y-%m-%d}", "since today"),
    ):
        shown = page(fresh_api, f"/audit?{query}")
        assert "备注预警" in shown, remark
        assert number in shown, remark
    for query in ("who=nobody", "action=leads:", "subject=YJ", "words=25_", "until=2020-01-01"):
        shown = page(fresh_api, f"/audit?{query}")
        assert "没有符合条件的记录" in shown, query
        assert number not in shown, query


def test_the_trail_goes_on_page_by_page_each_event_once(fresh_api: Api) -> None:
    with connect(fresh_api.database_url, name="test") as connection:
        for number in range(55):
            people.create_token(connection, name=f"user{number}", role="auditor")
    first = page(fresh_api, "/audit?action=people:token:create&who=cli")
    assert first.count("新建令牌</span>") == 50
    following = (
        first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = page(fresh_api, following)
    assert second.count("新建令牌</span>") == 5 + 1  # and that of the reader
    assert "user0<" in second and "user0<" not in first


def test_a_sealed_event_is_proved_and_an_altered_one_is_found_out(fresh_api: Api, tmp_path: object) -> None:
    acknowledge(fresh_api)
    event = fresh_api.run("audit_actions")  # the newest is the comment
    number = len(event)
    assert "尚未封存" in page(fresh_api, f"/audit/{number}")
    seal(fresh_api, str(tmp_path))
    proved = page(fresh_api, f"/audit/{number}")
    assert "已核对" in proved
    leaf = proved.partition("叶序号</dt><dd>")[2].partition("<")[0]
    told = fresh_api.get(f"/api/v1/log/proof/{leaf}", "auditor").json()
    assert (told["record"]["table"], told["record"]["key"]) == ("audit_event", str(number))
    assert told["leaf_hash"] in proved
    with connect(fresh_api.database_url, name="test") as connection:
        # As somebody would who has the rights of the database's owner.
        connection.execute("alter table audit_event disable trigger user")
        connection.execute("update audit_event set actor = 'somebody-else' where id = %s", (number,))
    altered = page(fresh_api, f"/audit/{number}")
    assert "可能被改动" in altered
    assert "已核对" not in altered


def test_an_event_that_is_none_is_not_found(api: Api) -> None:
    assert api.get("/audit/999999", "auditor").status_code == 404


def test_a_wrong_day_is_refused_with_a_sentence(api: Api) -> None:
    answer = api.get("/audit?since=2026-02-30", "auditor", headers={"Accept": "text/html"})
    assert (answer.status_code, "日期" in answer.text) == (422, True)


def test_the_files_hold_what_the_search_finds_in_words(fresh_api: Api) -> None:
    number = acknowledge(fresh_api)
    csv = fresh_api.get("/audit/table.csv?action=alerts:", "auditor")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in csv.headers["Content-Disposition"]
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("时间,用户名,操作人")
    assert number in lines[1] and "备注预警" in lines[1] and "25% open" in lines[1]
    xlsx = fresh_api.get("/audit/table.xlsx?action=alerts:", "auditor")
    sheet = load_workbook(io.BytesIO(xlsx.content)).active
    assert sheet is not None
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert number in cells and "备注预警" in cells


def test_a_file_comes_in_the_language_of_who_asked(fresh_api: Api) -> None:
    acknowledge(fresh_api)
    answer = fresh_api.get(
        "/audit/table.csv?action=alerts:", "auditor", headers={"Cookie": "outfall_language=en"}
    )
    assert "Alert commented on" in answer.content.decode("utf-8-sig")


def test_what_somebody_wrote_is_no_markup(fresh_api: Api) -> None:
    alert = add_alert(fresh_api, STACK, "exceedance_hour", "active")
    with fresh_api.client("officer") as client:
        client.post(f"/api/v1/alerts/{alert}/comment", json={"text": "<script>alert(1)</script>"})
    shown = page(fresh_api, "/audit")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
