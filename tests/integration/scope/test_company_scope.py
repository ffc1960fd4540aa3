"""Two companies in one database: whatever one asks, of whatever page or file, it learns nothing of the other."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute
from psycopg import sql

from alerts.statistics.publishing import publish_statistics
from deploy import stack as local
from store import clock
from store.database import connect
from store.registry import load_registry
from store.settings import load_settings
from tests.fixtures.routes import parameters_of, routes_of
from tests.integration.api.conftest import Api, running_api
from tests.integration.api.test_stream import listening, notify, wait_until_listening
from tests.integration.scope import parameters
from tests.integration.scope.plants import CEMENT, ELSEWHERE, ROWS, SEWAGE, Plant, build
from tests.unit.papers.pdf import words_of

Ask = Callable[[str], httpx.Client]

API = "/api/v1"
ROOT = Path(__file__).resolve().parents[3]
ENDLESS = f"{API}/stream"

# Answers that are the same for everybody and name no plant.
REFUSED = (400, 401, 403, 404, 405, 422)


@pytest.fixture(scope="module")
def api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    with running_api(stack, database_template) as served:
        wait_until_listening(served)
        yield served


@pytest.fixture(scope="module")
def plants(api: Api) -> tuple[Plant, Plant]:
    """The one that asks, and the one that it must not hear of."""
    built = build(api, CEMENT), build(api, SEWAGE)
    settings, now = load_settings(database_url=api.database_url), clock.now()
    with connect(api.database_url, name="test") as connection:
        publish_statistics(connection, load_registry(connection, at=now), settings, now)
    return built


def all_routes(api: Api, method: str) -> list[tuple[str, APIRoute]]:
    return [(path, route) for path, route in routes_of(api.server._app, method) if path != ENDLESS]


@pytest.fixture
def ask(plants: tuple[Plant, Plant]) -> Iterator[Ask]:
    """Who asks for the first plant at a path: programs come with a token, people with a session."""
    own, _ = plants
    with own.api.client("company", own.identity.site) as program, own.company() as person:
        program.headers.update(ELSEWHERE)
        yield lambda path: program if path.startswith(API) else person


def text_of(answer: httpx.Response) -> str:
    """What an answer says, also within workbooks, archives and papers; its headers are part of it."""
    kind = answer.headers.get("Content-Type", "")
    head = "\n".join(unquote_plus(value) for value in answer.headers.values())
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return head + "\n".join(
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    if (
        kind.startswith("application/pdf")
        and answer.content.startswith(b"%PDF")
        and len(answer.content) > 100
    ):
        return head + words_of(answer.content)
    said = answer.content.decode("utf-8", "replace")
    return head + (html.unescape(said) if kind.startswith("text/html") else said)


def betrayed(answer: httpx.Response, plant: Plant) -> list[str]:
    """What an answer tells of a plant beyond what was asked with; an answer may name what it was asked for."""
    asked = unquote_plus(str(answer.request.url))
    said = text_of(answer)
    # What is read out of a paper has no blanks.
    found = {needle for needle in plant.needles if needle in said or needle.replace(" ", "") in said}
    return sorted(needle for needle in found if needle not in asked)


def test_every_parameter_of_every_route_has_been_thought_about(api: Api) -> None:
    missing = {
        f"{method} {path}": names
        for method in ("GET", "POST")
        for path, route in all_routes(api, method)
        if (names := parameters.unknown(route))
    }
    assert missing == {}, "say in parameters.py whether these name a thing of a plant"


def test_a_company_that_asks_for_anothers_things_learns_as_much_as_of_things_that_do_not_exist(
    plants: tuple[Plant, Plant], ask: Ask
) -> None:
    own, other = plants
    nothing = {name: "777777" if value.isdigit() else "no-such-thing" for name, value in other.things.items()}
    learnt: list[tuple[str, int, object]] = []
    asked = 0
    for path, route in all_routes(own.api, "GET"):
        client = ask(path)
        theirs = [
            request
            for request in parameters.requests(path, route, own.things, other.things)
            if request.foreign
        ]
        absent = [
            request for request in parameters.requests(path, route, own.things, nothing) if request.foreign
        ]
        for request, missing in zip(theirs, absent, strict=True):
            asked += 1
            answer, instead = client.get(request.path), client.get(missing.path)
            named = request.in_path and answer.status_code == 200
            if answer.status_code >= 500 or named or betrayed(answer, other):
                learnt.append((request.path, answer.status_code, betrayed(answer, other)))
            elif answer.status_code != instead.status_code:
                learnt.append((request.path, answer.status_code, instead.status_code))
    assert learnt == []
    assert asked > 100


def test_nothing_that_a_company_can_read_tells_of_another(plants: tuple[Plant, Plant], ask: Ask) -> None:
    own, other = plants
    told: list[tuple[str, int, list[str]]] = []
    read = 0
    for path, route in all_routes(own.api, "GET"):
        client = ask(path)
        for request in parameters.requests(path, route, own.things, None):
            answer = client.get(request.path)
            read += answer.status_code == 200
            if (answer.status_code >= 500 and not path.endswith("/readyz")) or betrayed(answer, other):
                told.append((request.path, answer.status_code, betrayed(answer, other)))
    assert told == []
    assert read > 60


def test_what_is_asked_for_exists_and_the_bureau_reads_it(plants: tuple[Plant, Plant], ask: Ask) -> None:
    """Else the tests above would find nothing because they ask for nothing."""
    own, other = plants
    unread: list[tuple[str, int]] = []
    seen: set[str] = set()
    with own.api.client("admin") as client:
        for path, route in all_routes(own.api, "GET"):
            asked = list(parameters.requests(path, route, other.things, None))
            answers = [client.get(request.path) for request in asked]
            seen |= {needle for answer in answers for needle in other.needles if needle in text_of(answer)}
            named = any(
                name in parameters.THINGS for name, place, _ in parameters_of(route) if place == "path"
            )
            if named and not any(answer.status_code == 200 for answer in answers):
                unread.append((path, answers[0].status_code))
    assert [found for found in unread if found[0] not in NOT_FOR_ADMIN] == []
    assert other.needles - seen == set(), "these are looked for, and nothing shows them to the bureau either"


NOT_FOR_ADMIN: set[str] = set()
"""Paths that nobody of the bureau reads."""


def state_of(api: Api) -> dict[str, str]:
    """A digest of every table."""
    with psycopg.connect(api.database_url) as connection:
        names = [row[0] for row in connection.execute(ROWS["tables"])]
        one = sql.SQL("select {0}, count(*) || ' ' || coalesce(sum(hashtext(t::text)::bigint), 0) from {1} t")
        each = [one.format(sql.Literal(name), sql.Identifier(name)) for name in names]
        return dict(connection.execute(sql.SQL(" union all ").join(each)).fetchall())


def writes(api: Api) -> list[tuple[str, APIRoute]]:
    """Routes that write something to a thing of a plant: named in the path or in the body."""
    things = set(parameters.THINGS) | set(parameters.MANY)
    found = []
    for path, route in all_routes(api, "POST"):
        named = {name for name, _, _ in parameters_of(route)} & things
        body = set(parameters.body_of(route, _ANY)) & things
        if named or body:
            found.append((path, route))
    return found


_ANY = dict.fromkeys({thing for things in parameters.THINGS.values() for thing in things}, "1")


def test_a_company_changes_nothing_of_another(plants: tuple[Plant, Plant], ask: Ask) -> None:
    own, other = plants
    before = state_of(own.api)
    wrong: list[tuple[str, object]] = []
    tried = 0
    for path, route in writes(own.api):
        client = ask(path)
        given: dict[str, Any] = (
            {"json": parameters.body_of(route, other.things)}
            if path.startswith(API)
            else {"data": parameters.form_of(route, other.things)}
        )
        for request in parameters.requests(path, route, own.things, other.things):
            if not request.foreign and "{" in path:
                continue
            tried += 1
            answer = client.post(request.path, **given)
            if answer.status_code not in REFUSED or betrayed(answer, other):
                wrong.append((request.path, (answer.status_code, betrayed(answer, other), answer.text[:200])))
        after = state_of(own.api)
        if after != before:
            wrong.append((path, {name for name, digest in after.items() if digest != before[name]}))
            before = after
    assert wrong == []
    assert tried > 60


def test_files_sent_to_another_are_refused(plants: tuple[Plant, Plant], ask: Ask) -> None:
    own, other = plants
    before = state_of(own.api)
    paper = ("paper.pdf", b"%PDF-1.7\nx", "application/pdf")
    for path, route in all_routes(own.api, "POST"):
        if not any(word in path for word in ("attachments", "papers", "marks/file", "/answer")):
            continue
        client = ask(path)
        for request in parameters.requests(path, route, own.things, other.things):
            if not request.foreign:
                continue
            form = {**parameters.form_of(route, other.things), "csrf": own.csrf}
            for name in ("file", "files", "proof"):
                form.pop(name, None)
                answer = client.post(request.path, data=form, files={name: paper})
                assert answer.status_code in REFUSED, (request.path, answer.text[:200])
    assert state_of(own.api) == before


def test_the_event_stream_of_one_is_silent_about_the_other(plants: tuple[Plant, Plant], ask: Ask) -> None:
    own, other = plants
    things, mine = other.things, own.things
    names = event_names()
    assert {"alert", "readings", "period", "lead", "evidence"} <= names
    with listening(own.api, "company", own.identity.site) as events:
        for name in sorted(names):
            for key, value in {
                "outlet": things["outlet"],
                "outlets": [things["outlet"]],
                "gateway": things["gateway"],
                "alert": int(things["alert"]),
                "lead": int(things["lead"]),
                "task": int(things["task"]),
                "site": things["site"],
                "id": int(things["alert"]),
                "package": int(things["package"]),
                "mark": int(things["mark"]),
            }.items():
                notify(own.api, **{"event": name, "number": things["alert_number"], key: value})
        notify(own.api, event="readings", outlets=[things["outlet"], mine["outlet"]])
        notify(own.api, event="readings", outlets=[mine["outlet"]])
        heard = []
        for event in events:
            heard.append(event)
            if event.data.get("outlets") == [mine["outlet"]] and len(heard) > 1 and heard[-2] is not event:
                break
    told = [
        event
        for event in heard
        if any(needle in json.dumps(event.data, ensure_ascii=False) for needle in other.needles)
    ]
    assert told == []


def event_names() -> set[str]:
    """Every event that anything in the source tells."""
    spoken = re.compile(r"""["']event["'](?:: ?|, )["']([a-z_]+)["']""")
    rooms = (ROOT / room for room in ("store", "ingest", "alerts", "api"))
    files = (path for room in rooms for ending in ("*.py", "*.sql") for path in room.rglob(ending))
    return {name for path in files for name in spoken.findall(path.read_text(encoding="utf-8"))}
