"""Signatures of the channels. Pure; the moment is an argument."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote


def dingtalk_query(secret: str, at: datetime) -> str:
    """The query ``timestamp=…&sign=…`` of a signed DingTalk robot.

    HMAC-SHA256 with the secret as key over ``<milliseconds>\\n<secret>``, Base64, percent-encoded (加签, custom robot security
    settings). The robot accepts a timestamp that is at most one hour off.
    """
    milliseconds = str(round(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote(base64.b64encode(digest), safe='')}"


def feishu_members(secret: str, at: datetime) -> dict[str, str]:
    """The members ``timestamp`` and ``sign`` of a signed Feishu robot's body.

    HMAC-SHA256 of nothing with ``<seconds>\\n<secret>`` as key, Base64 (签名校验). The robot accepts a timestamp that is at most
    one hour off.
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": seconds, "sign": base64.b64encode(digest).decode()}


def webhook_headers(secret: str, body: bytes, delivery: int, at: datetime) -> dict[str, str]:
    """The headers by which a receiver of the generic webhook knows that a request is ours, fresh, and which one it is.

    ``X-Outfall-Signature`` is ``sha256=`` and the hexadecimal HMAC-SHA256 of ``<seconds>.<body>``; ``X-Outfall-Delivery`` stays
    the same when a request is repeated.
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Outfall-Timestamp": seconds,
        "X-Outfall-Signature": f"sha256={digest}",
        "X-Outfall-Delivery": str(delivery),
    }
