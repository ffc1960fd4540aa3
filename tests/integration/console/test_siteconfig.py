"""Limits and sites: what was in force and believed when, the diff of a file, and that what was shown is what is applied."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
import yaml

from store import clock
from store.apply import apply_sites
from store.database import connect
from store.sitesfile import read_sites_file
from tests.integration.api.conftest import HERE, STACK, Api

SITES = (HERE / "sites.yaml").read_text(encoding="utf-8")
LIMIT = 'max: "200"'
STRICTER = SITES.replace(LIMIT, 'max: "100"')
LATER = SITES.replace("name: 窑尾", "name: 窑尾排口")


def page(api: Api, path: str, role: str = "officer", site: str | None = None) -> str:
    answer = api.get(path, role, site, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def compare(api: Api, text: str, role: str = "admin", site: str | None = None) -> httpx.Response:
    with api.client(role, site) as client:
        files = {"file": ("sites.yaml", text.encode(), "application/yaml")}
        return client.post("/config/sites/diff", files=files)


def digest_of(shown: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', shown)
    assert found, shown[:2000]
    return found[1]


def apply(api: Api, text: str, digest: str, role: str = "admin", site: str | None = None) -> httpx.Response:
    with api.client(role, site) as client:
        given = {"text": text.replace("\n", "\r\n"), "digest": digest}  # as browsers send it
        return client.post("/config/sites/apply", data=given, headers={"HX-Request": "true"})


def audits(api: Api) -> list[dict[str, Any]]:
    params = {"action": "registry:sites:apply"}
    found: list[dict[str, Any]] = api.get("/api/v1/audit", "auditor", params=params).json()["items"]
    return found


def test_a_changed_limit_is_shown_side_by_side_and_applied_as_shown(fresh_api: Api) -> None:
    before = len(audits(fresh_api))
    shown = compare(fresh_api, STRICTER)
    assert shown.status_code == 200, shown.text
    assert "新增 0 项，更改 1 项，结束 0 项" in shown.text
    assert "<del>200</del>" in shown.text
    assert "<ins>100</ins>" in shown.text
    assert "≤ 200" in page(fresh_api, "/config/sites/plant-one")
    answer = apply(fresh_api, STRICTER, digest_of(shown.text))
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sites?said=siteconfig.applied")
    after = page(fresh_api, "/config/sites/plant-one")
    assert "≤ 100" in after
    assert "非当日认识" in after, "the record that was replaced stays"
    newest = audits(fresh_api)
    assert len(newest) == before + 1
    assert newest[0]["actor"] == "token:admin-test"
    assert "limit plant-one-stack a21026" in str(newest[0]["detail"])


def test_looking_at_a_diff_changes_nothing(fresh_api: Api) -> None:
    before = len(audits(fresh_api))
    compare(fresh_api, STRICTER)
    assert len(audits(fresh_api)) == before
    assert "≤ 100" not in page(fresh_api, "/config/sites/plant-one")


def test_a_diff_that_is_stale_is_refused(fresh_api: Api) -> None:
    digest = digest_of(compare(fresh_api, STRICTER).text)
    with connect(fresh_api.database_url, name="test") as connection:
        apply_sites(connection, read_sites_file(LATER), actor="other", at=clock.now())
    refused = apply(fresh_api, STRICTER, digest)
    assert (refused.status_code, "请重新上传并查看比对结果" in refused.text) == (409, True)
    assert "≤ 200" in page(fresh_api, "/config/sites/plant-one")


def test_another_file_than_the_one_that_was_shown_is_refused(fresh_api: Api) -> None:
    digest = digest_of(compare(fresh_api, STRICTER).text)
    refused = apply(fresh_api, SITES.replace(LIMIT, 'max: "1000"'), digest)
    assert refused.status_code == 409
    # A remark changes nothing that is registered, and yet it is not the file that was shown.
    assert apply(fresh_api, STRICTER + "# 备注\n", digest).status_code == 409


def test_the_same_file_has_nothing_to_apply(fresh_api: Api) -> None:
    shown = compare(fresh_api, SITES)
    assert "没有需要应用的更改" in shown.text
    assert "digest" not in shown.text.split("<main")[1]


def test_errors_are_listed_with_their_lines_and_nothing_is_compared(fresh_api: Api) -> None:
    wrong = SITES.replace(LIMIT, "max: 200").replace("medium: water", "medium: sea")
    shown = compare(fresh_api, wrong)
    assert shown.status_code == 422
    line = next(number for number, text in enumerate(wrong.splitlines(), 1) if "max: 200" in text)
    assert f"第 {line} 行" in shown.text
    assert "文件有 2 处错误" in shown.text


WRONG = [
    (b"\xff\xfe sites", 422, "not UTF-8", "no text"),
    (b"a: [", 422, "not valid YAML", "no YAML"),
    (b"x" * 1_000_000, 422, "900000", "too large"),
    (b"&a [*a, *a]", 422, "", "a file that contains itself"),
]


@pytest.mark.parametrize(("content", "status", "said", "remark"), WRONG)
def test_what_is_no_sites_file_is_refused(
    api: Api, content: bytes, status: int, said: str, remark: str
) -> None:
    with api.client("admin") as client:
        files = {"file": ("sites.yaml", content, "application/yaml")}
        answer = client.post("/config/sites/diff", files=files)
    assert answer.status_code == status, (remark, answer.text[:500])
    assert said in answer.text, remark


def test_without_a_file_it_says_so(api: Api) -> None:
    with api.client("admin") as client:
        answer = client.post("/config/sites/diff", files={"file": ("", b"")})
    assert (answer.status_code, "请选择要上传" in answer.text) == (422, True)


def test_what_is_new_and_what_ends_is_told_apart(fresh_api: Api) -> None:
    without = SITES[: SITES.index("  - id: plant-two")].replace("  - {id: gw-two}\n", "  - {id: gw-three}\n")
    shown = compare(fresh_api, without).text
    assert "新增网关 gw-three" in shown
    for said in (
        "排污单位 示例污水厂",
        "监测设备 888888800000010000000902",
        "限值 化学需氧量 日 GB 18918-2002 表1",
    ):
        assert said in shown, said


def test_no_secret_is_shown_and_a_lost_one_is_warned_of(fresh_api: Api) -> None:
    changed = SITES.replace(
        'mn: "888888800000010000000901", gateway: gw-one, protocol: "2017", password: "123456"',
        'mn: "888888800000010000000901", gateway: gw-one, protocol: "2017", password: "654321"',
    )
    shown = compare(fresh_api, changed).text
    visible = re.sub(r'<input type="hidden"[^>]*>', "", shown)
    assert "123456" not in visible
    assert "654321" not in visible
    assert "更换（不显示）" in visible
    exported = fresh_api.get("/config/sites/export.yaml", "admin").text
    assert "password" not in exported.partition("\n")[2]
    assert "将失去密码或密钥" in compare(fresh_api, exported).text
    assert yaml.safe_load(exported)["sites"][0]["id"] == "plant-one"
    assert "123456" not in page(fresh_api, "/config/sites/plant-one", "admin")


def test_what_was_in_force_and_what_was_believed_on_a_day(fresh_api: Api) -> None:
    today = clock.now()
    with connect(fresh_api.database_url, name="test") as connection:
        apply_sites(connection, read_sites_file(STRICTER), actor="test", at=today - timedelta(days=5))
    week_ago = f"{today - timedelta(days=7):%Y-%m-%d}"
    now = page(fresh_api, "/config/sites/plant-one")
    assert re.search(r"≤ 100.*?有效", now, re.S)
    believed = page(fresh_api, f"/config/sites/plant-one?known={week_ago}")
    current = believed.split("<details>")[0]
    assert "≤ 200" in current
    assert "≤ 100" not in current
    assert "该日" in page(fresh_api, "/config/sites/plant-one?at=2020-01-01")
    assert "没有登记" in page(fresh_api, "/sites?at=2020-01-01")


def test_a_company_sees_its_own_unit_and_can_apply_nothing(api: Api) -> None:
    shown = page(api, "/sites", "company", "plant-two")
    assert "示例污水厂" in shown
    assert "示例水泥厂" not in shown
    assert STACK not in shown
    for path in ("/config/sites/plant-one", "/config/sites/plant-one?at=2026-03-01"):
        assert api.get(path, "company", "plant-two", headers={"Accept": "text/html"}).status_code == 404
    assert "≤ 50" in page(api, "/config/sites/plant-two", "company", "plant-two")


@pytest.mark.parametrize("role", ["officer", "supervisor", "auditor", "operator", "company"])
def test_only_an_administrator_uploads_applies_and_exports(api: Api, role: str) -> None:
    site = "plant-one" if role == "company" else None
    assert api.get("/config/sites", role, site).status_code == 403
    assert api.get("/config/sites/export.yaml", role, site).status_code == 403
    assert compare(api, STRICTER, role, site).status_code == 403
    assert apply(api, STRICTER, "0" * 64, role, site).status_code == 403
