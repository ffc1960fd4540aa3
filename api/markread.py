"""Marks and checks from values to items, as the caller may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.access import Principal
from store import texts
from store.checks import ChainCheck, Check
from store.database import Connection, rows
from store.errors import NotFound
from store.marklabels import category_name, find_label
from store.marks import Mark, mark_of, outranked
from store.model import Outlet, Registry
from store.people import Role
from store.queries import queries

Item = dict[str, Any]

_NOBODY_TO_HIDE = "device"
BUREAU = "bureau"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of marks asks for."""

    outlet_key: int
    factor: str | None
    category: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a company reads the names of its own people and ``bureau`` for those of the bureau."""

    own_names: frozenset[str] | None

    def name(self, name: str) -> str:
        """A name as this viewer reads it."""
        hidden = self.own_names is not None and name != _NOBODY_TO_HIDE and name not in self.own_names
        return BUREAU if hidden else name


def viewer_of(connection: Connection, principal: Principal) -> Viewer:
    """The view of the caller."""
    if principal.role is not Role.COMPANY:
        return Viewer(None)
    arguments = {"site_key": principal.site_key}
    found = connection.execute(queries("marks")["names_of_site"], arguments).fetchall()
    return Viewer(frozenset(row[0] for row in found))


def registered(registry: Registry, outlet_id: str, principal: Principal) -> tuple[Outlet, str]:
    """An outlet that the caller may write about, and the industry of its site. Raises NotFound ``outlet_not_found``."""
    outlet = registry.outlet(outlet_id)
    if principal.site_key is not None and outlet.site_key != principal.site_key:
        raise NotFound(f"There is no outlet {outlet_id!r}.", code="outlet_not_found")
    return outlet, registry.site_of(outlet).industry


def industry_of(connection: Connection, outlet_key: int) -> str:
    """The industry of the site of an outlet, as it is believed now; ``other`` for a site that is gone."""
    row = connection.execute(queries("marks")["industry_of_outlet"], {"outlet_key": outlet_key}).fetchone()
    return str(row[0]) if row else "other"


def outlet_id_of(connection: Connection, outlet_key: int) -> str:
    """The id of an outlet that is known to be there."""
    row = connection.execute(queries("marks")["outlet_id"], {"outlet_key": outlet_key}).fetchall()[0]
    return str(row[0])


def mark_page(
    connection: Connection, wanted: Wanted, after: tuple[datetime, int] | None, limit: int
) -> list[Mark]:
    """Up to ``limit + 1`` marks that touch the time, by their begin."""
    arguments = {
        "outlet_key": wanted.outlet_key,
        "factor": wanted.factor,
        "category": wanted.category,
        "from_time": wanted.start,
        "to_time": wanted.end,
        "after_time": after and after[0],
        "after_id": after and after[1],
        "most": limit + 1,
    }
    with rows(connection) as cursor:
        return [mark_of(row) for row in cursor.execute(queries("marks")["mark_page"], arguments)]


def beneath(connection: Connection, marks: Sequence[Mark]) -> frozenset[int]:
    """Ids of those automatic marks that filed ones, on this page or not, stand above."""
    automatic = [mark for mark in marks if mark.channel == "automatic"]
    if not automatic:
        return frozenset()
    arguments = {
        "outlet_key": automatic[0].outlet_key,
        "from_time": min(mark.from_time for mark in automatic),
        "to_time": max(mark.to_time for mark in automatic),
    }
    with rows(connection) as cursor:
        filed = [mark_of(row) for row in cursor.execute(queries("marks")["filed_marks"], arguments)]
    return outranked([*automatic, *filed])


def mark_items(
    marks: Iterable[Mark], outlet: str, industry: str, viewer: Viewer, under: frozenset[int]
) -> list[Item]:
    """Marks with the fields of the national client (C.1)."""
    return [_mark_item(mark, outlet, industry, viewer, mark.id in under) for mark in marks]


def _mark_item(mark: Mark, outlet: str, industry: str, viewer: Viewer, under: bool) -> Item:
    label = find_label(industry, mark.category, mark.label)
    standing = "outranked" if under and mark.effective else mark.standing
    return {
        "id": mark.id,
        "outlet": outlet,
        "category": mark.category,
        "category_name": category_name(mark.category),
        "label": mark.label,
        "label_name": label.name if label else mark.label,
        "local": label.local if label else True,
        "factor": mark.factor,
        "from": mark.from_time,
        "to": mark.to_time,
        "minutes": int((mark.to_time - mark.from_time).total_seconds()) // 60,
        "reason": mark.reason,
        "channel": mark.channel,
        "filed_by": viewer.name(mark.filed_by),
        "received_at": mark.received_at,
        "deadline": mark.deadline,
        "status": int(standing == "effective"),
        "standing": standing,
        "standing_name": texts.text(f"marks.standing.{standing}"),
        "withdrawn_at": mark.withdrawn_at,
        "withdrawn_by": None if mark.withdrawn_by is None else viewer.name(mark.withdrawn_by),
        "withdrawn_reason": mark.withdrawn_reason,
    }


def check_item(check: Check, outlet: str, viewer: Viewer) -> Item:
    """One check."""
    return {
        "id": check.id,
        "outlet": outlet,
        "factor": check.factor,
        "kind": check.kind,
        "kind_name": texts.text(f"marks.check.{check.kind}"),
        "checked_at": check.checked_at,
        "passed": check.passed,
        "measured": check.measured,
        "reference": check.reference,
        "source": check.source,
        "filed_by": viewer.name(check.filed_by),
        "received_at": check.received_at,
    }


def chain_check_item(check: ChainCheck, outlet: str, viewer: Viewer) -> Item:
    """One comparison along the transmission chain."""
    return {
        "id": check.id,
        "outlet": outlet,
        "factor": check.factor,
        "start": check.start,
        "instrument": check.instrument,
        "logger": check.logger,
        "filed_by": viewer.name(check.filed_by),
        "received_at": check.received_at,
    }
