"""The filters of the list of leads: out of the address, and back into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

from api.access import Principal
from api.console.leads.board import COLUMNS
from api.console.leads.reads import Filters
from store.clock import BEIJING, DAY

_STATES_OF = dict(COLUMNS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. ``column`` names a column of the board; days are Beijing days, both counted."""

    view: Literal["board", "table"] = "board"
    site: str = ""
    column: str = ""
    mine: bool = False
    review: bool = False
    overdue: bool = False
    words: str = ""
    first: date | None = None
    last: date | None = None
    before: str = ""
    format: Literal["csv", "xlsx"] | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return replace(self, view="board", before="", format=None) != Asked()


def _asked(
    view: Literal["board", "table"] = "board",
    site: Annotated[str, Query(max_length=63)] = "",
    column: Annotated[str, Query(max_length=30)] = "",
    mine: bool = False,
    review: bool = False,
    overdue: bool = False,
    words: Annotated[str, Query(max_length=100)] = "",
    first: Annotated[date | Literal[""], Query(alias="from")] = "",
    last: Annotated[date | Literal[""], Query(alias="to")] = "",
    before: Annotated[str, Query(max_length=200)] = "",
    output: Annotated[Literal["csv", "xlsx"] | None, Query(alias="format")] = None,
) -> Asked:
    known = column if column in _STATES_OF else ""
    days = (first or None, last or None)
    return Asked(view, site, known, mine, review, overdue, words.strip(), *days, before, output)


FiltersHere = Annotated[Asked, Depends(_asked)]
"""Give a route the filters by this type."""


def filters_of(asked: Asked, principal: Principal, now: datetime) -> Filters:
    """What the statement is asked with."""
    return Filters(
        site=asked.site or None,
        states=_STATES_OF[asked.column] if asked.column else None,
        mine=principal.name if asked.mine else None,
        reviewer=principal.name if asked.review else None,
        overdue=asked.overdue,
        words=asked.words or None,
        from_time=None if asked.first is None else datetime.combine(asked.first, time(), BEIJING),
        # After the last day that there is comes none.
        to_time=None
        if asked.last is None or asked.last == date.max
        else datetime.combine(asked.last, time(), BEIJING) + DAY,
    )


def address_of(asked: Asked, **changed: Any) -> str:
    """The address of the list with some of the filters changed; a page of a longer list is left with every change."""
    wanted = replace(asked, **{"before": "", "format": None, **changed})
    given = {
        "view": "table" if wanted.view == "table" else "",
        "site": wanted.site,
        "column": wanted.column,
        "mine": "true" if wanted.mine else "",
        "review": "true" if wanted.review else "",
        "overdue": "true" if wanted.overdue else "",
        "words": wanted.words,
        "from": "" if wanted.first is None else wanted.first.isoformat(),
        "to": "" if wanted.last is None else wanted.last.isoformat(),
        "before": wanted.before,
        "format": wanted.format or "",
    }
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/leads?{query}" if query else "/leads"
