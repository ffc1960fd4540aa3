"""Every alert gets a decision, and those that became worse a second one: the time-driven front of the routing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts.tasks.deciding import Wishes, carry_out
from alerts.tasks.facts import facts_of_alert, inputs_of, policy_of, subject_of
from alerts.tasks.routing import Decision, Facts, route
from alerts.tasks.settling import settle_tasks
from store.database import Connection, rows
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.tasks import OUTFALL

log = logging.getLogger(__name__)

MOST = 500
"""Alerts looked at in one run: a back-fill of years is taken up in a few runs instead of one long transaction."""

_RANK = {"none": 0, "off_site": 1, "on_site": 2}


def route_new_alerts(connection: Connection, registry: Registry, settings: Settings, at: datetime) -> int:
    """Decide about every alert without a decision, and again about those that call for more by now; how many were decided.

    Works in the caller's transaction. Idempotent: a second run over the same alerts decides nothing. Never writes to data,
    verdicts or alerts. Tasks that the handling of their alert has settled are ended on the way.
    """
    sql = queries("tasks")
    connection.execute(sql["lock_routing"])
    settle_tasks(connection, at)
    with rows(connection) as cursor:
        alerts = cursor.execute(sql["alerts_to_route"], {"most": MOST}).fetchall()
    decided = sum(_decide(connection, registry, settings, alert, at) for alert in alerts)
    if decided:
        log.info("routed %d alerts", decided)
    return decided


def _decide(
    connection: Connection, registry: Registry, settings: Settings, alert: Mapping[str, Any], at: datetime
) -> bool:
    policy = policy_of(settings)
    subject = subject_of(registry, alert)
    # An officer who verified off site that a visit is needed has found the lead that the list asks for.
    known = facts_of_alert(connection, subject, alert, at)
    facts = replace(known, lead=alert["handling"] == "site_visit")
    decision = route(facts, policy)
    if not _calls_for_more(alert, facts, decision):
        return False
    wishes = Wishes(statement=alert["verified"] if facts.lead else None)
    inputs = inputs_of(subject, facts, policy, alert)
    carry_out(connection, subject, decision, inputs, settings, OUTFALL, at, wishes)
    return True


def _calls_for_more(alert: Mapping[str, Any], facts: Facts, decision: Decision) -> bool:
    """Whether nothing was decided yet, or the new decision goes further than the last one."""
    if alert["way"] is None:
        return True
    return _RANK[decision.way] > _RANK[alert["way"]] or (facts.lead and not alert["had_lead"])
