"""A process that only leads: ``python -m tests.integration.alerts.leading URL``. Its jobs write a row a run, slowly."""

from __future__ import annotations

import logging
import sys
import threading
from datetime import datetime, time, timedelta
from pathlib import Path

from alerts.jobs import INSTANCE, Job
from alerts.leader import Leader
from store.database import Connection
from store.queries import parse

SQL = parse(Path(__file__).with_name("plant.sql").read_text(encoding="utf-8"))
DAILY_AT = time(0, 0)


def work(name: str) -> Job:
    """A job of that name: daily when it is called so, else ten times a second."""

    def write(connection: Connection, at: datetime) -> None:
        connection.execute(SQL["work"], {"name": name, "at": at, "instance": INSTANCE})

    return Job(name, timedelta(seconds=0.1), write, DAILY_AT if name == "daily" else None)


def main(url: str) -> None:
    """Lead, or stand by, until killed."""
    # Runs that are skipped because the one before is still at work are expected here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    leader = Leader(url, lambda started: [work("daily"), work("often")], threading.Event())
    leader.start()
    leader.join()


if __name__ == "__main__":
    main(sys.argv[1])
