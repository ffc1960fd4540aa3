"""What a new history holds, so that there is something to see: a few of each kind of trouble, all of it in the past.

Every place is chosen by what an outlet is, not by its name, and hours are counted back from the hour of the first start. What
needs a whole day lies in the two days before the present one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from deploy.simulator import episodes as kinds
from deploy.simulator.calendar import DAY, HOUR, day_of
from deploy.simulator.episodes import Episode
from deploy.simulator.plans import EXCEEDANCE_HOURS, LOST_SHARE, LOW, MISREPORT, analysed
from deploy.simulator.sources import Source


def past_episodes(sources: Sequence[Source], origin: int) -> tuple[Episode, ...]:
    """The episodes of a new history. ``origin`` is the hour of the first start, seconds since the epoch."""
    return tuple(
        episode
        for suits, make in (
            (_is_kiln, _at_the_kiln),
            (_is_cooler, _at_the_cooler),
            (_is_boiler, _at_the_boiler),
            (_is_plant, _at_the_plant),
            (_is_station, _at_the_station),
            (_is_json, _where_data_are_lost),
        )
        for episode in _first(sources, suits, make, origin)
    )


def _first(
    sources: Sequence[Source],
    suits: Callable[[Source], bool],
    make: Callable[[Source, int], Iterator[Episode]],
    origin: int,
) -> Iterator[Episode]:
    source = next((source for source in sources if suits(source)), None)
    if source is not None:
        yield from make(source, origin)


def _is_kiln(source: Source) -> bool:
    return source.oxygen_reference is not None and source.industry == "cement"


def _is_cooler(source: Source) -> bool:
    return source.oxygen_reference is None and source.industry == "cement"


def _is_boiler(source: Source) -> bool:
    return source.industry == "thermal_power"


def _is_plant(source: Source) -> bool:
    return source.industry == "municipal_wwtp" and source.judged


def _is_station(source: Source) -> bool:
    return source.industry == "township_wwtp" and source.protocol != "json"


def _is_json(source: Source) -> bool:
    return source.protocol == "json"


def _hours(
    source: Source, origin: int, kind: str, back: int, hours: float, factor: str | None, amount: float = 0.0
) -> Episode:
    begin = origin - back * HOUR
    return Episode(kind, source.outlet, begin, begin + int(hours * HOUR), factor, amount)


def _at_the_kiln(source: Source, origin: int) -> Iterator[Episode]:
    """NOx too high, sulphur dioxide at nothing, a start of the kiln that no exemption covers, maintenance of half an hour."""
    yield _hours(source, origin, kinds.EXCEEDANCE, 31, EXCEEDANCE_HOURS, "a21002", 1.15)
    yield _hours(source, origin, kinds.SHOWN, 20, 2, "a21026", 0.0)
    yield _hours(source, origin, kinds.STOPPING, 56, 1, None)
    yield _hours(source, origin, kinds.SHUTDOWN, 55, 5, None)
    yield _hours(source, origin, kinds.START_UP, 50, 3, "a21002", 1.4)
    yield _hours(source, origin, kinds.MAINTENANCE, 10, 0.5, "a34013")


def _at_the_cooler(source: Source, origin: int) -> Iterator[Episode]:
    """Dust that does not move for ten hours, and two hours below zero."""
    yield _hours(source, origin, kinds.SHOWN, 40, 10, "a34013", 6.18)
    yield _hours(source, origin, kinds.SHOWN, 16, 2, "a34013", -1.4)


def _at_the_boiler(source: Source, origin: int) -> Iterator[Episode]:
    """An analyser at the end of its range, one beyond its bounds, and hours that say less than their minutes."""
    yield _hours(source, origin, kinds.OVER_RANGE, 44, 1, "a21002", 600.0)
    bound = dict(source.bounds).get("a21026")
    if bound is not None:
        yield _hours(source, origin, kinds.SHOWN, 35, 1, "a21026", 1.2 * bound)
    yield _hours(source, origin, kinds.MISREPORT, 27, 2, "a21026", MISREPORT)


def _at_the_plant(source: Source, origin: int) -> Iterator[Episode]:
    """A day of too much COD, a standard check of phosphorus that fails, ammonia below anything that can be measured."""
    today = day_of(origin)
    yield Episode(kinds.EXCEEDANCE, source.outlet, today - 2 * DAY, today - DAY, "w01018", 1.2)
    yield Episode(kinds.FAILED_CHECK, source.outlet, today - DAY, today, "w21011")
    yield _hours(source, origin, kinds.SHOWN, 9, 3, "w21003", LOW)


def _at_the_station(source: Source, origin: int) -> Iterator[Episode]:
    """A line that is away for three hours: all of it comes later."""
    yield _hours(source, origin, kinds.OUTAGE, 22, 3, None)


def _where_data_are_lost(source: Source, origin: int) -> Iterator[Episode]:
    """A day of which a third never comes: the transmission rate falls below its threshold."""
    if analysed(source) is not None:
        today = day_of(origin)
        yield Episode(kinds.LOSS, source.outlet, today - DAY, today, None, LOST_SHARE)
