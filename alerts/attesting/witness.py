"""Offering checkpoints to a witness (C2SP tlog-witness): it signs only what begins with all that it has signed before.

A witness that has signed a head of ours knows when the log is put back or split, and so does everybody who trusts it.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

from alerts.attesting.outgoing import Answer, post
from store.database import Connection
from store.errors import DecodeError, LogError
from store.log.notes import COSIGNATURE, Signature, VerifierKey, parse_note, parse_signatures, parse_vkey
from store.log.sealing import StoredCheckpoint, latest
from store.log.tree import Tree
from store.queries import queries
from store.settings import Settings

AWAY = "witness_away"

_SIZE = re.compile(rb"(0|[1-9]\d{0,18})\n?")


def offer(connection: Connection, settings: Settings, size: int, at: datetime) -> int:
    """Offer the newest checkpoint, when the log has grown by more than attestations, and keep the cosignatures.

    ``size`` is what the witness signed last as far as we know; returns what it has signed now.

    Raises LogError: ``witness_away``, ``witness_refused`` (it does not know the log or its key), ``witness_answer_wrong``, and
    ``witness_differs`` when it has signed what this log does not contain.
    """
    head = latest(connection)
    assert settings.witness_url is not None
    if head is None or head.size <= size or not _worth(connection, size):
        return size
    key = None if settings.witness_key is None else parse_vkey(settings.witness_key)
    url = f"{settings.witness_url.rstrip('/')}/add-checkpoint"
    answer = _ask(connection, url, head, size)
    if answer.status == 409:
        # The witness knows better what it has signed: an answer of its own may have been lost.
        answer = _ask(connection, url, head, _told_size(answer, head))
    if answer.status == 409:
        raise _differs(f"it has signed another tree of {head.size} leaves")
    if answer.status == 422:
        raise _differs("what it has signed is not the beginning of this log")
    if answer.status != 200:
        raise LogError(
            f"The witness refuses the checkpoint: status {answer.status}, {_shown(answer.body)}",
            code="witness_refused",
            status=answer.status,
        )
    signatures = _cosignatures(answer.body)
    mine = [signature for signature in signatures if key is None or _made(key, signature, head)]
    if not mine:
        raise LogError(
            "The witness answered without a cosignature of the key in OUTFALL_WITNESS_KEY.",
            code="witness_answer_wrong",
        )
    arguments = {
        "size": head.size,
        "kind": "witness",
        "source": settings.witness_url,
        "token": "".join(signature.line() for signature in mine).encode(),
        "told_time": None if key is None else _told_time(key, mine[0]),
        "received_at": at,
    }
    connection.execute(queries("log")["add_attestation"], arguments)
    return head.size


def _worth(connection: Connection, size: int) -> bool:
    row = connection.execute(queries("log")["worth_attesting"], {"size": size}).fetchone()
    return bool(row and row[0])


def _ask(connection: Connection, url: str, head: StoredCheckpoint, old: int) -> Answer:
    proof = [base64.b64encode(step).decode() for step in Tree(connection, head.size).consistency(old)]
    body = "".join(f"{line}\n" for line in (f"old {old}", *proof, "")) + head.note
    return post(url, body.encode(), {"Content-Type": "text/plain; charset=utf-8"}, AWAY)


def _told_size(answer: Answer, head: StoredCheckpoint) -> int:
    match = _SIZE.fullmatch(answer.body)
    if match is None:
        # This status without a size says that the roots of one size differ.
        raise _differs(f"it refuses a head of {head.size} leaves as one that it knows otherwise")
    size = int(match[1])
    if size > head.size:
        raise _differs(f"it has signed {size} leaves, and the log has {head.size}")
    return size


def _cosignatures(body: bytes) -> list[Signature]:
    try:
        return parse_signatures(body.decode())
    except (DecodeError, UnicodeDecodeError) as error:
        raise LogError(
            f"The witness answered what is no cosignature: {_shown(body)}", code="witness_answer_wrong"
        ) from error


def _made(key: VerifierKey, signature: Signature, head: StoredCheckpoint) -> bool:
    named = (signature.name, signature.key_id) == (key.name, key.key_id)
    return named and key.made(signature, parse_note(head.note).text)


def _told_time(key: VerifierKey, signature: Signature) -> datetime | None:
    if key.algorithm != COSIGNATURE:
        return None
    return datetime.fromtimestamp(int.from_bytes(signature.value[:8], "big"), UTC)


def _shown(body: bytes) -> str:
    return repr(body[:200].decode(errors="replace"))


def _differs(why: str) -> LogError:
    return LogError(
        f"The witness contradicts this log: {why}. The log was changed or put back; run `outfall log verify`.",
        code="witness_differs",
    )
