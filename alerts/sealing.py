"""The jobs of the evidence log: seal what waits, and bring the checkpoints out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.attesting import stamps, witness
from alerts.attesting.checkpointfile import append_checkpoints, checkpoint_file
from alerts.attesting.outgoing import Work, bring_out
from alerts.jobs import Job
from store.clock import now
from store.database import Connection
from store.log.keys import load_signer
from store.log.sealing import seal
from store.settings import Settings

RUN_SECONDS = 30.0
"""A run with more to seal leaves the rest to the next one, which sees a new key."""


def seal_pending(connection: Connection, settings: Settings) -> int:
    """Seal what waits, step by step; how many leaves the log has then, 0 when nothing waited.

    ``connection`` must be in autocommit mode. Raises what ``load_signer`` and ``seal`` raise.
    """
    signer = load_signer(settings, connection)
    until, size = time.monotonic() + RUN_SECONDS, 0
    while time.monotonic() < until:
        checkpoint = seal(connection, signer, now())
        if checkpoint is None:
            break
        size = checkpoint.size
    return size


def sealing_jobs(settings: Settings) -> list[Job]:
    """Sealing, and one job for each place that checkpoints go to; none of them in a transaction of the timetable."""

    def outgoing(target: str, every: timedelta, work: Callable[[Connection, int, datetime], int]) -> Job:
        def run(connection: Connection, at: datetime) -> bool:
            here: Work = lambda size: work(connection, size, at)  # noqa: E731 (two arguments are bound)
            return bring_out(connection, target, here, at)

        return Job(f"checkpoints_{target}", every, run, in_transaction=False)

    path = checkpoint_file(settings)
    jobs = [
        Job(
            "seal",
            timedelta(seconds=settings.seal_seconds),
            lambda connection, at: seal_pending(connection, settings),
            in_transaction=False,
        ),
        outgoing(
            "file",
            timedelta(seconds=settings.seal_seconds),
            lambda connection, size, at: append_checkpoints(connection, path, size),
        ),
    ]
    if settings.witness_url is not None:
        jobs.append(
            outgoing(
                "witness",
                timedelta(seconds=30),
                lambda connection, size, at: witness.offer(connection, settings, size, at),
            )
        )
    if settings.tsa_url is not None:
        jobs.append(
            outgoing(
                "rfc3161",
                timedelta(seconds=30),
                lambda connection, size, at: stamps.stamp(connection, settings, size, at),
            )
        )
    return jobs
