"""``outfall task`` and ``outfall sample`` on a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.errors import Conflict, NotFound, Refused
from tests.integration.alerts.bureau import LISTED, Bureau
from tests.integration.alerts.plant import Plant


@pytest.fixture
def command(plant: Plant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line with the database of the plant; the cement works is listed."""
    plant.apply(LISTED)
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", plant.url)
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    return command.invoke(app, list(words))


VISIT = ("task", "add", "on_site", "--site", "test-cement", "--statement", "群众反映夜间异味")


def test_a_visit_is_asked_for_started_and_done(command: CliRunner, plant: Plant) -> None:
    number = call(command, *VISIT, "--reason", "complaint").output.strip()
    assert number.startswith("RW-")
    assert call(command, "task", "start", number).exit_code == 0
    assert call(command, "task", "done", number, "no_problem", "--report", "未见异常").exit_code == 0
    shown = json.loads(call(command, "task", "show", number).output)
    assert (shown["state"], shown["outcome"], shown["counted"]) == ("done", "no_problem", True)
    assert [event["action"] for event in shown["events"]] == ["opened", "started", "done"]
    assert shown["decisions"][0]["reasons"] == ["complaint", "on_positive_list"]
    listed = json.loads(call(command, "task", "list", "--kind", "on_site", "--json").output)
    assert [task["number"] for task in listed] == [number]
    assert "现场检查" in call(command, "task", "list").output


def test_off_site_work_that_left_a_lead_names_the_visit_that_follows(command: CliRunner) -> None:
    number = call(
        command, "task", "add", "off_site", "--outlet", "test-kiln", "--statement", "抽查视频"
    ).output
    following = call(command, "task", "done", number.strip(), "lead_remains", "--report", "视频与数据不符")
    shown = json.loads(call(command, "task", "show", following.output.strip()).output)
    assert (shown["kind"], shown["reason"]) == ("on_site", "lead_remains")
    assert call(command, "task", "cancel", following.output.strip(), "--reason", "已电话核实").exit_code == 0


@pytest.mark.parametrize(
    ("words", "kind", "code", "remark"),
    [
        (("task", "add", "tour", "--statement", "看看"), Refused, "kind_unknown", "no such kind"),
        ((*VISIT, "--reason", "routine_check"), Refused, "visit_not_for_listed", "a routine visit"),
        (("task", "start", "RW-20990101-0001"), NotFound, "task_not_found", "no such task"),
        (("sample", "draw", "2026-Q4"), NotFound, "sample_not_found", "drawn before it was published"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_code(
    command: CliRunner, words: tuple[str, ...], kind: type[Exception], code: str, remark: str
) -> None:
    result = call(command, *words)
    assert isinstance(result.exception, kind), remark
    assert f"[{code}]" in str(result.exception), remark


def test_a_sample_is_published_drawn_after_its_notice_and_shown_with_ranks(
    command: CliRunner, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = json.loads(call(command, "sample", "publish", "2026-Q4", "--seed", "beacon").output)
    assert (published["seed"], published["candidates"]) == ("beacon", ["test-cement"])
    early = call(command, "sample", "draw", "2026-Q4").exception
    assert isinstance(early, Conflict) and early.code == "sample_too_early"
    monkeypatch.setenv("OUTFALL_SAMPLE_NOTICE_HOURS", "0")
    assert json.loads(call(command, "sample", "draw", "2026-Q4").output)["chosen"] == ["test-cement"]
    (shown,) = json.loads(call(command, "sample", "show").output)
    # printf '%s' 'beacon|test-cement' | sha256sum
    assert shown["ranks"]["test-cement"].startswith("a9fac28fb138ffc2")
    assert [task["reason"] for task in Bureau(plant).tasks()] == ["random_sample"]
