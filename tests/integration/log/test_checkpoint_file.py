"""The file of checkpoints only grows, is finished where it was cut off, and is not gone on with when it contradicts."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.attesting import checkpointfile
from alerts.attesting.checkpointfile import append_checkpoints, checkpoint_file
from alerts.attesting.outgoing import bring_out
from store.errors import LogError
from tests.integration.log.world import World


@pytest.fixture
def path(world: World) -> Path:
    return checkpoint_file(world.settings)


def grow(world: World, steps: int) -> None:
    """Checkpoints."""
    for _ in range(steps):
        world.messages(3)
        world.seal_all()


def entries(world: World) -> str:
    return "".join(row["note"] + "\n" for row in world.ask("checkpoints"))


def refused(world: World, path: Path, size: int = 0) -> LogError:
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(LogError) as error:
        append_checkpoints(world.connection, path, size)
    assert (path.read_bytes() if path.exists() else None) == before
    return error.value


def test_every_checkpoint_is_appended_once(world: World, path: Path) -> None:
    assert append_checkpoints(world.connection, path, 0) == 0
    grow(world, 3)
    size = append_checkpoints(world.connection, path, 0)
    assert size == world.checkpoints()[-1].size
    assert append_checkpoints(world.connection, path, size) == size
    grow(world, 2)
    append_checkpoints(world.connection, path, size)
    assert path.read_text(encoding="utf-8") == entries(world)
    assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0


def test_a_long_backlog_is_appended_in_parts(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpointfile, "AT_ONCE", 2)
    grow(world, 7)
    append_checkpoints(world.connection, path, 0)
    assert path.read_text(encoding="utf-8") == entries(world)


def test_a_note_that_was_cut_off_anywhere_is_finished(world: World, path: Path) -> None:
    grow(world, 3)
    append_checkpoints(world.connection, path, 0)
    whole = path.read_bytes()
    last = len(world.ask("checkpoints")[-1]["note"].encode()) + 1
    for cut in range(last + 1):
        path.write_bytes(whole[: len(whole) - cut])
        append_checkpoints(world.connection, path, 0)
        assert path.read_bytes() == whole, f"cut by {cut} bytes"


def test_the_very_first_note_may_be_cut_off_too(world: World, path: Path) -> None:
    grow(world, 2)
    append_checkpoints(world.connection, path, 0)
    whole = path.read_bytes()
    for length in (1, 40, 120):
        path.write_bytes(whole[:length])
        append_checkpoints(world.connection, path, 0)
        assert path.read_bytes() == whole


def test_a_file_that_ends_with_another_checkpoint_stops_it(world: World, path: Path) -> None:
    grow(world, 3)
    append_checkpoints(world.connection, path, 0)
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    changed = "".join([*lines[:-6], lines[-6].replace("8", "9").replace("1", "2"), *lines[-5:]])
    for content in (
        whole.replace("Z\n", "Y\n"),
        whole + "something else\n",
        whole[:-1] + "x",
        whole + whole[: whole.index("\n\n")],
        "no checkpoint at all\n" * 5000,
        changed,
    ):
        path.write_text(content, encoding="utf-8")
        assert refused(world, path).code == "checkpoint_file_differs"


def test_a_database_that_was_put_back_stops_it(world: World, path: Path) -> None:
    grow(world, 3)
    size = append_checkpoints(world.connection, path, 0)
    world.maintain("lose_checkpoint", size=size)
    error = refused(world, path, size)
    assert error.code == "checkpoint_file_differs"
    assert f"{size} leaves, which the database does not have" in error.message


def test_a_file_that_is_gone_stops_it_and_an_empty_one_begins_anew(world: World, path: Path) -> None:
    grow(world, 2)
    size = append_checkpoints(world.connection, path, 0)
    path.unlink()
    assert refused(world, path, size).code == "checkpoint_file_differs"
    path.touch()
    assert append_checkpoints(world.connection, path, size) == size
    assert path.read_text(encoding="utf-8") == entries(world)


def test_a_place_that_cannot_be_written_is_named(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    grow(world, 1)
    with pytest.raises(LogError) as error:
        append_checkpoints(world.connection, tmp_path / "file" / "checkpoints.txt", 0)
    assert error.value.code == "checkpoint_file_unwritable"


def test_a_failure_rests_longer_each_time_and_is_forgotten_when_it_works(world: World, path: Path) -> None:
    grow(world, 1)
    path.parent.mkdir(exist_ok=True)
    path.write_text("something else\n", encoding="utf-8")

    def work(size: int) -> int:
        return append_checkpoints(world.connection, path, size)

    waits = []
    for _ in range(9):
        with pytest.raises(LogError):
            bring_out(world.connection, "file", work, world.now)
        [state] = world.ask("outgoing", target="file")
        waits.append((state["not_before"] - world.now).total_seconds())
        assert not bring_out(world.connection, "file", work, state["not_before"] - timedelta(seconds=1))
        world.now = state["not_before"]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert "checkpoint_file_differs" in state["last_error"]
    path.unlink()
    assert bring_out(world.connection, "file", work, world.now)
    [state] = world.ask("outgoing", target="file")
    assert (state["size"], state["failures"], state["not_before"], state["last_error"]) == (
        world.checkpoints()[-1].size,
        0,
        None,
        None,
    )
