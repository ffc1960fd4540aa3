"""``outfall channels`` on a real database: apply, list and test, without showing a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from store.channels import load_channels
from store.errors import ChannelsFileError, Conflict, NotFound
from tests.fixtures.robots import HMAC_SECRET, KEY, SECRET
from tests.integration.notify.office import Office


@pytest.fixture
def command(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line with the database of the office, its robots at the real time."""
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))
    monkeypatch.setenv("OUTFALL_DATABASE_URL", office.settings.database())
    return CliRunner()


def call(command: CliRunner, *words: str) -> Result:
    result = command.invoke(app, ["channels", *words])
    for secret in (KEY, SECRET, HMAC_SECRET):
        assert secret not in result.output
    return result


def test_applying_the_same_file_again_changes_nothing(
    command: CliRunner, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(office.file(), encoding="utf-8")
    assert json.loads(call(command, "apply", str(file), "--json").output)["changes"] == []


def test_a_changed_file_closes_the_old_and_opens_the_new(
    command: CliRunner, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "channels.yaml"
    text = office.file().replace(HMAC_SECRET, "another-invented-secret")
    text = "\n".join(line for line in text.splitlines() if "kind: feishu" not in line).replace("feishu, ", "")
    file.write_text(text, encoding="utf-8")
    rehearsal = call(command, "apply", str(file), "--dry-run", "--json")
    assert len(load_channels(office.connection)) == 4
    applied = json.loads(call(command, "apply", str(file), "--json").output)
    assert applied["changes"] == ["channel webhook: changed", "channel feishu: ended", "plan: changed"]
    assert json.loads(rehearsal.output)["changes"] == applied["changes"]
    assert [channel.id for channel in load_channels(office.connection)] == ["dingtalk", "webhook", "wecom"]
    (entry,) = office.ask("audited", at_least=applied["changes"])
    assert entry["action"] == "notify:channels:apply"


def test_a_route_to_a_site_that_does_not_exist_is_refused(
    command: CliRunner, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(office.file() + "routes: [{channels: [wecom], sites: [nowhere]}]\n", encoding="utf-8")
    result = call(command, "apply", str(file))
    assert isinstance(result.exception, ChannelsFileError)
    assert "'nowhere', which is not registered" in result.exception.message


def test_a_file_with_errors_is_refused_with_their_lines(command: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("channels:\n  - {id: a, kind: pigeon}\n", encoding="utf-8")
    result = call(command, "check", str(file))
    assert isinstance(result.exception, ChannelsFileError)
    assert "line 2: channels.0: needs a kind" in result.exception.message
    assert result.exception.exit_code == 2


def test_the_list_says_how_each_channel_fares(command: CliRunner, office: Office) -> None:
    office.tell(channels=["wecom", "feishu"])
    office.robots["feishu"].broken = 500
    office.run()
    shown = {one["id"]: one for one in json.loads(call(command, "list", "--json").output)}
    assert {name: one["state"] for name, one in shown.items()} == {
        "wecom": "working",
        "feishu": "failing",
        "dingtalk": "untried",
        "webhook": "untried",
    }
    assert shown["feishu"]["waiting"] == 1
    assert shown["feishu"]["address"] == office.robots["feishu"].url("")
    assert "wecom" in call(command, "list").output


def test_a_test_message_goes_at_once_and_shows_the_answer(command: CliRunner, office: Office) -> None:
    result = call(command, "test", "wecom")
    assert (result.exit_code, result.output) == (
        0,
        'wecom: delivered (HTTP 200 0 ok {"errcode": 0, "errmsg": "ok"})\n',
    )
    (taken,) = office.robots["wecom"].taken
    assert "【测试】通知通道 wecom" in taken.body["markdown"]["content"]


def test_a_test_over_a_channel_with_a_wrong_key_says_why_and_exits_1(
    command: CliRunner, office: Office
) -> None:
    office.apply(office.file(key="wrong-key-77aa"))
    office.robots["wecom"].refused.clear()
    result = call(command, "test", "wecom")
    assert result.exit_code == 1
    assert "NOT delivered" in result.output
    assert "93000" in result.output
    assert office.states("wecom") == {"obsolete": 1}
    assert "wrong-key-77aa" not in result.output


def test_a_test_keeps_the_limit_and_an_unknown_channel_is_named(command: CliRunner) -> None:
    for _ in range(20):
        assert call(command, "test", "wecom").exit_code == 0
    result = call(command, "test", "wecom")
    assert isinstance(result.exception, Conflict)
    assert result.exception.code == "channel_at_limit"
    assert isinstance(call(command, "test", "pigeon").exception, NotFound)
