"""Sessions and devices in words."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import unquote

import pytest

from api.console.account.views import device_words, qr_picture, session_rows
from store.clock import now
from store.sessions import OpenSession

NOW = now()
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
DEVICES = [
    (WINDOWS, "Chrome · Windows", "an office machine"),
    (f"{WINDOWS} Edg/126.0", "Edge · Windows", "Edge calls itself Chrome too"),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile/15E148 Safari/604.1",
        "Safari · iPhone",
        "a telephone calls itself Mac OS X too",
    ),
    (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 MicroMessenger/8.0",
        "WeChat · Android",
        "a link opened in WeChat",
    ),
    ("python-httpx/0.28", "未知设备", "a program"),
    ("", "未知设备", "nothing said"),
    ("<script>alert(1)</script>", "未知设备", "what is no browser is not repeated"),
]


@pytest.mark.parametrize(("user_agent", "words", "remark"), DEVICES)
def test_a_device_is_named_by_browser_and_system(user_agent: str, words: str, remark: str) -> None:
    assert device_words(user_agent) == words, remark


def test_the_session_that_asks_comes_first() -> None:
    sessions = [
        OpenSession(key, NOW - timedelta(hours=key), NOW, NOW, "192.0.2.1", WINDOWS, "password")
        for key in (1, 2, 3)
    ]
    rows = session_rows(sessions, 2)
    assert [(row.id, row.current) for row in rows] == [(2, True), (1, False), (3, False)]
    assert rows[0].kind == "用户名和密码"


def test_the_picture_of_the_key_is_an_svg_without_script_or_address_elsewhere() -> None:
    picture = qr_picture("otpauth://totp/Outfall:wang?secret=ABC&issuer=Outfall")
    head, _, body = picture.partition(",")
    content = base64.b64decode(body).decode() if head.endswith(";base64") else unquote(body)
    assert head.startswith("data:image/svg+xml")
    assert "<svg" in content and "<script" not in content and "href" not in content
