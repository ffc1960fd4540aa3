"""Telling on standard error how far the verification is, when it takes longer than two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

QUIET_SECONDS = 2.0
EVERY_SECONDS = 0.5
EVERY_SECONDS_IN_A_FILE = 10.0


class Progress:
    """Writes one line over and over on a terminal, and a line now and then elsewhere. ``name`` gives the words of a step."""

    def __init__(self, out: TextIO | None, name: Callable[[str], str]) -> None:
        self._out = out
        self._name = name
        self._terminal = out is not None and out.isatty()
        self._every = EVERY_SECONDS if self._terminal else EVERY_SECONDS_IN_A_FILE
        self._next = time.monotonic() + QUIET_SECONDS
        self._written = False

    def stretch(self, step: str) -> Callable[[int], None]:
        """A stretch of work begins; gives what hears how many more are done."""
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if self._out is not None and time.monotonic() >= self._next:
                self._write(f"{self._name(step)} {done}")

        return advance

    def _write(self, line: str) -> None:
        if self._out is None:
            return
        self._out.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        self._out.flush()
        self._written = True
        self._next = time.monotonic() + self._every

    def end(self) -> None:
        """The work is done: a terminal gets its line back."""
        if self._out is not None and self._terminal and self._written:
            self._out.write("\r\x1b[K")
            self._out.flush()


def silent() -> Progress:
    """A progress that nobody watches."""
    return Progress(None, str)
