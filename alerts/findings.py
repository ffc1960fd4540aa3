"""From findings of ingest to alerts: one open alert a kind and place, that counts and is cleared after a quiet time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.book import Book, OpenAlert, Subjects
from alerts.kinds import OF_FINDING
from store.database import rows
from store.model import Registry
from store.queries import queries

MOST = 1000
"""Findings taken up in one transaction."""

CODES = sorted(set(OF_FINDING.values()))


@dataclass(frozen=True, slots=True)
class Found:
    """One row of ``finding``."""

    id: int
    code: str
    gateway: str | None
    outlet_key: int | None
    found_at: datetime
    numbers: Mapping[str, Any]


def take_up(book: Book, registry: Registry) -> int:
    """Count the findings that no alert has taken up yet; how many there were, 0 when another process is at it."""
    sql = queries("alerts")
    row = book.connection.execute(sql["lock_findings"]).fetchone()
    if not row or not row[0]:
        return 0
    with rows(book.connection) as cursor:
        found = [
            Found(
                entry["id"],
                entry["code"],
                entry["gateway"],
                entry["outlet_key"],
                entry["found_at"],
                entry["numbers"],
            )
            for entry in cursor.execute(sql["new_findings"], {"most": MOST})
        ]
    if not found:
        return 0
    places: dict[tuple[str | None, Subjects], list[Found]] = {}
    for finding in found:
        place = (OF_FINDING.get(finding.code), _subjects(registry, finding))
        places.setdefault(place, []).append(finding)
    open_alerts = {(alert.code, alert.subjects): alert for alert in book.open_alerts(CODES)}
    for (code, subjects), group in places.items():
        alert = _count(book, code, subjects, group, open_alerts) if code is not None else None
        arguments = {"ids": [finding.id for finding in group], "alert_id": alert.id if alert else None}
        book.connection.execute(sql["handle_findings"], arguments)
    return len(found)


def clear_quiet(book: Book, quiet: timedelta) -> int:
    """Clear the alerts of findings that had no further one for the quiet time; how many."""
    done = [alert for alert in book.open_alerts(CODES) if alert.last_seen + quiet < book.at]
    for alert in done:
        book.clear(alert, "quiet")
    return len(done)


def _subjects(registry: Registry, finding: Found) -> Subjects:
    """The outlet where it is known, else the gateway; the site of either. A gateway that carries several sites has none."""
    for outlet in registry.outlets():
        if finding.outlet_key is not None and outlet.key == finding.outlet_key:
            return Subjects(outlet.site_key, outlet.key, finding.gateway, None)
    sites = {
        outlet.site_key
        for outlet in registry.outlets()
        if outlet.monitor is not None and outlet.monitor.gateway == finding.gateway
    }
    return Subjects(sites.pop() if len(sites) == 1 else None, None, finding.gateway, None)


def _count(
    book: Book,
    code: str,
    subjects: Subjects,
    group: Sequence[Found],
    open_alerts: Mapping[tuple[str, Subjects], OpenAlert],
) -> OpenAlert:
    first, last = min(one.found_at for one in group), max(one.found_at for one in group)
    alert = open_alerts.get((code, subjects)) or book.recurring(code, subjects)
    if alert is None:
        return book.raise_alert(
            code,
            subjects,
            seen=first,
            last_seen=last,
            numbers=_added({}, group),
            count=len(group),
        )
    alert.numbers = _added(alert.numbers, group)
    alert.count += len(group)
    alert.last_seen = max(alert.last_seen, last)
    book.update(alert)
    book.count_again(alert, {"findings": len(group), "count": alert.count})
    return alert


def _added(numbers: Mapping[str, Any], group: Sequence[Found]) -> dict[str, Any]:
    """Cases by kind of finding, their sum, and the newest examples."""
    cases = dict(numbers.get("cases", {}))
    for finding in group:
        cases[finding.code] = cases.get(finding.code, 0) + int(finding.numbers.get("count", 1))
    examples = group[-1].numbers.get("examples", [])
    return {"cases": cases, "total": sum(cases.values()), "examples": examples}
