"""What the chart shows, from what the address asks for. Pure; the present moment is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from store.clock import BEIJING, day_start, hour_start
from store.model import Outlet

KINDS = ("realtime", "minute", "hour", "day")

RANGES = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "year": timedelta(days=365),
}

LONGEST = {
    "realtime": timedelta(days=31),
    "minute": timedelta(days=93),
    "hour": timedelta(days=1100),
    "day": timedelta(days=3660),
}
"""How long a time of a kind is drawn: what the API hands out at once too."""

COLUMNS = ("reported", "after_marking", "after_exemption")
"""The value columns of an hour or a day (标记前, 标记后, 豁免后)."""

BASES = ("folded", "measured")

MOST_FACTORS = 4

CUSTOM = "custom"

_LOCAL = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?)?", re.ASCII)
_OFFSET = re.compile(r"(.+?)(Z|[+\- ]\d\d:\d\d)", re.ASCII)
_EARLIEST = datetime(1990, 1, 1, tzinfo=BEIJING)
_LATEST = datetime(2200, 1, 1, tzinfo=BEIJING)


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open time that is shown. ``range`` is the preset it came from, or ``custom``."""

    start: datetime
    end: datetime
    range: str

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def moved(self, steps: int) -> Window:
        """The window so many of its own lengths later; earlier when negative."""
        return Window(self.start + steps * self.length, self.end + steps * self.length, CUSTOM)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of the address, as they came."""

    factors: tuple[str, ...] = ()
    kind: str | None = None
    range: str | None = None
    start: str | None = None
    end: str | None = None
    columns: tuple[str, ...] = ()
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the chart shows.

    Attributes
    ----------
    columns : value columns of hours and days, in their order
    basis : ``folded`` where the outlet folds (折算), else ``measured`` (实测)
    coarsened : a finer kind was asked for than this length of time allows
    misread : the address asked for a time that is none, or ends before it begins
    """

    factors: tuple[str, ...]
    kind: str
    window: Window
    columns: tuple[str, ...]
    basis: str
    coarsened: bool = False
    misread: bool = False

    @property
    def spanned(self) -> bool:
        """Whether the kind has period values: three columns and verdicts."""
        return self.kind in ("hour", "day")

    def query(self, **also: str | None) -> str:
        """The address that shows this again, without the question mark; ``also`` adds and replaces parameters."""
        pairs: list[tuple[str, str]] = [("factor", factor) for factor in self.factors]
        pairs.append(("kind", self.kind))
        if self.window.range == CUSTOM:
            pairs += [("from", local(self.window.start)), ("to", local(self.window.end))]
        else:
            pairs.append(("range", self.window.range))
        if self.columns != COLUMNS[:1]:
            pairs += [("column", column) for column in self.columns]
        if self.basis != BASES[0]:
            pairs.append(("basis", self.basis))
        pairs = [(name, value) for name, value in pairs if name not in also]
        return urlencode([*pairs, *((name, value) for name, value in also.items() if value is not None)])

    def beside(self, steps: int) -> str:
        """The address of the window before (-1) or after (1) this one."""
        return replace(self, window=self.window.moved(steps)).query()


def choose(outlet: Outlet, asked: Asked, now: datetime) -> Choice:
    """A choice that can be drawn: unknown factors, kinds, columns and times fall back to the usual ones."""
    known = [factor for factor in dict.fromkeys(asked.factors) if factor in outlet.factors][:MOST_FACTORS]
    limited = [factor for factor in outlet.factors if any(limit.factor == factor for limit in outlet.limits)]
    wanted = asked.kind if asked.kind in KINDS else "hour"
    window, misread = _window(asked, now)
    kind = next(
        (kind for kind in KINDS[KINDS.index(wanted) :] if window.length <= LONGEST[kind]),
        KINDS[-1],
    )
    if window.length > LONGEST[kind]:
        window = Window(window.end - LONGEST[kind], window.end, CUSTOM)
    columns = tuple(column for column in COLUMNS if column in asked.columns) or COLUMNS[:1]
    return Choice(
        factors=tuple(known or limited[:1] or outlet.factors[:1]),
        kind=kind,
        window=_whole(window, kind),
        columns=columns,
        basis=asked.basis if asked.basis in BASES else BASES[0],
        coarsened=kind != wanted,
        misread=misread,
    )


def _window(asked: Asked, now: datetime) -> tuple[Window, bool]:
    preset = asked.range if asked.range in RANGES else "24h"
    usual = Window(now - RANGES[preset], now, preset)
    # A form sends both; the preset that was chosen counts.
    if asked.range in RANGES or (not asked.start and not asked.end):
        return usual, False
    start, end = parse_local(asked.start), parse_local(asked.end)
    if (asked.start and start is None) or (asked.end and end is None):
        return usual, True
    end = end or now
    start = start or end - RANGES[preset]
    if start >= end:
        return usual, True
    return Window(start, end, CUSTOM), False


def _whole(window: Window, kind: str) -> Window:
    """A period is known by its start: the window begins on one, so that its first period is whole."""
    start = (
        day_start(window.start)
        if kind == "day"
        else hour_start(window.start)
        if kind == "hour"
        else window.start
    )
    return replace(window, start=start)


def parse_local(text: str | None) -> datetime | None:
    """A moment of the address: Beijing time unless an offset says otherwise; a day alone is its begin. None when it is none."""
    if not text:
        return None
    offset = _OFFSET.fullmatch(text.strip())
    match = _LOCAL.fullmatch(offset[1] if offset and "T" in offset[1] else text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (0 if part is None else int(part) for part in match.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)
        if offset and "T" in offset[1]:
            zone = "+00:00" if offset[2] == "Z" else offset[2].replace(" ", "+")
            moment = datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}{zone}").astimezone(BEIJING)
    except (ValueError, OverflowError):
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def local(moment: datetime) -> str:
    """A moment as an input of date and time has it: Beijing time to the minute, with seconds only where it has some."""
    there = moment.astimezone(BEIJING)
    return there.strftime("%Y-%m-%dT%H:%M:%S" if there.second else "%Y-%m-%dT%H:%M")


def asked_for(
    factors: Iterable[str] | None,
    kind: str | None,
    range_: str | None,
    start: str | None,
    end: str | None,
    columns: Iterable[str] | None,
    basis: str | None,
) -> Asked:
    """The parameters of an address."""
    return Asked(tuple(factors or ()), kind, range_, start, end, tuple(columns or ()), basis)
