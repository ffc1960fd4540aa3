"""What can be done with an alert now, and why not what cannot. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.handling.steps import ROLES_OF, SETTLED, Action, State, possible
from store.handling.visible import INNER_STATES
from store.people import Role
from store.texts import text

SHOWN = (
    Action.ACKNOWLEDGE,
    Action.ASSIGN,
    Action.NOTIFY,
    Action.REMIND,
    Action.ANSWER,
    Action.CONFIRM,
    Action.CLOSE,
    Action.LEAD,
    Action.COMMENT,
    Action.ATTACH,
)
"""The forms of the page in their order; ``confirm`` stands for the three findings."""

FINDINGS = {
    "confirmed": Action.CONFIRM,
    "unfounded": Action.REJECT,
    "site_visit": Action.VISIT,
}
"""What a verification can find, with the step that says so."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done, or the reason in words why it cannot be done now."""

    action: str
    word: str
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Offers:
    """The forms of the page: what can be done, what cannot, and the findings that a verification may come to."""

    ready: tuple[Offer, ...]
    greyed: tuple[Offer, ...]
    findings: tuple[str, ...]

    def can(self, action: str) -> bool:
        """Whether this can be done now."""
        return any(offer.action == action for offer in self.ready)


def offers_of(row: Mapping[str, Any], role: str) -> Offers:
    """The forms for a role. ``row`` has ``state``, the handling as it is, and ``handling``, as the caller may know it.

    A role that never takes a step is not shown it. What a company cannot do while the bureau verifies is told it in the same
    words whatever was found.
    """
    state, acknowledged = State(row["state"]), row["acknowledged_at"] is not None
    pending = row["condition"] == "pending"
    now_possible = () if pending else possible(state, role, acknowledged=acknowledged)
    findings = tuple(word for word, action in FINDINGS.items() if action in now_possible)
    ready: list[Offer] = []
    greyed: list[Offer] = []
    for action in SHOWN:
        if role not in ROLES_OF[action]:
            continue
        able = bool(findings) if action is Action.CONFIRM else action in now_possible
        key = "verify" if action is Action.CONFIRM else action.value
        why = None if able else _why_not(action, state, role, acknowledged=acknowledged, pending=pending)
        (ready if able else greyed).append(Offer(key, text(f"console.alertwork.do.{key}"), why))
    return Offers(tuple(ready), tuple(greyed), findings)


def _why_not(action: Action, state: State, role: str, *, acknowledged: bool, pending: bool) -> str:
    if pending:
        return text("console.alertwork.why_not.pending")
    if role == Role.COMPANY and state in INNER_STATES:
        return text("console.alertwork.why_not.verifying")
    if state in SETTLED and action not in (Action.COMMENT, Action.ATTACH):
        return text("console.alertwork.why_not.settled")
    if action is Action.ACKNOWLEDGE and acknowledged:
        return text("console.alertwork.why_not.acknowledged")
    if action is Action.ANSWER and state is State.NEW:
        key = "not_asked_company" if role == Role.COMPANY else "not_asked"
        return text(f"console.alertwork.why_not.{key}")
    if action is Action.NOTIFY:
        return text("console.alertwork.why_not.notified")
    if action in (Action.CLOSE, Action.LEAD) and state in (State.NEW, State.NOTIFIED, State.ANSWERED):
        return text("console.alertwork.why_not.not_verified")
    if action is Action.LEAD and state is State.UNFOUNDED:
        return text("console.alertwork.why_not.unfounded")
    if action in (Action.CONFIRM, Action.ANSWER):
        return text("console.alertwork.why_not.verified")
    return text("console.alertwork.why_not.state", state=text(f"console.handling.{state}"))
