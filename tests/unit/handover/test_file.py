"""The connectors file: every error with its line, and no secret in any of them."""

from __future__ import annotations

import pytest

from deploy.sites import SAMPLE_HANDOVER
from store.errors import HandoverFileError
from store.handover.file import read_handover_file

GOOD = """\
connectors:
  - id: city
    kind: city_bureau
    url: "https://city.invalid/leads?key=top-secret"
    hmac: {key_id: huangzhong, secret: "top-secret-0123456789"}
  - id: trial
    kind: platform_12369
    url: "http://127.0.0.1:8999/leads"
    bearer: {token: top-secret}
    package: reference
    trial: true
"""

WRONG = [
    # what is replaced by what; the line; part of the message
    (
        "kind: city_bureau",
        "kind: county",
        3,
        "must be one of city_bureau, mobile_enforcement, platform_12369",
    ),
    ("    kind: city_bureau\n", "", 2, "is missing"),
    ("https://city.invalid", "http://city.invalid", 2, "must begin with https://"),
    ("http://127.0.0.1:8999", "http://10.0.0.1:8999", 6, "must begin with https://"),
    ("https://city.invalid/leads?key=top-secret", "top-secret", 4, "is not a web address"),
    ('secret: "top-secret-0123456789"', "secret: top-secret", 5, "at least 16 characters"),
    ("    bearer: {token: top-secret}\n", "", 6, "one of bearer and hmac"),
    (
        "bearer: {token: top-secret}",
        "bearer: {token: top-secret}\n    hmac: {key_id: aa, secret: top-secret-0123456789}",
        6,
        "one of",
    ),
    ("id: trial", "id: city", 1, "occurs twice"),
    ("package: reference", "package: by-pigeon", 10, "'along' or 'reference'"),
    ("trial: true", "trial: true\n    secret: top-secret", 12, "no such key"),
    ("trial: true", "timeout_seconds: 0", 11, "greater than or equal to 1"),
]


def test_a_good_file_is_read_and_shows_no_secret() -> None:
    file = read_handover_file(GOOD)
    city, trial = file.connectors
    assert city.options() == {
        "timeout_seconds": 30,
        "package": "along",
        "receipt": "digest",
        "trial": False,
        "address": "https://city.invalid",
        "auth": "hmac",
    }
    assert trial.trial and trial.secrets() == {"url": "http://127.0.0.1:8999/leads", "token": "top-secret"}
    assert "top-secret" not in repr(file)


@pytest.mark.parametrize(("old", "new", "line", "words"), WRONG)
def test_an_error_is_named_with_its_line_and_without_a_secret(
    old: str, new: str, line: int, words: str
) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(HandoverFileError) as caught:
        read_handover_file(GOOD.replace(old, new))
    (error,) = caught.value.facts["errors"]  # type: ignore[misc]
    assert (error["line"], words in error["message"]) == (line, True), error
    assert "top-secret" not in str(caught.value)


@pytest.mark.parametrize("file", ["", "- a", "connectors: 7", "connectors: [", "\x00", "x" * 2_000_000])
def test_what_is_no_connectors_file_is_refused_without_a_stack_trace(file: str) -> None:
    with pytest.raises(HandoverFileError):
        read_handover_file(file)


def test_the_sample_that_ships_is_good() -> None:
    assert [entry.trial for entry in read_handover_file(SAMPLE_HANDOVER.read_text("utf-8")).connectors] == [
        False,
        False,
        True,
    ]
