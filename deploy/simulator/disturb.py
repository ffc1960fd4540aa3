"""What episodes do to the process, to the instrument and to what the logger reports. Pure functions of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from deploy.simulator import episodes as kinds
from deploy.simulator.episodes import Episode
from deploy.simulator.measured import Period
from deploy.simulator.physics import Values
from deploy.simulator.sources import Source

#: A duct without fire: ambient air, hardly a draught.
_STOPPED = {"a19001": 20.8, "a01011": 0.4, "a01012": 12.0}
#: A kiln or boiler that is being heated or let cool: much air, half the flow, half the heat.
_HALF_HOT = {"a19001": 15.5, "a01011": 6.0, "a01012": 45.0}


def covering(episodes: Iterable[Episode], t: int, *wanted: str) -> list[Episode]:
    """The episodes of some kinds that cover a moment."""
    return [episode for episode in episodes if episode.kind in wanted and episode.covers(t)]


def process(
    source: Source, episodes: Sequence[Episode], t: int, values: Values, stopped: Collection[str]
) -> Values:
    """What really flows by: exceedances, starts, stops and shutdowns. A shutdown sets the factors ``stopped`` to zero."""
    for episode in covering(episodes, t, kinds.SHUTDOWN, kinds.START_UP, kinds.STOPPING):
        down = episode.kind == kinds.SHUTDOWN
        if down:
            values.update({factor: 0.0 for factor in values if factor in stopped})
        changed = _STOPPED if down else _HALF_HOT
        values.update({factor: value for factor, value in changed.items() if factor in values})
        if not down:
            values["a00000"] *= 0.5
    for episode in covering(episodes, t, kinds.EXCEEDANCE, kinds.START_UP, kinds.STOPPING):
        if episode.factor in values:
            values[episode.factor] = _beyond(source, episode, values)
    return values


def _beyond(source: Source, episode: Episode, values: Values) -> float:
    factor = episode.factor or ""
    ceiling = source.ceiling(factor)
    usual = values[factor]
    if ceiling is None:
        return usual * 3.0
    reference = source.oxygen_reference
    share = (21.0 - values["a19001"]) / (21.0 - reference) if reference is not None else 1.0
    # A tenth of the usual value on top keeps the series alive; the bound itself is always passed.
    return ceiling * episode.amount * share + 0.1 * usual


def instrument(
    episodes: Sequence[Episode], t: int, values: Values, flags: dict[str, str], apart: Collection[str]
) -> None:
    """What the instruments show instead, and the flags of states, in place. Factors ``apart`` are left alone."""
    for episode in covering(episodes, t, kinds.SHOWN, kinds.OVER_RANGE):
        if episode.factor in values and episode.factor not in apart:
            values[episode.factor] = episode.amount
            # A check or a calibration at that time shows the same: the analyser is what is broken.
            flags.pop(episode.factor, None)
    for episode in covering(episodes, t, *kinds.FLAGS):
        concerned = values if episode.factor is None or episode.kind in _PLANT else (episode.factor,)
        flags.update({f: kinds.FLAGS[episode.kind] for f in concerned if f in values and f not in apart})


#: States of the plant: they flag every factor, though ``factor`` may say which one is beyond its limit meanwhile.
_PLANT = (kinds.SHUTDOWN, kinds.START_UP, kinds.STOPPING)


def reported(episodes: Sequence[Episode], start: int, period: Period) -> Period:
    """The hour as the logger prints it, where it does not print what it measured."""
    changed = dict(period)
    for episode in covering(episodes, start, kinds.MISREPORT):
        for factor in period if episode.factor is None else (episode.factor,):
            found = period[factor]
            by = episode.amount
            folded = found.folded
            changed[factor] = replace(
                found,
                average=found.average * by,
                folded=None if folded is None else (folded[0] * by, folded[1], folded[2]),
            )
    return changed
