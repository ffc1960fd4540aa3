"""Numbers and times as people read them. Pure; the present moment is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from store.clock import BEIJING
from store.factors import find_factor, name_of
from store.rounding import half_even, shown
from store.texts import has, text

JUST_NOW = timedelta(seconds=10)

ZERO = Decimal(0)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in Chinese: 刚刚, 20 秒前, 2 分钟前, 3 小时前, 4 天前; a moment to come reads 超前 5 分钟."""
    distance = now - moment
    if abs(distance) < JUST_NOW:
        return text("console.time.just_now")
    key = "console.time.ago" if distance > timedelta(0) else "console.time.ahead"
    return text(key, span=span_words(abs(distance)))


def span_words(distance: timedelta) -> str:
    """A length of time in its largest whole unit: 45 秒, 3 分钟, 5 小时, 2 天."""
    seconds = int(distance.total_seconds())
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return text(f"console.time.{unit}", count=seconds // length)
    return text("console.time.seconds", count=seconds)


def stamp(moment: datetime) -> str:
    """Beijing time to the second: 2026-11-24 14:05:09."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def minute(moment: datetime) -> str:
    """Beijing time to the minute: 2026-11-24 14:05."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def remaining(until: datetime, now: datetime) -> str:
    """What is left until a time runs out, or how long it has: 剩余 2 天, 已超期 3 小时."""
    key = "console.frame.remaining" if until >= now else "console.frame.overdue"
    return text(key, span=span_words(abs(until - now)))


def clock(moment: datetime, now: datetime) -> str:
    """Beijing time to the minute, with the date only when it is not today's: 14:05 or 11-23 14:05."""
    there, here = moment.astimezone(BEIJING), now.astimezone(BEIJING)
    return there.strftime("%H:%M" if there.date() == here.date() else "%m-%d %H:%M")


def day_label(moment: datetime) -> str:
    """A Beijing day: 2026-11-24."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d")


def hour_label(moment: datetime) -> str:
    """A Beijing hour as the national client writes it, by its start: 11-24 18~19 (regulation.md B.1)."""
    start = moment.astimezone(BEIJING)
    return f"{start:%m-%d} {start:%H}~{(start.hour + 1) % 25:02d}"


def short_period(start: datetime, span: str, now: datetime) -> str:
    """A period in few signs: 18~19 for an hour of today or of last night, 11-23 for a day or an older hour."""
    if span == "hour" and now - start < timedelta(hours=24):
        return hour_label(start).partition(" ")[2]
    return start.astimezone(BEIJING).strftime("%m-%d")


def number(value: Decimal | None) -> str:
    """A value as it was sent: the number of decimals is evidence and stays; None is a dash."""
    return "—" if value is None else f"{value:f}"


def computed(value: Decimal | None, bound: Decimal | None = None) -> str:
    """A computed value rounded once, half to even, with enough decimals to see its side of ``bound``; None is a dash."""
    return "—" if value is None else shown(value, bound)


def plain(value: Decimal) -> str:
    """A configured number without trailing zeros: 200, 0.5."""
    return f"{value.normalize():f}"


def percent(share: Decimal) -> str:
    """A share of one as a percentage without decimals below 10: 5.5 %, 61 %, 132 %."""
    value = share * 100
    return f"{half_even(value, 1 if abs(value) < 10 else 0):f} %"


def factor_name(code: str) -> str:
    """Chinese name of a factor; the flow factors are shown as 流量, not under the table's bare 污水 and 废气."""
    key = f"console.factor.{code}"
    return text(key) if has(key) else name_of(code)


def factor_unit(code: str) -> str:
    """Unit of a factor, empty for pH and for codes outside the tables."""
    found = find_factor(code)
    return (found.unit or "") if found else ""
