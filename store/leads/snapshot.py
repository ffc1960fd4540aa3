"""The numbers of a lead, taken from the judged data: every period with its verdicts and their revision, marks, limits, messages.

Taken when the lead is raised and again while it is a draft. What is taken is kept as it was, whatever is judged again later.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from store.clock import BEIJING, day_start
from store.database import Connection, rows
from store.log.canonical import canonical
from store.model import Outlet, Registry, Site
from store.queries import queries

MOST_PERIODS = 5000
"""Periods in one snapshot: half a year of hours of one factor. What is beyond is left out, and it is said so."""

MOST_TRACED = 500
"""Exceeded periods whose messages are named one by one."""

PROVING = frozenset({"exceeded", "exempt"})

_NUMBERS = (
    "reported_measured",
    "reported_folded",
    "recomputed_measured",
    "recomputed_folded",
    "after_marking_measured",
    "after_marking_folded",
    "after_exemption_measured",
    "after_exemption_folded",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the numbers are of; ``end`` is exclusive. ``spans``: ``hour``, ``day``."""

    outlet_keys: tuple[int, ...]
    factors: tuple[str, ...]
    spans: tuple[str, ...]
    start: datetime
    end: datetime


Place = tuple[int, str, str, datetime]


def take_numbers(
    connection: Connection, scope: Scope, site: Site | None, registry: Registry, at: datetime
) -> tuple[dict[str, Any], bytes]:
    """The numbers as they are judged now, JSON-ready, and their digest (SHA-256 of the canonical form).

    ``registry`` is what was in force when the act began; ``site`` is None where the unit was not registered then.
    """
    arguments: dict[str, Any] = {
        "outlet_keys": list(scope.outlet_keys),
        "factors": list(scope.factors),
        "spans": list(scope.spans),
        "from_time": scope.start,
        "to_time": scope.end,
    }
    sql = queries("leads")
    outlets = {outlet.key: outlet for outlet in registry.outlets() if outlet.key in scope.outlet_keys}
    with rows(connection) as cursor:
        found = cursor.execute(sql["periods"], {**arguments, "most": MOST_PERIODS + 1}).fetchall()
        periods = found[:MOST_PERIODS]
        verdicts = cursor.execute(sql["verdicts"], _columns(periods, revisions=True)).fetchall()
        marks = cursor.execute(sql["marks"], arguments).fetchall()
        keys = sorted({row["limit_key"] for row in verdicts if row["limit_key"] is not None})
        limits = cursor.execute(sql["limits"], {"keys": keys}).fetchall()
        by_place = _by_place(verdicts)
        proving = [row for row in periods if _results(by_place, row) & PROVING][:MOST_TRACED]
        messages = cursor.execute(
            sql["messages_of_periods"],
            {**_columns(proving), "from_time": scope.start, "to_time": scope.end},
        ).fetchall()
    names = {key: outlet.id for key, outlet in outlets.items()}
    traced = _messages(messages)
    shown = [_period(row, by_place.get(_place(row), []), traced.get(_place(row)), names) for row in periods]
    content = {
        "taken_at": _json(at),
        "from": _json(scope.start),
        "to": _json(scope.end),
        "site": _site(site),
        "authority": None
        if registry.authority is None
        else {"district": registry.authority.district, "city": registry.authority.city},
        "positive_list": _listing(site, scope.start),
        "outlets": [_outlet(outlets[key]) for key in scope.outlet_keys if key in outlets],
        "factors": list(scope.factors),
        "counts": _counts(verdicts, periods),
        "worst": _worst(verdicts, names),
        "periods": shown,
        "more_periods": len(found) > MOST_PERIODS,
        "limits": [{name: _json(value) for name, value in row.items()} for row in limits],
        "marks": [_mark(row, names) for row in marks],
    }
    return content, hashlib.sha256(canonical(content)).digest()


def _columns(periods: Sequence[Mapping[str, Any]], *, revisions: bool = False) -> dict[str, list[Any]]:
    columns = {
        "outlet_keys": [row["outlet_key"] for row in periods],
        "factors": [row["factor"] for row in periods],
        "spans": [row["span"] for row in periods],
        "starts": [row["start"] for row in periods],
    }
    return {**columns, "revisions": [row["revision"] for row in periods]} if revisions else columns


def _place(row: Mapping[str, Any]) -> Place:
    return row["outlet_key"], row["factor"], row["span"], row["start"]


def _by_place(verdicts: Sequence[Mapping[str, Any]]) -> dict[Place, list[Mapping[str, Any]]]:
    found: dict[Place, list[Mapping[str, Any]]] = {}
    for row in verdicts:
        found.setdefault(_place(row), []).append(row)
    return found


def _results(by_place: Mapping[Place, Sequence[Mapping[str, Any]]], row: Mapping[str, Any]) -> set[str]:
    return {verdict["result"] for verdict in by_place.get(_place(row), ())}


def _messages(found: Sequence[Mapping[str, Any]]) -> dict[Place, dict[str, list[int]]]:
    traced: dict[Place, dict[str, list[int]]] = {}
    for row in found:
        traced.setdefault(_place(row), {})[row["kind"]] = row["messages"]
    return traced


def _period(
    row: Mapping[str, Any],
    verdicts: Sequence[Mapping[str, Any]],
    messages: Mapping[str, list[int]] | None,
    names: Mapping[int, str],
) -> dict[str, Any]:
    return {
        "outlet": names.get(row["outlet_key"]),
        "factor": row["factor"],
        "span": row["span"],
        "start": _json(row["start"]),
        "revision": row["revision"],
        "valid": row["valid"],
        "status": row["status"],
        "reasons": row["reasons"],
        "count": row["count"],
        "expected": row["expected"],
        **{name: _json(row[name]) for name in _NUMBERS},
        "verdicts": [
            {
                "limit_id": verdict["limit_key"],
                "result": verdict["result"],
                "basis": verdict["basis"],
                "bound_side": verdict["bound_side"],
                "reasons": verdict["reasons"],
                **{name: _json(verdict[name]) for name in ("bound", "compared", "multiple")},
            }
            for verdict in verdicts
        ],
        "messages": None if messages is None else dict(messages),
    }


def _counts(verdicts: Sequence[Mapping[str, Any]], periods: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Verdicts by span and result, and the days with an exceeded period (D.2)."""
    by_span: dict[str, Counter[str]] = {}
    days = set()
    for row in verdicts:
        by_span.setdefault(row["span"], Counter())[row["result"]] += 1
        if row["result"] == "exceeded":
            days.add((row["outlet_key"], row["factor"], day_start(row["start"])))
    return {
        "periods": len(periods),
        "exceeded_days": len(days),
        "results": {span: dict(sorted(counted.items())) for span, counted in sorted(by_span.items())},
    }


def _worst(verdicts: Sequence[Mapping[str, Any]], names: Mapping[int, str]) -> dict[str, Any] | None:
    """The exceeded period with the highest multiple."""
    exceeded = [row for row in verdicts if row["result"] == "exceeded" and row["multiple"] is not None]
    if not exceeded:
        return None
    worst = max(exceeded, key=lambda row: row["multiple"])
    return {
        "outlet": names.get(worst["outlet_key"]),
        "factor": worst["factor"],
        "span": worst["span"],
        "start": _json(worst["start"]),
        "revision": worst["revision"],
        "limit_id": worst["limit_key"],
        **{name: _json(worst[name]) for name in ("bound", "compared", "multiple")},
    }


def _site(site: Site | None) -> dict[str, Any] | None:
    if site is None:
        return None
    return {
        name: getattr(site, name)
        for name in ("id", "name", "industry", "key_unit", "sample", "credit_code", "permit")
    }


def _listing(site: Site | None, moment: datetime) -> dict[str, Any] | None:
    """The stay on the positive list when the act began."""
    listings = () if site is None else site.positive_list
    for listing in listings:
        if listing.in_force(moment):
            return {
                "from": _json(listing.valid_from),
                "to": _json(listing.valid_to),
                "basis": listing.basis,
                "decided_by": listing.decided_by,
                "document": listing.document,
                "level": listing.level,
            }
    return None


def _outlet(outlet: Outlet) -> dict[str, Any]:
    return {
        "id": outlet.id,
        "name": outlet.name,
        "medium": outlet.medium,
        "mn": None if outlet.monitor is None else outlet.monitor.mn,
        "oxygen_reference": _json(outlet.oxygen_reference),
    }


def _mark(row: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    shown = {name: _json(value) for name, value in row.items() if name != "outlet_key"}
    return {"outlet": names.get(row["outlet_key"]), **shown}


def _json(value: Any) -> Any:
    """Decimals as text with every digit, moments in Beijing time; conditions of limits keep their own numbers as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat()
    if isinstance(value, float):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value
