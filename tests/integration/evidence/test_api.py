"""``/evidence`` as its callers see it: asked for, built by the process itself, fetched whole or in part, every look recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy import stack as local
from store import people
from store.clock import DAY
from store.database import connect
from tests.fixtures.waiting import until
from tests.integration.api.conftest import served
from tests.integration.evidence.conftest import world_on
from tests.integration.evidence.world import DAYS, FIRST, OUTLET, World

OF_OUTLET: dict[str, Any] = {
    "subject": {"kind": "outlet", "id": OUTLET},
    "from": FIRST.isoformat(),
    "to": (FIRST + DAYS * DAY).isoformat(),
}


@dataclass
class Desk:
    """A served API on a filled world."""

    world: World
    url: str

    def client(self, role: str | None = "officer", site: str | None = None) -> httpx.Client:
        """A client with a token of this role."""
        headers = {}
        if role is not None:
            with connect(self.world.settings.database(), name="test") as connection:
                token = people.create_token(connection, name=f"{role}-desk", role=role, site_id=site)
            headers["Authorization"] = f"Bearer {token}"
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def built(self, client: httpx.Client, asked: dict[str, Any] = OF_OUTLET) -> dict[str, Any]:
        """Ask for a package and wait until it is there."""
        answer = client.post("/evidence", json=asked)
        assert answer.status_code == 202, answer.text
        package_id = answer.json()["id"]
        found: dict[str, Any] = {}

        def done() -> bool:
            found.update(client.get(f"/evidence/{package_id}").json())
            return found["state"] in ("ready", "failed")

        until(done, "the package is built")
        assert found["state"] == "ready", found
        return found

    def recorded(self) -> list[tuple[str, str, str]]:
        """Who did what from where, without the looks that waiting takes."""
        return [
            (row["action"], row["actor"], row["origin"])
            for row in self.world.ask("audit")
            if row["detail"].get("state") not in ("queued", "building")
        ]


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk of this test alone."""
    for world in world_on(database, tmp_path):
        port = local.free_port()
        world.settings = world.settings.model_copy(update={"http_port": port, "evidence_queue": 2})
        with served(world.settings):
            yield Desk(world, f"http://127.0.0.1:{port}")


def test_a_package_is_asked_for_built_and_fetched_and_every_look_is_recorded(desk: Desk) -> None:
    with desk.client() as client:
        package = desk.built(client)
        assert package["size"] / 2 < package["estimated_bytes"] < package["size"] * 2
        assert (package["progress"], package["state_zh"], package["sample"]) == (100, "可下载", True)
        assert package["as_of"] > 0
        answer = client.get(f"/evidence/{package['id']}/download")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == package["sha256"]
    assert answer.headers["ETag"] == f'"{package["sha256"]}"'
    assert answer.headers["Content-Disposition"].endswith(package["file"])
    assert (answer.headers["Content-Type"], len(answer.content)) == ("application/zip", package["size"])
    who, where = "token:officer-desk", "127.0.0.1"
    assert desk.recorded() == [
        ("evidence:package:request", who, where),
        ("evidence:package:build", who, where),
        ("evidence:package:read", who, where),
        ("evidence:package:download", who, where),
    ]
    with desk.client("auditor") as auditor:
        seen = desk.built(auditor)
    assert seen["as_of"] > package["as_of"], "the looks before it are in the log by now"


def test_a_part_of_the_file_can_be_asked_for(desk: Desk) -> None:
    with desk.client() as client:
        package = desk.built(client)
        path = f"/evidence/{package['id']}/download"
        whole = client.get(path).content
        part = client.get(path, headers={"Range": "bytes=100-199"})
        beyond = client.get(path, headers={"Range": f"bytes={package['size']}-"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert beyond.status_code == 416


SPOILED: list[tuple[str, bytes | None]] = [("changed", b"\x00"), ("gone", None)]


@pytest.mark.parametrize("spoiled", [case[1] for case in SPOILED], ids=[case[0] for case in SPOILED])
def test_a_file_that_is_not_the_one_that_was_built_is_not_sent_and_can_be_built_again(
    desk: Desk, spoiled: bytes | None
) -> None:
    with desk.client() as client:
        package = desk.built(client)
        (file,) = desk.world.settings.evidence_folder().iterdir()
        if spoiled is None:
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:-1] + spoiled)
        answer = client.get(f"/evidence/{package['id']}/download")
        assert (answer.status_code, answer.json()["code"]) == (409, "evidence_file_differs")
        assert str(package["as_of"]) in answer.json()["text"]
        again = desk.built(client, OF_OUTLET | {"as_of": answer.json()["as_of"]})
        assert again["sha256"] == package["sha256"]
        assert client.get(f"/evidence/{again['id']}/download").status_code == 200
    assert [action for action, _, _ in desk.recorded()].count("evidence:package:download") == 1


def test_the_size_is_told_before_anything_is_begun(desk: Desk) -> None:
    with desk.client() as client:
        told = client.post("/evidence/estimate", json=OF_OUTLET)
        assert told.status_code == 200
        body = told.json()
        assert (body["outlets"], body["from"]) == ([OUTLET], "2026-05-06T00:00:00+08:00")
        assert body["estimated_bytes"] > 0
        assert client.get("/evidence").json() == {"items": [], "next": None}
    assert desk.recorded() == []


def test_packages_are_listed_newest_first_page_by_page(desk: Desk) -> None:
    with desk.client() as client:
        made = [desk.built(client)["id"] for _ in range(3)]
        page = client.get("/evidence", params={"limit": 2, "kind": "outlet", "subject": OUTLET}).json()
        rest = client.get("/evidence", params={"limit": 2, "cursor": page["next"]}).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    # remark, what is changed in the request, status, code
    ("formal, of sample configuration", {"formal": True}, 422, "sample_configuration"),
    ("no time", {"from": None}, 422, "evidence_span_missing"),
    ("a time of no zone", {"from": "2026-05-06T00:00:00"}, 400, "request_invalid"),
    ("too long", {"to": "2028-05-06T00:00:00+08:00"}, 400, "span_too_long"),
    ("no such outlet", {"subject": {"kind": "outlet", "id": "nowhere"}}, 404, "outlet_not_found"),
    (
        "an alert by its id, which nobody has",
        {"subject": {"kind": "alert", "id": 987654}},
        404,
        "alert_not_found",
    ),
    ("a lead by its number", {"subject": {"kind": "lead", "id": "XS-20260506-0001"}}, 404, "lead_not_found"),
    ("no such kind", {"subject": {"kind": "site", "id": OUTLET}}, 400, "request_invalid"),
    ("no such checkpoint", {"as_of": 1}, 404, "checkpoint_not_found"),
    ("something unknown", {"colour": "red"}, 400, "request_invalid"),
]


@pytest.fixture(scope="module")
def shared_desk(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk for requests that begin nothing."""
    for world in world_on(module_database, tmp_path_factory.mktemp("home")):
        port = local.free_port()
        world.settings = world.settings.model_copy(update={"http_port": port})
        with served(world.settings):
            yield Desk(world, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("path", ["/evidence", "/evidence/estimate"])
@pytest.mark.parametrize(
    ("change", "status", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_breaks_a_rule_is_refused_with_its_code(
    shared_desk: Desk, path: str, change: dict[str, Any], status: int, code: str
) -> None:
    with shared_desk.client() as client:
        answer = client.post(path, json=OF_OUTLET | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["text"]
    assert shared_desk.world.ask("package_keys") == []


ALLOWED: list[tuple[str, int, int]] = [
    # role, status of reading, of asking
    ("officer", 200, 200),
    ("technical_reviewer", 200, 200),
    ("legal_reviewer", 200, 200),
    ("supervisor", 200, 200),
    ("auditor", 200, 200),
    ("admin", 200, 200),
    ("operator", 403, 403),
    ("company", 403, 403),
]


@pytest.mark.parametrize(("role", "reading", "asking"), ALLOWED, ids=[case[0] for case in ALLOWED])
def test_evidence_is_for_the_bureau_alone(shared_desk: Desk, role: str, reading: int, asking: int) -> None:
    site = "ev-cement" if role == "company" else None
    with shared_desk.client(role, site) as client:
        assert client.get("/evidence").status_code == reading
        assert client.post("/evidence/estimate", json=OF_OUTLET).status_code == asking
        expected = 404 if reading == 200 else 403
        assert client.get("/evidence/1").status_code == expected
        assert client.get("/evidence/1/download").status_code == expected


def test_a_stranger_is_asked_to_sign_in(shared_desk: Desk) -> None:
    with shared_desk.client(None) as client:
        assert client.get("/evidence").status_code == 401


def test_one_caller_cannot_fill_the_queue(desk: Desk) -> None:
    for _ in range(2):
        desk.world.order()
    desk.world.run("held_back")
    with desk.client() as client:
        for _ in range(2):
            assert client.post("/evidence", json=OF_OUTLET).status_code == 202
            desk.world.run("held_back")
        refused = client.post("/evidence", json=OF_OUTLET)
        assert (refused.status_code, refused.json()["code"]) == (409, "evidence_queue_full")
        waiting = client.get("/evidence").json()["items"][0]["id"]
        early = client.get(f"/evidence/{waiting}/download")
        assert (early.status_code, early.json()["code"]) == (409, "evidence_not_ready")


def test_a_request_that_comes_twice_with_one_key_begins_one_package(desk: Desk) -> None:
    with desk.client() as client:
        headers = {"Idempotency-Key": "once"}
        first, again = (client.post("/evidence", json=OF_OUTLET, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert len(desk.world.ask("package_keys")) == 1
