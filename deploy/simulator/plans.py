"""What a scenario does: disturbances, records to send again under them, messages to send once.

There is one maker for each kind of trouble. A maker is called with the outlet, all outlets, the seed and the moment, and gives a
:class:`Plan`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator import statements
from deploy.simulator.calendar import DAY, HOUR, day_of, hour_of
from deploy.simulator.episodes import Episode
from deploy.simulator.faulty import Message
from deploy.simulator.instruments import ANALYSED, Station
from deploy.simulator.sources import Source
from deploy.simulator.timeline import DAILY, HOURLY, MINUTE, REALTIME, Record, periods

#: Multiple of the limit that an exceedance reaches.
EXCEEDANCE = 1.3
EXCEEDANCE_HOURS = 3
#: So far beyond the limit that the hour or day is lost though the rest of it were zero: reached after a third of it.
FORECAST = 3.2
#: A constant value is noticed after 8 hours (regulation.md D.4); ten leave no doubt.
CONSTANT_HOURS = 10
#: Far below any detection limit in use, in mg/L.
LOW = 0.001
MAINTENANCE_SECONDS = 1800
#: What a logger prints that reports less than it measures.
MISREPORT = 0.88
LOST_SHARE = 0.35
WEEKS_STOPPED = 14

Maker = Callable[[Source, Sequence[Source], int, int], "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario does."""

    source: Source
    episodes: tuple[Episode, ...] = ()
    again: tuple[Record, ...] = ()
    messages: tuple[Message, ...] = ()


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


def exceedance(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
    """A limit is passed: gas from the last whole hour on, water in all of yesterday."""
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


def lasting(kind: str, seconds: int, factor: str | None = None, amount: float = 0.0) -> Maker:
    """An episode from now on."""

    def made(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
        return Plan(source, (Episode(kind, source.outlet, now, now + seconds, factor, amount),))

    return made


def once(
    make: Callable[[Source, Sequence[Source], int, int], tuple[Message, ...]],
) -> Maker:
    """Messages and nothing else."""

    def made(source: Source, sources: Sequence[Source], seed: int, now: int) -> Plan:
        return Plan(source, messages=make(source, sources, seed, now))

    return made


def last_hours(
    kind: str, choose: Callable[[Source], str | None], amount: float = 0.0, *, hours: int = 1, until: int = 0
) -> Maker:
    """An episode over the last whole hours, which are sent again, and ``until`` hours more."""

    def made(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
        end = hour_of(now)
        episode = Episode(kind, source.outlet, end - hours * HOUR, end + until * HOUR, choose(source), amount)
        return Plan(source, (episode,), again(source, end - hours * HOUR, end))

    return made


def constant(source: Source, _sources: Sequence[Source], seed: int, now: int) -> Plan:
    """One factor shows the same value for ten hours, the last whole hours, which are sent again."""
    end = hour_of(now)
    start = end - CONSTANT_HOURS * HOUR
    factor = limited(source)
    value = Station(source, seed).true(start)[factor or ""]
    episode = Episode(kinds.SHOWN, source.outlet, start, end, factor, round(value, 2))
    return Plan(source, (episode,), again(source, start, end))


def beyond_bounds(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
    """A factor shows more than the upper bound of its instrument in the last whole hour, with a good flag."""
    factor, bound = source.bounds[0]
    end = hour_of(now)
    episode = Episode(kinds.SHOWN, source.outlet, end - HOUR, end, factor, 1.2 * bound)
    return Plan(source, (episode,), again(source, end - HOUR, end))


def forecast(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
    """The running hour (gas) or day (water) is far beyond the limit from its beginning; what is past of it is sent again."""
    gas = source.medium == "gas"
    start = hour_of(now) if gas else day_of(now)
    factor = limited(source)
    episode = Episode(
        kinds.EXCEEDANCE, source.outlet, start, start + (HOUR if gas else DAY), factor, FORECAST
    )
    step = source.cadence.minute or HOUR
    past = again(source, start, now - now % (step if gas else HOUR))
    return Plan(source, (episode,), tuple(record for record in past if record.due <= now))


def standstill(source: Source, _sources: Sequence[Source], _seed: int, now: int) -> Plan:
    """Stopped for the last two weeks, whose hours and days are sent again, and for another week."""
    begin, today = day_of(now) - WEEKS_STOPPED * DAY, day_of(now)
    episode = Episode(kinds.SHUTDOWN, source.outlet, begin, today + 7 * DAY)
    past = [
        record
        for day in range(begin, today, DAY)
        for record in again(source, day, day + DAY)
        if record.kind in (HOURLY, DAILY)
    ]
    return Plan(source, (episode,), tuple(past))


def maintenance(source: Source, _sources: Sequence[Source], seed: int, now: int) -> Plan:
    """Half an hour of the last whole hour under maintenance: flag M (sent again), and the instrument's state before and after."""
    start = hour_of(now) - HOUR + 600
    factor = limited(source) or source.factors[0]
    episode = Episode(kinds.MAINTENANCE, source.outlet, start, start + MAINTENANCE_SECONDS, factor)
    told = [
        statements.instrument_state(source, factor, at, state, sent=now)
        for at, state in ((start, statements.MAINTAINED), (start + MAINTENANCE_SECONDS, statements.RUNS))
    ]
    return Plan(source, (episode,), again(source, hour_of(now) - HOUR, hour_of(now)), tuple(told))


def failed_check(source: Source, _sources: Sequence[Source], seed: int, now: int) -> Plan:
    """A standard check in the last whole hour that fails for one factor (CN 2062, result 0)."""
    at = hour_of(now) - HOUR + 1800
    factor = next(code for code in source.factors if code in ANALYSED)
    episode = Episode(kinds.FAILED_CHECK, source.outlet, at, at + 60, factor)
    return Plan(source, (episode,), messages=statements.check(source, seed, episode, sent=now))


def limited(source: Source) -> str | None:
    """The factor that trouble is made with: NOx or COD where they have a maximum, else the first that has one."""
    for factor in ("a21002", "w01018"):
        if source.ceiling(factor):
            return factor
    return source.ceilings[0][0] if source.ceilings else None


def analysed(source: Source) -> str | None:
    """The first factor that an analyser measures hourly."""
    return next((code for code in source.factors if code in ANALYSED), None)


def everything(_source: Source) -> str | None:
    """All factors."""
    return None
