"""No root is needed: the same stack under an account that owns nothing but its home."""

from __future__ import annotations

import json
import os
import pwd
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from deploy import stack as local
from deploy.stack.errors import HomeUnusable
from deploy.stack.prefix import prefix_root
from tests.fixtures.stack import start_on_free_ports

NOBODY = "nobody"
"""On every Debian; owns no file."""


def as_ordinary_user(work: Callable[[], object]) -> object:
    """Run ``work`` as an ordinary user and return what it gives (JSON values); when this is no root, simply run it.

    A fork and not a new interpreter, because the one that runs the tests may lie where others cannot reach it.
    """
    if os.geteuid() != 0:
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            account = pwd.getpwnam(NOBODY)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            answer = {"gave": work()}
        except BaseException:
            answer = {"raised": traceback.format_exc()}
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "raised" not in answer, answer["raised"]
    return answer["gave"]


def test_an_ordinary_user_brings_the_stack_up_uses_it_and_takes_it_down(
    stack: local.StackAddress, stack_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run's own stack has installed the programs; an ordinary user may read and run them.
    monkeypatch.setenv("OUTFALL_PREFIX", str(prefix_root(stack.home)))
    stack_home.mkdir()
    if os.geteuid() == 0:
        os.chown(stack_home, pwd.getpwnam(NOBODY).pw_uid, pwd.getpwnam(NOBODY).pw_gid)

    def work() -> object:
        address = start_on_free_ports(stack_home)
        with psycopg.connect(address.database_url) as connection:
            connection.execute("create table note (text text)")
        processes = [service.pid for service in local.status(stack_home).services]
        owners = [Path(f"/proc/{process}").stat().st_uid for process in processes if process]
        local.down(stack_home)
        running = [service.running for service in local.status(stack_home).services]
        return {"owners": owners, "me": os.geteuid(), "running": running}

    found = as_ordinary_user(work)
    assert isinstance(found, dict)
    assert found["me"] != 0
    assert found["owners"] == [found["me"]] * 2
    assert found["running"] == [False, False]
    if os.geteuid() == 0:
        os.chown(stack_home, 0, 0)


def test_an_ordinary_user_cannot_use_a_home_of_another(stack: local.StackAddress) -> None:
    def work() -> object:
        try:
            local.up(stack.home, database_port=1, mqtt_port=1, progress=lambda *_: None)
        except HomeUnusable as error:
            return error.message
        return "nothing was raised"

    if os.geteuid() == 0:
        assert "OUTFALL_HOME" in str(as_ordinary_user(work))
    else:
        with pytest.raises(HomeUnusable, match="OUTFALL_HOME"):
            local.up(Path("/outfall-not-mine"), database_port=1, mqtt_port=1, progress=lambda *_: None)


def test_root_needs_a_home_that_the_servers_user_can_reach(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        start_on_free_ports(tmp_path / "home")
        local.down(tmp_path / "home")
        return
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(HomeUnusable, match=r"may not enter.*OUTFALL_HOME"):
        local.up(closed / "home", database_port=1, mqtt_port=1, progress=lambda *_: None)
