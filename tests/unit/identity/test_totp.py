"""Codes of an authenticator app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from store.identity import totp

# The secret and the moments of RFC 6238, appendix B; the last six of its eight digits.
SECRET = b"12345678901234567890"
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    step = totp.step_of(at(seconds))
    assert totp.code_at(SECRET, step) == code
    assert totp.accepted_step(SECRET, code, at=at(seconds), after=0) == step


NOW = at(1_234_567_890)
STEP = totp.step_of(NOW)
CASES = [
    # steps away, taken last, accepted, remark
    (0, 0, True, "the present code"),
    (-1, 0, True, "a telephone that is half a minute slow"),
    (1, 0, True, "a telephone that is half a minute fast"),
    (-2, 0, False, "a code of a minute ago"),
    (2, 0, False, "a code of the minute to come"),
    (0, STEP, False, "the present code a second time"),
    (-1, STEP, False, "an older code after a newer one"),
    (1, STEP, True, "the next code after the present one"),
]


@pytest.mark.parametrize(("away", "after", "accepted", "remark"), CASES)
def test_a_code_serves_once_and_near_its_time(away: int, after: int, accepted: bool, remark: str) -> None:
    code = totp.code_at(SECRET, STEP + away)
    found = totp.accepted_step(SECRET, code, at=NOW, after=after)
    assert found == (STEP + away if accepted else None), remark


def test_a_code_may_be_typed_with_a_space_and_nothing_else_is_one() -> None:
    code = totp.code_at(SECRET, STEP)
    assert totp.accepted_step(SECRET, f" {code[:3]} {code[3:]}", at=NOW, after=0) == STEP
    for wrong in ("", code[:-1], code + "0", "abcdef", "١٢٣٤٥٦", "-" + code[1:]):
        assert totp.accepted_step(SECRET, wrong, at=NOW, after=0) is None, wrong


def test_an_app_reads_the_same_secret_from_the_picture_and_from_the_text() -> None:
    secret = totp.new_secret()
    text = totp.key_text(secret)
    assert len(secret) == totp.SECRET_BYTES
    assert [len(group) for group in text.split()] == [4] * 8
    address = totp.address(secret, account="wang", issuer="Outfall")
    assert address == f"otpauth://totp/Outfall:wang?secret={text.replace(' ', '')}&issuer=Outfall"
    assert totp.new_secret() != secret


def test_the_step_is_of_half_a_minute() -> None:
    assert totp.step_of(NOW + timedelta(seconds=totp.STEP_SECONDS)) == STEP + 1
