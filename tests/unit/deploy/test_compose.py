"""The way with Docker: what can be checked of it without a Docker engine."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.main import get_command

from deploy.cli import app
from deploy.compose import read_gateway_passwords, write_broker_files

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_every_command_of_the_services_is_a_command_of_outfall() -> None:
    commands = get_command(app)
    for name, service in COMPOSE["services"].items():
        if service.get("image", "").startswith("outfall"):
            words = service["command"]
            group = commands.commands[words[0]]  # type: ignore[attr-defined]
            if hasattr(group, "commands"):
                assert words[1] in group.commands, name


def test_no_password_has_a_default_and_every_variable_is_explained() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for variable, rest in re.findall(r"\$\{(OUTFALL_\w+)([^}]*)\}", text):
        assert f"{variable}=" in example
        if "PASSWORD" in variable:
            assert rest.startswith(":?"), f"{variable} must stop the start when it is not set"


def test_the_services_start_in_an_order_that_can_work() -> None:
    services = COMPOSE["services"]
    assert services["broker"]["depends_on"] == {
        "broker-files": {"condition": "service_completed_successfully"}
    }
    for room in ("ingest", "alerts", "api"):
        assert services[room]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["simulator"]["profiles"] == ["demo"]


def test_a_gateway_keeps_its_password_when_the_files_are_written_again(tmp_path: Path) -> None:
    write_broker_files(tmp_path / "broker", tmp_path / "secrets", ["gw-a"], "service")
    first = read_gateway_passwords(tmp_path / "secrets" / "gateways.json")
    write_broker_files(tmp_path / "broker", tmp_path / "secrets", ["gw-a", "gw-b"], "service")
    second = read_gateway_passwords(tmp_path / "secrets" / "gateways.json")
    assert second["gw-a"] == first["gw-a"]
    assert second["gw-b"] != second["gw-a"]
    users = (tmp_path / "broker" / "passwords").read_text(encoding="utf-8")
    assert [line.partition(":")[0] for line in users.splitlines()] == ["outfall-ingest", "gw-a", "gw-b"]
    assert "service" not in users
    assert all(password not in users for password in second.values())
    assert "allow_anonymous false" in (tmp_path / "broker" / "mosquitto.conf").read_text(encoding="utf-8")
