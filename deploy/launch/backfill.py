"""Showing how far the simulated gateways are with their history."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.launch.bringup import Say

WAIT_SECONDS = 150.0
"""After this the page is useful even though history is still coming in; it goes on in the background."""


def wait_for_history(progress_file: Path, say: Say, alive: Callable[[], None]) -> None:
    """Return when the simulator says it is live, or after WAIT_SECONDS; tell the percentage on the way.

    The simulator writes ``{"state": "history"|"live", "done": int, "total": int}`` to the file, whole each time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    told = -1
    while time.monotonic() < deadline:
        alive()
        progress = _read(progress_file)
        if progress is not None:
            total = max(1, int(progress.get("total", 0)))
            share = 100 * int(progress.get("done", 0)) // total
            if progress.get("state") == "live":
                say(f"simulated gateways are live ({progress.get('done', 0)} records of history delivered)")
                return
            if share // 10 > told // 10:
                say(f"simulated history: {share}% of {total} records")
                told = share
        time.sleep(0.2)
    say("history is still being delivered; it goes on in the background")


def _read(progress_file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(progress_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found if isinstance(found, dict) else None
