"""Homes, prefixes, ports and processes, without any server."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack import prefix as prefixes
from deploy.stack import processes
from deploy.stack.account import Account
from deploy.stack.broker_config import SERVICE_USER
from deploy.stack.errors import (
    DiskFull,
    HomeUnusable,
    PortTaken,
    PostgresFailed,
    check_space,
    explained,
    failure,
)
from deploy.stack.gateways import choose_gateways, gateway_password, gateway_passwords
from deploy.stack.home import Home
from deploy.stack.ports import check_port, free_port
from deploy.stack.prefix import LAYOUT, newest, prefix_root
from deploy.stack.secrets import secret
from store.errors import StackError
from tests.fixtures.waiting import until

SOMEBODY = Account(uid=4242, gid=4242, switch=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home", Account(os.geteuid(), os.getegid(), switch=False))
    made.lay_out()
    return made


def test_everything_secret_is_closed_to_others(home: Home) -> None:
    secret(home, "database-admin")
    closed = [home.secrets, home.gateway_secrets, home.postgres_data, home.broker_data, home.logs, home.run]
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o700}
    assert stat.S_IMODE((home.secrets / "database-admin").stat().st_mode) == 0o600


def test_a_secret_is_made_once_and_is_never_the_same_elsewhere(home: Home) -> None:
    first = secret(home, "one")
    assert secret(home, "one") == first
    assert secret(home, "two") != first
    assert len(first) == 32


def test_gateways_keep_their_passwords_and_those_that_leave_are_forgotten(home: Home) -> None:
    first = choose_gateways(home, ["gw-one", "gw-two"])
    assert choose_gateways(home, ["gw-two", "gw-three"])["gw-two"] == first["gw-two"]
    assert set(gateway_passwords(home)) == {"gw-two", "gw-three"}
    assert gateway_password(home, "gw-two") == first["gw-two"]
    with pytest.raises(StackError, match="sites apply"):
        gateway_password(home, "gw-one")
    with pytest.raises(StackError):
        choose_gateways(home, [SERVICE_USER])


def test_a_directory_closed_to_the_servers_user_is_named_with_the_way_out(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(HomeUnusable, match="OUTFALL_HOME") as caught:
        SOMEBODY.check_reaches(closed / "home", setting="OUTFALL_HOME")
    assert caught.value.code == "home_unusable"


def test_a_deep_home_gets_no_socket(tmp_path: Path) -> None:
    account = Account(os.geteuid(), os.getegid(), switch=False)
    assert Home(Path("/short"), account).socket_directory == Path("/short/run")
    assert Home(tmp_path / ("d" * 100), account).socket_directory is None


@pytest.mark.parametrize(
    ("number", "expected", "remark"),
    [
        (errno.ENOSPC, DiskFull, "the disk is full"),
        (errno.EDQUOT, DiskFull, "the quota is used up"),
        (errno.EACCES, HomeUnusable, "not allowed"),
        (errno.EROFS, HomeUnusable, "mounted read-only"),
        (errno.ENOTDIR, HomeUnusable, "a file where a directory should be"),
        (errno.EIO, OSError, "a broken disk is nobody's mistake and stays what it is"),
    ],
)
def test_errors_of_the_file_system_are_explained(number: int, expected: type[Exception], remark: str) -> None:
    with pytest.raises(expected) as caught, explained(Path("/data")):
        raise OSError(number, os.strerror(number), "/data/file")
    if isinstance(caught.value, StackError):
        assert "OUTFALL_HOME" in caught.value.message, remark
    else:
        assert caught.value.errno == number  # type: ignore[attr-defined]


def test_a_server_that_found_the_disk_full_says_so() -> None:
    assert isinstance(failure(PostgresFailed, Path("/d"), "FATAL: No space left on device"), DiskFull)
    assert isinstance(failure(PostgresFailed, Path("/d"), "FATAL: something else"), PostgresFailed)


def test_too_little_space_is_found_before_anything_is_written(tmp_path: Path) -> None:
    check_space(tmp_path, 1)
    with pytest.raises(DiskFull, match="MB free"):
        check_space(tmp_path, 1 << 60)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeUnusable):
        Home(tmp_path / "file", Account(os.geteuid(), os.getegid(), switch=False)).lay_out()


def test_a_taken_port_names_who_has_it_and_the_setting() -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            check_port("127.0.0.1", port, setting="OUTFALL_MQTT_PORT", purpose="the broker")
    assert caught.value.code == "port_taken"
    assert caught.value.facts["port"] == port
    assert f"process {os.getpid()}" in caught.value.message
    assert "OUTFALL_MQTT_PORT" in caught.value.message


def test_an_address_of_another_machine_is_no_taken_port() -> None:
    with pytest.raises(PortTaken, match="cannot be used"):
        check_port("192.0.2.1", free_port(), setting="OUTFALL_MQTT_PORT", purpose="the broker")


def write_prefix(root: Path, name: str, layout: int, modified: int) -> Path:
    place = root / name
    place.mkdir(parents=True)
    manifest = place / prefixes.MANIFEST
    versions = {"postgresql-17": "17.5-0+deb13u1", "procps": "2:4.0.4-9"}
    manifest.write_text(json.dumps({"layout": layout, "packages": versions}), encoding="utf-8")
    os.utime(manifest, (modified, modified))
    return place


def test_only_a_complete_prefix_of_this_layout_is_used_and_the_newest_of_them(tmp_path: Path) -> None:
    assert newest(tmp_path / "nowhere") is None
    write_prefix(tmp_path, "of-another-layout", LAYOUT + 1, 300)
    (tmp_path / ".building-cut-short" / "tree").mkdir(parents=True)
    (tmp_path / "without-manifest").mkdir()
    assert newest(tmp_path) is None
    write_prefix(tmp_path, "older", LAYOUT, 100)
    expected = write_prefix(tmp_path, "newer", LAYOUT, 200)
    found = newest(tmp_path)
    assert found is not None
    assert found.path == expected
    assert (found.version("postgresql-17"), found.version("procps")) == ("17.5", "4.0.4")


def test_homes_of_one_user_share_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTFALL_PREFIX", raising=False)
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path / "one"))
    first = prefix_root(tmp_path / "one")
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path / "two"))
    assert prefix_root(tmp_path / "two") == first
    monkeypatch.setenv("OUTFALL_PREFIX", str(tmp_path / "elsewhere"))
    assert prefix_root(tmp_path / "two") == tmp_path / "elsewhere"


def test_a_process_is_known_by_its_words_and_gone_when_it_is_a_zombie() -> None:
    mark = f"outfall-test-{os.getpid()}"
    waits = "import sys; sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", waits, mark], stdin=subprocess.PIPE)
    try:
        # A process that has just been started has no words for a moment.
        until(lambda: processes.running_with(mark) == [process.pid], "the process to have its words")
        assert processes.wait_until_gone([process.pid], 0) is False
        process.kill()
        # Not reaped yet: the number exists, the process does not.
        assert processes.wait_until_gone([process.pid], 30)
        assert Path(f"/proc/{process.pid}").exists()
        assert processes.running_with(mark) == []
    finally:
        process.communicate()


def test_an_error_quotes_only_what_the_log_gained(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert "no log" in processes.last_lines(log)
    log.write_text("old trouble\n", encoding="utf-8")
    since = processes.begin_log(log)
    assert "empty" in processes.last_lines(log, since=since)
    with log.open("a", encoding="utf-8") as file:
        file.write("new trouble\nmore\n")
    assert processes.last_lines(log, since=since) == "new trouble | more"


def test_a_large_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(processes.LOG_BYTES_KEPT + 1)
    assert processes.begin_log(log) == 0
    assert (tmp_path / "log.old").stat().st_size == processes.LOG_BYTES_KEPT + 1
