"""Rate limits and back-off of a channel. Pure: attempts and the moment are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.channels import Channel

MINUTE = timedelta(seconds=62)
"""A vendor's minute, as seen from here: two seconds longer, because a message that was slow on its way counts when it arrives."""

SECOND = timedelta(milliseconds=1200)
FEISHU_A_SECOND = 5
"""A Feishu robot takes 100 messages a minute and 5 a second."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)
"""A channel out of order is tried again after 5, 10, 20 ... seconds, and never later than after five minutes."""

LONGEST_MESSAGE_WAIT = timedelta(hours=1)
"""A message that a working channel does not take is tried more and more seldom."""

REMEMBERED = timedelta(minutes=2)
"""Attempts older than this concern no limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` attempts in any ``window``."""

    window: timedelta
    count: int


def limits_of(channel: Channel) -> tuple[Limit, ...]:
    """What a channel allows."""
    a_minute = Limit(MINUTE, channel.per_minute)
    return (a_minute, Limit(SECOND, FEISHU_A_SECOND)) if channel.kind == "feishu" else (a_minute,)


def room_at(limits: Sequence[Limit], attempts: Sequence[datetime], at: datetime) -> datetime:
    """The earliest moment, ``at`` or later, at which one more attempt breaks no limit."""
    earliest = at
    ordered = sorted(attempts)
    for limit in limits:
        if len(ordered) >= limit.count:
            earliest = max(earliest, ordered[-limit.count] + limit.window)
    return earliest


def channel_wait(failures: int) -> timedelta:
    """How long a channel rests after so many failures in a row."""
    return min(FIRST_WAIT * (1 << min(max(failures - 1, 0), 10)), LONGEST_WAIT)


def message_wait(attempts: int) -> timedelta:
    """How long a message that was not taken rests after so many attempts."""
    return min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), 12)), LONGEST_MESSAGE_WAIT)
