"""Moments that people give: what happened lies in the past, and not before anything that Outfall knows of. Pure."""

from __future__ import annotations

from datetime import datetime

from store.clock import BEIJING, DAY
from store.errors import Refused

EARLIEST = datetime(1970, 1, 1, tzinfo=BEIJING)


def check_span(start: datetime | None, end: datetime | None, at: datetime) -> datetime:
    """The start of an act. A running day may be named to its end. Raises Refused ``lead_span_wrong``."""
    if start is None or not EARLIEST <= start <= at or (end is not None and not start < end <= at + DAY):
        raise Refused(
            "Say when it happened: from, which is not in the future, and to after it (none while it goes on).",
            code="lead_span_wrong",
        )
    return start


def check_found(moment: datetime, at: datetime) -> None:
    """When a lead was discovered. Raises Refused ``found_in_future``, also for a time before 1970."""
    if not EARLIEST <= moment <= at:
        raise Refused("A lead is found in the past, since 1970.", code="found_in_future")


def check_past(moment: datetime, at: datetime) -> None:
    """Raises Refused ``held_in_future``, also for a time before 1970."""
    if not EARLIEST <= moment <= at:
        raise Refused(
            "What lies in the future is recorded when it has happened; nothing is recorded of before 1970.",
            code="held_in_future",
        )
