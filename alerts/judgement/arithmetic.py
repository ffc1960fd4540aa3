"""Decimal arithmetic of the judgement: never a binary float, never more than one division a value.

Sums and products of readings are exact: HJ 212 numbers have at most 18 characters, so 50 digits hold a day of products.
A value is divided once, at the end; a quotient that is exactly a limit therefore comes out as exactly that limit, and one
that is not cannot be rounded onto it, which is what a strict comparison needs (GB/T 8170-2008 4.3, unrounded value).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)

OXYGEN_IN_AIR = Decimal(21)
"""Per cent by volume that the folding formula counts with (GB 4915-2013 4.1.4)."""

DIFFERENCE_ALLOWED = Decimal("0.02")
"""Reported and recomputed value may differ by 2 % (regulation.md A.2)."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean that is not divided yet: ``total / weight``."""

    total: Decimal
    weight: Decimal

    def value(self) -> Decimal:
        """The quotient, to 50 digits."""
        return EXACT.divide(self.total, self.weight)


def mean(values: Sequence[Decimal]) -> Mean | None:
    """The arithmetic mean; None when there are no values."""
    if not values:
        return None
    total = values[0]
    for value in values[1:]:
        total = EXACT.add(total, value)
    return Mean(total, Decimal(len(values)))


def single(value: Decimal) -> Mean:
    """One value as a mean of itself."""
    return Mean(value, Decimal(1))


def fold(measured: Mean, oxygen: Mean, reference: Decimal) -> Decimal:
    """Concentration at the reference oxygen: ``C x (21 - O2_ref) / (21 - O2)`` (regulation.md A.2), without a clamp.

    Raises decimal.DivisionByZero for oxygen of exactly 21 %; callers refuse 21 % and above before.
    """
    room = EXACT.subtract(EXACT.multiply(OXYGEN_IN_AIR, oxygen.weight), oxygen.total)
    top = EXACT.multiply(
        EXACT.multiply(measured.total, EXACT.subtract(OXYGEN_IN_AIR, reference)), oxygen.weight
    )
    return EXACT.divide(top, EXACT.multiply(measured.weight, room))


def differ(reported: Decimal | None, recomputed: Decimal | None) -> bool:
    """Whether two values differ by more than 2 % of the recomputed one; an absent value differs from nothing."""
    if reported is None or recomputed is None:
        return False
    distance = EXACT.abs(EXACT.subtract(reported, recomputed))
    return distance > EXACT.multiply(DIFFERENCE_ALLOWED, EXACT.abs(recomputed))


def multiple_of(value: Decimal, maximum: Decimal) -> Decimal | None:
    """The exceedance multiple (超标倍数) ``(C - L) / L``; None for a maximum of zero or less."""
    return EXACT.divide(EXACT.subtract(value, maximum), maximum) if maximum > 0 else None


def rounded_like(value: Decimal | None, limit: Decimal | None) -> Decimal | None:
    """A value rounded half to even to the decimals that a limit is written with (GB/T 8170-2008: once, not step by step)."""
    if value is None or limit is None:
        return value
    exponent = limit.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN, context=EXACT)
