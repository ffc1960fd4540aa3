"""Starting, stopping, damaging and starting again."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import psycopg
import pytest

from deploy import stack as local
from deploy.stack.errors import PortTaken, StackNotThere
from deploy.stack.processes import command_line, running_with
from tests.fixtures.stack import start_on_free_ports, throw_away_home, up_again
from tests.fixtures.waiting import until


def pids(home: Path) -> dict[str, int | None]:
    return {service.name: service.pid for service in local.status(home).services}


def kill(home: Path, name: str) -> None:
    process = pids(home)[name]
    assert process is not None
    os.kill(process, signal.SIGKILL)
    until(lambda: pids(home)[name] is None, f"{name} is dead")


def write_note(url: str, note: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists note (text text)")
        connection.execute("insert into note values (%s)", (note,))


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select text from note order by text")]


def test_a_second_up_changes_nothing_and_data_outlive_a_down(stack_home: Path) -> None:
    address = start_on_free_ports(stack_home)
    first = pids(stack_home)
    assert None not in first.values()
    assert up_again(address) == address
    assert pids(stack_home) == first
    write_note(address.database_url, "before")
    local.down(stack_home)
    assert set(pids(stack_home).values()) == {None}
    local.down(stack_home)
    up_again(address)
    assert notes(address.database_url) == ["before"]


def test_status_names_versions_and_the_edition_of_timescaledb(stack: local.StackAddress) -> None:
    found = local.status(stack.home)
    assert [service.name for service in found.services] == ["database", "broker"]
    assert all(service.running and service.version[0].isdigit() for service in found.services)
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("select current_setting('timescaledb.license')").fetchone()
        version = connection.execute("show server_version").fetchone()
    assert row == (found.timescaledb_edition,)
    assert version is not None
    assert str(version[0]).startswith(found.services[0].version)


def test_what_is_acknowledged_is_on_disk(stack: local.StackAddress) -> None:
    with psycopg.connect(stack.database_url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert connection.execute(f"show {setting}").fetchone() == ("on",), setting


def test_the_services_user_is_no_superuser_and_cannot_read_the_machine(stack: local.StackAddress) -> None:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("select rolsuper, rolcreaterole from pg_roles where rolname = current_user")
        assert row.fetchone() == (False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select pg_read_file('/etc/passwd')")


def test_secrets_are_private_and_in_no_log(stack: local.StackAddress) -> None:
    secrets = [path for path in (stack.home / "secrets").rglob("*") if path.is_file()]
    assert {"database-admin", "database-service", "broker-service"} <= {path.name for path in secrets}
    for path in [*secrets, stack.home / "stack.env", stack.home / "broker" / "passwords"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    logs = b"".join(path.read_bytes() for path in (stack.home / "logs").iterdir())
    assert logs
    for path in secrets:
        assert path.read_bytes().strip() not in logs, path.name
    assert "password" not in repr(stack).lower()
    assert (stack.home / "secrets" / "broker-service").read_text().strip() not in repr(stack)


def test_env_and_stack_env_reach_the_stack(stack: local.StackAddress) -> None:
    written = (stack.home / "stack.env").read_text(encoding="utf-8").splitlines()
    found = local.env(stack.home)
    assert dict(line.split("=", 1) for line in written) == found
    assert found["OUTFALL_HOME"] == str(stack.home)
    assert found["OUTFALL_MQTT_URL"] == stack.mqtt_url
    with psycopg.connect(found["OUTFALL_DATABASE_URL"]) as connection:
        assert connection.execute("select current_user::text").fetchone() == ("outfall",)


def test_a_wrong_database_password_is_refused(stack: local.StackAddress) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://outfall:guessed@127.0.0.1:{stack.database_port}/outfall")


def test_postgres_recovers_from_kill_9_with_every_commit(stack_home: Path) -> None:
    address = start_on_free_ports(stack_home)
    write_note(address.database_url, "committed")
    kill(stack_home, "database")
    up_again(address)
    assert notes(address.database_url) == ["committed"]


def test_both_servers_killed_at_once_come_back(stack_home: Path) -> None:
    address = start_on_free_ports(stack_home)
    kill(stack_home, "database")
    kill(stack_home, "broker")
    up_again(address)
    assert None not in pids(stack_home).values()


def test_a_pid_file_that_names_a_stranger_by_now_harms_nobody(stack_home: Path) -> None:
    address = start_on_free_ports(stack_home)
    kill(stack_home, "database")
    pid_file = stack_home / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
    local.down(stack_home)  # would end this very process if the number were trusted
    up_again(address)
    assert pids(stack_home)["database"] != os.getpid()


def test_another_port_moves_the_servers_there(stack_home: Path) -> None:
    before = start_on_free_ports(stack_home)
    write_note(before.database_url, "moved")
    after = start_on_free_ports(stack_home)
    assert (after.database_port, after.mqtt_port) != (before.database_port, before.mqtt_port)
    assert notes(after.database_url) == ["moved"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(before.database_url)


def test_two_homes_run_side_by_side(stack: local.StackAddress, stack_home: Path) -> None:
    other = start_on_free_ports(stack_home)
    assert not set(pids(stack.home).values()) & set(pids(other.home).values())
    local.down(other.home)
    assert None not in pids(stack.home).values()


@pytest.mark.parametrize(
    ("setting", "wanted", "remark"),
    [
        ("OUTFALL_DATABASE_PORT", "database_port", "the database's"),
        ("OUTFALL_MQTT_PORT", "mqtt_port", "the broker's"),
    ],
)
def test_a_taken_port_is_named_with_its_setting_and_its_holder(
    stack_home: Path, setting: str, wanted: str, remark: str
) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        taken = occupant.getsockname()[1]
        ports = {"database_port": local.free_port(), "mqtt_port": local.free_port(), wanted: taken}
        with pytest.raises(PortTaken, match=setting) as caught:
            local.up(stack_home, progress=lambda *_: None, **ports)
    assert f"process {os.getpid()}" in caught.value.message, remark
    assert str(taken) in caught.value.message


def test_what_a_failed_start_left_running_is_stopped_by_down(stack_home: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        with pytest.raises(PortTaken):
            local.up(
                stack_home,
                database_port=local.free_port(),
                mqtt_port=occupant.getsockname()[1],
                progress=lambda *_: None,
            )
    data = str(stack_home / "postgres" / "data")
    assert running_with("-D", data), "the database was up before the broker failed"
    local.down(stack_home)
    assert running_with("-D", data) == []


def test_a_home_without_a_stack_is_said_to_have_none(tmp_path: Path) -> None:
    assert not local.exists(tmp_path)
    local.down(tmp_path)
    for ask in (local.status, local.env, local.address):
        with pytest.raises(StackNotThere, match="outfall stack up"):
            ask(tmp_path)


def test_a_throw_away_home_leaves_no_process_and_no_file(stack: local.StackAddress) -> None:
    with throw_away_home() as home:
        start_on_free_ports(home)
        running = [process for process in pids(home).values() if process]
    assert not home.parent.exists()
    assert [command_line(process) for process in running] == [[], []]
