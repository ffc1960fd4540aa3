"""The channels file: every error with its line, and no secret in any of them."""

from __future__ import annotations

import pytest

from deploy.sites import SAMPLE_CHANNELS
from store.channelsfile import KINDS, read_channels_file
from store.errors import ChannelsFileError

GOOD = """\
channels:
  - id: duty
    kind: wecom
    url: "https://robots.invalid/cgi-bin/webhook/send?key=top-secret"
  - id: mail
    kind: smtp
    host: mail.invalid
    port: 465
    user: outfall
    password: top-secret
    sender: outfall@mail.invalid
    recipients: [duty@mail.invalid]
shifts:
  - {id: office, from: "08:30", to: "18:00"}
default: [duty]
routes:
  - {channels: [mail], severities: [serious], shifts: [office]}
"""

WRONG = [
    # what is replaced by what; the line; part of the message
    ("kind: wecom", "kind: wechat", 2, "one of wecom, dingtalk, feishu, webhook, smtp"),
    ("    kind: wecom\n", "", 2, "one of wecom, dingtalk, feishu, webhook, smtp"),
    ("https://robots", "http://robots", 2, "must begin with https://"),
    ("?key=top-secret", "", 2, "ends in ?key="),
    ('"https://robots.invalid/cgi-bin/webhook/send?key=top-secret"', "top-secret", 4, "is not a web address"),
    ("    kind: wecom\n", "    kind: wecom\n    per_minute: 21\n", 2, "at most 20"),
    ("    kind: wecom\n", "    kind: wecom\n    secret: top-secret\n", 4, "no such key"),
    ("port: 465", "port: 0", 8, "greater than or equal to 1"),
    ("    user: outfall\n", "", 5, "given together"),
    ("    port: 465\n", "    port: 25\n    security: none\n", 5, "never sent without TLS"),
    ("[duty@mail.invalid]", '["duty@mail.invalid, other@mail.invalid"]', 12, "is not a mail address"),
    ("[duty@mail.invalid]", "[]", 12, "at least 1 item"),
    ('"18:00"', "18:00", 14, "write a time of day as text in quotes"),
    ('"18:00"', '"24:00"', 14, "is not a time of day"),
    ("default: [duty]", "default: [nobody]", 1, "'nobody', which is not listed under channels"),
    ("default: [duty]\n", "", 1, "default must name"),
    ("shifts: [office]", "shifts: [night]", 1, "'night', which is not listed under shifts"),
    ("severities: [serious]", "severities: [grave]", 17, "'info', 'warning', 'serious' or 'critical'"),
    ("severities: [serious]", "codes: [exceedance]", 17, "is no kind of alert"),
    ("  - id: mail", "  - id: duty", 1, "channel 'duty' occurs twice"),
    ("default: [duty]", "quiet_hours: {from: '22:00', to: '22:00'}\ndefault: [duty]", 15, "another time"),
    ("default: [duty]", "default: [duty]\ndefault: [mail]", 16, "occurs twice"),
]


def test_a_good_file_is_read_and_hides_its_secrets_from_whoever_prints_it() -> None:
    file = read_channels_file(GOOD)
    assert [channel.id for channel in file.channels] == ["duty", "mail"]
    assert "top-secret" not in repr(file)
    duty, mail = file.channels
    assert duty.options() == {"per_minute": 20, "timeout_seconds": 10, "address": "https://robots.invalid"}
    assert "password" not in mail.options()
    assert mail.secrets() == {"password": "top-secret"}
    assert "top-secret" not in file.plan().model_dump_json()


@pytest.mark.parametrize(("old", "new", "line", "message"), WRONG)
def test_what_is_wrong_is_said_with_its_line_and_without_a_secret(
    old: str, new: str, line: int, message: str
) -> None:
    assert old in GOOD
    with pytest.raises(ChannelsFileError) as caught:
        read_channels_file(GOOD.replace(old, new, 1))
    assert message in caught.value.message
    assert f"line {line}:" in caught.value.message, caught.value.message
    assert "top-secret" not in str(caught.value) + str(caught.value.facts)
    assert caught.value.__cause__ is None


def test_every_error_is_listed_not_only_the_first() -> None:
    text = (
        GOOD.replace("kind: wecom", "kind: wechat")
        .replace("port: 465", "port: 0")
        .replace('"18:00"', "18:00")
    )
    with pytest.raises(ChannelsFileError) as caught:
        read_channels_file(text)
    assert "3 errors" in caught.value.message


@pytest.mark.parametrize("text", ["", "[]", "channels: {", "- a", "channels: &a [*a]"])
def test_what_is_no_channels_file_is_refused(text: str) -> None:
    with pytest.raises(ChannelsFileError):
        read_channels_file(text)


def test_the_sample_that_ships_is_good_and_every_kind_is_in_it() -> None:
    file = read_channels_file(SAMPLE_CHANNELS.read_text(encoding="utf-8"))
    assert {channel.kind for channel in file.channels} == set(KINDS)
