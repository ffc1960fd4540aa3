"""The process that verifies one uploaded package: ``python -m api.evidence.checkprocess PATH SECONDS``.

The package is from a stranger. The process has no secrets in its environment and no connection, may write nothing, and is bounded
in memory and time. It reads ``{"keys": [vkey, ...] | null}`` from standard input and writes JSON lines: how far it is, and last
the report.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from api.verifier.printing import as_json
from api.verifier.progress import Progress
from api.verifier.verify import Options, verify
from api.verifier.words import Words, of_catalogue
from store.log.notes import parse_vkey
from store.texts import catalogue

MEMORY_BYTES = 2 << 30
FILES = 64
EVERY_SECONDS = 0.2
NICE = 5


class Telling(Progress):
    """Says on standard output which step it is at and how many are done."""

    def __init__(self) -> None:
        super().__init__(None, str)
        self._told = 0.0

    def stretch(self, step: str) -> Callable[[int], None]:
        """A stretch of work begins."""
        done = 0
        _tell({"step": step, "done": 0})

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if time.monotonic() - self._told >= EVERY_SECONDS:
                self._told = time.monotonic()
                _tell({"step": step, "done": done})

        return advance


def main() -> int:
    """Verify, tell, end. What the package does to this process is its caller's matter: it ends without a report."""
    seconds = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    asked = json.loads(sys.stdin.read())
    keys = asked["keys"]
    options = Options(keys=None if keys is None else [parse_vkey(key) for key in keys])
    report = verify(Path(sys.argv[1]), options, Telling())
    words = Words(of_catalogue(catalogue()))
    _tell({"report": json.loads(as_json(report, words))})
    return 0


def _tell(fact: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(fact, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
