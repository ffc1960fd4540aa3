"""How papers write times, numbers and codes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from api.console import words
from store.clock import BEIJING
from store.factors import find_factor
from store.rounding import half_even
from store.texts import has, text

NONE = text("papers.page.dash")
ZERO = Decimal(0)


def day(moment: date) -> str:
    """A Beijing day: 2026-11-24."""
    return (moment.astimezone(BEIJING) if isinstance(moment, datetime) else moment).strftime("%Y-%m-%d")


def last_day(end: datetime) -> str:
    """The last day of a period that ends, exclusive, at ``end``."""
    return day(end - timedelta(microseconds=1))


def minute(moment: datetime | None) -> str:
    """Beijing time to the minute: 2026-11-24 14:05; a dash for none."""
    return NONE if moment is None else moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def second(moment: datetime | None) -> str:
    """Beijing time to the second; a dash for none."""
    return NONE if moment is None else words.stamp(moment)


def period(start: datetime, span: str) -> str:
    """A period by its start: 2026-11-24 14:00, or the day alone."""
    return day(start) if span == "day" else minute(start)


def between(start: datetime, end: datetime) -> str:
    """From one minute to another; the day only once when it is the same."""
    first, last = start.astimezone(BEIJING), end.astimezone(BEIJING)
    return (
        f"{minute(start)}～{last:%H:%M}" if first.date() == last.date() else f"{minute(start)}～{minute(end)}"
    )


def value(number: Decimal | None, bound: Decimal | None = None) -> str:
    """A measured or computed value, rounded for reading so that its side of ``bound`` shows; a dash for none."""
    return words.computed(number, bound)


def plain(number: Decimal) -> str:
    """A configured number: 200, 0.5."""
    return words.plain(number)


def multiple(number: Decimal | None) -> str:
    """An exceedance multiple (C - L) / L with two decimals, or more where these would be zero."""
    return NONE if number is None else words.computed(number, ZERO)


def share(part: int, whole: int) -> str:
    """A share as per cent with two decimals; a dash of nothing."""
    return NONE if whole == 0 else f"{half_even(Decimal(part) * 100 / Decimal(whole), 2)} %"


def bounds(minimum: Decimal | None, maximum: Decimal | None, unit: str = "") -> str:
    """A limit: ≤ 200 mg/m³, 6～9."""
    if minimum is not None and maximum is not None:
        said = f"{plain(minimum)}～{plain(maximum)}"
    elif maximum is not None:
        said = text("papers.exceedances.at_most", value=plain(maximum))
    else:
        said = NONE if minimum is None else text("papers.exceedances.at_least", value=plain(minimum))
    return f"{said} {unit}".rstrip()


def word(catalogue: str, code: str) -> str:
    """The text of a code; the code itself where the catalogue has none."""
    key = f"{catalogue}.{code}"
    return text(key) if has(key) else code


def factor(code: str | None) -> str:
    """The name of a factor, 全部 for none."""
    return text("papers.marks.all") if code is None else words.factor_name(code)


def factor_unit(code: str) -> str:
    """The unit of a factor, empty where it has none."""
    found = find_factor(code)
    return (found.unit or "") if found else ""


def joined(parts: Iterable[str]) -> str:
    """Sentences one after another."""
    return text("papers.page.between").join(part for part in parts if part)


def or_unknown(words_: str | None) -> str:
    """What is registered, or that it is not."""
    return words_ or text("papers.report.unknown")
