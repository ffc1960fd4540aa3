"""Shapes of readings, periods and the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.shapes import Shape
from api.wire import DecimalText


class Reading(Shape):
    """One value of one factor at one time; ``value`` is Rtd or Avg, ``folded`` ZsRtd or ZsAvg, ``total`` Cou."""

    time: datetime
    kind: Literal["realtime", "minute", "hour", "day"]
    factor: str
    value: DecimalText | None
    minimum: DecimalText | None
    maximum: DecimalText | None
    total: DecimalText | None
    folded: DecimalText | None
    folded_minimum: DecimalText | None
    folded_maximum: DecimalText | None
    flag: str | None
    status: str
    revision: int
    extra: dict[str, Any] | None
    received_at: datetime
    message_id: int


class ReadingList(Shape):
    items: list[Reading]
    next: str | None


class Pair(Shape):
    """As measured, and folded to the reference oxygen (折算)."""

    measured: DecimalText | None
    folded: DecimalText | None


class Verdict(Shape):
    """One period value against one limit (判定)."""

    result: Literal["compliant", "exceeded", "exempt", "invalid", "undetermined", "missing", "no_limit"]
    basis: str
    limit_id: int | None
    bound: DecimalText | None
    compared: DecimalText | None
    multiple: DecimalText | None
    reasons: list[str]
    rule: str


class Period(Shape):
    """An hour or a day, as last computed."""

    start: datetime
    span: Literal["hour", "day"]
    outlet: str
    factor: str
    reported: Pair
    recomputed: Pair
    after_marking: Pair
    after_exemption: Pair
    valid: bool
    reasons: list[str]
    count: int
    expected: int
    revision: int
    verdicts: list[Verdict]


class PeriodList(Shape):
    items: list[Period]
    next: str | None


class Quarantined(Shape):
    total: int
    by_reason: dict[str, int]


class ReadingCounts(Shape):
    """Readings by their own fate; the frames of an hour may hold new, known and differing ones together."""

    accepted: int
    duplicate: int
    conflicting: int


class LedgerCounts(Shape):
    """Frames: received = accepted + duplicate + conflicting + quarantined.total. Anomalies are counted beside."""

    received: int
    accepted: int
    duplicate: int
    conflicting: int
    quarantined: Quarantined
    anomalies: dict[str, int] = Field(description="Frames that carried an anomaly, by its name.")
    readings: ReadingCounts


class LedgerHour(LedgerCounts):
    hour: datetime


class Unattributed(Shape):
    """What came through the outlet's gateway and no outlet could be found for: garbage, unknown MNs, malformed payloads."""

    gateway: str | None
    received: int
    quarantined: Quarantined


class LedgerList(Shape):
    items: list[LedgerHour]
    next: str | None
    total: LedgerCounts = Field(description="Of the whole time that was asked for, not of this page.")
    unattributed: Unattributed = Field(description="Of the whole time; counted in no outlet's items.")
