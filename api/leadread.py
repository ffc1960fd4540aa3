"""Asking for a lead and answering with it: what every route of leads shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path
from pydantic import BaseModel
from starlette.responses import Response

from api.access import Principal, requires
from api.alertread import caller_of
from api.permissions import Permission
from api.writes import Write, WriteHere
from store import clock
from store.database import Connection
from store.leads.clocks import Rules
from store.leads.reading import lead_detail
from store.leads.rules import rules_of

LeadId = Annotated[int, Path(ge=1, lt=2**63)]

Seer = Annotated[Principal, requires(Permission.LEADS_SEE)]
Inner = Annotated[Principal, requires(Permission.LEADS_READ)]
Drafter = Annotated[Principal, requires(Permission.LEADS_DRAFT)]
Decider = Annotated[Principal, requires(Permission.LEADS_DECIDE)]
Party = Annotated[Principal, requires(Permission.LEADS_STATE)]

# What a write does, given the connection and what every step of a lead needs.
Deed = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every step of a lead is asked with."""

    lead_id: int
    write: Write

    def done(
        self,
        principal: Principal,
        deed: Deed,
        *arguments: Any,
        body: BaseModel | list[Any] | None = None,
        status: int = 200,
        **named: Any,
    ) -> Response:
        """Call ``deed(connection, lead_id, *arguments, caller, rules=, at=, **named)`` once a key; answer with the lead then."""
        rules = rules_of(self.write.services.settings)
        content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body

        def do(connection: Connection) -> dict[str, Any]:
            deed(
                connection,
                self.lead_id,
                *arguments,
                caller_of(principal),
                rules=rules,
                at=clock.now(),
                **named,
            )
            return shown(connection, self.lead_id, principal)

        return self.write.answer(principal, content, do, status=status)


def _asked(lead_id: LeadId, write: WriteHere) -> Asked:
    return Asked(lead_id, write)


AskedHere = Annotated[Asked, Depends(_asked)]
"""Give a route of one lead this by its type."""


def shown(connection: Connection, lead_id: int, principal: Principal) -> dict[str, Any]:
    """The lead as the answer to a write: everything but the numbers of the snapshot, which no step changes by the way."""
    return lead_detail(connection, lead_id, caller_of(principal), numbers=False)


def rules_here(write: Write) -> Rules:
    """The law and choices for a write."""
    return rules_of(write.services.settings)
