"""The time that a report is of, and its way forth and back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.statistics.spans import Span, span_of
from api.console import words
from api.console.reports.model import Kind
from store.clock import BEIJING, DAY, HOUR, day_start, hour_start
from store.errors import DecodeError
from store.texts import text

EARLIEST = datetime(2005, 1, 1, tzinfo=BEIJING)
"""No edition of HJ 212 is older."""

_STEP = {"hour": HOUR, "day": DAY}
_FORMS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m", "quarter": "%Y-%m"}


@dataclass(frozen=True, slots=True)
class Period:
    """The hour, day, month or quarter of a report, half-open."""

    kind: Kind
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """The calendar span whose statistics the table shows: the day of an hour, else the period itself."""
        return span_of("day" if self.kind == "hour" else self.kind, self.start)

    @property
    def name(self) -> str:
        """How addresses and file names write it: 2026-11-24T08, 2026-11-24, 2026-11, 2026-10 (first month of a quarter)."""
        return self.start.strftime(_FORMS[self.kind])

    @property
    def word(self) -> str:
        """How people say it: 2026年11月24日 08~09时, 2026年第4季度."""
        return text(
            f"console.reports.period.{self.kind}",
            year=self.start.year,
            month=self.start.month,
            day=self.start.day,
            hour=words.hour_label(self.start).partition(" ")[2],
            quarter=(self.start.month + 2) // 3,
        )

    @property
    def before(self) -> Period:
        """The one before."""
        return period_of(self.kind, self.start - timedelta(minutes=1))

    @property
    def after(self) -> Period:
        """The one after."""
        return period_of(self.kind, self.end)

    def rows(self) -> list[datetime]:
        """The starts of its rows: hours of a day, days of a month, months of a quarter; an hour has its minutes from the data."""
        if self.kind == "quarter":
            months, moment = [], self.start
            while moment < self.end:
                months.append(moment)
                moment = span_of("month", moment).end
            return months
        step = HOUR if self.kind == "day" else DAY
        return [self.start + number * step for number in range(int((self.end - self.start) / step))]

    def label(self, start: datetime) -> str:
        """A row's name: 18~19, 11-24, 2026-10, 08:10."""
        if self.kind == "day":
            return words.hour_label(start).partition(" ")[2]
        return start.strftime({"month": "%m-%d", "quarter": "%Y-%m", "hour": "%H:%M:%S"}[self.kind])


def period_of(kind: Kind, moment: datetime) -> Period:
    """The period of this kind that holds a moment."""
    if kind == "hour":
        start = hour_start(moment)
        return Period(kind, start, start + HOUR)
    span = span_of(kind, moment)
    return Period(kind, span.start, span.end)


def usual(kind: Kind, now: datetime) -> Period:
    """The last one that has passed; of quarters and months the present one in their first days shows nothing yet."""
    return period_of(kind, now).before


def read_period(kind: Kind, written: str | None, hour: int | None, now: datetime) -> Period:
    """The period that an address names: a day, a month, or a day with its hour.

    Raises DecodeError ``report_date_wrong`` for what is no date, or lies before 2005 or in the future.
    """
    if not written:
        return usual(kind, now)
    for form in ("%Y-%m-%dT%H", "%Y-%m-%d", "%Y-%m"):
        try:
            moment = datetime.strptime(written, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
        if hour is not None and kind == "hour":
            moment = day_start(moment) + hour * HOUR
        if moment > now:
            break
        period = period_of(kind, moment)
        if period.start >= EARLIEST:
            return period
        break
    raise DecodeError(
        f"{written[:40]!r} names no time of a report: write 2026-11-24, not later than today.",
        code="report_date_wrong",
    )
