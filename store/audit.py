"""The audit trail: every write and who did it.

An action reads ``source:subject:action``, for example ``people:user:add`` or ``alerts:alert:acknowledge``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from store.database import Connection
from store.queries import queries

_ACTION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")


def record(
    connection: Connection,
    *,
    actor: str,
    origin: str,
    action: str,
    subject: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit event in the caller's transaction, so that the deed and its record stand or fall together.

    Parameters
    ----------
    actor : user name, ``token:<name>``, or ``system``
    origin : network address, ``cli`` or ``system``
    detail : JSON-ready facts; never a password, a token or a key

    Raises ValueError for an action that is not ``source:subject:action``.
    """
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an audit action is source:subject:action, not {action!r}")
    connection.execute(
        queries("people")["record_audit"],
        {
            "actor": actor,
            "origin": origin,
            "action": action,
            "subject": subject,
            "detail": Jsonb(dict(detail or {})),
        },
    )
