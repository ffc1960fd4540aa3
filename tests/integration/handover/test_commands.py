"""``outfall handover`` on a real database: apply, list and test, without showing a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.errors import HandoverFileError, NotFound
from store.handover.connectors import load_connectors
from tests.fixtures.bureau import KEY_ID, SECRET, TOKEN
from tests.integration.handover.desk import CONNECTORS, Desk


@pytest.fixture
def command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line with the database of the desk."""
    monkeypatch.setenv("OUTFALL_HOME", str(desk.settings.home))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", desk.database_url)
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    result = command.invoke(app, ["handover", *words])
    for secret in (SECRET, TOKEN, "in-the-address"):
        assert secret not in result.output
    return result


def connectors(desk: Desk) -> str:
    return CONNECTORS.format(url=desk.bureau.url, key_id=KEY_ID, secret=SECRET, token=TOKEN)


def test_applying_the_same_file_again_changes_nothing(command: CliRunner, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "handover.yaml"
    file.write_text(connectors(desk), encoding="utf-8")
    assert json.loads(call(command, "check", str(file), "--json").output) == {"ok": True, "connectors": 3}
    applied = json.loads(call(command, "apply", str(file), "--json").output)
    assert applied == {"changes": [], "unchanged": 3, "dry_run": False}


def test_a_rehearsal_says_what_would_change_and_changes_nothing(
    command: CliRunner, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "handover.yaml"
    file.write_text(connectors(desk).replace("trial: true", "trial: false"), encoding="utf-8")
    rehearsal = json.loads(call(command, "apply", str(file), "--dry-run", "--json").output)
    assert rehearsal["changes"] == ["connector trial: changed"]
    assert [connector.trial for connector in load_connectors(desk.connection)] == [False, False, True]
    assert "connector trial: changed" in call(command, "apply", str(file)).output
    assert [connector.trial for connector in load_connectors(desk.connection)] == [False, False, False]
    (_, entry) = [one for one in desk.ask("audited") if one["action"] == "handover:connectors:apply"]
    assert entry["detail"]["changes"] == ["connector trial: changed"]


def test_the_list_shows_how_each_fares(command: CliRunner, desk: Desk) -> None:
    desk.submit()
    listed = json.loads(call(command, "list", "--json").output)
    assert {one["id"]: one["waiting"] for one in listed} == {"city": 1, "mobile": 0, "trial": 0}
    assert "city" in call(command, "list").output


def test_a_test_says_whether_the_receiver_knows_us_and_makes_no_case_of_a_lead(
    command: CliRunner, desk: Desk
) -> None:
    told = json.loads(call(command, "test", "city", "--json").output)
    assert (told["received"], told["status"]) == (True, "201 Created")
    (case,) = desk.bureau.cases.values()
    assert case.document["test"] is True and "lead" not in case.document
    desk.bureau.mood = "refuse"
    result = call(command, "test", "mobile")
    assert result.exit_code == 1
    assert "NOT received (403 Forbidden" in result.output
    assert desk.ask("receipts") == []


def test_an_unknown_connector_is_said_so(command: CliRunner) -> None:
    assert isinstance(call(command, "test", "nobody").exception, NotFound)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"connectors: 7"])
def test_what_cannot_be_read_is_one_sentence(
    command: CliRunner, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "handover.yaml"
    if content is not None:
        file.write_bytes(content)
    assert isinstance(call(command, "check", str(file)).exception, HandoverFileError)
