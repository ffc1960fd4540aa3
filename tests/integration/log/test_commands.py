"""``outfall log`` on a real database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.errors import NotFound, OutfallError
from store.log.merkle import verify_consistency, verify_inclusion
from store.log.notes import parse_note, parse_vkey, verify_note
from tests.integration.log.world import World


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line with the database and the home of the world."""
    monkeypatch.setenv("OUTFALL_HOME", str(world.settings.home))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", world.settings.database())
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    return command.invoke(app, ["log", *words])


def told(command: CliRunner, *words: str) -> Any:
    done = call(command, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_what_waits_is_sealed_on_demand_and_the_note_is_written(command: CliRunner, world: World) -> None:
    world.messages(300)
    note = call(command, "seal").output
    [key] = [parse_vkey(known["vkey"]) for known in told(command, "keys")]
    assert verify_note(parse_note(note), [key]) == [key]
    assert call(command, "checkpoint").output == note
    head = told(command, "checkpoint")
    assert (head["note"], head["attestations"], head["outgoing"]) == (note, [], [])
    assert told(command, "seal")["size"] == head["size"] == world.count()["leaves"]
    assert key.vkey() in call(command, "keys").output
    world.check()


def test_proofs_are_written_that_verify(command: CliRunner, world: World) -> None:
    world.messages(300)
    first = told(command, "seal")
    world.messages(5)
    second = told(command, "seal")
    proof = told(command, "proof", "17")
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    root = bytes.fromhex(second["root"])
    assert verify_inclusion(bytes.fromhex(proof["leaf_hash"]), 17, second["size"], steps, root)
    assert proof["record"]["kind"] == "message"
    assert f"message {proof['record']['id']}" in call(command, "proof", "17").output
    assert told(command, "proof", "17", "--size", str(first["size"]))["root"] == first["root"]
    grown = told(command, "consistency", str(first["size"]), str(second["size"]))
    steps = [bytes.fromhex(step) for step in grown["proof"]]
    roots = bytes.fromhex(first["root"]), root
    assert verify_consistency(first["size"], second["size"], steps, *roots)
    assert grown["proof"][0] in call(command, "consistency", str(first["size"]), str(second["size"])).output


def test_a_new_key_signs_beside_the_old_one_once(command: CliRunner, world: World) -> None:
    world.messages(3)
    call(command, "seal")
    old = parse_vkey(told(command, "keys")[0]["vkey"])
    turned = told(command, "rotate-key")
    new = parse_vkey(turned["vkey"])
    assert verify_note(parse_note(turned["note"]), [old, new]) == [old, new]
    keys = told(command, "keys")
    assert [known["retired_at"] is None for known in keys] == [False, True]
    assert world.ask("audit")[-1]["action"] == "log:key:rotated"


REFUSED = [
    (("checkpoint", "--size", "99999"), "checkpoint_not_found"),
    (("proof", "99999"), "leaf_not_sealed"),
    (("proof", "1", "--size", "99999"), "sizes_wrong"),
    (("proof", "200", "--size", "100"), "sizes_wrong"),
    (("consistency", "1", "99999"), "sizes_wrong"),
    (("consistency", "9", "8"), "sizes_wrong"),
]


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_the_log_does_not_have_is_named(
    command: CliRunner, world: World, words: tuple[str, ...], code: str
) -> None:
    world.messages(300)
    world.seal_all()
    refused = call(command, *words).exception
    assert isinstance(refused, OutfallError)
    assert refused.code == code


def test_an_empty_log_has_no_checkpoint_to_write(command: CliRunner) -> None:
    refused = call(command, "checkpoint").exception
    assert isinstance(refused, NotFound)
    assert refused.code == "checkpoint_not_found"
