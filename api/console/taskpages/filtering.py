"""The filters of the list of tasks, as the address holds them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from api.access import Principal
from api.console.taskpages.reads import Sought
from api.wire import cursor_of, number_part, parse_moment, read_cursor
from store.tasks import OUTCOMES

STATES = ("unfinished", "open", "in_progress", "done", "cancelled", "all")

State = Annotated[str, Query(max_length=20)]
Kind = Annotated[str, Query(max_length=20)]
Site = Annotated[str, Query(max_length=64)]
Flag = Annotated[str, Query(max_length=1)]
Cursor = Annotated[str | None, Query(max_length=512)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked; words that are none fall back to the usual ones."""

    state: str = "unfinished"
    kind: str = ""
    site: str = ""
    mine: bool = False
    overdue: bool = False

    def sought(self, principal: Principal) -> Sought:
        """The same for the database."""
        return Sought(
            None if self.state == "all" else self.state,
            self.kind or None,
            self.site or None,
            principal.name if self.mine else None,
            self.overdue,
        )

    def address(self, path: str = "/tasks", **more: str) -> str:
        """The address of a list with these filters."""
        given = {
            "state": "" if self.state == "unfinished" else self.state,
            "kind": self.kind,
            "site": self.site,
            "mine": "1" if self.mine else "",
            "overdue": "1" if self.overdue else "",
            **more,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path


def filters_of(
    state: State = "unfinished", kind: Kind = "", site: Site = "", mine: Flag = "", overdue: Flag = ""
) -> Filters:
    """The filters of a request; for FastAPI's Depends."""
    return Filters(
        state if state in STATES else "unfinished",
        kind if kind in OUTCOMES else "",
        site,
        mine == "1",
        overdue == "1",
    )


def place_of(cursor: str | None) -> tuple[datetime, int] | None:
    """Where the next page begins. Raises DecodeError ``cursor_malformed``."""
    if cursor is None:
        return None
    time, number = read_cursor(cursor, "taskpages", parse_moment, number_part)
    return time, number


def cursor_after(time: datetime, number: int) -> str:
    """The cursor of the page after a task."""
    return cursor_of("taskpages", time, number)
