"""What an answer of a receiver means, and how long is waited after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.handover.answers import LONGEST_PAUSE, MOST_WAIT, answer_of, wait_after

AT = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)
DIGEST = "ab" * 32
RECEIPT = b'{"document_sha256": "' + DIGEST.encode() + b'", "case_number": "XN-7"}'

ANSWERS = [
    # status, body, digest that is expected, what it means
    (200, RECEIPT, DIGEST, "accepted"),
    (201, RECEIPT, DIGEST, "accepted"),
    (200, b'{"document_sha256": "00"}', DIGEST, "failed"),
    (200, b"<html>log in first</html>", DIGEST, "failed"),
    (200, b"[1]", DIGEST, "failed"),
    (200, b"", DIGEST, "failed"),
    (204, b"", None, "accepted"),
    (301, RECEIPT, DIGEST, "refused"),
    (400, RECEIPT, DIGEST, "refused"),
    (401, b"", DIGEST, "refused"),
    (409, b"", None, "refused"),
    (413, b"", DIGEST, "refused"),
    (408, b"", DIGEST, "failed"),
    (425, b"", DIGEST, "failed"),
    (429, b"", DIGEST, "failed"),
    (500, RECEIPT, DIGEST, "failed"),
    (503, b"", None, "failed"),
]


@pytest.mark.parametrize(("status", "body", "digest", "kind"), ANSWERS)
def test_an_answer_means(status: int, body: bytes, digest: str | None, kind: str) -> None:
    assert answer_of(status, "", {}, body, digest=digest, at=AT).kind == kind


def test_the_number_of_the_case_and_some_headers_are_kept() -> None:
    headers = {"server": "case/1", "set-cookie": "secret", "date": "Thu, 26 Nov 2026 11:00:00 GMT"}
    answer = answer_of(201, "Created", headers, RECEIPT, digest=DIGEST, at=AT)
    assert (answer.case_number, answer.status) == ("XN-7", "201 Created")
    assert dict(answer.headers) == {"server": "case/1", "date": "Thu, 26 Nov 2026 11:00:00 GMT"}


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Thu, 26 Nov 2026 11:05:00 GMT", timedelta(minutes=5)),
        ("Thu, 26 Nov 2026 10:00:00 GMT", timedelta(0)),
        ("99999999999999", LONGEST_PAUSE),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_pause_that_is_asked_for_is_kept_within_bounds(said: str, wait: timedelta | None) -> None:
    assert answer_of(503, "", {"retry-after": said}, b"", digest=DIGEST, at=AT).wait == wait


@given(st.binary(max_size=3000), st.integers(100, 999), st.text(max_size=60))
def test_no_answer_is_too_strange(body: bytes, status: int, said: str) -> None:
    answer = answer_of(status, "", {"retry-after": said, "server": said}, body, digest=DIGEST, at=AT)
    assert answer.kind != "accepted"
    assert len(answer.text) <= 1024


@given(st.integers(0, 10_000))
def test_waits_grow_and_stay_bounded(failures: int) -> None:
    assert timedelta(seconds=30) <= wait_after(failures) <= wait_after(failures + 1) <= MOST_WAIT
