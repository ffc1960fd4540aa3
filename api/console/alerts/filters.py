"""What the address of the inbox asks for. Pure: what it does not understand is left out and never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from alerts.kinds import SEVERITIES
from api.wire import cursor_of, number_part, read_cursor
from store.clock import BEIJING
from store.errors import OutfallError
from store.handling.steps import State

SHOWS = ("open", "mine", "unacknowledged", "overdue", "all", "late", "inhibited")
"""The views of the bureau's inbox."""

COMPANY_SHOWS = ("answer", "open", "overdue", "all", "late")
"""The views of a company's: what it has to answer comes first."""

SORTS = ("severity", "time", "due")

CONDITIONS = ("pending", "active", "cleared")
GRADES = ("critical", "serious", "warning", "info")
HANDLINGS = tuple(state.value for state in State)

LONGEST = 64
"""Characters of a filter; no id and no number is longer."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the inbox, as the address has them. Empty = does not filter.

    Attributes
    ----------
    first, last : Beijing days on which alerts were raised, both inclusive
    number : a part of the number
    """

    show: str = "open"
    sort: str = "severity"
    site: str = ""
    outlet: str = ""
    code: str = ""
    severity: str = ""
    handling: str = ""
    condition: str = ""
    number: str = ""
    first: date | None = None
    last: date | None = None

    def query(self, **changed: Any) -> str:
        """The address's query of these filters with some changed, without what is empty."""
        wanted = replace(self, **changed)
        pairs = [
            (_NAMES.get(one.name, one.name), _shown(getattr(wanted, one.name)))
            for one in fields(wanted)
            if getattr(wanted, one.name)
        ]
        return urlencode(pairs)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view narrows the list."""
        return replace(self, show="", sort="") != Filters(show="", sort="")

    def arguments(self, *, site_key: int | None, me: str, now: datetime) -> dict[str, Any]:
        """What the statements of the inbox are asked with, without place and size."""
        return {
            "site_key": site_key,
            "me": me,
            "now": now,
            "show": self.show,
            "sort": self.sort,
            "site": self.site or None,
            "outlet": self.outlet or None,
            "code": self.code or None,
            "severity": self.severity or None,
            "handling": self.handling or None,
            "condition": self.condition or None,
            "number": self.number or None,
            "from_time": None if self.first is None else _midnight(self.first),
            "to_time": None if self.last is None else _midnight(self.last) + timedelta(days=1),
        }


def read_filters(asked: Mapping[str, str], *, for_company: bool) -> Filters:
    """The filters that the parameters of an address name.

    A page of everything is shown by time, any other by severity and then time, unless the address says otherwise.
    """
    shows = COMPANY_SHOWS if for_company else SHOWS
    show = _one_of(asked.get("show"), shows) or shows[0]
    sort = _one_of(asked.get("sort"), SORTS)
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    if first is not None and last is not None and last < first:
        first, last = last, first
    return Filters(
        show=show,
        sort=sort or {"all": "time", "answer": "due"}.get(show, "severity"),
        site=_word(asked.get("site")),
        outlet=_word(asked.get("outlet")),
        code=_one_of(asked.get("code"), SEVERITIES),
        severity=_one_of(asked.get("severity"), GRADES),
        handling=_one_of(asked.get("handling"), HANDLINGS),
        condition=_one_of(asked.get("condition"), CONDITIONS),
        number=_word(asked.get("number")),
        first=first,
        last=last,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the inbox begins: after the alert with this rank, moment and id."""

    rank: int
    moment: str
    id: int


def place_of(row: Mapping[str, Any], sort: str) -> str:
    """The cursor of the page after a row, for the same order only."""
    return cursor_of(f"inbox-{sort}", int(row["rank"]), str(row["moment"]), int(row["id"]))


def read_place(cursor: str | None, sort: str) -> Place | None:
    """The place that a cursor names; None without one, and for one that is none or of another order: the first page."""
    if not cursor:
        return None
    try:
        rank, moment, alert_id = read_cursor(cursor, f"inbox-{sort}", _rank, _moment, number_part)
    except OutfallError:
        return None
    return Place(rank, moment, alert_id)


_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_NAMES = {"first": "from", "last": "to"}


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _one_of(asked: str | None, known: Any) -> str:
    return asked if asked is not None and asked in known else ""


def _word(asked: str | None) -> str:
    word = (asked or "").strip()[:LONGEST]
    return word if word.isprintable() else ""


def _day(asked: str | None) -> date | None:
    try:
        found = date.fromisoformat((asked or "").strip())
    except ValueError:
        return None
    # What lies outside is no day of any alert, and a step over the calendar's end would be an error.
    return found if 2000 <= found.year <= 2100 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=BEIJING)


def _rank(part: Any) -> int:
    if part not in range(5):
        raise ValueError("not a rank")
    return int(part)


def _moment(part: Any) -> str:
    if not isinstance(part, str) or _NUMBER.fullmatch(part) is None:
        raise ValueError("not a moment")
    return part
