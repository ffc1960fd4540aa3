"""What the answer of a channel means: taken, later, not this message, or the channel is out of order. Pure.

The robots answer HTTP 200 to almost everything; whether the message was taken stands in the body (``errcode`` of WeCom and
DingTalk, ``code`` or, from older bots, ``StatusCode`` of Feishu). A body that says nothing is no success.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import orjson


class Result(StrEnum):
    """What to do next."""

    TAKEN = "taken"  #: delivered
    TOO_FAST = "too_fast"  #: the channel wants a pause; the message goes afterwards
    MESSAGE = "message"  #: the channel works but does not take this message; others go on
    CHANNEL = "channel"  #: nothing goes over this channel now


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt brought.

    Attributes
    ----------
    status : HTTP status, vendor code or SMTP reply, with its words
    answer : the answer itself, without secrets, for the proof of delivery
    wait : the pause that the channel asks for, when it does
    """

    result: Result
    status: str
    answer: str = ""
    wait: timedelta | None = None

    @property
    def ok(self) -> bool:
        """Whether the message was taken."""
        return self.result is Result.TAKEN


WECOM_TOO_FAST = (45009,)
WECOM_NOT_THIS = (40058, 44004)
"""Content too long, content empty."""

DINGTALK_TOO_FAST = (130101, 410100)
DINGTALK_NOT_THIS = (460101, 400105)
"""Message too long, kind of message not supported."""

FEISHU_TOO_FAST = (11232,)
FEISHU_NOT_THIS = (9499,)
"""Body malformed or too large."""

PAUSE = timedelta(seconds=60)
"""After too many messages WeCom and Feishu count the next minute afresh."""

DINGTALK_PAUSE = timedelta(minutes=10)
"""A DingTalk robot that sent more than 20 messages in a minute is barred for ten minutes."""

LONGEST_PAUSE = timedelta(hours=1)
"""No Retry-After silences a channel for longer."""


def outcome_of(kind: str, status: int, headers: Mapping[str, str], answer: str) -> Outcome:
    """Read the answer to a request of a channel of this kind."""
    if status == 429:
        return Outcome(Result.TOO_FAST, "HTTP 429", answer, _retry_after(headers))
    if kind == "webhook":
        return Outcome(_of_status(status), f"HTTP {status}", answer)
    code, words = _code(kind, answer)
    if code is None:
        return Outcome(Result.CHANNEL, f"HTTP {status} without a result", answer)
    said = f"HTTP {status} {code} {words}".strip()
    if code == 0:
        taken = 200 <= status < 300
        return Outcome(Result.TAKEN if taken else Result.CHANNEL, said, answer)
    too_fast, not_this, pause = _CODES[kind]
    if code in too_fast or "too many request" in words.lower():
        return Outcome(Result.TOO_FAST, said, answer, pause)
    return Outcome(Result.MESSAGE if code in not_this else Result.CHANNEL, said, answer)


_CODES: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], timedelta]] = {
    "wecom": (WECOM_TOO_FAST, WECOM_NOT_THIS, PAUSE),
    "dingtalk": (DINGTALK_TOO_FAST, DINGTALK_NOT_THIS, DINGTALK_PAUSE),
    "feishu": (FEISHU_TOO_FAST, FEISHU_NOT_THIS, PAUSE),
}


def _of_status(status: int) -> Result:
    if 200 <= status < 300:
        return Result.TAKEN
    # These speak of the body; every other refusal (401, 403, 404, 5xx, ...) would meet the next message too.
    return Result.MESSAGE if status in (400, 413, 415, 422) else Result.CHANNEL


def _code(kind: str, answer: str) -> tuple[int | None, str]:
    try:
        body: Any = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None, ""
    if not isinstance(body, dict):
        return None, ""
    names = (
        (("code", "msg"), ("StatusCode", "StatusMessage")) if kind == "feishu" else (("errcode", "errmsg"),)
    )
    for number, words in names:
        if isinstance(body.get(number), int):
            return body[number], str(body.get(words, ""))[:200]
    return None, ""


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    given = headers.get("retry-after", "")
    wait = timedelta(seconds=int(given)) if given.isascii() and given.isdigit() and len(given) < 7 else PAUSE
    return min(wait, LONGEST_PAUSE)
