"""Fetching the programs: interrupted, and then whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.stack.account import server_account
from deploy.stack.prefix import ensure_prefix, newest
from tests.fixtures.waiting import until

INSTALL = """
import sys
from pathlib import Path
from deploy.stack.account import server_account
from deploy.stack.prefix import ensure_prefix
ensure_prefix(Path(sys.argv[1]), server_account(), lambda *_: None)
"""


def test_a_killed_download_leaves_no_half_prefix_and_the_next_start_is_whole(stack_home: Path) -> None:
    root = stack_home.parent / "prefix"
    process = subprocess.Popen([sys.executable, "-c", INSTALL, str(root)], start_new_session=True)
    try:
        until(lambda: any(root.glob(".building-*/apt/debs/*")), "the download has begun", seconds=120)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert newest(root) is None
    assert list(root.glob(".building-*"))

    said: list[tuple[str, float | None]] = []
    prefix = ensure_prefix(root, server_account(), lambda step, share: said.append((step, share)))
    assert not list(root.glob(".building-*"))
    for program in ("postgres", "psql"):
        command = [str(prefix.postgres_bin / program), "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert prefix.version("postgresql-17") in done.stdout
    downloaded = [share for step, share in said if "MB" in step and share is not None]
    assert downloaded == sorted(downloaded)
    assert all(share <= 1 for _, share in said if share is not None)

    said.clear()
    assert ensure_prefix(root, server_account(), lambda step, share: said.append((step, share))) == prefix
    assert said == [], "nothing is fetched twice"
