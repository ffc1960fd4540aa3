"""Checkpoints are offered to a witness that really verifies; what contradicts or says nonsense is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.attesting.witness import offer
from store.errors import LogError
from store.log.keys import public_keys
from store.log.notes import Signature, parse_note, parse_signatures
from store.log.sealing import latest
from tests.fixtures.witness import Witness, open_witness
from tests.integration.log.world import World


@pytest.fixture
def witness(world: World) -> Iterator[Witness]:
    world.messages(5)
    world.seal_all()
    with open_witness(*(known.key for known in public_keys(world.connection))) as opened:
        world.settings = world.settings.model_copy(
            update={"witness_url": opened.url, "witness_key": opened.key.vkey()}
        )
        yield opened


def offered(world: World, size: int = 0) -> int:
    return offer(world.connection, world.settings, size, world.now)


def refusal(world: World, size: int = 0) -> LogError:
    with pytest.raises(LogError) as refused:
        offered(world, size)
    return refused.value


def grow(world: World, count: int = 20) -> None:
    world.messages(count)
    world.seal_all()


def test_a_cosignature_is_kept_with_the_checkpoint_it_is_over(world: World, witness: Witness) -> None:
    size = offered(world)
    [kept] = world.ask("attestations")
    assert (kept["size"], kept["kind"], kept["source"]) == (size, "witness", witness.url)
    assert kept["told_time"] == datetime.fromtimestamp(witness.time, UTC)
    head = latest(world.connection)
    assert head is not None
    [signature] = parse_signatures(bytes(kept["token"]).decode())
    assert witness.key.made(signature, parse_note(head.note).text)
    assert witness.requests == [(0, size)]


def test_a_later_checkpoint_comes_with_the_proof_that_it_begins_with_the_earlier(
    world: World, witness: Witness
) -> None:
    size = offered(world)
    for count in (1, 250, 300):
        grow(world, count)
        size = offered(world, size)
    assert [signed.size for signed in witness.signed.values()] == [size]
    assert len(world.ask("attestations")) == 4


def test_nothing_is_offered_twice_nor_only_because_something_was_attested(
    world: World, witness: Witness
) -> None:
    size = offered(world)
    assert offered(world, size) == size
    # The cosignature itself is a record by now, and sealed.
    world.seal_all()
    head = latest(world.connection)
    assert head is not None
    assert head.size > size
    assert offered(world, size) == size
    grow(world)
    assert offered(world, size) > size
    assert len(witness.requests) == 2


def test_an_answer_that_was_lost_is_made_up_with_the_size_that_the_witness_names(
    world: World, witness: Witness
) -> None:
    witness.mood = "lose_answer"
    assert refusal(world).code == "witness_away"
    witness.mood = "fair"
    signed = offered(world)
    assert witness.requests[-2:] == [(0, signed), (signed, signed)]
    grow(world)
    assert offered(world, 0) > signed
    assert len(world.ask("attestations")) == 2


NONSENSE = [
    ("busy", "witness_refused"),
    ("garbage", "witness_answer_wrong"),
    ("hang_up", "witness_away"),
    ("other_key", "witness_answer_wrong"),
]


@pytest.mark.parametrize(("mood", "code"), NONSENSE)
def test_an_answer_that_is_no_cosignature_is_not_kept(
    world: World, witness: Witness, mood: str, code: str
) -> None:
    witness.mood = mood
    assert refusal(world).code == code
    assert world.ask("attestations") == []


def test_a_witness_that_is_away_is_named(world: World, witness: Witness) -> None:
    world.settings = world.settings.model_copy(update={"witness_url": "http://127.0.0.1:1/prefix"})
    assert refusal(world).code == "witness_away"


def test_a_witness_that_does_not_know_the_log_refuses_it(world: World, witness: Witness) -> None:
    witness.trusted.clear()
    error = refusal(world)
    assert (error.code, error.facts) == ("witness_refused", {"status": 404})


def test_a_log_that_was_put_back_is_found(world: World, witness: Witness) -> None:
    offered(world)
    [signed] = witness.signed.values()
    # What it signed last is larger than the log is now.
    witness.signed[signed.origin] = replace(signed, size=signed.size + 1000)
    grow(world)
    error = refusal(world, signed.size)
    assert error.code == "witness_differs"
    assert f"signed {signed.size + 1000} leaves" in error.message


def test_a_log_that_is_not_the_one_it_signed_is_found(world: World, witness: Witness) -> None:
    size = offered(world)
    [signed] = witness.signed.values()
    witness.signed[signed.origin] = replace(signed, root=bytes(32))
    grow(world)
    assert refusal(world, size).code == "witness_differs"
    witness.signed[signed.origin] = replace(signed, root=bytes(32), size=world.checkpoints()[-1].size)
    assert refusal(world, size).code == "witness_differs"


def test_without_a_key_of_the_witness_its_lines_are_kept_as_they_are(world: World, witness: Witness) -> None:
    world.settings = world.settings.model_copy(update={"witness_key": None})
    offered(world)
    [kept] = world.ask("attestations")
    assert kept["told_time"] is None
    assert isinstance(parse_signatures(bytes(kept["token"]).decode())[0], Signature)
