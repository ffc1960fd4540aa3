"""The scenarios of ``outfall simulate --scenario NAME[:outlet]``: what can go wrong, and with what effect.

A scenario gives episodes (the simulator of this home plays them from then on), records to send again at once, and messages to
send once. All three work beside a running simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator import faulty
from deploy.simulator.calendar import DAY, HOUR, day_of, hour_of
from deploy.simulator.episodes import Episode
from deploy.simulator.faulty import Message
from deploy.simulator.sources import Source
from deploy.simulator.timeline import DAILY, HOURLY, MINUTE, REALTIME, Record, periods
from store.errors import SettingsError

#: Multiple of the limit that an exceedance reaches.
EXCEEDANCE = 1.3
EXCEEDANCE_HOURS = 3
CALIBRATION_SECONDS = 900
STUCK_SECONDS = 3 * HOUR
SKEW_SECONDS = 600
SKEW_LASTS = 1800
OUTAGE_SECONDS = 300
SHUTDOWN_SECONDS = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario does: disturbances, records to send again under them, and messages to send once."""

    source: Source
    episodes: tuple[Episode, ...] = ()
    again: tuple[Record, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scenario:
    describes: str
    suits: Callable[[Source], bool]
    plan: Callable[[Source, Sequence[Source], int, int], Plan]


def describe_scenarios() -> dict[str, str]:
    """Name and meaning of every scenario, for ``--list``."""
    return {name: scenario.describes for name, scenario in _SCENARIOS.items()}


def plan(text: str, sources: Sequence[Source], *, seed: int, now: int) -> Plan:
    """The plan of ``NAME`` or ``NAME:outlet`` at ``now``; without an outlet, the first that suits.

    Raises SettingsError when there is no such scenario or outlet, or the outlet does not suit the scenario.
    """
    name, _, wanted = text.partition(":")
    scenario = _SCENARIOS.get(name)
    if scenario is None:
        raise SettingsError(
            f"There is no scenario {name!r}; there are {', '.join(_SCENARIOS)}.", code="scenario_unknown"
        )
    named = [source for source in sources if wanted in ("", source.outlet)]
    if not named:
        raise SettingsError(
            f"There is no simulated outlet {wanted!r}; there are {', '.join(s.outlet for s in sources)}.",
            code="outlet_not_found",
        )
    suited = [source for source in named if scenario.suits(source)]
    if not suited:
        raise SettingsError(
            f"Scenario {name!r} does not suit {wanted or 'any outlet here'}: {scenario.describes}",
            code="scenario_unsuited",
        )
    return scenario.plan(suited[0], sources, seed, now)


def past_episodes(sources: Sequence[Source], origin: int) -> tuple[Episode, ...]:
    """What a new history holds so that there is something to see: an exceedance, and an outage of a township station.

    ``origin`` is the hour of the first start. The exceedance of NOx at the first folded stack lasts three hours and begins 31
    hours before; the outage lasts three hours and begins 22 hours before.
    """
    found = []
    stack = next((s for s in sources if s.oxygen_reference is not None and s.ceiling("a21002")), None)
    if stack is not None:
        begin = origin - 31 * HOUR
        found.append(
            Episode(
                kinds.EXCEEDANCE,
                stack.outlet,
                begin,
                begin + EXCEEDANCE_HOURS * HOUR,
                "a21002",
                1.15,
            )
        )
    station = next((s for s in sources if s.industry == "township_wwtp"), None)
    if station is not None:
        begin = origin - 22 * HOUR
        found.append(Episode(kinds.OUTAGE, station.outlet, begin, begin + 3 * HOUR))
    return tuple(found)


def again(source: Source, start: int, end: int) -> tuple[Record, ...]:
    """The records of an outlet whose periods lie in [start, end): realtime, minutes, hours, and the day if it is whole."""
    lengths = periods(source)
    steps = {
        REALTIME: source.cadence.realtime or HOUR,
        MINUTE: source.cadence.minute or HOUR,
        HOURLY: HOUR,
        DAILY: DAY,
    }
    found = []
    for kind, step in steps.items():
        if kind not in lengths or (kind == DAILY and (start != day_of(start) or end - start < DAY)):
            continue
        found += [Record(t + lengths[kind], t, kind, source.outlet) for t in range(start, end, step)]
    return tuple(sorted(found))


def _is_limited(source: Source) -> bool:
    return source.judged and bool(source.ceilings)


def _exceedance(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
    if source.medium == "gas":
        factor = "a21002" if source.ceiling("a21002") else source.ceilings[0][0]
        start = hour_of(now) - HOUR
        episode = Episode(
            kinds.EXCEEDANCE,
            source.outlet,
            start,
            hour_of(now) + EXCEEDANCE_HOURS * HOUR,
            factor,
            EXCEEDANCE,
        )
        return Plan(source, (episode,), again(source, start, hour_of(now)))
    factor = "w01018" if source.ceiling("w01018") else source.ceilings[0][0]
    start = day_of(now) - DAY
    episode = Episode(kinds.EXCEEDANCE, source.outlet, start, start + DAY, factor, EXCEEDANCE)
    return Plan(source, (episode,), again(source, start, start + DAY))


def _lasting(
    kind: str, seconds: int, factor: str | None = None, amount: float = 0.0
) -> Callable[[Source, Sequence[Source], int, int], Plan]:
    def made(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
        return Plan(source, (Episode(kind, source.outlet, now, now + seconds, factor, amount),))

    return made


def _once(
    make: Callable[[Source, Sequence[Source], int, int], tuple[Message, ...]],
) -> Callable[[Source, Sequence[Source], int, int], Plan]:
    def made(source: Source, sources: Sequence[Source], seed: int, now: int) -> Plan:
        return Plan(source, messages=make(source, sources, seed, now))

    return made


def _is_frames(source: Source) -> bool:
    return source.protocol in ("2005", "2017", "2025")


def _any(_source: Source) -> bool:
    return True


def _is_gas(source: Source) -> bool:
    return source.medium == "gas"


_SCENARIOS = {
    "exceedance": _Scenario(
        "a limit is passed by 30 %: gas in the last whole hour (sent again) and three hours on, water in all of yesterday",
        _is_limited,
        _exceedance,
    ),
    "calibration": _Scenario(
        "zero and span gas for 15 minutes from now, flag C",
        _is_gas,
        _lasting(kinds.CALIBRATION, CALIBRATION_SECONDS),
    ),
    "outage": _Scenario(
        "the gateway loses its line for 5 minutes, the last will is sent, then all of it is sent again, fresh data first",
        _any,
        _lasting(kinds.OUTAGE, OUTAGE_SECONDS),
    ),
    "stuck": _Scenario(
        "every value stands still for three hours from now", _any, _lasting(kinds.STUCK, STUCK_SECONDS)
    ),
    "shutdown": _Scenario(
        "production stops for six hours from now: no flow, oxygen of air, flag F",
        _is_gas,
        _lasting(kinds.SHUTDOWN, SHUTDOWN_SECONDS),
    ),
    "clock-skew": _Scenario(
        "the logger's clock is 10 minutes ahead for half an hour from now (realtime data and QN)",
        _any,
        _lasting(kinds.CLOCK_SKEW, SKEW_LASTS, None, SKEW_SECONDS),
    ),
    "garbage": _Scenario("400 bytes of noise between two good frames", _is_frames, _once(faulty.garbage)),
    "wrong-crc": _Scenario("a frame whose CRC does not fit", _is_frames, _once(faulty.wrong_crc)),
    "duplicates": _Scenario("the frame of the last hour five times over", _any, _once(faulty.duplicates)),
    "foreign-mn": _Scenario("a frame with the MN of another gateway", _is_frames, _once(faulty.foreign_mn)),
    "unknown-mn": _Scenario(
        "a frame with an MN that is not registered", _is_frames, _once(faulty.unknown_mn)
    ),
    "wrong-password": _Scenario("a frame whose PW is wrong", _is_frames, _once(faulty.wrong_password)),
    "cut": _Scenario("one frame cut across three messages", _is_frames, _once(faulty.cut)),
    "big": _Scenario("one message of 5 MB of noise", _is_frames, _once(faulty.big)),
    "flood": _Scenario("3000 realtime messages as fast as they go", _any, _once(faulty.flood)),
}
