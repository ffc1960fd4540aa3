"""Telling a company of a lead: the step of the lead, and the message over the company's channels, in one transaction."""

from __future__ import annotations

from datetime import datetime

from alerts.telling import tell_disclosed
from store.database import Connection
from store.handling import Caller
from store.leads import drafting
from store.leads.actions import Taken
from store.leads.clocks import Rules


def disclose(
    connection: Connection, lead_id: int, message: str, caller: Caller, *, rules: Rules, at: datetime
) -> Taken:
    """As ``store.leads.drafting.disclose``; the company hears of it where the plan has a way to it."""
    taken = drafting.disclose(connection, lead_id, message, caller, rules=rules, at=at)
    tell_disclosed(connection, lead_id, at)
    return taken
