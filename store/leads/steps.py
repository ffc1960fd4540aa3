"""The way of a lead as one table: state × action × role → state. Pure.

::

    draft ──present──▶ technical_review ──sign──▶ legal_review ──sign──▶ reviewed ──submit──▶ submitted ──▶ filed
      ▲                     │     ▲                   │                   │  │                   │         transferred
      │                   return  └──any change───────┴───────────────────┘  └───────────────────┴──▶ no_case, instruct, talk
    returned ◀──────────────┴───────────────return────┘

What cannot be seen in the picture: a change of what was reviewed goes back to the technical review from either later state; a
lead is withdrawn until it is submitted; instructing and talking do not end it, it can still be submitted. That nobody reviews
what they worked on is no matter of roles and stands in ``store.leads.guards``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from store.people import Role

SYSTEM = "system"
"""The role of Outfall itself."""


class State(StrEnum):
    """Where a lead stands."""

    DRAFT = "draft"  #: 草拟
    RETURNED = "returned"  #: 退回修改
    TECHNICAL_REVIEW = "technical_review"  #: 技术审核
    LEGAL_REVIEW = "legal_review"  #: 法制审核
    REVIEWED = "reviewed"  #: 审核通过
    SUBMITTED = "submitted"  #: 已提交
    INSTRUCT = "instruct"  #: 责令（指导）整改
    TALK = "talk"  #: 约谈
    NO_CASE = "no_case"  #: 不予立案
    FILED = "filed"  #: 立案
    TRANSFERRED = "transferred"  #: 移送公安
    WITHDRAWN = "withdrawn"  #: 撤回


class Action(StrEnum):
    """What somebody can do with a lead."""

    ASSIGN = "assign"  #: name who works on it
    EDIT = "edit"  #: change what it says
    REFRESH = "refresh"  #: take the numbers again from the judged data
    CHOOSE = "choose"  #: choose the legal basis
    WEIGH = "weigh"  #: enter the discretion factors and the result
    ATTACH = "attach"  #: file a paper that is evidence
    RECORD = "record"  #: file a paper that records a step
    PRESENT = "present"  #: hand it to the reviews
    SIGN_TECHNICAL = "sign_technical"
    RETURN_TECHNICAL = "return_technical"
    SIGN_LEGAL = "sign_legal"
    RETURN_LEGAL = "return_legal"
    RETURN = "return"  #: who decides, or the authority that got it, sends it back
    WITHDRAW = "withdraw"
    DISCLOSE = "disclose"  #: tell the company (行政处罚法 41)
    STATE = "state"  #: the company's statement
    REOPEN = "reopen"  #: a statement in time came after a review: it is reviewed again
    TALKED = "talked"  #: a talk was held
    DISCUSS = "discuss"  #: a collective discussion was held
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUBMIT = "submit"  #: hand it to the authority that files
    DECLINE = "decline"  #: outcome no_case
    INSTRUCT = "instruct"  #: outcome instruct
    SUMMON = "summon"  #: outcome talk
    FILE = "file"  #: outcome filed
    DECIDE = "decide"  #: the filed case was decided
    PUBLISH = "publish"  #: the decision was published
    PROPOSE_TRANSFER = "propose_transfer"  #: a crime is suspected
    APPROVE_TRANSFER = "approve_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    TRANSFER = "transfer"  #: outcome transferred: handed to the police
    POLICE_ACCEPT = "police_accept"
    POLICE_REFUSE = "police_refuse"
    OBJECT = "object"  #: objection to the refusal of the police
    REMIND = "remind"
    ESCALATE = "escalate"


DRAFTERS = frozenset({Role.OFFICER.value, Role.SUPERVISOR.value, Role.ADMIN.value})
"""Who works on leads."""
DECIDERS = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value})
"""Who hands them over and records what became of them."""
TECHNICAL = frozenset({Role.TECHNICAL_REVIEWER.value, Role.ADMIN.value})
LEGAL = frozenset({Role.LEGAL_REVIEWER.value, Role.ADMIN.value})
PARTY = frozenset({Role.COMPANY.value, Role.ADMIN.value})
_SYSTEM = frozenset({SYSTEM})

_SHORT = {
    "d": State.DRAFT,
    "r": State.RETURNED,
    "t": State.TECHNICAL_REVIEW,
    "l": State.LEGAL_REVIEW,
    "v": State.REVIEWED,
    "s": State.SUBMITTED,
    "i": State.INSTRUCT,
    "k": State.TALK,
    "n": State.NO_CASE,
    "f": State.FILED,
    "p": State.TRANSFERRED,
    "w": State.WITHDRAWN,
}

# One row an action; one column a state, in the order of _SHORT: "=" stays, "." is not possible, a letter is the state after it.
_GRID: tuple[tuple[Action, frozenset[str], str], ...] = (
    #                                     d r t l v s i k n f p w
    (Action.ASSIGN, DRAFTERS, "========.=.."),
    (Action.EDIT, DRAFTERS, "===tt......."),
    (Action.REFRESH, DRAFTERS, "==.........."),
    (Action.CHOOSE, DRAFTERS, "===tt......."),
    (Action.WEIGH, DRAFTERS, "===tt......."),
    (Action.ATTACH, DRAFTERS, "===tt......."),
    # Minutes, receipts and approvals come at any time, also afterwards.
    (Action.RECORD, DRAFTERS, "===========."),
    (Action.PRESENT, DRAFTERS, "tt.........."),
    (Action.SIGN_TECHNICAL, TECHNICAL, "..l........."),
    (Action.RETURN_TECHNICAL, TECHNICAL, "..r........."),
    (Action.SIGN_LEGAL, LEGAL, "...v........"),
    (Action.RETURN_LEGAL, LEGAL, "...r........"),
    (Action.RETURN, DECIDERS, "..rrrr......"),
    (Action.WITHDRAW, DRAFTERS, "wwwww......."),
    (Action.DISCLOSE, DRAFTERS, "========.=.."),
    (Action.STATE, PARTY, "===========."),
    (Action.REOPEN, _SYSTEM, "...tt......."),
    (Action.TALKED, DRAFTERS, "===========."),
    (Action.DISCUSS, DRAFTERS, "==========.."),
    (Action.EXTEND, DECIDERS, "========.=.."),
    (Action.SUSPEND, DECIDERS, ".........=.."),
    (Action.RESUME, DECIDERS, ".........=.."),
    (Action.SUBMIT, DECIDERS, "....s.ss...."),
    (Action.DECLINE, DECIDERS, "....nn......"),
    (Action.INSTRUCT, DECIDERS, "....ii......"),
    (Action.SUMMON, DECIDERS, "....kk......"),
    # Without submitting only where the bureau itself files: store.leads.outcomes.
    (Action.FILE, DECIDERS, "....ff......"),
    (Action.DECIDE, DECIDERS, ".........=.."),
    (Action.PUBLISH, DECIDERS, ".........=.."),
    (Action.PROPOSE_TRANSFER, DRAFTERS, "....==...=.."),
    (Action.APPROVE_TRANSFER, DECIDERS, "....==...=.."),
    (Action.REFUSE_TRANSFER, DECIDERS, "....==...=.."),
    (Action.TRANSFER, DECIDERS, "....pp...p.."),
    (Action.POLICE_ACCEPT, DECIDERS, "..........=."),
    (Action.POLICE_REFUSE, DECIDERS, "..........=."),
    (Action.OBJECT, DECIDERS, "..........=."),
    (Action.REMIND, _SYSTEM, "===========."),
    (Action.ESCALATE, _SYSTEM, "===========."),
)


def _table() -> Mapping[tuple[State, Action, str], State]:
    table: dict[tuple[State, Action, str], State] = {}
    for action, who, cells in _GRID:
        for state, cell in zip(_SHORT.values(), cells, strict=True):
            if cell != ".":
                after = state if cell == "=" else _SHORT[cell]
                table.update({(state, action, role): after for role in who})
    return MappingProxyType(table)


TABLE: Mapping[tuple[State, Action, str], State] = _table()
"""The state after a step. What is not in the table is not possible."""

ROLES_OF: Mapping[Action, frozenset[str]] = MappingProxyType({action: who for action, who, _ in _GRID})
"""Who may take a step in some state."""

OUTCOMES: Mapping[str, Action] = MappingProxyType(
    {
        "no_case": Action.DECLINE,
        "instruct": Action.INSTRUCT,
        "talk": Action.SUMMON,
        "filed": Action.FILE,
        "transferred": Action.TRANSFER,
    }
)
"""What can become of a lead, and the step that records it."""

TRANSFER_STEPS: Mapping[str, Action] = MappingProxyType(
    {
        "propose": Action.PROPOSE_TRANSFER,
        "approve": Action.APPROVE_TRANSFER,
        "refuse": Action.REFUSE_TRANSFER,
        "police_accept": Action.POLICE_ACCEPT,
        "police_refuse": Action.POLICE_REFUSE,
        "object": Action.OBJECT,
    }
)
"""The steps around a transfer to the police, by the word that the API takes."""

DRAFTING = frozenset({Action.EDIT, Action.REFRESH, Action.CHOOSE, Action.WEIGH, Action.ATTACH})
"""Whoever takes one of these has worked on what is reviewed, and may not review it."""

NEEDS_REASON = frozenset(
    {
        Action.SIGN_TECHNICAL,
        Action.RETURN_TECHNICAL,
        Action.SIGN_LEGAL,
        Action.RETURN_LEGAL,
        Action.RETURN,
        Action.WITHDRAW,
        Action.DISCLOSE,
        Action.STATE,
        Action.CHOOSE,
        Action.EXTEND,
        Action.SUSPEND,
        Action.RESUME,
        Action.DECLINE,
        Action.INSTRUCT,
        Action.SUMMON,
        Action.FILE,
        Action.DECIDE,
        Action.PUBLISH,
        *TRANSFER_STEPS.values(),
        Action.TRANSFER,
    }
)
"""Steps that say why, in words."""

EDITABLE = frozenset(state for state, action, _ in TABLE if action is Action.EDIT)
"""States in which the content can change."""

UNSETTLED = frozenset(State) - {State.NO_CASE, State.WITHDRAWN, State.TRANSFERRED}
"""States in which something can be due before it is settled."""


def possible(state: State, role: str) -> tuple[Action, ...]:
    """The steps that a role can take in a state, in the order of ``Action``."""
    return tuple(action for action in Action if (state, action, role) in TABLE)
