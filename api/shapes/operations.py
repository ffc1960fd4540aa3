"""Shapes of what runs Outfall."""

from __future__ import annotations

from datetime import datetime

from api.shapes import Shape


class Process(Shape):
    """A living alerts process; ``instance`` is host:pid."""

    instance: str
    started_at: datetime
    seen_at: datetime


class JobState(Shape):
    """One time-driven job.

    ``every_seconds``: how often it runs; a daily job (``daily_at``, HH:MM Beijing) looks so often for days to be done, and
    ``done_upto`` is the last moment at which it was due and is done. ``failed`` says why the last run failed, null when it went
    well. ``milliseconds``: how long the last ended run took.
    """

    name: str
    every_seconds: float
    daily_at: str | None
    running: bool
    started_at: datetime | None
    finished_at: datetime | None
    succeeded_at: datetime | None
    next_at: datetime | None
    done_upto: datetime | None
    runs: int
    failures: int
    failed: str | None
    milliseconds: int | None
    instance: str | None


class Jobs(Shape):
    """The leader (null while none is known), the processes that stand by, and every job."""

    leader: Process | None
    standbys: list[Process]
    items: list[JobState]
    next: None
