"""The pure parts of sign-in by OpenID: the attempt's cookie, the metadata, the claims."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.openid import attempt as attempts
from api.openid import idtoken
from api.openid.config import Config
from api.openid.metadata import metadata_of
from store.clock import now
from store.errors import NotAllowed
from store.identity.sealing import Sealer, load_sealer
from store.people import Role
from store.settings import load_settings

NOW = now()
ISSUER = "https://id.example/realm"
CONFIG = Config(ISSUER, "outfall", None, "openid", "preferred_username", None, {})


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return load_sealer(load_settings(home=tmp_path))


def test_an_attempt_comes_back_from_its_cookie_for_ten_minutes(sealer: Sealer) -> None:
    attempt = attempts.begin("/alerts", NOW)
    value = attempts.seal(attempt, sealer)
    assert attempt.state not in value and attempt.verifier not in value
    assert attempts.unseal(value, sealer, NOW + timedelta(minutes=9)) == attempt
    assert attempts.unseal(value, sealer, NOW + timedelta(minutes=11)) is None
    for wrong in (None, "", "not base 64 !", value[:-4], "AAAA"):
        assert attempts.unseal(wrong, sealer, NOW) is None, wrong


def test_two_attempts_share_nothing() -> None:
    one, other = attempts.begin("/", NOW), attempts.begin("/", NOW)
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    attempt = replace(attempts.begin("/", NOW), verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert attempt.challenge() == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def document(**changes: Any) -> dict[str, Any]:
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/a",
        "token_endpoint": f"{ISSUER}/t",
        "jwks_uri": f"{ISSUER}/k",
        **changes,
    }


def test_what_a_provider_leaves_out_is_as_the_standard_says() -> None:
    metadata = metadata_of(document(), ISSUER)
    assert metadata.algorithms == {"RS256"}
    assert metadata.token_auth == {"client_secret_basic"}
    assert metadata.end_session is None
    assert metadata.names_itself is False


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ISSUER + "/"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "http://id.example/k"},
        {"token_endpoint": None},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"end_session_endpoint": "//elsewhere"},
    ],
    ids=str,
)
def test_a_provider_that_is_not_safe_is_not_used(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed) as refused:
        metadata_of(document(**changes), ISSUER)
    assert refused.value.code == "openid_provider_wrong"


def claims(**changes: Any) -> dict[str, Any]:
    seconds = int(NOW.timestamp())
    return {
        "iss": ISSUER,
        "aud": "outfall",
        "sub": "1",
        "nonce": "n",
        "iat": seconds,
        "exp": seconds + 60,
        **changes,
    }


CASES: list[tuple[dict[str, Any], str | None, str]] = [
    ({}, None, "as it should be"),
    ({"aud": ["outfall"]}, None, "a list of one audience"),
    ({"aud": ["outfall", "other"], "azp": "outfall"}, None, "two audiences, made for us"),
    ({"aud": ["outfall", "other"]}, "azp", "two audiences, and nobody says for whom"),
    ({"azp": "other"}, "azp", "made for another"),
    ({"aud": "other"}, "aud", "another audience"),
    ({"aud": None}, "aud", "no audience"),
    ({"iss": ISSUER + "/"}, "iss", "nearly the issuer"),
    ({"exp": int(NOW.timestamp()) - 59}, None, "over, within what two clocks differ by"),
    ({"exp": int(NOW.timestamp()) - 61}, "exp", "over"),
    ({"exp": "tomorrow"}, "exp", "no time"),
    ({"exp": True}, "exp", "no number"),
    ({"iat": None}, "iat", "nobody knows when it was made"),
    ({"iat": int(NOW.timestamp()) + 120}, "iat", "made in two minutes"),
    ({"nonce": None}, "nonce", "no nonce"),
    ({"nonce": "m"}, "nonce", "another nonce"),
    ({"sub": 1}, "sub", "a subject that is no text"),
    ({"sub": "x" * 256}, "sub", "a subject that is too long"),
]


@pytest.mark.parametrize(("changes", "why", "remark"), CASES)
def test_claims_are_for_us_now_and_for_this_attempt(
    changes: dict[str, Any], why: str | None, remark: str
) -> None:
    found = None
    try:
        idtoken.check(claims(**changes), issuer=ISSUER, client_id="outfall", nonce="n", at=NOW)
    except NotAllowed as refused:
        found = refused.facts["why"]
    assert found == why, remark


def test_the_first_role_of_the_settings_that_somebody_has_counts() -> None:
    config = replace(CONFIG, role_claim="groups", roles={"lead": Role.SUPERVISOR, "field": Role.OFFICER})
    for given, role in (
        (["field", "lead"], Role.SUPERVISOR),
        ("field", Role.OFFICER),
        (["staff"], None),
        (None, None),
        ([{"a": 1}], None),
    ):
        claimed = idtoken.claimed_of({"groups": given, "preferred_username": "Wang"}, "1", config)
        assert (claimed.role, claimed.role_claimed, claimed.name) == (role, True, "wang"), given
    assert idtoken.claimed_of({"preferred_username": 7}, "1", CONFIG).name is None
