"""The evidence log in the API: heads, proofs and keys that a stranger verifies with what the RFC says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.shapes.log import Checkpoint, CheckpointList, ConsistencyProof, InclusionProof, Leaf, LogKeyList
from deploy import stack as local
from store import clock
from store.database import connect
from store.log.checkpoint import parse_checkpoint
from store.log.keys import load_signer
from store.log.merkle import verify_consistency, verify_inclusion
from store.log.notes import parse_note, parse_vkey, verify_note
from store.log.sealing import seal_all
from store.settings import load_settings
from tests.integration.api.conftest import Api, running_api

LOG = "/api/v1/log"


def seal(api: Api, home: Path) -> None:
    """Seal everything that the API and the tests have written."""
    settings = load_settings(database_url=api.database_url, home=home)
    with connect(api.database_url, name="test", autocommit=True) as connection:
        seal_all(connection, load_signer(settings, connection), clock.now)


@pytest.fixture(scope="module")
def sealed(
    stack: local.StackAddress, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """An API on a log with four checkpoints."""
    home = tmp_path_factory.mktemp("home")
    with running_api(stack, database_template) as api:
        for number in range(4):
            api.run("log_messages", count=100 + number)
            seal(api, home)
        api.token("officer")
        api.token("company", "plant-one")
        yield api


SHAPES = [
    ("/checkpoint", Checkpoint),
    ("/checkpoints", CheckpointList),
    ("/proof/7", InclusionProof),
    ("/leaf?kind=message&id=3", Leaf),
    ("/consistency?first=100", ConsistencyProof),
    ("/keys", LogKeyList),
]


@pytest.mark.parametrize(("path", "shape"), SHAPES)
def test_an_answer_has_exactly_the_members_it_promises(sealed: Api, path: str, shape: type) -> None:
    answer = sealed.get(LOG + path)
    assert answer.status_code == 200, answer.text
    shape.model_validate_json(answer.content)  # type: ignore[attr-defined]
    again = sealed.get(LOG + path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_newest_checkpoint_is_signed_by_the_published_key(sealed: Api) -> None:
    head = sealed.get(f"{LOG}/checkpoint").json()
    keys = [parse_vkey(item["vkey"]) for item in sealed.get(f"{LOG}/keys").json()["items"]]
    note = parse_note(head["note"])
    assert verify_note(note, keys)
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.size, checkpoint.root.hex()) == (head["size"], head["root"])
    plain = sealed.get(f"{LOG}/checkpoint", headers={"Accept": "text/plain"})
    assert plain.headers["Content-Type"].startswith("text/plain")
    assert plain.text == head["note"]


def test_checkpoints_come_page_by_page_and_by_their_size(sealed: Api) -> None:
    first = sealed.get(f"{LOG}/checkpoints", params={"limit": 3}).json()
    rest = sealed.get(f"{LOG}/checkpoints", params={"limit": 3, "cursor": first["next"]}).json()
    every = first["items"] + rest["items"]
    assert rest["next"] is None
    sizes = [item["size"] for item in every]
    assert len(sizes) == 4
    assert sizes == sorted(sizes, reverse=True)
    for item in every:
        assert sealed.get(f"{LOG}/checkpoint", params={"size": item["size"]}).json() == item


def test_every_leaf_has_a_proof_in_every_tree_that_holds_it(sealed: Api) -> None:
    heads = {item["size"]: item["root"] for item in sealed.get(f"{LOG}/checkpoints").json()["items"]}
    for size, root in heads.items():
        for leaf in (0, size // 2, size - 1):
            found = sealed.get(f"{LOG}/proof/{leaf}", params={"size": size}).json()
            assert (found["leaf"], found["size"], found["root"]) == (leaf, size, root)
            proof = [bytes.fromhex(step) for step in found["proof"]]
            leaf_hash = bytes.fromhex(found["leaf_hash"])
            assert verify_inclusion(leaf_hash, leaf, size, proof, bytes.fromhex(root))


def test_any_two_sizes_have_a_consistency_proof(sealed: Api) -> None:
    items = sealed.get(f"{LOG}/checkpoints").json()["items"]
    newest = items[0]["size"]
    pairs = [(first["size"], second["size"]) for first in items for second in items]
    for first, second in [*((a, b) for a, b in pairs if a <= b), (5, 130), (1, newest)]:
        found = sealed.get(f"{LOG}/consistency", params={"first": first, "second": second}).json()
        roots = [bytes.fromhex(found[name]) for name in ("first_root", "second_root")]
        assert verify_consistency(first, second, [bytes.fromhex(step) for step in found["proof"]], *roots)
    newest_only = sealed.get(f"{LOG}/consistency", params={"first": 5}).json()
    assert newest_only["second"] == newest


def test_a_record_is_found_by_its_number_and_a_leaf_names_its_record(sealed: Api) -> None:
    leaf = sealed.get(f"{LOG}/leaf", params={"kind": "message", "id": 150}).json()["leaf"]
    record = sealed.get(f"{LOG}/proof/{leaf}").json()["record"]
    assert record == {"kind": "message", "id": 150, "table": None, "key": None}
    site = sealed.get(f"{LOG}/leaf", params={"kind": "record", "id": 1}).json()["leaf"]
    record = sealed.get(f"{LOG}/proof/{site}").json()["record"]
    assert (record["kind"], record["id"], record["table"]) == ("record", 1, "authority_version")
    assert record["key"]


def test_a_company_verifies_proofs_and_learns_nothing_of_others(sealed: Api) -> None:
    found = sealed.get(f"{LOG}/proof/7", role="company", site="plant-one").json()
    assert found["record"] is None
    assert found["proof"] == sealed.get(f"{LOG}/proof/7").json()["proof"]
    refused = sealed.get(f"{LOG}/leaf?kind=message&id=3", role="company", site="plant-one")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_tiles_are_the_hashes_themselves(sealed: Api) -> None:
    size = sealed.get(f"{LOG}/checkpoint").json()["size"]
    full = sealed.get(f"{LOG}/tile/0/0")
    assert full.headers["Content-Type"] == "application/octet-stream"
    assert len(full.content) == 256 * 32
    assert full.content[7 * 32 : 8 * 32].hex() == sealed.get(f"{LOG}/proof/7").json()["leaf_hash"]
    assert len(sealed.get(f"{LOG}/tile/0/{size // 256}").content) == size % 256 * 32
    assert len(sealed.get(f"{LOG}/tile/1/0").content) == size // 256 * 32


REFUSED = [
    ("/checkpoint?size=3", 404, "checkpoint_not_found"),
    ("/proof/999999", 404, "leaf_not_sealed"),
    ("/proof/200?size=150", 422, "sizes_wrong"),
    ("/proof/7?size=999999", 422, "sizes_wrong"),
    ("/proof/-1", 400, "request_invalid"),
    ("/proof/7?size=0", 400, "request_invalid"),
    ("/leaf?kind=message&id=99999", 404, "leaf_not_sealed"),
    ("/leaf?kind=verdict&id=1", 400, "request_invalid"),
    ("/consistency?first=999999", 422, "sizes_wrong"),
    ("/consistency?first=9&second=8", 422, "sizes_wrong"),
    ("/consistency", 400, "request_invalid"),
    ("/tile/0/9999", 404, "tile_not_found"),
    ("/tile/8/0", 400, "request_invalid"),
    ("/checkpoints?cursor=nonsense", 400, "cursor_malformed"),
]


@pytest.mark.parametrize(("path", "status", "code"), REFUSED)
def test_what_the_log_does_not_have_is_named(sealed: Api, path: str, status: int, code: str) -> None:
    answer = sealed.get(LOG + path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["text"]


def test_an_empty_log_says_so(fresh_api: Api) -> None:
    for path in ("/checkpoint", "/proof/0", "/consistency?first=1"):
        answer = fresh_api.get(LOG + path)
        assert (answer.status_code, answer.json()["code"]) == (404, "checkpoint_not_found")
    assert fresh_api.get(f"{LOG}/checkpoints").json() == {"items": [], "next": None}
    assert fresh_api.get(f"{LOG}/keys").json() == {"items": [], "next": None}


def test_the_metrics_tell_how_far_the_log_is(sealed: Api, fresh_api: Api) -> None:
    size = sealed.get(f"{LOG}/checkpoint").json()["size"]
    told = sealed.get("/metrics", role=None).text
    assert f"outfall_log_leaves {float(size)}" in told
    assert "outfall_log_checkpoint_age_seconds " in told
    empty = fresh_api.get("/metrics", role=None).text
    assert "outfall_log_leaves 0.0" in empty
    assert "outfall_log_checkpoint_age_seconds" not in empty
    assert "outfall_log_pending 0.0" not in empty
