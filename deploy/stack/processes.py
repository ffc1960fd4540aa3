"""Find and end the servers, which outlive the command that started them.

A process number alone proves nothing: after a crash or a reboot it may belong to a stranger. A server is recognised by its
command line, which names the home's own files and which /proc shows to every user (the working directory it hides from a root
without the ptrace capability, as in a container).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

POLL_SECONDS = 0.05
LOG_BYTES_KEPT = 10 * 1024 * 1024


def command_line(pid: int) -> list[str]:
    """The words a process was started with; empty when there is no such process or it is a zombie."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [os.fsdecode(word) for word in raw.split(b"\0") if word]


def running_with(*words: str) -> list[int]:
    """The processes whose command line holds all ``words``, oldest number first."""
    return sorted(pid for pid in _pids() if set(words) <= set(command_line(pid)))


def titled(beginning: str) -> list[int]:
    """The processes that show a title beginning so (PostgreSQL's children rewrite theirs)."""
    return [pid for pid in _pids() if (words := command_line(pid)) and words[0].startswith(beginning)]


def signal_process(pid: int, number: signal.Signals) -> None:
    """Signal a process; one that has just ended is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_until_gone(pids: list[int], seconds: float) -> bool:
    """Wait for the processes to end; False when one still runs after ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(command_line(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def last_lines(log: Path, *, since: int = 0, count: int = 6) -> str:
    """The last lines that were written to a log after byte ``since``, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            lines = file.read()[-8192:].decode(errors="replace").splitlines()
    except FileNotFoundError:
        return "(no log was written)"
    return " | ".join(line.strip() for line in lines[-count:] if line.strip()) or "(the log is empty)"


def begin_log(log: Path) -> int:
    """Put a log that has grown large aside, and return the length of what is there before a start."""
    if size_of(log) > LOG_BYTES_KEPT:
        log.replace(log.with_name(f"{log.name}.old"))
    return size_of(log)


def size_of(log: Path) -> int:
    """Length of a log in bytes; 0 when there is none."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def _pids() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            yield int(entry.name)
