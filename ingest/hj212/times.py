"""Times as HJ 212 writes them: digits without a zone, meaning Beijing time (hj212.md sections 1 and 13.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from ingest.hj212.anomalies import Anomaly
from store.clock import BEIJING

_SECONDS_DIGITS: Final = 14  # YYYYMMDDhhmmss
_MILLISECONDS_DIGITS: Final = 17  # some loggers append zzz


@lru_cache(maxsize=8192)
def parse_data_time(raw: str) -> tuple[datetime | None, Anomaly | None]:
    """Aware time of a raw DataTime text and what was odd about it.

    17 digits lose their milliseconds, ``24:00:00`` becomes the next midnight; every other spelling gives no time at all.
    """
    text = raw.strip()
    if not (text.isascii() and text.isdigit()):
        return None, Anomaly.DATATIME_FORMAT
    anomaly = None
    if len(text) == _MILLISECONDS_DIGITS:
        text, anomaly = text[:_SECONDS_DIGITS], Anomaly.DATATIME_FORMAT
    if len(text) != _SECONDS_DIGITS:
        return None, Anomaly.DATATIME_FORMAT
    midnight = text[8:] == "240000"
    if midnight:
        text = text[:8] + "000000"
    try:
        moment = datetime(
            int(text[:4]),
            int(text[4:6]),
            int(text[6:8]),
            int(text[8:10]),
            int(text[10:12]),
            int(text[12:]),
            tzinfo=BEIJING,
        )
        return (
            (moment + timedelta(days=1), anomaly or Anomaly.DATA_TIME_24H) if midnight else (moment, anomaly)
        )
    except (ValueError, OverflowError):  # no such day or hour
        return None, Anomaly.DATATIME_FORMAT
