"""The real processes of Outfall, started as a user starts them, against the run's broker and a database of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack import free_port

STOP_SECONDS = 20.0


@contextmanager
def running(room: str, environment: dict[str, str], logs: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m ingest|alerts|api`` until the block ends; its log is shown when the test fails."""
    log = logs / f"{room}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", room], env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        sys.stdout.write(f"--- {room}\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}\n")


def environment_for(database: str, mqtt_url: str, home: Path) -> dict[str, str]:
    """Settings of the processes; the port of the API is free."""
    return {
        "OUTFALL_HOME": str(home),
        "OUTFALL_DATABASE_URL": database,
        "OUTFALL_MQTT_URL": mqtt_url,
        "OUTFALL_HTTP_PORT": str(free_port()),
    }
