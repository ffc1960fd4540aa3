"""A process that seals in small steps and appends the checkpoints to their file: ``python -m tests.faults.sealer``."""

from __future__ import annotations

import sys
from pathlib import Path

from alerts.attesting.checkpointfile import append_checkpoints, checkpoint_file
from store.clock import now
from store.database import connect
from store.log.keys import load_signer
from store.log.sealing import seal
from store.settings import load_settings

MOST = 120
"""Leaves of a step: small, so that a kill finds one at any of its moments."""


def main(url: str, home: str) -> None:
    """Until the end of the world."""
    settings = load_settings(database_url=url, home=Path(home))
    with connect(url, name="sealer", autocommit=True) as connection:
        size = 0
        while True:
            seal(connection, load_signer(settings, connection), now(), MOST)
            size = append_checkpoints(connection, checkpoint_file(settings), size)


if __name__ == "__main__":
    main(*sys.argv[1:])
