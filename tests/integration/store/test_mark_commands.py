"""``outfall mark`` and ``outfall check`` on a real database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store import clock
from store.apply import apply_sites
from store.database import connect
from store.errors import Conflict, NotFound, OutfallError, Refused
from store.sitesfile import read_sites_file
from tests.integration.alerts.plant import SITES

START = clock.hour_start(clock.now()) - timedelta(hours=1)
WHEN = ("--from", f"{START:%Y-%m-%dT%H:%M}", "--to", f"{START + timedelta(minutes=20):%Y-%m-%dT%H:%M}")

CHECK = ("test-water", "w01018", "--at", f"{START:%Y-%m-%dT%H:%M}")


@pytest.fixture
def command(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line on a database with a kiln and a sewage plant."""
    with connect(database, name="test") as connection:
        apply_sites(connection, read_sites_file(SITES), actor="test", at=clock.now())
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", database)
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    return command.invoke(app, list(words))


def items(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)
    return found


def test_a_mark_is_filed_listed_and_withdrawn(command: CliRunner) -> None:
    (mark,) = items(
        call(
            command,
            "mark",
            "file",
            "test-kiln",
            "fault",
            *WHEN,
            "--reason",
            "断电",
            "--factor",
            "a21026",
            "--json",
        )
    )
    assert (mark["name"], mark["standing"], mark["from"]) == (
        "故障",
        "effective",
        START.isoformat(timespec="minutes"),
    )
    taken = call(command, "mark", "withdraw", str(mark["mark"]), "--reason", "填错")
    assert taken.exit_code == 0
    assert [found["standing"] for found in items(call(command, "mark", "list", "test-kiln", "--json"))] == [
        "withdrawn"
    ]
    assert "test-kiln" not in call(command, "mark", "list", "test-water").output


REFUSED = [
    (("mark", "file", "test-kiln", "inflow_abnormal", *WHEN, "--reason", "x"), Refused, "mark_label_unknown"),
    (("mark", "file", "test-kiln", "fault", "--from", "soon", "--to", "later", "--reason", "x"), Refused, "time_malformed"),
    (("mark", "file", "nowhere", "fault", *WHEN, "--reason", "x"), NotFound, "outlet_not_found"),
    (("mark", "withdraw", "7", "--reason", "x"), NotFound, "mark_not_found"),
    (("check", "file", *CHECK, "--passed", "--measured", "many"), Refused, "check_value_impossible"),
    (("check", "file", "test-water", "w01018", "--at", "2199-01-01T00:00", "--failed"), Refused, "check_in_future"),
    (("check", "file", *CHECK, "--passed", "--kind", "guess"), Refused, "check_kind_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kind", "code"), REFUSED, ids=[case[2] for case in REFUSED])
def test_what_cannot_be_is_refused_with_its_code(
    command: CliRunner, words: tuple[str, ...], kind: type[OutfallError], code: str
) -> None:
    error = call(command, *words).exception
    assert isinstance(error, kind)
    assert error.code == code


def test_a_mark_is_withdrawn_once(command: CliRunner) -> None:
    (mark,) = items(call(command, "mark", "file", "test-kiln", "fault", *WHEN, "--reason", "断电", "--json"))
    withdraw = ("mark", "withdraw", str(mark["mark"]), "--reason", "填错")
    call(command, *withdraw)
    assert isinstance(call(command, *withdraw).exception, Conflict)


def test_the_labels_of_an_industry_are_told_with_their_standing(command: CliRunner) -> None:
    labels = items(call(command, "mark", "labels", "thermal_power", "--json"))
    assert {label["code"] for label in labels if label["category"] == "condition"} == {
        "stopped",
        "grid_connection",
        "grid_separation",
        "accident",
    }
    assert not any(label["local"] for label in labels)
    assert "停运/断流" in call(command, "mark", "labels", "township_wwtp").output


def test_checks_are_filed_and_listed(command: CliRunner) -> None:
    at = START - timedelta(days=1)
    for moment, result in ((at, "--failed"), (START, "--passed")):
        filed = call(
            command,
            "check",
            "file",
            "test-water",
            "w01018",
            "--at",
            moment.isoformat(),
            result,
            "--measured",
            "49.0",
        )
        assert filed.exit_code == 0, filed.output
    listed = items(call(command, "check", "list", "test-water", "--json"))
    assert [(check["result"], check["measured"], check["source"]) for check in listed] == [
        ("failed", "49.0", "filed"),
        ("passed", "49.0", "filed"),
    ]
