"""Every error of Outfall has a status, and the codes of the API a Chinese text."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

import api
from api.problems import of_error, status_of
from store import errors, texts
from store.errors import Conflict, DecodeError, NotAllowed, NotFound, OutfallError, SettingsError, StoreError

STATUSES = [
    (NotFound("x", code="site_not_found"), 404),
    (NotAllowed("x", code="not_signed_in"), 401),
    (NotAllowed("x", code="token_unknown"), 401),
    (NotAllowed("x", code="permission_missing"), 403),
    (Conflict("x", code="already_acknowledged"), 409),
    (Conflict("x", code="idempotency_key_reused"), 422),
    (DecodeError("x", code="cursor_malformed"), 400),
    (DecodeError("x", code="body_too_large"), 413),
    (StoreError("x", code="database_away"), 503),
    (SettingsError("x"), 500),
]


@pytest.mark.parametrize(("error", "status"), STATUSES)
def test_an_error_has_its_status(error: OutfallError, status: int) -> None:
    assert status_of(error) == status


def test_every_code_that_the_api_raises_has_a_chinese_text() -> None:
    room = Path(api.__file__).parent
    sources = [*room.glob("*.py"), *room.glob("routes/*.py"), *(room.parent / "store").glob("d*.py")]
    sources += (room.parent / "store" / "handling").glob("*.py")
    codes = {
        code
        for source in sources
        for code in re.findall(r'code="([a-z_]+)"', source.read_text(encoding="utf-8"))
        if not code.startswith(("http_", "database_url"))
    }
    assert {"already_acknowledged", "cursor_malformed", "database_away"} <= codes
    assert [code for code in sorted(codes) if not texts.has(f"errors.{code}")] == []


def test_a_fact_can_not_pass_for_a_member_of_the_problem() -> None:
    error = NotFound("There is none.", code="site_not_found", site="s")
    error.facts["status"] = 200
    body = orjson.loads(of_error(error, instance="/x").body)
    assert (body["status"], body["site"]) == (404, "s")


def test_every_class_of_the_error_tree_is_answered() -> None:
    classes = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OutfallError)
    ]
    assert len(classes) >= 9
    for kind in classes:
        assert of_error(kind("x"), instance="/x").status_code >= 400, kind
