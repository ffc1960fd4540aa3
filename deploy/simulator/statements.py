"""What instruments say about themselves: their state (CN 3020) and their standard checks (CN 2062), as messages."""

from __future__ import annotations

from deploy.simulator.calendar import stamp
from deploy.simulator.episodes import Episode
from deploy.simulator.facts import SYSTEMS
from deploy.simulator.faulty import Message
from deploy.simulator.instruments import Station
from deploy.simulator.loggers import DEFAULT_PASSWORD, logger
from deploy.simulator.sources import Source
from deploy.simulator.timeline import CHECK, Record
from ingest.hj212 import encode, flag_value
from ingest.hj212.flag import Version

#: i12001, state of the instrument (hj212.md 11).
RUNS, MAINTAINED, BROKEN = "0", "1", "2"


def instrument_state(source: Source, factor: str, at: int, state: str, *, sent: int) -> Message:
    """The instrument of a factor was in this state from ``at`` on, told at ``sent`` (seconds since the epoch)."""
    version: Version = "2025" if source.protocol == "2025" else "2017"
    fields: dict[str, str | int] = {
        # What one logger says in one second must differ: the milliseconds are those of no record.
        "QN": f"{stamp(sent)}{950 + at % 40}",
        "ST": SYSTEMS[source.medium],
        "CN": "3020",
        "PW": source.password or DEFAULT_PASSWORD,
        "MN": source.mn,
        "Flag": flag_value(version, ack_wanted=True),
    }
    items = [[("DataTime", stamp(at))], [("PolId", factor)], [("i12001-Info", state)]]
    return Message(source.gateway, "hj212", encode(fields, items, version=version, key=source.sm4_key))


def check(source: Source, seed: int, episode: Episode, *, sent: int) -> tuple[Message, ...]:
    """An extra standard check at the beginning of an episode, with the result that the episode gives it."""
    one = logger(Station(source, seed, [episode]), seed)
    record = Record(sent, episode.start, CHECK, source.outlet)
    return tuple(
        Message(source.gateway, "hj212", frame.payload) for frame in one.frames(record, sent_at=sent)
    )
