"""One run of the simulator: all gateways at once, history first, live after it, scenarios on the way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from deploy.simulator import injection, state
from deploy.simulator.calendar import DAY, hour_of
from deploy.simulator.gateways import Gateway, Tally
from deploy.simulator.history import past_episodes
from deploy.simulator.link import Broker, Link
from deploy.simulator.plans import Plan
from deploy.simulator.scenarios import plan
from deploy.simulator.sources import Source, sources
from deploy.simulator.state import Positions, State
from deploy.simulator.timeline import first_position, records
from store.errors import OutfallError, SettingsError
from store.model import Registry
from store.settings import Settings
from store.sitesfile import SitesFile

log = logging.getLogger(__name__)

#: A logger keeps its records for a while only; a gap further back than this is not filled.
GAP_DAYS_MOST = 30
_SAVE_SECONDS = 1.0


class Progress(Protocol):
    """Called a few times a second with ``history`` or ``live``, records delivered and records of history in all."""

    def __call__(self, state: str, done: int, total: int) -> None:
        """Take note."""


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What a run has done. ``history_seconds`` is how long catching up took, None when it was not reached."""

    gateways: dict[str, Tally] = field(default_factory=dict)
    injected: int = 0
    history_seconds: float | None = None

    def total(self, name: str) -> int:
        """The sum of one figure of :class:`Tally` over all gateways."""
        return sum(int(getattr(tally, name)) for tally in self.gateways.values())

    def __str__(self) -> str:
        caught = "" if self.history_seconds is None else f", caught up in {self.history_seconds:.1f} s"
        injected = f", {self.injected} messages of scenarios" if self.injected else ""
        return (
            f"{self.total('frames')} frames in {self.total('messages')} messages of {len(self.gateways)} gateways, "
            f"{self.total('answered')} answered, {self.total('unanswered')} not answered{injected}{caught}"
        )


def run(
    settings: Settings,
    *,
    gateways: Mapping[str, str],
    sites: SitesFile | Registry,
    seed: int = 1,
    history_days: float = 0.0,
    history_detail: str = "full",
    scenarios: Sequence[str] = (),
    only: Sequence[str] | None = None,
    live: bool = True,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    clock: Callable[[], float] = time.time,
) -> SimulationReport:
    """Simulate the gateways of ``sites`` until told to stop, or with ``live`` False until their history is delivered.

    Where the simulator already runs for this home, only the scenarios are played: episodes are handed to it, messages are sent
    from here.

    Parameters
    ----------
    gateways : gateway id -> broker password
    history_days : how far back the first run begins; later runs begin where the last one was confirmed
    history_detail : ``full``, or ``hours`` for hour and day records only
    only : outlets, sites or gateways to play; None plays all

    Raises SettingsError for an unknown scenario, a gateway without a password or a damaged state; NotFound for an unknown name in
    ``only``.
    """
    ended = stop or threading.Event()
    played = sources(sites, only)
    missing = sorted({source.gateway for source in played} - gateways.keys())
    if missing:
        raise SettingsError(
            f"There is no broker password for {', '.join(missing)}; apply the sites file first (`outfall sites apply`).",
            code="gateway_password_missing",
        )
    broker = Broker.from_url(settings.broker(), settings.mqtt_ca)
    begun = int(clock())
    plans = [plan(text, played, seed=seed, now=begun) for text in scenarios]
    with state.only_one(settings.home) as lock:
        if not lock.held:
            if not plans:
                raise SettingsError(
                    f"A simulator already runs in {settings.home}; stop it, or give a --scenario to play beside it.",
                    code="simulator_running",
                )
            return _beside(settings, plans, gateways, broker, seed, begun, ended)
        return _Run(settings, played, gateways, broker, seed, history_detail, live, clock, ended).play(
            history_days, plans, progress
        )


def _beside(
    settings: Settings,
    plans: Sequence[Plan],
    gateways: Mapping[str, str],
    broker: Broker,
    seed: int,
    now: int,
    stop: threading.Event,
) -> SimulationReport:
    episodes = state.add_episodes(settings.home, [episode for one in plans for episode in one.episodes])
    sent = injection.send(plans, episodes, gateways=gateways, broker=broker, seed=seed, now=now, stop=stop)
    return SimulationReport(injected=sent)


class _Run:
    """The state of a run that has the home to itself."""

    def __init__(
        self,
        settings: Settings,
        played: Sequence[Source],
        gateways: Mapping[str, str],
        broker: Broker,
        seed: int,
        detail: str,
        live: bool,
        clock: Callable[[], float],
        stop: threading.Event,
    ) -> None:
        self._home = settings.home
        self._played = played
        self._passwords = gateways
        self._broker = broker
        self._seed = seed
        self._detail = detail
        self._live = live
        self._clock = clock
        self._stop = stop
        self._failures: list[BaseException] = []

    def play(self, history_days: float, plans: Sequence[Plan], progress: Progress | None) -> SimulationReport:
        """Play everything; see :func:`run`."""
        begun, started = int(self._clock()), time.monotonic()
        known = state.load_state(self._home)
        if known is None and history_days > 0:
            state.add_episodes(self._home, past_episodes(self._played, hour_of(begun)))
        if self._live:
            state.add_episodes(self._home, [episode for one in plans for episode in one.episodes])
        elif plans:
            state.add_episodes(self._home, [e for one in plans if one.again for e in one.episodes])
        known = known or State()
        self._begin(known.positions, begun, history_days)
        total = sum(_due(source, known.positions[source.outlet], begun) for source in self._played)
        gateways = self._gateways(known.positions)
        threads = [
            threading.Thread(target=self._guard, args=(g,), name=g.name, daemon=True) for g in gateways
        ]
        for thread in threads:
            thread.start()
        caught_up: float | None = None
        injected = 0
        version = state.episodes_version(self._home)
        saved = 0.0
        while any(thread.is_alive() for thread in threads) and not self._failures:
            self._stop.wait(0.1)
            done = sum(gateway.tally.delivered for gateway in gateways)
            if caught_up is None and all(gateway.caught_up.is_set() for gateway in gateways):
                caught_up = time.monotonic() - started
                injected = self._inject(plans)
            if progress is not None:
                progress("history" if caught_up is None else "live", done, max(total, done))
            if (found := state.episodes_version(self._home)) != version:
                version = found
                for gateway in gateways:
                    gateway.disturb(state.load_episodes(self._home))
            if time.monotonic() - saved >= _SAVE_SECONDS:
                saved = time.monotonic()
                state.save_state(self._home, known)
        if self._failures:
            self._stop.set()
        for thread in threads:
            thread.join()
        state.save_state(self._home, known)
        if self._failures:
            raise self._failures[0]
        return SimulationReport({gateway.name: gateway.tally for gateway in gateways}, injected, caught_up)

    def _begin(self, positions: Positions, begun: int, history_days: float) -> None:
        earliest = begun - GAP_DAYS_MOST * DAY
        for source in self._played:
            fresh = first_position(source, begun - int(history_days * DAY))
            known = positions.get(source.outlet, {})
            positions[source.outlet] = {
                kind: max(known.get(kind, start), min(earliest, start)) for kind, start in fresh.items()
            }

    def _gateways(self, positions: Positions) -> list[Gateway]:
        episodes = state.load_episodes(self._home)
        found = []
        for name in dict.fromkeys(source.gateway for source in self._played):
            own = [source for source in self._played if source.gateway == name]
            found.append(
                Gateway(
                    own,
                    Link(name, self._passwords[name], self._broker),
                    seed=self._seed,
                    positions={source.outlet: positions[source.outlet] for source in own},
                    episodes=episodes,
                    live=self._live,
                    stop=self._stop,
                    clock=self._clock,
                    detail=self._detail == "full",
                )
            )
        return found

    def _guard(self, gateway: Gateway) -> None:
        try:
            gateway.run()
        except BaseException as error:  # handed to the main thread, which raises it
            if not isinstance(error, OutfallError):
                log.exception("gateway %s failed", gateway.name)
            self._failures.append(error)

    def _inject(self, plans: Sequence[Plan]) -> int:
        if not plans:
            return 0
        return injection.send(
            plans,
            state.load_episodes(self._home),
            gateways=self._passwords,
            broker=self._broker,
            seed=self._seed,
            now=int(self._clock()),
            stop=self._stop,
        )


def _due(source: Source, after: Mapping[str, int], now: int) -> int:
    """Records of an outlet that are due by ``now``."""
    count = 0
    for record in records(source, after):
        if record.due > now:
            return count
        count += 1
    return count
