"""Whether a piece may be stored as data of an outlet: whose it is, whether it proves it, and when it says it was measured."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.clock import DAY, HOUR
from store.model import Monitor, Outlet, Registry

if TYPE_CHECKING:
    from store.settings import Settings

MINUTE_PERIOD_SECONDS = 600
"""Length of a minute period when the monitor's cadence does not say it: minute data are ten-minute values (hj212.md §9)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings that decide about a piece."""

    earliest_data_time: datetime
    ahead: timedelta
    clock_skew: timedelta
    message_bytes: int
    partial_frame: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """The terms that the settings name."""
        return cls(
            earliest_data_time=settings.earliest_data_time,
            ahead=timedelta(seconds=settings.ahead_seconds),
            clock_skew=timedelta(seconds=settings.clock_skew_seconds),
            message_bytes=settings.message_bytes,
            partial_frame=timedelta(seconds=settings.partial_frame_seconds),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a piece is quarantined; ``finding`` is the code of the finding it raises, if any."""

    reason: str
    detail: str
    finding: str | None = None


def belongs(registry: Registry, mn: str, gateway: str) -> Outlet | None:
    """The outlet of an MN when this gateway is the one that may speak for it, otherwise None."""
    outlet = registry.by_mn(mn)
    if outlet is None or outlet.monitor is None or outlet.monitor.gateway != gateway:
        return None
    return outlet


def keys_of(registry: Registry, gateway: str) -> Callable[[str], Sequence[bytes]]:
    """SM4 keys by MN: the one in use first, then the one before it. A gateway gets the keys of its own monitors only."""

    def keys(mn: str) -> Sequence[bytes]:
        outlet = belongs(registry, mn, gateway)
        monitor = outlet.monitor if outlet is not None else None
        if monitor is None:
            return ()
        return [key for key in (monitor.sm4_key, monitor.previous_sm4_key) if key is not None]

    return keys


def refuse_stranger(registry: Registry, mn: str, gateway: str) -> Refusal:
    """Why ``belongs`` found nothing."""
    if registry.by_mn(mn) is not None:
        return Refusal(
            "mn_not_of_gateway",
            f"MN {mn!r} is registered for another gateway than {gateway!r}",
            finding="foreign_mn",
        )
    return Refusal(
        "unknown_mn", f"MN {mn!r} is not registered; add it to the sites file", finding="unknown_mn"
    )


def refuse_password(monitor: Monitor, password: str | None) -> Refusal | None:
    """A password that is not the registered one; neither of the two is repeated in the detail.

    Compared in constant time, so that the time of an answer tells nothing about it.
    """
    if monitor.password is None:
        return None
    given = (password or "").encode("utf-8", "surrogatepass")
    if hmac.compare_digest(given, monitor.password.encode()):
        return None
    what = "PW is not the registered one" if password else "PW is missing, and one is registered"
    return Refusal("password_mismatch", what, finding="wrong_password")


def refuse_data_time(
    data_time: datetime | None, sent: str | None, received_at: datetime, terms: Terms
) -> Refusal | None:
    """A data time that is missing, that cannot be read from what was ``sent``, or that cannot be true."""
    if data_time is None:
        why = "no DataTime" if sent is None else f"DataTime={sent!r} is no time"
        return Refusal("data_time_missing", why)
    if data_time < terms.earliest_data_time:
        return Refusal(
            "data_time_out_of_window",
            f"{data_time.isoformat()} is before {terms.earliest_data_time.isoformat()}",
        )
    if data_time > received_at + terms.ahead:
        ahead = int((data_time - received_at).total_seconds())
        return Refusal(
            "data_time_out_of_window", f"{data_time.isoformat()} is {ahead} s ahead of its receipt"
        )
    return None


def period_start(monitor: Monitor, kind: str, data_time: datetime) -> datetime:
    """Start of the period whose end a logger stamped (``timestamps: end``); instants stay."""
    if monitor.timestamps != "end" or kind == "realtime":
        return data_time
    if kind == "day":
        return data_time - DAY
    if kind == "hour":
        return data_time - HOUR
    return data_time - timedelta(seconds=monitor.cadence.minute or MINUTE_PERIOD_SECONDS)
