"""The handling of an alert as one table: state × action × role → state. Pure.

::

    new ──notify──▶ notified ──answer──▶ answered ──┬─▶ confirmed ──┬─▶ closed
     │                 │                            ├─▶ unfounded ──┤
     └────verify───────┴──────────verify────────────┴─▶ site_visit ─┴─▶ lead

The states are those of design.md §5. What cannot be seen in the picture: an officer may verify without waiting for the company
(the platform's own troubles have none), a visit ends in one of the two other findings, closed, or in a lead, and nothing leads
back: a condition that recurs is a new episode.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from store.people import Role

SYSTEM = "system"
"""The role of Outfall itself."""


class State(StrEnum):
    """Where the handling of an alert stands."""

    NEW = "new"  #: 新产生
    NOTIFIED = "notified"  #: 已通知企业
    ANSWERED = "answered"  #: 企业已反馈
    CONFIRMED = "confirmed"  #: 已核实: 属实
    UNFOUNDED = "unfounded"  #: 已核实: 不属实
    SITE_VISIT = "site_visit"  #: 已核实: 需现场
    CLOSED = "closed"  #: 关闭
    LEAD = "lead"  #: 转线索


class Action(StrEnum):
    """What somebody can do with an alert."""

    ACKNOWLEDGE = "acknowledge"  #: take it up; once
    ASSIGN = "assign"  #: name who works on it
    COMMENT = "comment"
    ATTACH = "attach"  #: file a paper or picture
    REMIND = "remind"  #: 催办
    ESCALATE = "escalate"  #: overdue: the next level hears of it
    NOTIFY = "notify"  #: tell the company
    ANSWER = "answer"  #: the company's cause and measures
    CONFIRM = "confirm"  #: verified: it is so
    REJECT = "reject"  #: verified: it is not so
    VISIT = "visit"  #: verified off site: it needs a visit
    CLOSE = "close"
    LEAD = "lead"  #: becomes an enforcement lead


SETTLED = frozenset({State.CLOSED, State.LEAD})
VERIFIED = frozenset({State.CONFIRMED, State.UNFOUNDED, State.SITE_VISIT})

BUREAU = frozenset({Role.OFFICER.value, Role.SUPERVISOR.value, Role.ADMIN.value})
"""Who handles alerts for the bureau. Reviewers sign leads, auditors look, operators run the machines."""
_SYSTEM = frozenset({SYSTEM})
_COMPANY = frozenset({Role.COMPANY.value})

_STATES = ("new", "notified", "answered", "site_visit", "confirmed", "unfounded", "closed", "lead")
_SAME, _NONE = "=", "-"

# One row an action; one column a state, in the order of _STATES. "=" stays in the state, "-" is not possible.
_GRID: tuple[tuple[str, frozenset[str], tuple[str, ...]], ...] = (
    # action       who                        new          notified     answered     site_visit   confirmed unfounded closed  lead
    ("acknowledge", BUREAU, ("=", "=", "=", "=", "=", "=", "-", "-")),
    ("assign", BUREAU, ("=", "=", "=", "=", "=", "=", "-", "-")),
    # What is learnt afterwards still belongs to the history.
    ("comment", BUREAU, ("=", "=", "=", "=", "=", "=", "=", "=")),
    # A company can do the same whatever was found, so that it cannot tell a lead by what it may not do.
    ("comment", _COMPANY, ("=", "=", "=", "=", "=", "=", "-", "=")),
    ("attach", BUREAU, ("=", "=", "=", "=", "=", "=", "=", "=")),
    ("attach", _COMPANY, ("=", "=", "=", "=", "=", "=", "-", "=")),
    ("remind", BUREAU | _SYSTEM, ("=", "=", "=", "=", "=", "=", "-", "-")),
    ("escalate", _SYSTEM, ("=", "=", "=", "=", "=", "=", "-", "-")),
    ("notify", BUREAU | _SYSTEM, ("notified", "-", "-", "-", "-", "-", "-", "-")),
    # A company may complete its answer until it was verified. An officer may write down what a company said by telephone.
    ("answer", BUREAU | _COMPANY, ("-", "answered", "=", "-", "-", "-", "-", "-")),
    ("confirm", BUREAU, ("confirmed", "confirmed", "confirmed", "confirmed", "-", "-", "-", "-")),
    ("reject", BUREAU, ("unfounded", "unfounded", "unfounded", "unfounded", "-", "-", "-", "-")),
    ("visit", BUREAU, ("site_visit", "site_visit", "site_visit", "-", "-", "-", "-", "-")),
    ("close", BUREAU, ("-", "-", "-", "closed", "closed", "closed", "-", "-")),
    # What was found untrue is no lead.
    ("lead", BUREAU, ("-", "-", "-", "lead", "lead", "-", "-", "-")),
)


def _table() -> Mapping[tuple[State, Action, str], State]:
    table: dict[tuple[State, Action, str], State] = {}
    for action, who, cells in _GRID:
        for state, cell in zip(_STATES, cells, strict=True):
            if cell != _NONE:
                after = State(state if cell == _SAME else cell)
                table.update({(State(state), Action(action), role): after for role in who})
    return MappingProxyType(table)


TABLE: Mapping[tuple[State, Action, str], State] = _table()
"""The state after a step. What is not in the table is not possible."""

ROLES_OF: Mapping[Action, frozenset[str]] = MappingProxyType(
    {action: frozenset(role for _, done, role in TABLE if done is action) for action in Action}
)
"""Who may take a step in some state."""

EVENT_OF: Mapping[Action, str] = MappingProxyType(
    {
        Action.ACKNOWLEDGE: "acknowledged",
        Action.ASSIGN: "assigned",
        Action.COMMENT: "commented",
        Action.ATTACH: "attached",
        Action.REMIND: "reminded",
        Action.ESCALATE: "escalated",
        Action.NOTIFY: "notified",
        Action.ANSWER: "answered",
        Action.CONFIRM: "verified",
        Action.REJECT: "verified",
        Action.VISIT: "verified",
        Action.CLOSE: "closed",
        Action.LEAD: "made_lead",
    }
)
"""The word in the history for each step."""

NEEDS_REASON = frozenset(
    {Action.COMMENT, Action.ANSWER, Action.CONFIRM, Action.REJECT, Action.VISIT, Action.CLOSE, Action.LEAD}
)
"""Steps that say why, in words: what an officer decided must be understood years later."""

TAKES_UP = frozenset({Action.ACKNOWLEDGE, Action.NOTIFY, Action.CONFIRM, Action.REJECT, Action.VISIT})
"""Who takes one of these steps for the bureau has taken the alert up; nobody need be called for it any more."""


def possible(state: State, role: str, *, acknowledged: bool) -> tuple[Action, ...]:
    """The steps that a role can take in a state, in the order of ``Action``."""
    return tuple(
        action
        for action in Action
        if (state, action, role) in TABLE and not (action is Action.ACKNOWLEDGE and acknowledged)
    )
