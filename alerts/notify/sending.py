"""One attempt to deliver: the only place that talks to channels. What it says about it never holds a secret."""

from __future__ import annotations

import logging
import ssl
from dataclasses import replace
from datetime import datetime
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import httpx

from alerts.notify.answers import Outcome, Result, outcome_of
from alerts.notify.mail import send_mail
from alerts.notify.requests import Letter, request_of
from store.channels import Channel

ANSWER_MOST = 1024
"""Characters of an answer that are kept as proof."""

# At level INFO httpx logs every address, and the address of a robot is its key.
logging.getLogger("httpx").setLevel(logging.WARNING)


def send(channel: Channel, letter: Letter, at: datetime) -> Outcome:
    """Try to deliver a letter once. Never raises for what the channel or the network does.

    Redirects are not followed: a robot has none, and a signed message is for its receiver alone.
    """
    outcome = send_mail(channel, letter, at) if channel.kind == "smtp" else _post(channel, letter, at)
    return replace(
        outcome,
        status=without_secrets(outcome.status, channel)[:200],
        answer=without_secrets(outcome.answer, channel)[:ANSWER_MOST],
    )


def _post(channel: Channel, letter: Letter, at: datetime) -> Outcome:
    request = request_of(channel, letter, at)
    try:
        timeout = channel.options["timeout_seconds"]
        with httpx.Client(timeout=timeout, verify=_trusted(), follow_redirects=False) as client:
            answer = client.post(request.url, content=request.body, headers=dict(request.headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Outcome(Result.CHANNEL, type(error).__name__, str(error))
    return outcome_of(channel.kind, answer.status_code, answer.headers, answer.text)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than a request."""
    return httpx.create_ssl_context()


def without_secrets(said: str, channel: Channel) -> str:
    """A text in which every secret of the channel, and every part of its address that could be one, is starred out.

    Zero bytes, which the database takes in no text, are left out.
    """
    hidden = [str(secret) for secret in channel.secrets.values()]
    url = channel.secrets.get("url")
    if url is not None:
        parts = urlsplit(url)
        hidden += [parts.query, *(value for _, value in parse_qsl(parts.query))]
        hidden += [part for part in (parts.username, parts.password) if part]
        if channel.kind in ("feishu", "webhook"):
            hidden.append(parts.path.rpartition("/")[2])
    for secret in sorted((one for one in hidden if len(one) >= SECRET_SHORTEST), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said.replace("\0", "")


SECRET_SHORTEST = 4
"""Shorter parts of an address, such as ``v1``, are no secrets and would star out half of every sentence."""
