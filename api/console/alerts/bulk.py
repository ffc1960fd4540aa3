"""Steps with many alerts at once: each alert in a savepoint of its own, and the outcome said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.alertread import caller_of
from api.console import alertview
from api.console.alerts import reads
from api.console.errors import ConsoleRoute
from api.console.login import own_path
from api.console.pages import render
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import clock
from store.database import Connection
from store.errors import OutfallError, Refused
from store.handling import Action, Step, clocks_of, take_step
from store.texts import has, text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Acknowledger = Annotated[Principal, requires(Permission.ALERTS_ACKNOWLEDGE)]
Handler = Annotated[Principal, requires(Permission.ALERTS_HANDLE)]
Ids = Annotated[list[int] | None, Form(alias="alert")]
Back = Annotated[str, Form(max_length=1000)]

MOST = 200
"""Alerts in one bulk step; a page of the inbox holds fewer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one alert. ``number`` is empty for one that the caller may not see."""

    id: int
    number: str
    kind: str
    ok: bool
    words: str


@router.post("/alerts/bulk/acknowledge")
def acknowledge_many(
    request: Request,
    services: ServicesHere,
    principal: Acknowledger,
    ids: Ids = None,
    back: Back = "/alerts",
) -> Response:
    """Take alerts up. Of one that somebody has taken up before it is said who."""
    return _answered(request, services, principal, ids, Step(Action.ACKNOWLEDGE), back)


@router.post("/alerts/bulk/assign")
def assign_many(
    request: Request,
    services: ServicesHere,
    principal: Handler,
    ids: Ids = None,
    to: Annotated[str, Form(max_length=64)] = "",
    back: Back = "/alerts",
) -> Response:
    """Name who works on alerts."""
    if not to:
        raise Refused("Choose who works on them.", code="request_invalid")
    return _answered(request, services, principal, ids, Step(Action.ASSIGN, assign_to=to), back)


def _answered(
    request: Request, services: Services, principal: Principal, ids: Ids, step: Step, back: str
) -> Response:
    wanted = _checked(ids)
    with services.database.write() as connection:
        outcomes = take_many(connection, services, principal, wanted, step)
    whole = "HX-Request" not in request.headers
    return render(
        request,
        "alerts/bulk.html" if whole else "alerts/bulk_result.html",
        principal,
        page="alerts",
        outcomes=outcomes,
        taken=sum(outcome.ok for outcome in outcomes),
        back=own_path(back),
    )


def take_many(
    connection: Connection, services: Services, principal: Principal, ids: Sequence[int], step: Step
) -> list[Outcome]:
    """Take a step with each alert; what is refused for one leaves the others as they were taken."""
    known = reads.numbers_of(connection, ids, site_key=principal.site_key)
    caller, clocks = caller_of(principal), clocks_of(services.settings)
    outcomes: list[Outcome] = []
    # In the order of their ids, so that two people who take the same ones at the same moment never wait for each other.
    for alert_id in sorted(ids):
        row = known.get(alert_id)
        number = "" if row is None else row["number"]
        kind = "" if row is None else alertview.kind_word(row["code"])
        try:
            with connection.transaction():
                take_step(connection, alert_id, step, caller, clocks=clocks, at=clock.now())
        except OutfallError as error:
            outcomes.append(
                Outcome(alert_id, number, kind, False, _refusal(connection, alert_id, error, principal))
            )
        else:
            done = text(f"console.alertwork.bulk.{step.action}", who=step.assign_to or "")
            outcomes.append(Outcome(alert_id, number, kind, True, done))
    return outcomes


def _refusal(connection: Connection, alert_id: int, error: OutfallError, principal: Principal) -> str:
    if error.code == "already_acknowledged":
        row = reads.alert(connection, alert_id, site_key=principal.site_key, now=clock.now())
        return text("console.alertwork.bulk.already", who=row["acknowledged_by"])
    key = f"errors.{error.code}"
    return text(key, **error.facts) if has(key) else error.message


def _checked(ids: Sequence[int] | None) -> list[int]:
    wanted = sorted({one for one in ids or () if 0 < one < 2**63})
    if not wanted:
        raise Refused("Choose at least one alert.", code="alerts_none_chosen")
    if len(wanted) > MOST:
        raise Refused(f"At most {MOST} alerts at once.", code="alerts_too_many", most=MOST)
    return wanted
