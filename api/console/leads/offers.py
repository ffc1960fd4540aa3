"""Every step of a lead for who looks at it: whether they can take it now, and if not, why. Pure; the rules are the store's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.leads.actions import EVENT_OF
from store.leads.guards import Standing, blocked
from store.leads.steps import ROLES_OF, SYSTEM, TABLE, Action, State
from store.people import Role
from store.texts import text


@dataclass(frozen=True, slots=True)
class Offer:
    """One step.

    Attributes
    ----------
    who : the roles that take it, in words
    why : why it cannot be taken now; None where it can
    """

    action: str
    word: str
    who: str
    why: str | None

    @property
    def possible(self) -> bool:
        """Whether it can be taken now."""
        return self.why is None


def offers_for(standing: Standing, role: str) -> dict[str, Offer]:
    """The steps that people take, by their name, in the order of the procedure."""
    return {
        action.value: Offer(
            action.value, step_word(action), roles_word(ROLES_OF[action]), _why(action, standing, role)
        )
        for action in Action
        if SYSTEM not in ROLES_OF[action]
    }


def step_word(action: Action) -> str:
    """The step as the history calls it."""
    return text(f"leads.action.{EVENT_OF[action]}")


def roles_word(roles: Iterable[str]) -> str:
    """Roles in words; who administers everything is not named."""
    named = sorted(role for role in roles if role != Role.ADMIN)
    return text("leads.between").join(text(f"console.leads.role.{role}") for role in named)


def _why(action: Action, standing: Standing, role: str) -> str | None:
    if role not in ROLES_OF[action]:
        return text("console.leads.why.role", roles=roles_word(ROLES_OF[action]))
    if (standing.state, action, role) not in TABLE:
        states = [state for state in State if (state, action, role) in TABLE]
        words = text("leads.between").join(text(f"leads.state.{state}") for state in states)
        return text("console.leads.why.state", state=text(f"leads.state.{standing.state}"), states=words)
    refusal = blocked(action, standing)
    return None if refusal is None else text(f"errors.{refusal.code}", **refusal.facts)
