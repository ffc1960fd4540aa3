"""Child processes of ``outfall run``: started, watched, started again when they die, ended cleanly."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A process that ran this long was healthy: its next death is a new trouble and not the old one again.
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Service:
    """What to run: arguments after the interpreter, and where its output goes."""

    name: str
    arguments: tuple[str, ...]
    log_file: Path


@dataclass(slots=True)
class _Child:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    pause: float = FIRST_PAUSE_SECONDS
    due: float | None = None


@dataclass(slots=True)
class Processes:
    """The children of one ``outfall run``. ``watch`` is to be called about once a second."""

    environment: Mapping[str, str]
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(self, service: Service) -> None:
        """Start a service in a process group of its own, so that Ctrl-C reaches it through us and in order."""
        self._children[service.name] = _Child(service, self._spawn(service), time.monotonic())

    def watch(self) -> None:
        """Start again what has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        for child in self._children.values():
            if child.due is not None:
                if now >= child.due:
                    child.process, child.started, child.due = self._spawn(child.service), now, None
                continue
            code = child.process.poll()
            if code is None:
                continue
            if now - child.started > HEALTHY_SECONDS:
                child.pause = FIRST_PAUSE_SECONDS
            log.warning(
                "%s ended with code %s; starting it again in %.0f s (log: %s)",
                child.service.name,
                code,
                child.pause,
                child.service.log_file,
            )
            child.due = now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)

    def dead(self) -> list[Service]:
        """Services that are not running at the moment."""
        return [child.service for child in self._children.values() if child.process.poll() is not None]

    def stop(self) -> None:
        """Ask every child to end, the last started first, and end those that do not within ten seconds."""
        for child in reversed(self._children.values()):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not end in time and was killed", child.service.name)
                child.process.kill()
                child.process.wait()
        self._children.clear()

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with _log(service.log_file) as output:
            return subprocess.Popen(
                [sys.executable, "-m", *service.arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )


LOG_BYTES_MOST = 20 * 1024 * 1024


def _log(file: Path) -> BinaryIO:
    """Append to a log file; one that has grown past 20 MB is kept once as ``.1``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and file.stat().st_size > LOG_BYTES_MOST:
        file.replace(file.with_suffix(file.suffix + ".1"))
    return file.open("ab")
