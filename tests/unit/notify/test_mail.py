"""Mail: over TLS, signed in, once in a mailbox; what the server says decides what happens next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from alerts.notify.answers import Result
from alerts.notify.requests import Letter
from alerts.notify.sending import send
from store.channels import Channel
from store.channelsfile import read_channels_file
from store.clock import BEIJING
from tests.fixtures.postoffice import PASSWORD, USER, PostOffice, open_post_office

NOON = datetime(2026, 5, 6, 12, tzinfo=BEIJING)
LETTER = Letter(
    7,
    "raised",
    "【预警】数据超标（小时）：测试水泥 窑尾",
    "数值：211.07 mg/m³",
    "https://outfall.invalid/alerts/7",
    {},
    NOON,
)


@pytest.fixture(params=["tls", "starttls"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostOffice]:
    with open_post_office(tmp_path, request.param) as office:
        yield office


def channel(post: PostOffice, *, password: str = PASSWORD, ca: bool = True) -> Channel:
    return Channel(
        "mail",
        "smtp",
        {
            "host": "127.0.0.1",
            "port": post.port,
            "security": post.security,
            "ca": str(post.certificate) if ca else None,
            "user": USER,
            "sender": USER,
            "recipients": ["duty@mail.invalid", "leader@mail.invalid"],
            "timeout_seconds": 10,
            "per_minute": 60,
        },
        {"password": password},
    )


def test_a_mail_reaches_every_recipient_with_subject_text_and_link(post: PostOffice) -> None:
    outcome = send(channel(post), LETTER, NOON)
    assert (outcome.result, outcome.status) == (Result.TAKEN, "SMTP 250")
    (mail,) = post.mails
    assert mail["Subject"] == LETTER.title
    assert mail["To"] == "duty@mail.invalid, leader@mail.invalid"
    assert post.envelopes == [["duty@mail.invalid", "leader@mail.invalid"]]
    assert mail.get_content().splitlines() == [LETTER.body, "", "查看详情：https://outfall.invalid/alerts/7"]
    assert post.in_clear == []


def test_the_same_message_sent_again_has_the_same_id(post: PostOffice) -> None:
    for _ in range(2):
        send(channel(post), LETTER, NOON)
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_wrong_password_is_trouble_of_the_channel_and_is_not_repeated(post: PostOffice) -> None:
    wrong = channel(post, password="another-invented-password")
    outcome = send(wrong, LETTER, NOON)
    assert (outcome.result, outcome.status) == (Result.CHANNEL, "SMTP 535")
    post.refuses["AUTH"] = "535 no such login another-invented-password"
    outcome = send(wrong, LETTER, NOON)
    assert outcome.answer == "no such login ***"


def test_a_server_that_nobody_vouches_for_gets_nothing(post: PostOffice) -> None:
    outcome = send(channel(post, ca=False), LETTER, NOON)
    assert (outcome.result, outcome.status) == (Result.CHANNEL, "SSLCertVerificationError")
    assert post.mails == []


@pytest.mark.parametrize(
    ("refuses", "result"),
    [
        ({"DATA": "451 try later"}, Result.CHANNEL),  # the server cannot now
        ({"DATA": "554 looks like spam"}, Result.MESSAGE),  # it does not want this one
        ({"RCPT": "550 no such user"}, Result.MESSAGE),  # nobody of these lives here
        ({"RCPT": "450 mailbox busy"}, Result.CHANNEL),
        ({"MAIL": "421 closing"}, Result.CHANNEL),
    ],
)
def test_what_the_server_refuses_decides_what_happens_next(
    post: PostOffice, refuses: dict[str, str], result: Result
) -> None:
    post.refuses.update(refuses)
    assert send(channel(post), LETTER, NOON).result is result
    post.refuses.clear()
    assert send(channel(post), LETTER, NOON).ok


def test_a_mail_channel_of_the_channels_file_delivers(post: PostOffice) -> None:
    (entry,) = read_channels_file(
        f"""
channels:
  - {{id: mail, kind: smtp, host: 127.0.0.1, port: {post.port}, security: {post.security}, ca: "{post.certificate}",
     user: {USER}, password: {PASSWORD}, sender: {USER}, recipients: [duty@mail.invalid]}}
default: [mail]
"""
    ).channels
    mail = Channel(entry.id, entry.kind, entry.options(), entry.secrets())
    assert send(mail, LETTER, NOON).ok
    assert post.envelopes == [["duty@mail.invalid"]]
