"""Sessions and devices in words, and the picture of the second factor's key. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import segno

from store.sessions import OpenSession
from store.texts import text

# In this order: later ones call themselves by the names of earlier ones too.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger/", "WeChat"),
    ("QQBrowser/", "QQ"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as a table shows it. ``current``: the one that asks."""

    id: int
    device: str
    user_agent: str
    origin: str
    created_at: datetime
    last_seen_at: datetime
    kind: str
    current: bool


def session_rows(sessions: Iterable[OpenSession], current: int | None) -> list[SessionRow]:
    """The rows, the current one first."""
    rows = [
        SessionRow(
            session.id,
            device_words(session.user_agent),
            session.user_agent,
            session.origin,
            session.created_at,
            session.last_seen_at,
            text(f"console.account.kind.{session.kind}"),
            session.id == current,
        )
        for session in sessions
    ]
    return sorted(rows, key=lambda row: not row.current)


def device_words(user_agent: str) -> str:
    """Browser and system of a ``User-Agent``; whoever calls itself otherwise is an unknown device."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if browser is None or system is None:
        return text("console.account.device.unknown")
    return text("console.account.device.of", browser=browser, system=system)


def qr_picture(address: str) -> str:
    """The QR code of an ``otpauth://`` address as a ``data:`` address of an SVG, which the content security policy lets in."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4)
