"""Exact shares: counts stay whole numbers until the one division."""

from __future__ import annotations

from decimal import Decimal

from alerts.judgement.arithmetic import EXACT

HUNDRED = Decimal(100)


def percent(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in per cent, unrounded; None of nothing."""
    return EXACT.divide(EXACT.multiply(HUNDRED, Decimal(part)), Decimal(whole)) if whole else None


def reaches(part: int, whole: int, required: Decimal) -> bool:
    """Whether ``part`` of ``whole`` is at least ``required`` per cent, without a division."""
    return part * HUNDRED >= required * whole
