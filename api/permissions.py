"""What each role may do. Every route names the one permission it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

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
    STREAM_READ = "stream:read"  #: live events
    OPERATIONS_READ = "operations:read"  #: time-driven jobs and what became of them
    METRICS_READ = "metrics:read"  #: Prometheus metrics from elsewhere than this machine


_READ = frozenset(
    {
        Permission.SITES_READ,
        Permission.DATA_READ,
        Permission.LEDGER_READ,
        Permission.ALERTS_READ,
        Permission.TASKS_READ,
        Permission.MARKS_READ,
        Permission.STREAM_READ,
    }
)

# What the bureau reads beyond what a company reads of its own.
_INNER = _READ | {Permission.ROUTING_READ, Permission.CHANNELS_READ, Permission.NOTIFICATIONS_READ}

_HANDLE = frozenset(
    {
        Permission.ALERTS_ACKNOWLEDGE,
        Permission.ALERTS_HANDLE,
        Permission.ALERTS_REPLY,
        Permission.TASKS_HANDLE,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OFFICER: _INNER | _HANDLE | {Permission.MARKS_FILE},
    Role.TECHNICAL_REVIEWER: _INNER,
    Role.LEGAL_REVIEWER: _INNER,
    Role.SUPERVISOR: _INNER | _HANDLE | {Permission.OPERATIONS_READ},
    Role.AUDITOR: _INNER,
    # Of its own site only: every query is narrowed by Principal.site_key.
    Role.COMPANY: _READ | {Permission.ALERTS_REPLY, Permission.MARKS_FILE},
    # Who runs the machines sees how data flow, not what officers do with it.
    Role.OPERATOR: frozenset(
        {
            Permission.SITES_READ,
            Permission.DATA_READ,
            Permission.LEDGER_READ,
            Permission.CHANNELS_READ,
            Permission.STREAM_READ,
            Permission.OPERATIONS_READ,
            Permission.METRICS_READ,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}
