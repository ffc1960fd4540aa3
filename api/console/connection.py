"""Connection state of an outlet: 在线, 离线, 无数据, and since when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.model import Monitor
from store.settings import Settings
from store.texts import text


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """``state`` is ``online``, ``offline``, ``silent`` or ``no_data``; ``since`` is None when nothing was ever heard."""

    state: str
    since: datetime | None

    @property
    def word(self) -> str:
        """The state in Chinese."""
        return text(f"console.connection.{self.state}")

    @property
    def why(self) -> str:
        """What the state means and what to do, for the title of the badge."""
        return text(f"console.connection.{self.state}_why")


def connection_state(
    monitor: Monitor | None,
    received: Mapping[str, Mapping[str, Any]],
    gateway: Mapping[str, Any] | None,
    settings: Settings,
    now: datetime,
) -> ConnectionState:
    """The state from the newest receive times by kind and from what the broker says of the gateway.

    A gateway that the broker calls offline is believed unless data came after that. A connected gateway whose outlet has sent
    nothing for several of its own intervals is ``silent``, by the same settings as the alert.
    """
    newest = max((row["received_at"] for row in received.values()), default=None)
    if (
        gateway is not None
        and gateway["state"] == "offline"
        and (newest is None or newest <= gateway["since"])
    ):
        return ConnectionState("offline", gateway["since"])
    if newest is None:
        return ConnectionState("no_data", None)
    if now - newest > patience(monitor, settings):
        return ConnectionState("silent", newest)
    since = gateway["since"] if gateway is not None and gateway["state"] == "online" else newest
    return ConnectionState("online", since)


def patience(monitor: Monitor | None, settings: Settings) -> timedelta:
    """How long an outlet may be silent, by its own cadence."""
    least = timedelta(seconds=settings.silent_seconds_least)
    if monitor is None:
        return least
    interval = monitor.cadence.realtime or monitor.cadence.minute or 3600
    return max(least, settings.silent_cadences * timedelta(seconds=interval))
