"""A message as the request that a channel wants: WeCom, DingTalk and Feishu group robots, and the generic webhook. Pure.

The vendors' documents, as read in November 2026: WeCom group robot (path 91770), DingTalk custom robot (sending group messages),
Feishu custom bot (bot-v3/add-custom-bot).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from alerts.notify.signing import dingtalk_query, feishu_members, webhook_headers
from store.channels import Channel
from store.clock import BEIJING
from store.texts import text

WECOM_BYTES = 4096
"""Most bytes of UTF-8 in ``markdown.content``; more is errcode 40058."""

DINGTALK_BYTES = 18_000
"""A DingTalk message may have 20,000 bytes in all (errcode 460101); the rest is for the frame around the text."""

FEISHU_BYTES = 18_000
"""A Feishu request may have 20 KB in all; the rest is for the frame around the text."""

FEISHU_LINE_BYTES = 32
"""Every line of a Feishu post is a list with an object in it."""

_MARKDOWN = str.maketrans({"*": "＊", "`": "｀", "[": "［", "]": "］", "<": "＜", ">": "＞", "#": "＃"})
"""Robots differ in how they escape; the full-width signs read the same and mean nothing to any of them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way. ``link`` is a whole address; ``delivery`` is the same whenever it is sent again."""

    delivery: int
    purpose: str
    title: str
    body: str
    link: str | None
    facts: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A POST. The address holds the channel's key and never shows itself."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


def request_of(channel: Channel, letter: Letter, at: datetime) -> Request:
    """The request that carries a letter over a channel of any kind but mail. ``at`` is signed."""
    return _OF_KIND[channel.kind](channel, letter, at)


def _wecom(channel: Channel, letter: Letter, at: datetime) -> Request:
    head, tail = f"**{_plain(letter.title)}**", _link(letter)
    lines = [f"> {_plain(line)}" for line in letter.body.splitlines()]
    content = fit(head, lines, tail, WECOM_BYTES)
    return _json(channel.secrets["url"], {"msgtype": "markdown", "markdown": {"content": content}})


def _dingtalk(channel: Channel, letter: Letter, at: datetime) -> Request:
    head, tail = f"### {_plain(letter.title)}\n", "\n" + _link(letter)
    lines = [f"- {_plain(line)}" for line in letter.body.splitlines()]
    markdown = {"title": letter.title, "text": fit(head, lines, tail, DINGTALK_BYTES)}
    url, secret = channel.secrets["url"], channel.secrets.get("secret")
    if secret is not None:
        url = f"{url}&{dingtalk_query(secret, at)}"
    return _json(url, {"msgtype": "markdown", "markdown": markdown})


def _feishu(channel: Channel, letter: Letter, at: datetime) -> Request:
    lines = fit("", letter.body.splitlines(), "", FEISHU_BYTES, FEISHU_LINE_BYTES).strip("\n").splitlines()
    content: list[list[dict[str, str]]] = [[{"tag": "text", "text": line}] for line in lines]
    if letter.link is not None:
        content.append([{"tag": "a", "text": text("notify.link"), "href": letter.link}])
    body: dict[str, Any] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": letter.title, "content": content}}},
    }
    secret = channel.secrets.get("secret")
    return _json(channel.secrets["url"], body if secret is None else {**feishu_members(secret, at), **body})


def _webhook(channel: Channel, letter: Letter, at: datetime) -> Request:
    content = {
        "id": letter.delivery,
        "purpose": letter.purpose,
        "title": letter.title,
        "text": letter.body,
        "link": letter.link,
        "created_at": letter.created_at.astimezone(BEIJING).isoformat(),
        "facts": letter.facts,
    }
    request = _json(channel.secrets["url"], content)
    signed = webhook_headers(channel.secrets["secret"], request.body, letter.delivery, at)
    return Request(request.url, {**request.headers, **signed}, request.body)


def fit(head: str, lines: list[str], tail: str, most: int, a_line: int = 0) -> str:
    """Head, lines and tail as one text of at most ``most`` bytes of UTF-8; where lines do not fit, it is said so.

    ``a_line`` are the bytes that a line costs besides its text.
    """
    kept = list(lines)
    while True:
        more = [text("notify.cut")] if len(kept) < len(lines) else []
        whole = "\n".join(part for part in (head, *kept, *more, tail) if part)
        if len(whole.encode()) + a_line * len(kept) <= most or not kept:
            return whole.encode()[:most].decode(errors="ignore")
        kept.pop()


def _plain(line: str) -> str:
    return line.translate(_MARKDOWN)


def _link(letter: Letter) -> str:
    return "" if letter.link is None else f"[{text('notify.link')}]({letter.link})"


def _json(url: str, content: Mapping[str, Any]) -> Request:
    return Request(url, {"Content-Type": "application/json; charset=utf-8"}, orjson.dumps(content))


_OF_KIND = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu, "webhook": _webhook}
