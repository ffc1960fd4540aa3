"""``outfall lead`` and ``outfall law``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.errors import NotFound, Refused
from tests.integration.alerts.plant import Plant
from tests.integration.alerts.test_leads import Office


@pytest.fixture
def command(plant: Plant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line with the database of the plant."""
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", plant.url)
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    return command.invoke(app, list(words))


def test_leads_are_listed_and_one_is_shown_with_what_is_due(command: CliRunner, plant: Plant) -> None:
    lead_id, _ = Office(plant).reviewed()
    (listed,) = json.loads(call(command, "lead", "list", "--json").output)
    assert (listed["state"], listed["due_kind"]) == ("reviewed", "filing")
    assert "立案审批" in call(command, "lead", "list", "--state", "reviewed").output
    assert json.loads(call(command, "lead", "list", "--state", "draft", "--json").output) == []
    for name in (listed["number"], str(lead_id)):
        shown = json.loads(call(command, "lead", "show", name).output)
        assert (shown["number"], shown["snapshot"]["content"]) == (listed["number"], None)
    whole = json.loads(call(command, "lead", "show", listed["number"], "--numbers").output)
    assert len(whole["snapshot"]["content"]["periods"]) == 1


def test_the_law_is_listed_as_it_was_on_a_day(command: CliRunner) -> None:
    found = {
        day: {
            one["id"]
            for one in json.loads(call(command, "law", "list", "--at", day, "--json").output)["norms"]
        }
        for day in ("2026-08-14", "2026-08-15")
    }
    assert {"air-99-2", "permit-34-1"} <= found["2026-08-14"]
    assert {"code-1107", "permit-34-1"} <= found["2026-08-15"]
    assert not {"air-99-2", "code-1107"} <= found["2026-08-15"]
    assert "立案审批" in call(command, "law", "list").output


@pytest.mark.parametrize(
    ("words", "kind", "code", "remark"),
    [
        (("lead", "show", "XS-20260101-0001"), NotFound, "lead_not_found", "no such number"),
        (("lead", "show", "9" * 30), NotFound, "lead_not_found", "no number at all"),
        (("lead", "list", "--state", "perhaps"), Refused, "lead_state_unknown", "no such state"),
        (("law", "list", "--at", "yesterday"), Refused, "day_wrong", "no day"),
        (("law", "list", "--act", "x"), Refused, "act_unknown", "no such act"),
    ],
)
def test_what_is_not_there_is_said(
    command: CliRunner, words: tuple[str, ...], kind: type[Exception], code: str, remark: str
) -> None:
    answer = call(command, *words)
    assert isinstance(answer.exception, kind), remark
    assert answer.exception.code == code, remark  # type: ignore[attr-defined]
