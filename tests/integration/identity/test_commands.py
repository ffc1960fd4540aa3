"""``outfall user`` and ``outfall token``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from store import clock, people
from store.database import connect
from store.errors import OutfallError
from store.identity import openid
from store.identity.managing import get_user, user_key_of
from store.sessions import authenticate


@pytest.fixture
def outfall(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outfall:
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", database)
    return Outfall(database)


class Outfall:
    """The command line on a database of its own."""

    def __init__(self, database: str) -> None:
        self.database = database

    def __call__(self, *words: str) -> str:
        """What a command prints. Raises what it raises."""
        done = CliRunner().invoke(app, list(words))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output.strip()

    def refused(self, *words: str) -> str:
        """The code that a command is refused with."""
        with pytest.raises(OutfallError) as refused:
            self(*words)
        return refused.value.code

    def user(self, name: str) -> people.User:
        with connect(self.database, name="test") as connection:
            return get_user(connection, user_key_of(connection, name))


def test_a_user_added_on_the_command_line_must_change_the_password_unless_said_otherwise(
    outfall: Outfall,
) -> None:
    password = outfall("user", "add", "wang", "--role", "officer")
    outfall("user", "add", "robot", "--role", "officer", "--keep-password")
    assert outfall.user("wang").must_change
    assert not outfall.user("robot").must_change
    with connect(outfall.database, name="test") as connection:
        assert authenticate(connection, name="wang", password=password, at=clock.now()) is not None
    listed = json.loads(outfall("user", "list", "--json"))
    assert [(user["name"], user["must_change"]) for user in listed] == [("robot", False), ("wang", True)]


def test_a_user_is_changed_disabled_enabled_and_given_a_new_password(outfall: Outfall) -> None:
    outfall("user", "add", "boss", "--role", "admin", "--keep-password")
    assert outfall.refused("user", "disable", "boss") == "last_admin"
    outfall("user", "add", "wang", "--role", "officer", "--display-name", "王某（虚构）")
    outfall("user", "change", "wang", "--role", "supervisor")
    assert (outfall.user("wang").role, outfall.user("wang").display_name) == ("supervisor", "王某（虚构）")
    outfall("user", "disable", "wang")
    assert outfall.user("wang").disabled
    outfall("user", "enable", "wang")
    assert not outfall.user("wang").disabled
    outfall("user", "end-sessions", "wang")
    password = outfall("user", "reset-password", "wang")
    with connect(outfall.database, name="test") as connection:
        user = authenticate(connection, name="wang", password=password, at=clock.now())
    assert user is not None and user.must_change
    assert outfall.refused("user", "reset-totp", "wang") == "second_factor_off"
    assert outfall.refused("user", "disable", "nobody") == "user_not_found"


def test_an_admin_is_linked_to_a_subject_on_the_command_line(outfall: Outfall) -> None:
    outfall("user", "add", "boss", "--role", "admin")
    assert outfall.refused("user", "link-openid", "boss", "s-1") == "openid_half_configured"
    outfall("user", "link-openid", "boss", "s-1", "--issuer", "https://id.example")
    with connect(outfall.database, name="test") as connection:
        subject = openid.subject_of(connection, outfall.user("boss").key)
    assert subject is not None and (subject.subject, subject.linked_by) == ("s-1", "cli")
    again = ("user", "link-openid", "boss", "s-2", "--issuer", "https://id.example")
    assert outfall.refused(*again) == "openid_linked"
    outfall("user", "unlink-openid", "boss")
    outfall(*again)


def test_a_token_is_narrowed_listed_and_revoked(outfall: Outfall) -> None:
    token = outfall(
        "token", "create", "--role", "auditor", "--name", "city", "--scope", "leads:read", "--days", "30"
    )
    assert (
        outfall.refused("token", "create", "--role", "auditor", "--scope", "people:manage")
        == "scope_not_of_role"
    )
    assert (
        outfall.refused("token", "create", "--role", "admin", "--scope", "account:own") == "scope_not_of_role"
    )
    (listed,) = json.loads(outfall("token", "list", "--json"))
    assert (listed["name"], listed["scopes"], listed["revoked_at"]) == ("city", ["leads:read"], None)
    assert token not in json.dumps(listed)
    outfall("token", "revoke", str(listed["id"]))
    with connect(outfall.database, name="test") as connection:
        assert people.find_token(connection, token, at=clock.now()) is None
    (listed,) = json.loads(outfall("token", "list", "--json"))
    assert listed["revoked_by"] == "cli"
    assert outfall.refused("token", "revoke", "999") == "token_not_found"
