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
    STREAM_READ = "stream:read"  #: live events
    OPERATIONS_READ = "operations:read"  #: time-driven jobs and what became of them
    METRICS_READ = "metrics:read"  #: Prometheus metrics from elsewhere than this machine


_READ = frozenset(
    {
        Permission.SITES_READ,
        Permission.DATA_READ,
        Permission.LEDGER_READ,
        Permission.ALERTS_READ,
        Permission.STREAM_READ,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OFFICER: _READ | {Permission.ALERTS_ACKNOWLEDGE},
    Role.TECHNICAL_REVIEWER: _READ,
    Role.LEGAL_REVIEWER: _READ,
    Role.SUPERVISOR: _READ | {Permission.ALERTS_ACKNOWLEDGE, Permission.OPERATIONS_READ},
    Role.AUDITOR: _READ,
    Role.COMPANY: _READ,  # of its own site only: every query is narrowed by Principal.site_key
    # Who runs the machines sees how data flow, not what officers do with it.
    Role.OPERATOR: frozenset(
        {
            Permission.SITES_READ,
            Permission.DATA_READ,
            Permission.LEDGER_READ,
            Permission.STREAM_READ,
            Permission.OPERATIONS_READ,
            Permission.METRICS_READ,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}
