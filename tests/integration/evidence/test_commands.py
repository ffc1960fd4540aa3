"""``outfall evidence build``, ``list`` and ``estimate`` on a real database."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.errors import DecodeError, OutfallError, Refused, SettingsError
from tests.integration.evidence.world import OUTLET, World

DAYS = ("--from", "2026-05-06", "--to", "2026-05-07")


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line with the database of the world."""
    monkeypatch.setenv("OUTFALL_HOME", str(world.settings.home))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", world.settings.database())
    monkeypatch.setenv("OUTFALL_EVIDENCE_WAIT_SECONDS", "0")
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    return command.invoke(app, ["evidence", *words])


def test_a_package_is_built_and_put_where_it_is_asked_for(
    command: CliRunner, world: World, tmp_path: Path
) -> None:
    output = tmp_path / "package.zip"
    answer = call(command, "build", "outlet", OUTLET, *DAYS, "--output", str(output))
    assert answer.exit_code == 0, answer.output
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    assert f"sha256 {digest}" in answer.output
    (listed,) = json.loads(call(command, "list", "--json").output)
    assert (listed["sha256"], listed["state"], listed["outlets"]) == (digest, "ready", [OUTLET])
    # The last day that is named is included.
    assert (listed["from"], listed["to"]) == ("2026-05-06 00:00:00+08:00", "2026-05-08 00:00:00+08:00")
    assert listed["number"] in call(command, "list").output
    again = call(command, "build", "outlet", OUTLET, *DAYS, "--as-of", str(listed["as_of"]), "--json")
    assert json.loads(again.stdout)["sha256"] == digest
    actions = [row["action"] for row in world.ask("audit")]
    assert actions == ["evidence:package:request", "evidence:package:build"] * 2


def test_the_size_is_told_without_building(command: CliRunner, world: World) -> None:
    before = world.ask("package_keys")
    told = json.loads(call(command, "estimate", "outlet", OUTLET, *DAYS, "--json").output)
    assert told["estimated_bytes"] > 0
    assert "MB" in call(command, "estimate", "outlet", OUTLET, *DAYS).output
    assert world.ask("package_keys") == before


REFUSED: list[tuple[str, tuple[str, ...], type[OutfallError], str]] = [
    # remark, words, error, code
    ("no such kind", ("build", "site", OUTLET, *DAYS), Refused, "kind_unknown"),
    ("sample", ("build", "outlet", OUTLET, *DAYS, "--formal"), Refused, "sample_configuration"),
    ("no time", ("build", "outlet", OUTLET), Refused, "evidence_span_missing"),
    ("no day", ("estimate", "outlet", OUTLET, "--from", "6 May"), SettingsError, "time_wrong"),
    ("backwards", ("estimate", "outlet", OUTLET, "--from", "2026-05-07", "--to", "2026-05-01"), DecodeError, "span_reversed"),
    ("a directory", ("build", "outlet", OUTLET, *DAYS, "--output", "/"), SettingsError, "output_wrong"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "error", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_done_is_refused_with_its_code(
    command: CliRunner, words: tuple[str, ...], error: type[OutfallError], code: str
) -> None:
    answer = call(command, *words)
    assert isinstance(answer.exception, error), answer.output
    assert answer.exception.code == code
