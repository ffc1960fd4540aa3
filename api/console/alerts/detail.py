"""Everything that the page of one alert shows, read in one transaction and narrowed to what the caller may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from api.access import Principal
from api.console import bound, outletview
from api.console import reads as console_reads
from api.console.alerts import actions, inbox, numbers, periods, reads, related, similar, timeline
from api.console.alerts.picture import Picture, picture_of, window_of
from api.console.scope import visible_registry
from api.console.series import factor_series
from api.context import Services
from api.evidenceread import package_item
from api.permissions import Permission
from api.taskread import NO_FILTER, task_item
from store.clock import DAY, HOUR
from store.database import Connection, rows
from store.errors import NotFound
from store.evidence import packages
from store.handling.attachments import attachments_of
from store.model import Limit, Outlet, Registry, Site
from store.people import Role
from store.queries import queries
from store.registryrows import condition_of

MOST_TASKS = 50
MOST_MESSAGES = 100
MOST_PACKAGES = 5


def read_detail(
    connection: Connection, services: Services, principal: Principal, alert_id: int, now: datetime
) -> dict[str, Any]:
    """The model of the page. Raises NotFound ``alert_not_found``, also for another unit's alert."""
    company, site_key = principal.role is Role.COMPANY, principal.site_key
    registry = visible_registry(connection, principal, now)
    row = reads.alert(connection, alert_id, site_key=site_key, now=now)
    outlet = _outlet(registry, row)
    site = next((one for one in registry.sites if one.key == row["site_key"]), None)
    papers = attachments_of(connection, alert_id, for_company=company)
    events = console_reads.alert_events(connection, alert_id)
    return {
        "authority": None if registry.authority is None else registry.authority.district,
        "row": inbox.inbox_row(row, registry, me=principal.name, for_company=company, now=now),
        "site": site,
        "outlet": outlet,
        "for_company": company,
        "facts": numbers.facts_of(row),
        "ruled_out": numbers.ruled_out(row["numbers"]),
        "evidence": numbers.evidence_of(row),
        "limit": _limit(connection, row),
        "picture": _picture(connection, outlet, row, now),
        "span": _span(row),
        "factor_code": row["factor"],
        "periods": periods.counted_periods(reads.counted_periods(connection, row), row["factor"]),
        "timeline": timeline.timeline(alert_id, events, papers, for_company=company),
        "papers": [timeline.paper_of(alert_id, paper) for paper in papers],
        "offers": actions.offers_of(row, principal.role.value),
        "people": [] if company else reads.people(connection),
        "told": _told(connection, row, principal),
        "attachment_bytes": timeline.size_words(services.settings.attachment_bytes),
        "flaps": row["flaps"],
        "lead": _lead(connection, alert_id, principal),
        **_past(connection, registry, row, principal),
        **_around(connection, row, site, principal),
        "now": now,
    }


def _span(row: Mapping[str, Any]) -> str:
    """The length of the periods that an alert counts: ``day`` or ``hour``."""
    return "day" if row["numbers"].get("span") == "day" or row["code"].endswith("_day") else "hour"


def _length(row: Mapping[str, Any]) -> timedelta:
    return DAY if _span(row) == "day" else HOUR


def _outlet(registry: Registry, row: Mapping[str, Any]) -> Outlet | None:
    try:
        return None if row["outlet_key"] is None else registry.outlet_by_key(row["outlet_key"])
    except NotFound:
        return None


def _limit(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The limit record in words, with the time that it is valid for."""
    record = reads.limit_record(connection, row)
    if record is None:
        return None
    names = ("key", "outlet_key", "factor", "basis", "minimum", "maximum", "standard", "clause", "source")
    limit = Limit(
        **{name: record[name] for name in names},
        condition=condition_of(record["condition"]),
        valid_from=record["valid_from"],
        valid_to=record["valid_to"],
    )
    return {
        "bound": bound.in_words(limit),
        "valid_from": record["valid_from"],
        "valid_to": record["valid_to"],
        "recorded_from": record["recorded_from"],
        "replaced": record["recorded_to"] is not None,
    }


def _picture(
    connection: Connection, outlet: Outlet | None, row: Mapping[str, Any], now: datetime
) -> Picture | None:
    """The factor around the episode; None where the alert is about no value of an outlet that is still registered."""
    if outlet is None or row["factor"] is None:
        return None
    span, period = _span(row), _length(row)
    start, end = window_of(row["first_seen"], row["last_seen"], span, now)
    found = console_reads.series(connection, outlet.key, row["factor"], span, start, end)
    judged = console_reads.series_periods(connection, outlet.key, row["factor"], span, start, end)
    results = {
        one["start"]: outletview.result_of(one["result"], one["valid"], one["status"]) for one in judged
    }
    panel = factor_series(outlet, row["factor"], span, (start, end), found, results)
    return picture_of(panel, (start, end), (row["first_seen"], row["last_seen"] + period), period)


def _told(connection: Connection, row: Mapping[str, Any], principal: Principal) -> list[dict[str, Any]]:
    """Who of the unit reads what it is told; nobody has an account where this is empty."""
    if principal.role is Role.COMPANY or row["site_key"] is None:
        return []
    return reads.people_of_company(connection, row["site_key"])


def _lead(connection: Connection, alert_id: int, principal: Principal) -> dict[str, Any] | None:
    if not principal.may(Permission.LEADS_SEE):
        return None
    with rows(connection) as cursor:
        arguments = {"alert_id": alert_id, "site_key": principal.site_key}
        return cursor.execute(queries("leads")["leads_of_alert"], arguments).fetchone()


def _past(
    connection: Connection, registry: Registry, row: Mapping[str, Any], principal: Principal
) -> dict[str, Any]:
    """Earlier alerts of the same kind, and of the same kind of time."""
    company, site_key = principal.role is Role.COMPANY, principal.site_key
    kind = similar.kind_of_time(row["first_seen"])
    same = similar.past_alerts(
        reads.similar(connection, row, site_key=site_key), registry, for_company=company
    )
    at_time: list[similar.Past] = []
    if row["outlet_key"] is not None:
        found = reads.same_time(connection, row, night=kind.night, weekend=kind.weekend, site_key=site_key)
        at_time = similar.past_alerts(found, registry, for_company=company)
    return {
        "similar": same,
        "endings": similar.endings(same),
        "same_time": at_time,
        "kind_of_time": kind.word,
        "neighbours": related.neighbour_rows(reads.neighbours(connection, row, site_key=site_key)),
    }


def _around(
    connection: Connection, row: Mapping[str, Any], site: Site | None, principal: Principal
) -> dict[str, Any]:
    """Marks, tasks, decisions, messages, packages and our own outages, each as far as the caller may see it."""
    alert_id = row["id"]
    end = row["last_seen"] + _length(row)
    model: dict[str, Any] = {
        "marks": [],
        "tasks": [],
        "decisions": [],
        "messages": [],
        "packages": [],
        "outages": related.outage_rows(
            reads.outages_over(connection, row["first_seen"] - timedelta(hours=1), end)
        ),
    }
    with rows(connection) as cursor:
        if row["outlet_key"] is not None and site is not None and principal.may(Permission.MARKS_READ):
            span = {"outlet_key": row["outlet_key"], "from_time": row["first_seen"], "to_time": end}
            found = cursor.execute(queries("marks")["marks_over"], span).fetchall()
            model["marks"] = related.mark_rows(found, row["factor"], site.industry)
        if principal.may(Permission.TASKS_READ):
            asked = {**NO_FILTER, "site_key": principal.site_key, "alert": alert_id, "most": MOST_TASKS}
            found = cursor.execute(queries("tasks")["tasks"], asked).fetchall()
            model["tasks"] = related.task_rows(task_item(task, principal) for task in found)
        if principal.may(Permission.ROUTING_READ):
            found = cursor.execute(
                queries("tasks")["decisions"], {"task_id": None, "alert_id": alert_id}
            ).fetchall()
            model["decisions"] = related.decision_rows(found)
        if principal.may(Permission.NOTIFICATIONS_READ):
            asked = dict.fromkeys(("channel", "state", "before_id", "id")) | {
                "alert_id": alert_id,
                "most": MOST_MESSAGES,
            }
            found = cursor.execute(queries("notify")["messages"], asked).fetchall()
            model["messages"] = related.message_rows(found, reads.deliveries_of(connection, alert_id))
    if principal.may(Permission.EVIDENCE_READ):
        found = packages(connection, most=MOST_PACKAGES, subject_kind="alert", subject_id=str(alert_id))
        model["packages"] = [package_item(one) for one in found]
    return model
