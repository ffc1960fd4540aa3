"""Kept answers: a write that is repeated with its Idempotency-Key is answered again and not done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

from store.database import Connection, rows
from store.errors import Conflict
from store.queries import queries

Answer = tuple[int, dict[str, Any]]


def once(
    connection: Connection, *, actor: str, key: str | None, request: bytes, write: Callable[[], Answer]
) -> Answer:
    """The answer (status and JSON body) of ``write``, or the one that was kept for this actor and key.

    The answer is kept in the same transaction as the write. A write that raises keeps nothing and may be tried again.

    Parameters
    ----------
    key : the Idempotency-Key; None = always write
    request : SHA-256 of method, path and body

    Raises Conflict ``idempotency_key_reused`` when the key belonged to another request.
    """
    if key is None:
        return write()
    sql = queries("people")
    names = {"actor": actor, "key": key}
    with rows(connection) as cursor:
        cursor.execute(sql["lock_idempotency_key"], names)
        kept = cursor.execute(sql["find_answer"], names).fetchone()
    if kept is not None:
        if kept["request"] != request:
            raise Conflict(
                "This Idempotency-Key was used for another request. Use a new key for a new request.",
                code="idempotency_key_reused",
            )
        return kept["status"], kept["body"]
    status, body = write()
    connection.execute(
        sql["keep_answer"], {**names, "request": request, "status": status, "body": Jsonb(body)}
    )
    return status, body
