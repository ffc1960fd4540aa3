"""What each role may do. Every route names the one permission it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from store.errors import Conflict
from store.people import Role


class Permission(StrEnum):
    """What a route can ask for."""

    SITES_READ = "sites:read"  #: sites, outlets, their latest values
    DATA_READ = "data:read"  #: readings, period values and verdicts
    LEDGER_READ = "ledger:read"  #: what came in and what became of it
    ALERTS_READ = "alerts:read"
    ALERTS_ACKNOWLEDGE = "alerts:acknowledge"
    ALERTS_HANDLE = "alerts:handle"  #: assign, tell the company, verify, close, make a lead
    ALERTS_REPLY = "alerts:reply"  #: answer, comment, attach; a company for its own site
    MARKS_READ = "marks:read"  #: marks and checks
    MARKS_FILE = "marks:file"  #: file and withdraw marks, file checks; a company for its own site
    TASKS_READ = "tasks:read"  #: tasks, visits, the positive list, samples; a company its own part of them
    ROUTING_READ = "routing:read"  #: why officers were sent or not
    TASKS_HANDLE = "tasks:handle"  #: ask for tasks, work on them, end them
    CHANNELS_READ = "channels:read"  #: over what people are told, and whether it works
    NOTIFICATIONS_READ = "notifications:read"  #: messages and the proofs of their delivery
    LEADS_SEE = "leads:see"  #: leads: the bureau all of each, a company what it was told
    LEADS_READ = "leads:read"  #: leads, their reviews, clocks and papers
    LEADS_DRAFT = "leads:draft"  #: raise and complete a lead; talks, statements, discussions
    LEADS_REVIEW_TECHNICAL = "leads:review_technical"  #: sign a lead off, or send it back; never one's own
    LEADS_REVIEW_LEGAL = "leads:review_legal"  #: the same for the law
    LEADS_DECIDE = "leads:decide"  #: hand a reviewed lead over, record its outcome
    LEADS_STATE = "leads:state"  #: a company's statement on what it is charged with
    HANDOVER_READ = "handover:read"  #: where leads are handed over to, and the receipts
    EVIDENCE_READ = "evidence:read"  #: list and fetch evidence packages; every time is recorded
    EVIDENCE_BUILD = "evidence:build"
    LOG_READ = "log:read"  #: checkpoints, keys and proofs of the evidence log
    AUDIT_READ = "audit:read"  #: who wrote what and who read evidence
    RETENTION_READ = "retention:read"  #: legal holds, and what was dropped when
    RETENTION_HOLD = "retention:hold"  #: place and lift a legal hold
    STREAM_READ = "stream:read"  #: live events
    OPERATIONS_READ = "operations:read"  #: time-driven jobs and what became of them
    METRICS_READ = "metrics:read"  #: Prometheus metrics from elsewhere than this machine
    ACCOUNT_OWN = "account:own"  #: one's own password, second factor, sessions and language
    PEOPLE_READ = "people:read"  #: users, their roles and sessions, and tokens
    PEOPLE_MANAGE = "people:manage"  #: add, change and disable users; create and revoke tokens
    SITES_APPLY = "sites:apply"  #: apply a sites file: units, outlets, limits, list status as dated records
    CHANNELS_APPLY = "channels:apply"  #: apply a channels file, and send a trial message
    MESSAGES_READ = "messages:read"  #: the bytes of a message and how they were decoded; a company its own
    QUARANTINE_READ = "quarantine:read"  #: what could not be used, and why
    QUARANTINE_REPLAY = "quarantine:replay"  #: send what was refused through today's decoder


_READ = frozenset(
    {
        Permission.SITES_READ,
        Permission.DATA_READ,
        Permission.LEDGER_READ,
        Permission.ALERTS_READ,
        Permission.TASKS_READ,
        Permission.MARKS_READ,
        Permission.STREAM_READ,
        Permission.ACCOUNT_OWN,
        Permission.MESSAGES_READ,
        # Heads and proofs tell nothing of what is in the log; whoever has a package may check it against them.
        Permission.LOG_READ,
    }
)

# What the bureau reads beyond what a company reads of its own.
_INNER = _READ | {
    Permission.ROUTING_READ,
    Permission.CHANNELS_READ,
    Permission.NOTIFICATIONS_READ,
    Permission.LEADS_SEE,
    Permission.LEADS_READ,
    Permission.HANDOVER_READ,
    Permission.EVIDENCE_READ,
    Permission.EVIDENCE_BUILD,
    Permission.RETENTION_READ,
    Permission.QUARANTINE_READ,
}

_HANDLE = frozenset(
    {
        Permission.ALERTS_ACKNOWLEDGE,
        Permission.ALERTS_HANDLE,
        Permission.ALERTS_REPLY,
        Permission.TASKS_HANDLE,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OFFICER: _INNER | _HANDLE | {Permission.MARKS_FILE, Permission.LEADS_DRAFT},
    Role.TECHNICAL_REVIEWER: _INNER | {Permission.LEADS_REVIEW_TECHNICAL},
    Role.LEGAL_REVIEWER: _INNER | {Permission.LEADS_REVIEW_LEGAL},
    Role.SUPERVISOR: _INNER
    | _HANDLE
    | {
        Permission.OPERATIONS_READ,
        Permission.LEADS_DRAFT,
        Permission.LEADS_DECIDE,
        Permission.RETENTION_HOLD,
        Permission.AUDIT_READ,
    },
    Role.AUDITOR: _INNER | {Permission.AUDIT_READ},
    # Of its own site only: every query is narrowed by Principal.site_key.
    Role.COMPANY: _READ
    | {Permission.ALERTS_REPLY, Permission.MARKS_FILE, Permission.LEADS_SEE, Permission.LEADS_STATE},
    # Who runs the machines sees how data flow, not what officers do with it.
    Role.OPERATOR: frozenset(
        {
            Permission.SITES_READ,
            Permission.DATA_READ,
            Permission.LEDGER_READ,
            Permission.CHANNELS_READ,
            Permission.STREAM_READ,
            Permission.ACCOUNT_OWN,
            Permission.MESSAGES_READ,
            Permission.QUARANTINE_READ,
            Permission.QUARANTINE_REPLAY,
            Permission.OPERATIONS_READ,
            Permission.METRICS_READ,
            Permission.LOG_READ,
            Permission.RETENTION_READ,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}

# A token is nobody's account: it has no password, no second factor and no sessions.
_OF_USERS_ONLY = frozenset({Permission.ACCOUNT_OWN})


def token_permissions(role: Role, scopes: Sequence[str] | None) -> frozenset[Permission]:
    """What a token may do: what its role may, narrowed to its scopes; a scope that its role lacks (by now) gives nothing."""
    of_role = PERMISSIONS[role] - _OF_USERS_ONLY
    return of_role if scopes is None else frozenset(one for one in of_role if one.value in scopes)


def scopes_of(role: Role, wanted: Sequence[str]) -> tuple[str, ...] | None:
    """The scopes to keep with a new token, in order; None when none are wanted: all that the role has.

    Raises Conflict ``scope_not_of_role`` for what no permission is, or none that tokens of this role can have.
    """
    if not wanted:
        return None
    possible = {permission.value for permission in token_permissions(role, None)}
    wrong = sorted(set(wanted) - possible)
    if wrong:
        raise Conflict(
            f"A token of the role {role} cannot have the scope {', '.join(wrong)}. It can have: {', '.join(sorted(possible))}.",
            code="scope_not_of_role",
            scopes=", ".join(wrong),
        )
    return tuple(sorted(set(wanted)))
