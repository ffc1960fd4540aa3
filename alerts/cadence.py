"""When an outlet is silent and a gateway is off-line, by their own cadence (pure; the time is an argument)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store.clock import DAY, HOUR
from store.model import Cadence

STALE = timedelta(seconds=30)
"""Ingest says every five seconds that it lives; six missed are an outage."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long silence is borne (settings ``silent_cadences`` and ``silent_seconds_least``)."""

    cadences: int
    least: timedelta

    def of(self, cadence: Cadence) -> timedelta:
        """Allowed silence of an outlet: some of its densest interval; minutes, hours or days stand in for absent realtime."""
        if cadence.realtime is not None:
            interval = timedelta(seconds=cadence.realtime)
        elif cadence.minute is not None:
            interval = timedelta(seconds=cadence.minute)
        else:
            interval = HOUR if cadence.hour or not cadence.day else DAY
        return max(interval * self.cadences, self.least)


@dataclass(frozen=True, slots=True)
class OutletLine:
    """The line of one outlet: which gateway carries it, its cadence, and when anything of it was last received."""

    outlet_key: int
    site_key: int
    gateway: str
    cadence: Cadence
    heard: datetime | None


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """What a gateway says of itself (``online``, ``offline`` by its last will, ``unknown``) since when."""

    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """What is off-line now. An outlet below an off-line gateway is not named of its own, nor a gateway of an off-line site: one
    outage is one alert.

    ``sites`` are those with several gateways of which all are off-line.
    """

    outlets: Mapping[int, datetime]
    gateways: Mapping[str, datetime]
    sites: Mapping[int, datetime] = field(default_factory=dict)


def silence_of(
    lines: Sequence[OutletLine],
    gateways: Mapping[str, GatewayLine],
    patience: Patience,
    excused_until: datetime | None,
    now: datetime,
) -> Silence:
    """Outlets and gateways that are silent at ``now``, with the moment they were last heard.

    A gateway is off-line when its last will says so for the least patience, or when all its outlets that were ever heard are
    silent; one that says it is online and has a single outlet is not: there it is the outlet. What was never heard is not silent.

    Parameters
    ----------
    excused_until : silence before this moment is not theirs, because Outfall itself could not receive
    """
    silent: dict[int, datetime] = {}
    heard_by_gateway: dict[str, list[OutletLine]] = {}
    for line in lines:
        if line.heard is None:
            continue
        heard_by_gateway.setdefault(line.gateway, []).append(line)
        if now - _since(line.heard, excused_until) > patience.of(line.cadence):
            silent[line.outlet_key] = line.heard
    offline: dict[str, datetime] = {}
    for name, carried in heard_by_gateway.items():
        said = gateways.get(name)
        last = max(line.heard for line in carried if line.heard is not None)
        if said is not None and said.state == "offline":
            if now - _since(said.since, excused_until) > patience.least:
                offline[name] = said.since
        elif all(line.outlet_key in silent for line in carried) and (
            len(carried) > 1 or said is None or said.state != "online"
        ):
            offline[name] = last
    for name in offline:
        for line in heard_by_gateway[name]:
            silent.pop(line.outlet_key, None)
    sites = _sites_of(heard_by_gateway, offline)
    for name in [
        name for name in offline if {line.site_key for line in heard_by_gateway[name]} <= sites.keys()
    ]:
        del offline[name]
    return Silence(silent, offline, sites)


def _sites_of(
    heard_by_gateway: Mapping[str, Sequence[OutletLine]], offline: Mapping[str, datetime]
) -> dict[int, datetime]:
    """Sites of which every gateway is off-line, and more than one, since the last of them went."""
    gateways: dict[int, set[str]] = {}
    for name, lines in heard_by_gateway.items():
        for line in lines:
            gateways.setdefault(line.site_key, set()).add(name)
    return {
        site_key: max(offline[name] for name in names)
        for site_key, names in gateways.items()
        if len(names) > 1 and names <= offline.keys()
    }


def _since(moment: datetime, excused_until: datetime | None) -> datetime:
    return moment if excused_until is None else max(moment, excused_until)
