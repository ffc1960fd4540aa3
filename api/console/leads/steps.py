"""The steps of a lead as forms: what is drafted, reviewed, told, decided. Each is the step of the store that the API takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Principal
from api.alertread import caller_of
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.leads.forms import FormHere, read
from api.context import Services, ServicesHere
from api.disclosing import disclose as tell_company
from api.leadread import Decider, Drafter, LeadId
from api.routes.leadsteps import Legal, Technical
from api.shapes.leadsteps import (
    AddAlerts,
    AssignLead,
    ChooseBasis,
    Disclose,
    Discretion,
    EditLead,
    ProposeTransfer,
    RecordDecision,
    RecordOutcome,
    ReviewLead,
    TransferStep,
    Why,
)
from store import clock
from store.database import Connection
from store.handling import clocks_of
from store.leads import drafting, outcomes
from store.leads.reading import find_lead
from store.leads.reviews import Kind, review
from store.leads.rules import rules_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/leads/{lead_id}")

_MAY_BE_EMPTY = ("to_time", "feedback", "source_note")
_SECONDS = ("from_time", "to_time", "found_at")


def take(
    request: Request,
    services: Services,
    principal: Principal,
    lead_id: int,
    said: str,
    deed: Callable[..., Any],
    *arguments: Any,
    at_part: str = "",
    **named: Any,
) -> Response:
    """Take a step and go back to the lead, to the part that the step is about."""
    with services.database.write() as connection:
        step(connection, services, principal, lead_id, deed, *arguments, **named)
    return done(request, f"/leads/{lead_id}{at_part}", said=f"leads.{said}")


def step(
    connection: Connection,
    services: Services,
    principal: Principal,
    lead_id: int,
    deed: Callable[..., Any],
    *arguments: Any,
    **named: Any,
) -> Any:
    """What every step of a lead is called with."""
    rules = rules_of(services.settings)
    return deed(connection, lead_id, *arguments, caller_of(principal), rules=rules, at=clock.now(), **named)


@router.post("/edit")
def edit(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """What the form says otherwise than the lead."""
    asked = read(EditLead, form, times=_SECONDS, many=("acts", "factors"), kept=_MAY_BE_EMPTY)
    harmful = "harmful" in form
    with services.database.write() as connection:
        lead = find_lead(connection, lead_id, site_key=None)
        given = {
            **{
                name: getattr(asked, name)
                for name in asked.model_fields_set - {"revision", "reason", "harmful"}
            },
            "harmful": harmful,
        }
        changes = {name: value for name, value in given.items() if _differs(name, value, lead[name])}
        step(
            connection,
            services,
            principal,
            lead_id,
            drafting.edit,
            changes,
            reason=asked.reason,
            revision=asked.revision,
        )
    return done(request, f"/leads/{lead_id}", said="leads.edited")


def _differs(name: str, value: Any, stands: Any) -> bool:
    """Whether a field was changed; a form shows times to the second only."""
    if name in _SECONDS and value is not None and stands is not None:
        return bool(value != stands.replace(microsecond=0))
    return bool(value != stands)


@router.post("/alerts")
def add_alerts(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """Further alerts of the same unit."""
    asked = read(AddAlerts, form, many=("alerts",))
    clocks = clocks_of(services.settings)
    return take(
        request, services, principal, lead_id, "linked", drafting.add_alerts, asked.alerts, asked.reason,
        at_part="#alerts", clocks=clocks,
    )  # fmt: skip


@router.post("/refresh")
def refresh(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """Take the numbers again; the page of the numbers then shows what differs."""
    with services.database.write() as connection:
        step(connection, services, principal, lead_id, drafting.refresh)
    return done(request, f"/leads/{lead_id}/numbers", said="leads.refreshed")


@router.post("/basis")
def choose(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """The legal basis, by a person."""
    asked = read(ChooseBasis, form, many=("norms",))
    return take(
        request, services, principal, lead_id, "chose_basis", drafting.choose, asked.norms, asked.reason, at_part="#basis"
    )  # fmt: skip


@router.post("/discretion")
def weigh(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """The discretion factors."""
    asked = read(Discretion, form)
    entered = asked.model_dump(exclude_none=True)
    return take(
        request, services, principal, lead_id, "weighed", drafting.weigh, entered, at_part="#discretion"
    )


@router.post("/assign")
def assign(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """Who works on it."""
    asked = read(AssignLead, form)
    return take(request, services, principal, lead_id, "assigned", drafting.assign, asked.to)


@router.post("/present")
def present(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """Hand it to the reviews."""
    return take(request, services, principal, lead_id, "presented", outcomes.present)


@router.post("/technical-review")
def review_technically(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Technical, form: FormHere
) -> Response:
    """Sign off or send back what was read."""
    return _review(request, lead_id, services, principal, form, "technical")


@router.post("/legal-review")
def review_legally(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Legal, form: FormHere
) -> Response:
    """Sign off or send back what was read."""
    return _review(request, lead_id, services, principal, form, "legal")


def _review(
    request: Request, lead_id: int, services: Services, principal: Principal, form: FormHere, kind: Kind
) -> Response:
    asked = read(ReviewLead, form, labels={"result": "review_result"})
    return take(
        request,
        services,
        principal,
        lead_id,
        f"{kind}_{asked.result}",
        partial(review, kind=kind),
        asked.result,
        asked.opinion,
        asked.digest,
        at_part="#reviews",
        display_name=principal.display_name,
    )


@router.post("/return")
def send_back(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """By who decides, also for the authority that got it."""
    asked = read(Why, form)
    return take(request, services, principal, lead_id, "returned", outcomes.send_back, asked.reason)


@router.post("/withdraw")
def withdraw(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """It is no lead after all."""
    asked = read(Why, form)
    return take(request, services, principal, lead_id, "withdrawn", outcomes.withdraw, asked.reason)


@router.post("/disclose")
def disclose(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """Tell the company."""
    asked = read(Disclose, form)
    return take(
        request,
        services,
        principal,
        lead_id,
        "disclosed",
        tell_company,
        asked.message,
        at_part="#company",
    )


@router.post("/outcome")
def record_outcome(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """What became of it."""
    asked = read(RecordOutcome, form, times=("happened_at",), labels={"result": "outcome"})
    return take(
        request, services, principal, lead_id, "outcome", outcomes.record_outcome, asked.result, asked.reason,
        happened_at=asked.happened_at, reference=asked.reference, at_part="#outcome",
    )  # fmt: skip


@router.post("/decision")
def record_decision(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """That a filed case was decided, or the decision published."""
    asked = read(RecordDecision, form, times=("happened_at",))
    return take(
        request, services, principal, lead_id, asked.step, outcomes.record_decision, asked.step, asked.reason,
        happened_at=asked.happened_at, reference=asked.reference, at_part="#outcome",
    )  # fmt: skip


@router.post("/transfer/propose")
def propose_transfer(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Drafter, form: FormHere
) -> Response:
    """A crime is suspected."""
    asked = read(ProposeTransfer, form)
    return take(
        request, services, principal, lead_id, "transfer", outcomes.transfer_step, "propose", asked.reason,
        at_part="#transfer",
    )  # fmt: skip


@router.post("/transfer")
def step_transfer(
    request: Request, lead_id: LeadId, services: ServicesHere, principal: Decider, form: FormHere
) -> Response:
    """Approval, refusal, the answer of the police, the objection."""
    asked = read(TransferStep, form, times=("happened_at",))
    return take(
        request, services, principal, lead_id, "transfer", outcomes.transfer_step, asked.step, asked.reason,
        happened_at=asked.happened_at, at_part="#transfer",
    )  # fmt: skip
