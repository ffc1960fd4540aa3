"""An alert as the API shows it, to the bureau and to its company."""

from __future__ import annotations

from typing import Any

from api.access import Principal
from store import texts
from store.database import Connection, rows
from store.errors import NotFound
from store.handling import Caller, State, possible
from store.handling.attachments import attachments_of
from store.handling.visible import alert_for_company, event_for_company
from store.people import Role
from store.queries import queries


def caller_of(principal: Principal) -> Caller:
    """Who takes a step."""
    return Caller(principal.name, principal.role.value, principal.origin, principal.site_key)


def alert_item(alert: dict[str, Any], principal: Principal) -> dict[str, Any]:
    """A row of read.sql as an item of a list."""
    key = f"alerts.{alert['code']}.title"
    shown = alert | {"title": texts.text(key) if texts.has(key) else None}
    return alert_for_company(shown) if principal.role is Role.COMPANY else shown


def alert_detail(connection: Connection, alert_id: int, principal: Principal) -> dict[str, Any]:
    """An alert with its history, what it counts and its papers.

    Raises NotFound ``alert_not_found``, also for another company's alert.
    """
    sql = queries("read")
    with rows(connection) as cursor:
        alert = cursor.execute(sql["alert"], {"id": alert_id, "site_key": principal.site_key}).fetchone()
        if alert is None:
            raise NotFound(f"There is no alert {alert_id}.", code="alert_not_found")
        events = cursor.execute(sql["alert_events"], {"alert_id": alert_id}).fetchall()
        occurrences = cursor.execute(sql["alert_occurrences"], {"alert_id": alert_id}).fetchall()
    state = State(alert.pop("state"))
    company = principal.role is Role.COMPANY
    papers = attachments_of(connection, alert_id, for_company=company)
    if company:
        events = [seen for event in events if (seen := event_for_company(event)) is not None]
    return {
        **alert_item(alert, principal),
        "events": events,
        "occurrences": occurrences,
        "attachments": papers,
        "possible": _possible(alert, state, principal),
        "lead": _lead(connection, alert_id, principal),
    }


def _lead(connection: Connection, alert_id: int, principal: Principal) -> dict[str, Any] | None:
    """The lead that the alert became, one that stands before others; for a company one that it was told of, without its state."""
    with rows(connection) as cursor:
        arguments = {"alert_id": alert_id, "site_key": principal.site_key}
        lead = cursor.execute(queries("leads")["leads_of_alert"], arguments).fetchone()
    if lead is None:
        return None
    state = None if principal.role is Role.COMPANY else lead["state"]
    return {"id": lead["id"], "number": lead["number"], "state": state}


def _possible(alert: dict[str, Any], state: State, principal: Principal) -> list[str]:
    """The steps that the caller can take; ``state`` is the one that a company is not always shown."""
    if alert["condition"] == "pending":
        return []
    steps = possible(state, principal.role.value, acknowledged=alert["acknowledged_at"] is not None)
    return [step.value for step in steps]
