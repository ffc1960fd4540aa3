"""Times in ISO 8601 as Python 3.11 and newer read them, on older Pythons too: the verifier of evidence packages runs there."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo

_CLOCK = r"\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?|\d\d(?:\d\d(?:[.,]\d+)?)?)?"
_TEXT = re.compile(
    r"(?:(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))|(\d{4})(?:-W(\d\d)(?:-(\d))?|W(\d\d)(\d)?))"
    rf"(?:.({_CLOCK})(?:(Z)|([+-])({_CLOCK}))?)?",
    re.ASCII | re.DOTALL,
)


def moment_of(text: str) -> datetime:
    """The moment that a text names; naive when it names no offset. Raises ValueError for anything else.

    >>> moment_of("20260101T080000,5+0800")
    datetime.datetime(2026, 1, 1, 8, 0, 0, 500000, tzinfo=datetime.timezone(datetime.timedelta(seconds=28800)))
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"no time in ISO 8601: {text[:40]!r}")
    parts = found.groups()
    if parts[0] is not None:
        day = date(int(parts[0]), int(parts[1] or parts[3]), int(parts[2] or parts[4]))
    else:
        day = date.fromisocalendar(int(parts[5]), int(parts[6] or parts[8]), int(parts[7] or parts[9] or 1))
    hours, minutes, seconds, microseconds = _clock(parts[10] or "00")
    return datetime(
        day.year, day.month, day.day, hours, minutes, seconds, microseconds, _zone(parts[11], *parts[12:14])
    )


def _clock(text: str) -> tuple[int, int, int, int]:
    whole, _, fraction = text.replace(",", ".").partition(".")
    digits = whole.replace(":", "").ljust(6, "0")
    return int(digits[:2]), int(digits[2:4]), int(digits[4:]), int(fraction[:6].ljust(6, "0"))


def _zone(utc: str | None, sign: str | None, text: str | None) -> tzinfo | None:
    if utc is None and text is None:
        return None
    hours, minutes, seconds, microseconds = _clock(text or "00")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
    if not offset:
        return timezone.utc  # noqa: UP017 - also on Python 3.9
    return timezone(-offset if sign == "-" else offset)
