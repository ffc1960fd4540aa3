"""Two sealing processes, killed again and again while rows are written: every row has one leaf, and the log only grew.

``OUTFALL_TEST_SEED`` sets the moments of the kills."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from alerts.attesting.checkpointfile import append_checkpoints, checkpoint_file
from store.database import connect
from store.settings import load_settings
from tests.fixtures.waiting import until
from tests.integration.log.world import World

SEED = int(os.environ.get("OUTFALL_TEST_SEED", str(random.SystemRandom().randrange(10**6))))
KILLS = 20


def start(database: str, home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.faults.sealer", database, str(home)]
    with (home / "sealer.log").open("ab") as log:
        return subprocess.Popen(command, stderr=log)


def write(database: str, stop: threading.Event) -> None:
    """Rows of every kind, in transactions of every length."""
    chance = random.Random(SEED + 1)
    with connect(database, name="writer") as connection:
        world = World(connection, load_settings(database_url=database))
        while not stop.is_set():
            for _ in range(chance.randrange(1, 4)):
                chance.choice(
                    [
                        lambda: world.messages(chance.randrange(1, 150)),
                        lambda: world.periods(chance.randrange(1, 5)),
                        lambda: world.records(chance.randrange(1, 4)),
                        lambda: world.ask("use_up_messages", count=3),
                    ]
                )()
            connection.commit()
            # The sealers shall keep up, so that a kill finds them at the edge of the log too.
            stop.wait(chance.uniform(0.0, 0.2))


def checkpoints(database: str) -> int:
    with connect(database, name="test") as connection:
        return World(connection, load_settings(database_url=database)).count()["checkpoints"]


def test_processes_that_die_leave_no_row_out_and_seal_none_twice(database: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    stop = threading.Event()
    writer = threading.Thread(target=write, args=(database, stop))
    processes = [start(database, tmp_path), start(database, tmp_path)]
    writer.start()
    try:
        for _ in range(KILLS):
            # The one that has run longer is at work by now; the other may still be starting.
            before = checkpoints(database)
            until(lambda known=before: checkpoints(database) > known, "a checkpoint", 60)  # type: ignore[misc]
            # Not a timed assertion: the kill may come at any moment of the work.
            time.sleep(chance.uniform(0.0, 0.3))
            victim = processes.pop(0 if chance.random() < 0.8 else 1)
            assert victim.poll() is None, "a sealing process ended by itself"
            victim.kill()
            victim.wait(10)
            processes.append(start(database, tmp_path))
    finally:
        stop.set()
        writer.join()
        for process in processes:
            process.kill()
            process.wait(10)
        print((tmp_path / "sealer.log").read_text(encoding="utf-8")[-4000:])
    with connect(database, name="test", autocommit=True) as connection:
        world = World(connection, load_settings(database_url=database, home=tmp_path))
        sealed = world.count()["checkpoints"]
        world.seal_all()
        leaves = world.check()
        path = checkpoint_file(world.settings)
        append_checkpoints(connection, path, 0)
        notes = [row["note"] for row in world.ask("checkpoints")]
    print(f"{len(leaves)} leaves, {len(notes)} checkpoints")
    assert sealed > KILLS
    assert path.read_text(encoding="utf-8") == "".join(f"{note}\n" for note in notes)
