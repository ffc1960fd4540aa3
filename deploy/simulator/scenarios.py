"""The scenarios of ``outfall simulate --scenario NAME[:outlet]``: what can go wrong, and with what effect.

A scenario gives episodes (the simulator of this home plays them from then on), records to send again at once, and messages to
send once. All three work beside a running simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator import faulty, plans
from deploy.simulator.calendar import HOUR
from deploy.simulator.plans import Plan
from deploy.simulator.sources import Source
from store.errors import SettingsError

CALIBRATION_SECONDS = 900
STUCK_SECONDS = 3 * HOUR
SKEW_SECONDS = 600
SKEW_LASTS = 1800
OUTAGE_SECONDS = 300
SHUTDOWN_SECONDS = 6 * HOUR
LOSS_SECONDS = 6 * HOUR


@dataclass(frozen=True, slots=True)
class _Scenario:
    describes: str
    suits: Callable[[Source], bool]
    plan: plans.Maker


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


def _is_limited(source: Source) -> bool:
    return source.judged and bool(source.ceilings)


def _is_frames(source: Source) -> bool:
    return source.protocol in ("2005", "2017", "2025")


def _is_analysed(source: Source) -> bool:
    return source.judged and plans.analysed(source) is not None


def _is_bounded(source: Source) -> bool:
    return bool(source.bounds)


def _can_state(source: Source) -> bool:
    return _is_limited(source) and source.protocol in ("2017", "2025")


def _says_checks(source: Source) -> bool:
    return source.judged and source.says_checks()


def _any(_source: Source) -> bool:
    return True


def _is_gas(source: Source) -> bool:
    return source.medium == "gas"


_SCENARIOS = {
    "exceedance": _Scenario(
        "a limit is passed by 30 %: gas in the last whole hour (sent again) and three hours on, water in all of yesterday",
        _is_limited,
        plans.exceedance,
    ),
    "calibration": _Scenario(
        "zero and span gas for 15 minutes from now, flag C",
        _is_gas,
        plans.lasting(kinds.CALIBRATION, CALIBRATION_SECONDS),
    ),
    "outage": _Scenario(
        "the gateway loses its line for 5 minutes, the last will is sent, then all of it is sent again, fresh data first",
        _any,
        plans.lasting(kinds.OUTAGE, OUTAGE_SECONDS),
    ),
    "stuck": _Scenario(
        "every value stands still for three hours from now", _any, plans.lasting(kinds.STUCK, STUCK_SECONDS)
    ),
    "shutdown": _Scenario(
        "production stops for six hours from now: no flow, oxygen of air, flag F",
        _is_gas,
        plans.lasting(kinds.SHUTDOWN, SHUTDOWN_SECONDS),
    ),
    "clock-skew": _Scenario(
        "the logger's clock is 10 minutes ahead for half an hour from now (realtime data and QN)",
        _any,
        plans.lasting(kinds.CLOCK_SKEW, SKEW_LASTS, None, SKEW_SECONDS),
    ),
    "negative": _Scenario(
        "a limited factor shows a value below zero in the last whole hour, sent again",
        _is_limited,
        plans.last_hours(kinds.SHOWN, plans.limited, -2.5),
    ),
    "zero": _Scenario(
        "a limited factor shows zero in the last three whole hours, sent again",
        _is_limited,
        plans.last_hours(kinds.SHOWN, plans.limited, 0.0, hours=3),
    ),
    "over-range": _Scenario(
        "a limited factor stands at the end of its range in the last whole hour, flag T, sent again",
        _is_limited,
        plans.last_hours(kinds.OVER_RANGE, plans.limited, 2000.0),
    ),
    "constant": _Scenario(
        "a limited factor shows one and the same value in the last ten whole hours, sent again",
        _is_limited,
        plans.constant,
    ),
    "out-of-bounds": _Scenario(
        "a factor shows more than the upper bound of the sites file in the last whole hour, sent again",
        _is_bounded,
        plans.beyond_bounds,
    ),
    "forecast": _Scenario(
        "the running hour (gas) or day (water) is so far beyond the limit that it cannot be kept any more, sent again",
        _is_limited,
        plans.forecast,
    ),
    "low": _Scenario(
        "COD or the like far below the detection limit in the last three whole hours, sent again",
        _is_analysed,
        plans.last_hours(kinds.SHOWN, plans.analysed, plans.LOW, hours=3),
    ),
    "misreport": _Scenario(
        "the hour says 12 % less than its minutes: the last whole hour, sent again, and three more",
        _is_limited,
        plans.last_hours(kinds.MISREPORT, plans.limited, plans.MISREPORT, until=3),
    ),
    "start-up": _Scenario(
        "a start: flag St, much air, a limit passed by 40 %, in the last two whole hours, sent again",
        _is_gas,
        plans.last_hours(kinds.START_UP, plans.limited, 1.4, hours=2),
    ),
    "stopping": _Scenario(
        "production is being stopped: flag Sd in the last whole hour, sent again",
        _is_gas,
        plans.last_hours(kinds.STOPPING, plans.everything),
    ),
    "standstill": _Scenario(
        "production has stood still for two weeks (hours and days sent again) and does so for another one, flag F",
        _is_gas,
        plans.standstill,
    ),
    "maintenance": _Scenario(
        "an instrument is maintained for half an hour: flag M in the last whole hour, sent again, and its state (CN 3020)",
        _can_state,
        plans.maintenance,
    ),
    "failed-check": _Scenario(
        "a standard check in the last whole hour fails for one factor (CN 2062)",
        _says_checks,
        plans.failed_check,
    ),
    "loss": _Scenario(
        "a third of all records never comes for six hours from now: the transmission rate falls",
        _any,
        plans.lasting(kinds.LOSS, LOSS_SECONDS, None, plans.LOST_SHARE),
    ),
    "garbage": _Scenario(
        "400 bytes of noise between two good frames", _is_frames, plans.once(faulty.garbage)
    ),
    "wrong-crc": _Scenario("a frame whose CRC does not fit", _is_frames, plans.once(faulty.wrong_crc)),
    "duplicates": _Scenario(
        "the frame of the last hour five times over", _any, plans.once(faulty.duplicates)
    ),
    "foreign-mn": _Scenario(
        "a frame with the MN of another gateway", _is_frames, plans.once(faulty.foreign_mn)
    ),
    "unknown-mn": _Scenario(
        "a frame with an MN that is not registered", _is_frames, plans.once(faulty.unknown_mn)
    ),
    "wrong-password": _Scenario("a frame whose PW is wrong", _is_frames, plans.once(faulty.wrong_password)),
    "cut": _Scenario("one frame cut across three messages", _is_frames, plans.once(faulty.cut)),
    "big": _Scenario("one message of 5 MB of noise", _is_frames, plans.once(faulty.big)),
    "flood": _Scenario("3000 realtime messages as fast as they go", _any, plans.once(faulty.flood)),
}
