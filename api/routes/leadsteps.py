"""The steps of a lead: reviews, disclosure, times, outcome, the way to the police. Each answers with the lead after it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from api.access import Principal, requires
from api.disclosing import disclose
from api.leadread import AskedHere, Decider, Drafter
from api.permissions import Permission
from api.routes import PROBLEMS
from api.shapes.leads import LeadDetail
from api.shapes.leadsteps import (
    Disclose,
    Extend,
    ProposeTransfer,
    RecordDecision,
    RecordOutcome,
    ReviewLead,
    Suspend,
    TransferStep,
    Why,
)
from store.leads import outcomes, records
from store.leads.reviews import review

router = APIRouter(prefix="/leads/{lead_id}", tags=["leads"], responses=PROBLEMS)

Technical = Annotated[Principal, requires(Permission.LEADS_REVIEW_TECHNICAL)]
Legal = Annotated[Principal, requires(Permission.LEADS_REVIEW_LEGAL)]

_technical, _legal = partial(review, kind="technical"), partial(review, kind="legal")


@router.post("/present", response_model=LeadDetail, summary="Hand a lead to the reviews")
def present_lead(asked: AskedHere, principal: Drafter) -> Response:
    """Needs the facts in words and a chosen legal basis."""
    return asked.done(principal, outcomes.present)


@router.post("/technical-review", response_model=LeadDetail, summary="Technical review")
def review_technically(asked: AskedHere, principal: Technical, body: ReviewLead) -> Response:
    """Sign off or send back exactly what was read. Never one's own, never both reviews."""
    return asked.done(
        principal,
        _technical,
        body.result,
        body.opinion,
        body.digest,
        body=body,
        display_name=principal.display_name,
    )


@router.post("/legal-review", response_model=LeadDetail, summary="Legal review")
def review_legally(asked: AskedHere, principal: Legal, body: ReviewLead) -> Response:
    """法制审核, after the technical review. Never one's own, never both reviews."""
    return asked.done(
        principal,
        _legal,
        body.result,
        body.opinion,
        body.digest,
        body=body,
        display_name=principal.display_name,
    )


@router.post("/return", response_model=LeadDetail, summary="Send a lead back")
def return_lead(asked: AskedHere, principal: Decider, body: Why) -> Response:
    """By who decides, also for the authority that got it. Reviewers send back with their review."""
    return asked.done(principal, outcomes.send_back, body.reason, body=body)


@router.post("/withdraw", response_model=LeadDetail, summary="Withdraw a lead")
def withdraw_lead(asked: AskedHere, principal: Drafter, body: Why) -> Response:
    """It is no lead after all; until it is submitted. Its alerts can become part of another one."""
    return asked.done(principal, outcomes.withdraw, body.reason, body=body)


@router.post("/disclose", response_model=LeadDetail, summary="Tell the company")
def disclose_lead(asked: AskedHere, principal: Drafter, body: Disclose) -> Response:
    """行政处罚法 41: it sees the message, the facts and the numbers as they stand now, and may state its case."""
    return asked.done(principal, disclose, body.message, body=body)


@router.post("/extend", response_model=LeadDetail, summary="Record more time")
def extend_clock(asked: AskedHere, principal: Decider, body: Extend) -> Response:
    """For the filing once 15 days, for the decision 30 days and, decided collectively, 30 more, as the norm in force says."""
    return asked.done(principal, records.extend, records.MoreTime(**body.model_dump()), body=body)


@router.post("/suspend", response_model=LeadDetail, summary="Let time stand")
def suspend_clock(asked: AskedHere, principal: Decider, body: Suspend) -> Response:
    """Testing, appraisal and the like do not count towards the decision."""
    return asked.done(principal, records.suspend, body.why, body.reason, body=body)


@router.post("/resume", response_model=LeadDetail, summary="Let time count again")
def resume_clock(asked: AskedHere, principal: Decider, body: Why) -> Response:
    """The end moves by the days that did not count."""
    return asked.done(principal, records.resume, body.reason, body=body)


@router.post("/outcome", response_model=LeadDetail, summary="Record what became of a lead")
def record_outcome(asked: AskedHere, principal: Decider, body: RecordOutcome) -> Response:
    """不予立案, 责令整改, 约谈, 立案 or 移送公安. Only the authority that files can; a transfer needs its approval first."""
    return asked.done(
        principal,
        outcomes.record_outcome,
        body.result,
        body.reason,
        body=body,
        happened_at=body.happened_at,
        reference=body.reference,
    )


@router.post("/decision", response_model=LeadDetail, summary="Record the decision of a filed case")
def record_decision(asked: AskedHere, principal: Decider, body: RecordDecision) -> Response:
    """That it was decided, and that the decision was published."""
    return asked.done(
        principal,
        outcomes.record_decision,
        body.step,
        body.reason,
        body=body,
        happened_at=body.happened_at,
        reference=body.reference,
    )


@router.post("/transfer/propose", response_model=LeadDetail, summary="Propose a transfer to the police")
def propose_transfer(asked: AskedHere, principal: Drafter, body: ProposeTransfer) -> Response:
    """A crime is suspected: the head decides within the time of the norm."""
    return asked.done(principal, outcomes.transfer_step, "propose", body.reason, body=body)


@router.post("/transfer", response_model=LeadDetail, summary="Record a step of the transfer")
def step_transfer(asked: AskedHere, principal: Decider, body: TransferStep) -> Response:
    """Approval, refusal, the answer of the police, the objection. The hand-over itself is the outcome `transferred`."""
    return asked.done(
        principal,
        outcomes.transfer_step,
        body.step,
        body.reason,
        body=body,
        happened_at=body.happened_at,
    )
