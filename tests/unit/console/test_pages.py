"""Templates, texts, error pages and the browser assets' pins."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from psycopg_pool import PoolTimeout

from alerts.kinds import SEVERITIES
from api import problems
from api.console import errors
from api.console.alertview import kind_word
from api.console.errors import ConsoleRoute
from api.console.login import own_path
from api.console.pages import HERE, environment, static_path
from deploy import assets
from ingest.hj212.anomalies import Anomaly
from store.errors import Conflict, NotAllowed
from store.texts import catalogue, has

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_text_that_a_template_names_is_in_the_catalogue_and_none_stands_in_the_template(
    file: Path,
) -> None:
    source = file.read_text(encoding="utf-8")
    environment().get_template(str(file.relative_to(HERE / "templates")))
    named = re.findall(r"""(?:t|raw)\(\s*["'](console\.[a-z0-9_.]+)["']\s*[,)]""", source)
    assert [key for key in named if not has(key)] == []
    assert re.findall(r"[\u4e00-\u9fff]+", source) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_has_a_script_or_a_style_of_its_own(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    found = re.findall(r"""\son[a-z]+=["']|\sstyle=|<style|javascript:|<script(?![^>]*\bsrc=)""", source)
    assert found == []


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("result", "compliant exceeded exempt invalid undetermined missing no_limit not_judged"),
        ("severity", "info warning serious critical"),
        ("condition", "pending active cleared"),
        ("handling", "new notified answered confirmed unfounded site_visit closed lead"),
        ("connection", "online offline silent no_data online_why offline_why silent_why no_data_why"),
        ("kind", "realtime minute hour day"),
        ("basis", "hour day instant"),
        ("industry", "cement thermal_power municipal_wwtp township_wwtp other"),
        ("protocol", "2005 2017 2025 json neuron"),
        ("medium", "gas water"),
        ("action", "raised counted cleared acknowledged withdrawn"),
    ],
)
def test_every_word_of_the_schema_has_its_chinese(topic: str, words: str) -> None:
    assert [word for word in words.split() if not has(f"console.{topic}.{word}")] == []


def test_every_kind_of_alert_has_its_national_words() -> None:
    assert [code for code in SEVERITIES if kind_word(code).startswith("其他预警")] == []


def test_every_deviation_that_the_decoder_names_has_its_chinese() -> None:
    assert [name for name in Anomaly if not has(f"console.anomaly.{name}")] == []


def test_the_console_texts_have_no_empty_one() -> None:
    assert [key for key, text in catalogue().items() if key.startswith("console.") and not text.strip()] == []


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("/alerts?show=all", "/alerts?show=all"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_after_login_only_a_path_of_our_own_is_followed(wanted: str, taken: str) -> None:
    assert own_path(wanted) == taken


def get(path: str, headers: dict[str, str]) -> httpx.Response:
    """Ask an application whose routes only fail."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(failing())
        async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def failing() -> FastAPI:
    router = APIRouter(route_class=ConsoleRoute)

    @router.get("/away")
    def away() -> None:
        raise PoolTimeout("couldn't get a connection after 5.00 sec")

    @router.get("/forbidden")
    def forbidden() -> None:
        raise NotAllowed("no", code="permission_missing")

    @router.get("/stranger")
    def stranger() -> None:
        raise NotAllowed("sign in", code="not_signed_in")

    @router.get("/conflict")
    def conflict() -> None:
        raise Conflict("no", code="alert_settled", number="YJ-1")

    @router.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret of the house")

    app = FastAPI()
    problems.install(app)
    errors.install(app)
    app.include_router(router)
    return app


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/away", 503, "暂时无法提供服务"),
        ("/forbidden", 403, "没有权限"),
        ("/conflict", 409, "无法完成"),
        ("/broken", 500, "出错了"),
        ("/nowhere", 404, "页面不存在"),
    ],
)
def test_every_error_of_a_page_is_a_chinese_page_with_its_status(path: str, status: int, words: str) -> None:
    answer = get(path, headers=HTML)
    assert answer.status_code == status
    assert words in answer.text
    assert "secret" not in answer.text
    assert (answer.headers.get("Retry-After") is not None) == (status == 503)


def test_a_fragment_gets_the_sentence_alone() -> None:
    answer = get("/away", headers=HTML | {"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/plain")
    assert "数据库暂时连接不上" in answer.text


def test_who_is_not_signed_in_goes_to_the_login_page_and_a_fragment_sends_the_whole_page_there() -> None:
    assert get("/stranger?x=1", headers=HTML).headers["location"] == "/login?next=/stranger%3Fx%3D1"
    fragment = get("/stranger", headers=HTML | {"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/login")


def test_a_program_that_asks_for_nothing_gets_a_problem_body() -> None:
    answer = get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "path_not_found"
    api = get("/api/v1/nowhere", headers=HTML)
    assert api.headers["content-type"] == "application/problem+json"


def test_the_address_of_a_static_file_changes_with_its_content() -> None:
    assert re.fullmatch(r"/static/css/outfall\.css\?v=[0-9a-f]{12}", static_path("css/outfall.css"))
    assert static_path("css/outfall.css") != static_path("js/live.js")


def test_the_lock_file_pins_exactly_and_names_no_addresses() -> None:
    lock = json.loads((assets.PINS / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((assets.PINS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(
        "resolved" not in entry and entry["integrity"].startswith("sha512-") for entry in packages.values()
    )
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert {file.rsplit("/dist/")[0] for file in assets.FILES} == set(wanted)


def test_assets_are_made_anew_when_a_pin_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = assets.wanted_stamp()
    for name in assets.PIN_FILES:
        (tmp_path / name).write_bytes((assets.PINS / name).read_bytes())
    monkeypatch.setattr(assets, "PINS", tmp_path)
    assert assets.wanted_stamp() == before
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")
    assert assets.wanted_stamp() != before


def test_a_failing_npm_is_quoted_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "tabler.min.css").write_text("old", encoding="utf-8")
    npm = tmp_path / "npm"
    npm.write_text(
        "#!/bin/sh\necho 'npm error code E404' >&2\necho 'npm error no such package' >&2\nexit 1\n"
    )
    npm.chmod(0o755)
    monkeypatch.setattr(assets, "VENDOR", vendor)
    monkeypatch.setattr(assets, "_npm", lambda progress: [str(npm)])
    said: list[str] = []
    with pytest.raises(assets.AssetsError, match="no such package"):
        assets.install_assets(said.append)
    assert (vendor / "tabler.min.css").read_text(encoding="utf-8") == "old"
    assert [item.name for item in vendor.parent.iterdir()] == ["vendor"]
