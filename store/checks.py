"""Checks of a monitor (标样核查, 比对, 校准, 校验) and comparisons along its transmission chain (regulation.md B.1, B.2).

A failed check makes everything back to the last passed one and forward to the next passed one invalid; so the nearest check
before a moment and the nearest after it say all about that moment. Here they are values; ``store/checkreads.py`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from store.clock import BEIJING


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the monitor of one factor.

    Attributes
    ----------
    kind : ``standard`` (标样核查), ``comparison`` (比对), ``calibration`` (校准) or ``verification`` (校验)
    measured, reference : in the factor's unit; None when only the result was told
    source : ``device`` (CN 2062) or ``filed``
    """

    id: int
    outlet_key: int
    factor: str
    kind: str
    checked_at: datetime
    passed: bool
    measured: Decimal | None
    reference: Decimal | None
    source: str
    filed_by: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Instrument and logger values of one factor for the hour that begins at ``start``, in the factor's unit (HJ 356 6.2)."""

    id: int
    outlet_key: int
    factor: str
    start: datetime
    instrument: Decimal
    logger: Decimal | None
    filed_by: str
    received_at: datetime


def check_of(row: dict[str, Any]) -> Check:
    """A check from a row of marks.sql; its times in Beijing time."""
    return Check(**_beijing(row))


def chain_check_of(row: dict[str, Any]) -> ChainCheck:
    """A comparison from a row of marks.sql; its times in Beijing time."""
    return ChainCheck(**_beijing(row))


def _beijing(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.astimezone(BEIJING) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
