"""One logger for each dialect: a record's content becomes the frames that a logger of that generation would send.

==========  ======  =======================================================================================================
dialect     topic   habits
==========  ======  =======================================================================================================
2005        hj212   14-digit MN, no QN, no Flag in the header (so nothing can be acknowledged), codes of 2005
2017        hj212   Flag 4 on realtime data, 5 (answer wanted) on all else, split above 950 bytes of CP
2025        hj212   Flag 8 and 9, CP of uploads under SM4, ``-RawAvg`` in minutes, ``RF=1`` on what is sent late, heartbeat
json        json    the JSON payload of design 4.3, metric names as HJ 212
==========  ======  =======================================================================================================

The QN is the moment of sending and later than the DataTime; it follows from the record, so a record that is sent again gives the
same bytes (but for RF).
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from deploy.simulator import episodes as kinds
from deploy.simulator.calendar import moment, stamp
from deploy.simulator.content import Content, content
from deploy.simulator.facts import COMMANDS, HEARTBEAT, OLD_CODES, SYSTEMS
from deploy.simulator.instruments import Station
from deploy.simulator.noise import channel, scatter
from deploy.simulator.sources import Source
from deploy.simulator.timeline import CHECK, FACILITY, REALTIME, Record, periods
from ingest.hj212 import encode, encode_split, flag_value
from ingest.hj212.flag import Version
from store.errors import SettingsError

#: PW of a monitor whose password the sites file does not give.
DEFAULT_PASSWORD = "123456"
#: Where QN stands in a frame: after ``##``, four digits of length and ``QN=``.
_QN = slice(9, 26)
_KINDS = tuple(COMMANDS)


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes for the wire.

    Attributes
    ----------
    record : what they tell of; None for a heartbeat
    answer : (MN, QN) under which an answer will come, None when none is wanted
    """

    payload: bytes
    record: Record | None
    answer: tuple[str, str] | None = None


class Logger(ABC):
    """What every dialect can do."""

    topic = "hj212"

    def __init__(self, station: Station, seed: int) -> None:
        self.station = station
        self._source: Source = station.source
        self._millis = channel(seed, station.source.outlet, "qn")
        self._lengths = periods(station.source)

    def _ahead(self, t: int) -> int:
        """Seconds that the logger's clock is ahead at ``t``."""
        return sum(int(e.amount) for e in self.station.episodes if e.kind == kinds.CLOCK_SKEW and e.covers(t))

    def _qn(self, record: Record, sent_at: int | None) -> str:
        sent = record.due if sent_at is None else sent_at
        # Each kind has milliseconds of its own: what one logger sends in one second must not share a QN.
        millis = 150 * _KINDS.index(record.kind) + int(90 * scatter(self._millis, record.start))
        return f"{stamp(sent + self._ahead(sent))}{millis:03d}"

    def _data_time(self, record: Record) -> int:
        """DataTime: an instant, or the start of the period; its end for loggers that are configured to stamp ends."""
        if record.kind in (REALTIME, FACILITY):
            return record.start + self._ahead(record.start)
        if record.kind == CHECK:
            return self.station.check(record.start)[0]
        return record.start + (self._lengths[record.kind] if self._source.timestamps == "end" else 0)

    def _time_item(self, record: Record) -> list[tuple[str, str]]:
        return [("DataTime", stamp(self._data_time(record)))]

    @abstractmethod
    def frames(self, record: Record, *, late: bool = False, sent_at: int | None = None) -> list[Frame]:
        """The frames of a record, none when the logger has nothing to say.

        ``late`` marks a re-transmission where the dialect can; ``sent_at`` (seconds) gives the record a new QN.
        """

    def heartbeat(self, t: int) -> Frame | None:
        """A heartbeat at ``t``; only the 2025 edition has one."""
        return None


def _items(found: Content, codes: dict[str, str]) -> Iterator[list[tuple[str, str]]]:
    for factor, metrics in found:
        code = codes.get(factor, factor)
        yield [(f"{code}-{metric}", value) for metric, value in metrics]


class Logger2017(Logger):
    """HJ 212-2017."""

    version: Version = "2017"
    key: bytes | None = None

    def frames(self, record: Record, *, late: bool = False, sent_at: int | None = None) -> list[Frame]:
        """One frame, or several that each hold whole items, repeat DataTime and carry their own QN (2017 C.49)."""
        found = content(self.station, record)
        if found is None:
            return []
        answered = record.kind != REALTIME
        fields: dict[str, str | int] = {
            "QN": self._qn(record, sent_at),
            "ST": SYSTEMS[self._source.medium],
            "CN": COMMANDS[record.kind],
            "PW": self._source.password or DEFAULT_PASSWORD,
            "MN": self._source.mn,
            "Flag": flag_value(self.version, ack_wanted=answered),
            **self._extra(late),
        }
        items = [self._time_item(record), *_items(found, {})]
        return [
            Frame(payload, record, (self._source.mn, payload[_QN].decode()) if answered else None)
            for payload in encode_split(fields, items, version=self.version, key=self.key)
        ]

    def _extra(self, late: bool) -> dict[str, str | int]:
        return {}


class Logger2025(Logger2017):
    """HJ 212-2025: the 2017 frame with its own version bits, SM4 on the content of uploads, RF and a heartbeat."""

    version: Version = "2025"

    def __init__(self, station: Station, seed: int) -> None:
        super().__init__(station, seed)
        self.key = station.source.sm4_key

    def _extra(self, late: bool) -> dict[str, str | int]:
        return {"RF": 1} if late else {}

    def heartbeat(self, t: int) -> Frame:
        """CN 9015, answered by 9013 (2025 table C.54); system code 91, system interaction."""
        qn = f"{stamp(t)}990"
        fields: dict[str, str | int] = {
            "QN": qn,
            "ST": "91",
            "CN": HEARTBEAT,
            "PW": self._source.password or DEFAULT_PASSWORD,
            "MN": self._source.mn,
            "Flag": flag_value("2025", ack_wanted=True),
        }
        return Frame(encode(fields, [], version="2025"), None, (self._source.mn, qn))


class Logger2005(Logger):
    """HJ/T 212-2005."""

    def frames(self, record: Record, *, late: bool = False, sent_at: int | None = None) -> list[Frame]:
        """Frames without QN and, unless they are split, without Flag; such an upload cannot be acknowledged."""
        found = content(self.station, record)
        if found is None:
            return []
        fields: dict[str, str | int] = {
            "ST": SYSTEMS[self._source.medium],
            "CN": COMMANDS[record.kind],
            "PW": self._source.password or DEFAULT_PASSWORD,
            "MN": self._source.mn,
        }
        items = [self._time_item(record), *_items(found, OLD_CODES)]
        return [Frame(payload, record) for payload in encode_split(fields, items, version="2005")]


class JsonLogger(Logger):
    """A data transmission unit that speaks the JSON payload."""

    topic = "json"

    def frames(self, record: Record, *, late: bool = False, sent_at: int | None = None) -> list[Frame]:
        """One JSON object; values are numbers, flags are text."""
        found = content(self.station, record)
        if found is None:
            return []
        payload = {
            "mn": self._source.mn,
            "st": SYSTEMS[self._source.medium],
            "cn": COMMANDS[record.kind],
            "qn": self._qn(record, sent_at),
            "data_time": moment(self._data_time(record)).isoformat(),
            "factors": {
                factor: {metric: text if metric == "Flag" else float(text) for metric, text in metrics}
                for factor, metrics in found
            },
        }
        return [Frame(json.dumps(payload, separators=(",", ":")).encode(), record)]


def logger(station: Station, seed: int) -> Logger:
    """The logger that an outlet's protocol names. Raises SettingsError for a protocol without one."""
    protocol = station.source.protocol
    if protocol == "2005":
        return Logger2005(station, seed)
    if protocol == "2017":
        return Logger2017(station, seed)
    if protocol == "2025":
        return Logger2025(station, seed)
    if protocol == "json":
        return JsonLogger(station, seed)
    raise SettingsError(
        f"There is no simulated logger for protocol {protocol!r} of {station.source.outlet}; use 2005, 2017, 2025 or json.",
        code="protocol_unknown",
    )
