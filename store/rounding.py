"""Rounding for display and reports: half to even, once, in decimal arithmetic (四舍六入五成双, GB/T 8170-2008).

Judged values are compared unrounded (全数值比较法); what people see is rounded with as many decimals as show on which side of
a bound it lies (regulation.md A.1).
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

PLACES = 2
"""Decimals shown of a computed value when nothing else is asked for."""

MOST_PLACES = 6
"""A shown value never gets more decimals than this, unless even these would hide its side of a bound."""

_WIDE = Context(
    prec=400, rounding=ROUND_HALF_EVEN
)  # whatever PostgreSQL's numeric sends can be rounded without an overflow


def half_even(value: Decimal, places: int) -> Decimal:
    """``value`` with ``places`` decimals, rounded once: 2.345 -> 2.34, 2.355 -> 2.36, 15.4546 with none -> 15."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_WIDE)


def decimals_of(value: Decimal) -> int:
    """How many decimals a number is written with: 0.50 has two, 200 none."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def deciding(value: Decimal, bound: Decimal | None = None, places: int = PLACES) -> Decimal:
    """``value`` rounded to ``places`` decimals, or to as many more as show on which side of ``bound`` it lies.

    35.004 against 35 becomes 35.004 and not 35.00; a value that equals the bound may look equal.
    """
    for count in range(places, MOST_PLACES + 1):
        rounded = half_even(value, count)
        if bound is None or rounded.compare(bound) == value.compare(bound):
            return rounded
    return value.normalize(_WIDE)


def shown(value: Decimal, bound: Decimal | None = None, places: int = PLACES) -> str:
    """The text of ``deciding``: normal notation, never an exponent."""
    return format(deciding(value, bound, places), "f")
