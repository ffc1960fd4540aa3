"""What a step asks for beside state and role. Pure: the same rules refuse a step and leave it out of what is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from store.errors import Conflict, NotAllowed, OutfallError, Refused
from store.leads.steps import Action, State


@dataclass(frozen=True, slots=True)
class Standing:
    """How a lead stands to its next step, and the caller to it.

    Attributes
    ----------
    drafted : the caller raised it or worked on its content
    reviewed_other : the caller reviewed it in the other review (technical or legal), ever
    """

    number: str
    state: State
    authority_level: str
    has_facts: bool = False
    has_basis: bool = False
    disclosed: bool = False
    suspended: bool = False
    decided: bool = False
    published: bool = False
    transfer_proposed: bool = False
    transfer_approved: bool = False
    police_answered: bool = False
    police_accepted: bool = False
    objected: bool = False
    drafted: bool = False
    reviewed_technical: bool = False
    reviewed_legal: bool = False


def blocked(action: Action, standing: Standing) -> OutfallError | None:
    """Why the step cannot be taken now, or None."""
    guard = _GUARDS.get(action)
    return None if guard is None else guard(standing)


def _review(technical: bool) -> Callable[[Standing], OutfallError | None]:
    def guard(standing: Standing) -> OutfallError | None:
        if standing.drafted:
            return NotAllowed(
                f"You raised lead {standing.number} or worked on it: somebody else has to review it.",
                code="reviewer_is_drafter",
                number=standing.number,
            )
        if standing.reviewed_legal if technical else standing.reviewed_technical:
            return NotAllowed(
                f"You did the other review of lead {standing.number}: technical and legal review are two people's.",
                code="reviewer_is_other_reviewer",
                number=standing.number,
            )
        return None

    return guard


def _present(standing: Standing) -> OutfallError | None:
    if not standing.has_facts:
        return Refused(
            "Say in words what happened before it is reviewed: edit the facts.", code="facts_missing"
        )
    if not standing.has_basis:
        return Refused("Choose the legal basis before it is reviewed.", code="basis_missing")
    return None


def _conflict(
    holds: Callable[[Standing], bool], code: str, message: str
) -> Callable[[Standing], OutfallError | None]:
    def guard(standing: Standing) -> OutfallError | None:
        return None if holds(standing) else Conflict(message, code=code, number=standing.number)

    return guard


_GUARDS: Mapping[Action, Callable[[Standing], OutfallError | None]] = MappingProxyType(
    {
        Action.SIGN_TECHNICAL: _review(technical=True),
        Action.RETURN_TECHNICAL: _review(technical=True),
        Action.SIGN_LEGAL: _review(technical=False),
        Action.RETURN_LEGAL: _review(technical=False),
        Action.PRESENT: _present,
        Action.STATE: _conflict(
            lambda one: one.disclosed, "not_disclosed", "The company was not told of this lead yet."
        ),
        Action.SUSPEND: _conflict(
            lambda one: not one.suspended and not one.decided,
            "already_suspended",
            "Time stands already, or the case is decided.",
        ),
        Action.RESUME: _conflict(
            lambda one: one.suspended, "not_suspended", "Time counts; nothing is suspended."
        ),
        Action.FILE: _conflict(
            lambda one: one.state is State.SUBMITTED or one.authority_level == "district",
            "submit_first",
            "The city bureau files: submit the lead first.",
        ),
        Action.DECIDE: _conflict(
            lambda one: not one.decided, "already_decided", "The decision was recorded before."
        ),
        Action.PUBLISH: _conflict(
            lambda one: one.decided and not one.published,
            "not_to_publish",
            "There is no decision that was not published before.",
        ),
        Action.PROPOSE_TRANSFER: _conflict(
            lambda one: not one.transfer_proposed, "transfer_proposed", "The transfer was proposed before."
        ),
        Action.APPROVE_TRANSFER: _conflict(
            lambda one: one.transfer_proposed and not one.transfer_approved,
            "transfer_not_proposed",
            "No transfer waits for approval: propose it first.",
        ),
        Action.REFUSE_TRANSFER: _conflict(
            lambda one: one.transfer_proposed and not one.transfer_approved,
            "transfer_not_proposed",
            "No transfer waits for approval: propose it first.",
        ),
        Action.TRANSFER: _conflict(
            lambda one: one.transfer_approved,
            "transfer_not_approved",
            "A transfer to the police is approved by the head of the authority first.",
        ),
        Action.POLICE_ACCEPT: _conflict(
            lambda one: not one.police_accepted, "police_accepted", "The police have taken the case already."
        ),
        Action.POLICE_REFUSE: _conflict(
            lambda one: not one.police_answered,
            "police_answered",
            "The answer of the police was recorded before.",
        ),
        Action.OBJECT: _conflict(
            lambda one: one.police_answered and not one.police_accepted and not one.objected,
            "nothing_to_object",
            "There is no refusal of the police that was not objected to.",
        ),
    }
)
