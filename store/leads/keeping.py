"""The clocks of a lead as they are kept: computed anew from what happened, written where they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from store.database import Connection, rows
from store.leads.clocks import Clock, Pause, Rules, Times, clocks_of
from store.leads.steps import State
from store.queries import queries

_INSTANT = timedelta(microseconds=1)


def keep_clocks(connection: Connection, lead: Mapping[str, Any], rules: Rules) -> list[Clock]:
    """Compute the clocks of a lead (its columns as they are now) and write those that changed."""
    found = clocks_of(times_of(connection, lead), rules)
    sql = queries("leads")
    for clock in found:
        arguments = {**asdict(clock), "overdue_when_met": clock.overdue_when_met, "lead_id": lead["id"]}
        connection.execute(sql["keep_clock"], arguments)
    connection.execute(sql["void_clocks"], {"lead_id": lead["id"], "kinds": [clock.kind for clock in found]})
    return found


def times_of(connection: Connection, lead: Mapping[str, Any]) -> Times:
    """What the clocks start from and end with."""
    sql = queries("leads")
    with rows(connection) as cursor:
        arguments = {"lead_id": lead["id"]}
        extensions = cursor.execute(sql["extensions"], arguments).fetchall()
        pauses = cursor.execute(sql["suspensions"], arguments).fetchall()
        statements = cursor.execute(sql["statements"], arguments).fetchall()
    state = State(lead["state"])
    disclosed = lead["disclosed_at"]
    since_told = [row["at"] for row in statements if disclosed is not None and row["at"] >= disclosed]
    return Times(
        found_at=lead["found_at"],
        act_end=act_end(lead["to_time"]),
        harmful=lead["harmful"],
        disclosed_at=disclosed,
        stated_at=min(since_told, default=None),
        instructed_at=lead["disposition_at"] if state in (State.INSTRUCT, State.TALK) else None,
        filed_at=lead["filed_at"],
        decided_at=lead["decided_at"],
        published_at=lead["published_at"],
        closed_at=lead["disposition_at"] if state is State.NO_CASE else None,
        withdrawn_at=lead["state_since"] if state is State.WITHDRAWN else None,
        transfer_proposed_at=lead["transfer_proposed_at"],
        transfer_approved_at=lead["transfer_approved_at"],
        transferred_at=lead["transferred_at"],
        police_answered_at=lead["police_answered_at"],
        police_accepted=lead["police_accepted"],
        objected_at=lead["objected_at"],
        filing_days=sum(row["days"] for row in extensions if row["clock"] == "filing"),
        decision_days=sum(row["days"] for row in extensions if row["clock"] == "decision"),
        pauses=tuple(Pause(row["from_time"], row["to_time"]) for row in pauses),
    )


def act_end(to_time: datetime | None) -> datetime | None:
    """The last moment of an act whose end is exclusive; None while it goes on."""
    return None if to_time is None else to_time - _INSTANT
