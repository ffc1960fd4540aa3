"""What is written is sealed once, whole, and in the order of sealing; the log never goes on from what it was not."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from hashlib import sha256

import pytest

from store.clock import BEIJING
from store.database import connect
from store.errors import LogError, NotFound
from store.log.checkpoint import parse_checkpoint
from store.log.leaves import read_leaves
from store.log.notes import parse_note
from store.log.places import places_of, record_at
from store.log.sealing import checkpoint_at, latest, seal
from store.log.tree import Tree
from tests.integration.log.world import START, World


def refusal(call: object) -> LogError:
    with pytest.raises(LogError) as refused:
        call()  # type: ignore[operator]
    return refused.value


def test_everything_that_was_written_is_sealed_once_with_a_checkpoint_over_it(world: World) -> None:
    world.messages(300)
    world.periods(7)
    world.records(3)
    assert world.seal() is not None
    leaves = world.check()
    first = json.loads(leaves[world.places("message")[1]])
    assert first == {
        "kind": "message",
        "id": 1,
        "received_at": "2026-11-26T00:00:01+00:00",
        "gateway": "gw-one",
        "channel": "hj212",
        "packet_id": 1,
        "sha256": sha256(b"1").hexdigest(),
    }
    period = json.loads(leaves[world.places("period")[1]])
    assert (period["reported_measured"], period["recomputed_measured"]) == ("12.50", "0.00000010")
    assert period["inputs"]["weights"] == [1, "2.50", "12345678901234567890"]
    assert [verdict["limit_key"] for verdict in period["verdicts"]] == [None, 5, 7]
    assert period["verdicts"][0]["compared"] == "211.070"
    assert {"start", "outlet_key", "factor", "span", "revision"}.isdisjoint(period["verdicts"][0])
    records = [json.loads(leaf) for leaf in leaves if b'"table":"gateway"' in leaf]
    assert [record["content"]["id"] for record in records] == [f"gw-test-8-{n}" for n in (1, 2, 3)]
    assert world.count()["pending"] == 0


def test_nothing_is_signed_when_nothing_waits(world: World) -> None:
    world.seal_all()
    before = world.count()
    assert world.seal() is None
    assert world.count() == before


def test_an_empty_log_has_no_head(world: World) -> None:
    assert latest(world.connection) is None
    with pytest.raises(NotFound) as refused:
        checkpoint_at(world.connection, 1)
    assert refused.value.code == "checkpoint_not_found"


def test_the_tree_grows_over_many_steps_as_if_it_had_been_sealed_at_once(world: World) -> None:
    # Steps that end within tiles, at their edge and beyond several of them.
    for count in (1, 200, 54, 1, 256, 1, 700, 3):
        world.messages(count)
        world.seal()
    world.check()
    sizes = {(row["level"], row["index"]): len(row["hashes"]) // 32 for row in world.ask("tiles")}
    leaves = world.count()["leaves"]
    expected = {(0, index): min(256, leaves - 256 * index) for index in range((leaves + 255) // 256)}
    assert sizes == {**expected, (1, 0): leaves // 256}


def test_a_step_takes_no_more_than_it_may_and_the_rest_keeps_its_turn(world: World) -> None:
    world.seal_all()
    begin = world.count()["leaves"]
    world.messages(250)
    world.periods(40)
    world.seal(most=100)
    assert world.count()["leaves"] == begin + 100
    world.seal_all(most=100)
    kinds = [(row["kind"], row["count"]) for row in world.ask("runs") if row["first_leaf"] >= begin]
    assert kinds == [("message", 100), ("message", 100), ("message", 50), ("period", 40)]
    world.check()


def test_runs_tell_when_their_rows_are_of_so_that_chunks_can_be_left_out(world: World) -> None:
    world.messages(3)
    world.messages(2, START + timedelta(days=40))
    world.seal_all()
    [run] = [row for row in world.ask("runs") if row["kind"] == "message"]
    assert (run["low"], run["high"], run["count"]) == (1, 5, 5)
    assert run["earliest"] == START + timedelta(seconds=1)
    assert run["latest"] == START + timedelta(days=40, seconds=2)


def test_ids_that_were_never_used_leave_no_gap_in_the_log(world: World) -> None:
    ids = world.messages(5)
    world.ask("use_up_messages", count=9)
    ids += world.messages(4)
    world.ask("use_up_messages", count=2000)
    ids += world.messages(1)
    world.seal_all()
    world.check()
    places = places_of(world.connection, "message", ids)
    assert list(places) == ids
    assert sorted(places.values()) == list(range(min(places.values()), min(places.values()) + 10))
    # Few among many are looked up one by one, and are the same.
    everything = dict(read_leaves(world.connection, "message", range(1, ids[-1] + 1)))
    assert dict(read_leaves(world.connection, "message", [ids[0], ids[-1], ids[-1] + 7])) == {
        ids[0]: everything[ids[0]],
        ids[-1]: everything[ids[-1]],
    }


def test_a_transaction_that_commits_late_is_sealed_late_among_its_elders(world: World, database: str) -> None:
    # The chunk exists: two transactions that both make one wait for each other.
    world.messages(1)
    with connect(database, name="slow") as slow, connect(database, name="quick", autocommit=True) as quick:
        behind = World(slow, world.settings).messages(3)
        ahead = World(quick, world.settings).messages(3)
        world.seal_all()
        assert list(places_of(world.connection, "message", behind + ahead)) == ahead
        slow.commit()
    world.seal_all()
    world.check()


def test_what_is_not_sealed_has_no_leaf(world: World) -> None:
    world.seal_all()
    waiting = world.messages(2)
    assert places_of(world.connection, "message", [*waiting, 999]) == {}
    for leaf in (world.count()["leaves"], -1):
        with pytest.raises(NotFound) as refused:
            record_at(world.connection, leaf)
        assert refused.value.code == "leaf_not_sealed"


def test_a_row_that_went_before_it_was_sealed_stops_the_log_and_is_named(world: World) -> None:
    world.messages(5)
    world.maintain("lose_message", id=3)
    assert world.signer
    before = world.count()
    error = refusal(world.seal)
    assert (error.code, error.facts) == ("log_record_missing", {"kind": "message", "ids": [3]})
    assert world.count() == before


def test_a_spoilt_tile_at_the_edge_stops_the_log(world: World) -> None:
    world.messages(10)
    world.seal_all()
    world.ask("spoil_tile", byte=40, index=0)
    world.messages(1)
    assert refusal(world.seal).code == "log_tree_differs"


def test_a_tile_that_went_makes_proofs_fail_with_its_name(world: World) -> None:
    world.messages(600)
    world.seal_all()
    size = world.count()["leaves"]
    world.connection.execute(b"set outfall.maintenance = 'on'")
    world.connection.execute(b"delete from log_tile where level = 0 and index = 1")
    error = refusal(lambda: Tree(world.connection, size).inclusion(300))
    assert (error.code, error.facts) == ("log_tile_missing", {"level": 0, "index": 1})
    assert refusal(lambda: Tree(world.connection, size).nodes([(0, 300)])).code == "log_tile_missing"


def test_an_earlier_size_has_its_own_proofs_after_the_tree_has_grown(world: World) -> None:
    world.messages(300)
    world.seal_all()
    early = world.checkpoints()[-1]
    world.messages(500)
    world.seal_all()
    assert Tree(world.connection, early.size).root() == early.root
    with pytest.raises(ValueError, match="no node"):
        Tree(world.connection, early.size).node(0, early.size)


def test_the_clock_of_the_log_never_goes_back_and_it_is_said_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.now = START + timedelta(days=500)
    world.seal_all()
    world.now = START
    world.messages(1)
    with caplog.at_level(logging.WARNING):
        checkpoint = world.seal()
    assert checkpoint is not None
    assert checkpoint.sealed_at == START + timedelta(days=500)
    assert "clock_went_back" in caplog.text


def test_a_checkpoint_is_never_older_than_what_it_seals_when_the_clocks_agree(world: World) -> None:
    row = world.connection.execute(b"select clock_timestamp()").fetchone()
    assert row is not None
    world.now = row[0] - timedelta(seconds=20)
    world.messages(1)
    world.seal_all()
    assert world.checkpoints()[-1].sealed_at >= row[0]


def test_a_clock_that_is_far_off_is_not_followed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        checkpoint = world.seal()
    assert checkpoint is not None
    assert checkpoint.sealed_at == START.astimezone(BEIJING)
    assert "clock_differs" in caplog.text


def test_sealing_is_refused_within_a_transaction_of_somebody_else(world: World, database: str) -> None:
    signer = world.signer
    with connect(database, name="test") as connection:
        World(connection, world.settings).messages(1)
        with pytest.raises(ValueError, match="transaction"):
            seal(connection, signer, world.now)


def test_a_connection_without_autocommit_can_seal_too(world: World, database: str) -> None:
    with connect(database, name="test") as connection:
        other = World(connection, world.settings)
        other.messages(10)
        connection.commit()
        other.seal_all()
    world.check()


def test_the_note_that_is_kept_is_the_one_that_was_signed(world: World) -> None:
    world.seal_all()
    head = latest(world.connection)
    assert head is not None
    assert head == checkpoint_at(world.connection, head.size)
    assert parse_checkpoint(parse_note(head.note).text).origin == world.signer.name
