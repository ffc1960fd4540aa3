"""Reading a message and what it takes to open it. The statements are in ``store/sql/messages.sql``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.access import Principal
from api.messages.opening import Opened, Owners, Stored, open_message
from store import clock
from store.database import Connection, rows
from store.errors import NotFound
from store.log.places import places_of
from store.queries import queries
from store.registry import load_registry
from store.settings import Settings

Row = dict[str, Any]

ROUNDS = 50
"""So many messages a stream is followed back at the most; a frame that was cut more often is shown from there on."""


def opened(
    connection: Connection,
    settings: Settings,
    principal: Principal,
    message_id: int,
    received_at: datetime | None = None,
) -> Opened:
    """A message as the caller may see it.

    Raises NotFound ``message_not_found``: there is none, its bytes are past their term and dropped, or nothing in it is the
    caller's.
    """
    stored = _stored(connection, message_id, received_at)
    if stored is None:
        raise _unknown(message_id)
    then = load_registry(connection, at=stored.received_at, known_at=stored.received_at)
    owners = Owners(then, load_registry(connection, at=clock.now()))
    found = open_message(
        stored,
        _before(connection, stored, settings.partial_frame_seconds),
        owners,
        site_key=principal.site_key,
        most=settings.message_bytes,
    )
    if principal.site_key is not None and not found.pieces:
        raise _unknown(message_id)
    return found


def leaf_of(connection: Connection, principal: Principal, message_id: int) -> int | None:
    """The leaf of a message in the evidence log; None while it is not sealed. A company has its leaves in its packages."""
    if principal.site_key is not None:
        return None
    return places_of(connection, "message", [message_id]).get(message_id)


def reading_revisions(
    connection: Connection, outlet_key: int, kind: str, factor: str, at: datetime
) -> list[Row]:
    """Every revision of a reading, oldest first; none when there is no such reading."""
    with rows(connection) as cursor:
        arguments = {"outlet_key": outlet_key, "kind": kind, "factor": factor, "at": at}
        return cursor.execute(queries("messages")["revisions"], arguments).fetchall()


def period_revisions(
    connection: Connection, outlet_key: int, kind: str, factor: str, at: datetime
) -> tuple[list[Row], list[Row]]:
    """Every revision of an hour or a day, oldest first, and the verdicts on each; both empty for another kind."""
    if kind not in ("hour", "day"):
        return [], []
    sql = queries("messages")
    with rows(connection) as cursor:
        arguments = {"outlet_key": outlet_key, "span": kind, "factor": factor, "at": at}
        periods = cursor.execute(sql["period_revisions"], arguments).fetchall()
        return periods, cursor.execute(sql["verdict_revisions"], arguments).fetchall()


def _unknown(message_id: int) -> NotFound:
    return NotFound(f"There is no message {message_id}.", code="message_not_found", number=message_id)


def _stored(connection: Connection, message_id: int, received_at: datetime | None) -> Stored | None:
    with rows(connection) as cursor:
        arguments = {"id": message_id, "received_at": received_at}
        row = cursor.execute(queries("messages")["message"], arguments).fetchone()
    if row is None:
        return None
    return Stored(
        row["id"],
        row["received_at"],
        row["gateway"],
        row["channel"],
        bytes(row["digest"]),
        bytes(row["payload"]),
    )


def _before(connection: Connection, stored: Stored, gap_seconds: float) -> list[bytes]:
    """The payloads that a message goes on from, oldest first; none when it begins with a head."""
    if stored.channel != "hj212" or stored.payload.lstrip(b"\r\n").startswith((b"##", b"2323")):
        return []
    payloads: list[bytes] = []
    place = {"id": stored.id, "received_at": stored.received_at, "gateway": stored.gateway}
    with rows(connection) as cursor:
        for _ in range(ROUNDS):
            arguments = {**place, "gap_seconds": gap_seconds}
            row = cursor.execute(queries("messages")["message_before"], arguments).fetchone()
            if row is None:
                break
            payloads.append(bytes(row["payload"]))
            if row["whole"]:
                break
            place |= {"id": row["id"], "received_at": row["received_at"]}
    payloads.reverse()
    return payloads
