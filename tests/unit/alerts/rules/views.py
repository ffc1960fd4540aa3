"""Builders of windows: judged periods and minutes as the rules see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.judgement.minutes import Minutes, minutes_of
from alerts.judgement.subject import Subject
from alerts.judgement.values import EMPTY, Columns, FactorHour, Period
from alerts.rules.shape import Window
from store.clock import HOUR
from tests.unit.alerts.build import START, minutes, reading


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def period(
    factor: str,
    value: str | None,
    *,
    start: datetime = START,
    span: str = "hour",
    folded: str | None = None,
    recomputed: str | None = None,
    recomputed_folded: str | None = None,
    status: str = "normal",
    valid: bool | None = None,
    reasons: tuple[str, ...] = (),
    count: int = 60,
    inputs: Mapping[str, Any] | None = None,
) -> Period:
    """A judged period; valid when its status is normal."""
    counts = status == "normal" if valid is None else valid
    reported = Columns(number(value), number(folded))
    return Period(
        start=start,
        factor=factor,
        span=span,
        reported=reported,
        recomputed=Columns(number(recomputed), number(recomputed_folded)),
        after_marking=reported if counts else EMPTY,
        after_exemption=reported if counts else EMPTY,
        valid=counts,
        status=status,
        reasons=reasons,
        count=count,
        expected=60,
        inputs=inputs or {},
        rule="test/1",
    )


def window(
    subject: Subject,
    *periods: Period,
    starts: Sequence[datetime] | None = None,
    at: datetime | None = None,
    **others: Any,
) -> Window:
    """A window over the periods given; every one of them is examined unless ``starts`` says otherwise."""
    hours = {(one.factor, one.start): one for one in periods if one.span == "hour"}
    days = {(one.factor, one.start): one for one in periods if one.span == "day"}
    chosen = sorted({one.start for one in periods}) if starts is None else starts
    moment = at or (max(chosen, default=START) + timedelta(days=2))
    return Window(subject=subject, at=moment, starts=tuple(chosen), hours=hours, days=days, **others)


def came(
    values: Sequence[str | None], *, every: int = 1, start: datetime = START, status: str = "normal"
) -> Minutes:
    """Minutes of an hour from the values that came; None is a minute that did not."""
    samples = tuple(
        reading(value, at=start + place * timedelta(minutes=every), status=status)
        for place, value in enumerate(values)
        if value is not None
    )
    return minutes_of(FactorHour(minutes=samples), start, every * 60, "undetermined")


def runs(*given: tuple[int, str | None, str], every: int = 1, start: datetime = START) -> Minutes:
    """Minutes from runs of (how many, value, status)."""
    return minutes_of(
        FactorHour(minutes=minutes(*given, every=every, start=start)), start, every * 60, "undetermined"
    )


def hour(number_: int) -> datetime:
    """So many hours after the hour."""
    return START + number_ * HOUR
