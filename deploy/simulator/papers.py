"""What the simulated companies file about the history of a first start: marks, a comparison, values along the chain. Pure.

Everything follows from the episodes, so a second start says the same again and is refused as known. No exemption is among it: a
start beyond the limit stays an exceedance, shown with its mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from deploy.simulator import episodes as kinds
from deploy.simulator.calendar import HOUR, moment
from deploy.simulator.episodes import Episode
from deploy.simulator.instruments import Station
from deploy.simulator.sources import Source
from store.checkfiling import NewChainCheck, NewCheck
from store.markrules import NewMark
from store.texts import text

_CONDITIONS = {kinds.START_UP: "starting", kinds.STOPPING: "stopping", kinds.SHUTDOWN: "stopped"}
_REASONS = {kinds.START_UP: "start_up", kinds.STOPPING: "stopping", kinds.SHUTDOWN: "stopped"}
#: The logger printed what the instrument showed, less 3 %: more than the 1 % of HJ 356-2019 6.2.
_CHAIN_DIFFERENCE = 1.03


@dataclass(frozen=True, slots=True)
class Paper:
    """One thing that is filed, and for which outlet."""

    outlet: str
    filed: NewMark | NewCheck | NewChainCheck


def papers(sources: Sequence[Source], episodes: Sequence[Episode], seed: int) -> tuple[Paper, ...]:
    """Everything that is filed, in order."""
    return tuple(
        paper
        for source in sources
        for episode in episodes
        if episode.outlet == source.outlet
        for paper in _about(source, episode, episodes, seed)
    )


def _about(source: Source, episode: Episode, episodes: Sequence[Episode], seed: int) -> Iterator[Paper]:
    if episode.kind in _CONDITIONS and source.industry == "cement":
        reason = text(f"sample.{_REASONS[episode.kind]}")
        yield Paper(source.outlet, _mark("condition", _CONDITIONS[episode.kind], None, episode, reason))
    if episode.kind == kinds.OVER_RANGE:
        reason = text("sample.analyser_fault")
        yield Paper(source.outlet, _mark("device", "fault", episode.factor, episode, reason))
        long_ago = Episode(
            kinds.MAINTENANCE, source.outlet, episode.start - 120 * HOUR, episode.end - 120 * HOUR
        )
        yield Paper(
            source.outlet,
            _mark("device", "maintenance", episode.factor, long_ago, text("sample.filed_late")),
        )
    if episode.kind == kinds.FAILED_CHECK:
        yield from _checks(source, episode, episodes, seed)


def _mark(category: str, label: str, factor: str | None, episode: Episode, reason: str) -> NewMark:
    return NewMark(category, label, factor, moment(episode.start), moment(episode.end), reason)


def _checks(source: Source, episode: Episode, episodes: Sequence[Episode], seed: int) -> Iterator[Paper]:
    """A comparison with a real sample before the check that failed, and what instrument and logger showed in an hour then."""
    start = episode.start - 4 * HOUR
    found = Station(source, seed, episodes).hour(start)
    if found is None or "w01018" not in found:
        return
    shown = Decimal(str(round(found["w01018"].average, 2)))
    compared = NewCheck(
        "w01018",
        "comparison",
        moment(start) - timedelta(days=1),
        passed=True,
        measured=shown,
        reference=shown,
        note=text("sample.comparison"),
    )
    yield Paper(source.outlet, compared)
    instrument = Decimal(str(round(float(shown) * _CHAIN_DIFFERENCE, 2)))
    chain = NewChainCheck("w01018", moment(start), instrument, shown, text("sample.chain"))
    yield Paper(source.outlet, chain)
