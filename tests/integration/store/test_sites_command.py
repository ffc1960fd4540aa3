"""``outfall sites apply`` on a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.sites import SAMPLE_SITES
from store.clock import now
from store.database import connect
from store.registry import load_registry


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", database)
    result = CliRunner().invoke(app, ["sites", "apply", str(SAMPLE_SITES), "--dry-run", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["changes"]
    with connect(database, name="test") as connection:
        assert load_registry(connection, at=now()).sites == ()
