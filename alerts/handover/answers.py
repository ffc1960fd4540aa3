"""What the answer of a receiver means: received, refused for good, or to be sent again. Pure."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson

Kind = Literal["accepted", "refused", "failed"]

TEMPORARY = frozenset({408, 421, 423, 425, 429})
"""Refusals of the moment: the same request may be taken later."""

HEADERS = ("date", "server", "content-type", "location", "retry-after", "x-request-id")
"""What is kept of the headers: who answered, when, and under which number."""

FIRST_WAIT, MOST_WAIT = timedelta(seconds=30), timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
"""A receiver that asks for a longer pause is asked again after this."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt brought.

    Attributes
    ----------
    status : HTTP status with its words, or what the network said
    text : first kilobyte of the answer
    case_number : what the receiver calls it
    wait : the pause that the receiver asks for
    """

    kind: Kind
    status: str
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    case_number: str | None = None
    wait: timedelta | None = None


def answer_of(
    status: int, reason: str, headers: Mapping[str, str], body: bytes, *, digest: str | None, at: datetime
) -> Answer:
    """What an answer means. ``digest`` is what it has to repeat to count as a receipt; None = its status is enough.

    A 2xx without the digest may come from anybody between us and the receiver: it is no receipt, and the document is sent again.
    """
    kept = {name: headers[name][:500] for name in HEADERS if name in headers}
    told = _told(body)
    case_number = told.get("case_number")
    facts: dict[str, Any] = {
        "status": f"{status} {reason}".strip()[:200],
        "text": body.decode("utf-8", "replace")[:1024],
        "headers": kept,
        "case_number": str(case_number)[:200] if isinstance(case_number, str | int) else None,
    }
    if 200 <= status < 300:
        receipt = digest is None or told.get("document_sha256") == digest
        return Answer("accepted" if receipt else "failed", **facts)
    if status >= 500 or status in TEMPORARY:
        return Answer("failed", **facts, wait=_pause(headers.get("retry-after"), at))
    return Answer("refused", **facts)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 30 seconds, doubling, an hour at the most."""
    doublings = min(max(failures - 1, 0), 16)
    return min(FIRST_WAIT * (1 << doublings), MOST_WAIT)


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _pause(said: str | None, at: datetime) -> timedelta | None:
    """``Retry-After`` in seconds or as a date."""
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        wait = timedelta(seconds=int(said[:9]))
    else:
        try:
            wait = email.utils.parsedate_to_datetime(said) - at
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta(0)), LONGEST_PAUSE)
