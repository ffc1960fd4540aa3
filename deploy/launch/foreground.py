"""``outfall run``: everything up, one ready line, and in the foreground until Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deploy import localstack, stack
from deploy.launch.backfill import wait_for_history
from deploy.launch.bringup import (
    OFFICER,
    Say,
    bring_up_stack,
    install_browser_assets,
    officer_password,
    prepare,
    settings_of,
)
from deploy.launch.papers import file_papers
from deploy.launch.processes import Processes, Service
from deploy.launch.readiness import wait_until_ready
from store.errors import StackError
from store.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What ``outfall run`` was asked for."""

    sites: Path
    simulate: bool
    history_days: float
    scenarios: tuple[str, ...]


class _Stopped(Exception):
    """Ctrl-C or SIGTERM came while things were being brought up."""


def run_foreground(settings: Settings, options: RunOptions, say: Say) -> int:
    """Bring everything up, print the ready line, watch, and take everything down at the end. Returns the exit code."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, ask_to_stop)
    with only_one(settings.home):
        _check_http_port(settings)
        own_stack = not all(os.environ.get(name) for name in ("OUTFALL_DATABASE_URL", "OUTFALL_MQTT_URL"))
        processes: Processes | None = None
        try:
            install_browser_assets(say)
            _go_on(stop)
            environment = bring_up_stack(settings, say)
            _go_on(stop)
            passwords = prepare(environment, options.sites, say)
            password = officer_password(environment)
            processes = Processes(_service_environment(settings, environment))
            _start(processes, settings, options, passwords, say, stop)
            line = f"Outfall ready: {_address(settings)} user {OFFICER} password {password}"
            _announce(settings.home, line)
            while not stop.wait(1.0):
                processes.watch()
                if own_stack:
                    _watch_stack(settings, say)
        except _Stopped:
            say("stopped while starting")
        finally:
            ready_file(settings.home).unlink(missing_ok=True)
            if processes is not None:
                say("stopping ingest, alerts, api and simulator")
                processes.stop()
            if own_stack:
                say("stopping the local stack")
                stack.down(settings.home)
    return 0


def _watch_stack(settings: Settings, say: Say) -> None:
    """Start again a database or a broker that has died; what runs is left alone."""
    dead = [service.name for service in stack.status(settings.home).services if not service.running]
    if not dead:
        return
    log.warning("%s of the local stack ended; starting again", " and ".join(dead))
    try:
        localstack.start(settings, lambda step, _share: say(step))
    except StackError as error:
        # Tried again in a second; the services wait meanwhile and lose nothing.
        log.error("the local stack does not start: %s", error)


def _start(
    processes: Processes,
    settings: Settings,
    options: RunOptions,
    passwords: Mapping[str, str],
    say: Say,
    stop: threading.Event,
) -> None:
    logs = settings.home / "logs"
    for room in ("ingest", "alerts", "api"):
        processes.start(Service(room, (room,), logs / f"{room}.log"))

    def alive() -> None:
        _go_on(stop)
        processes.watch()

    say(f"starting ingest, alerts and api (logs in {logs})")
    wait_until_ready(_address(settings), alive)
    if not options.simulate:
        return
    if not passwords:
        say(
            "no simulator: with a broker of one's own give it the gateways' passwords and use `outfall simulate`"
        )
        return
    progress_file = settings.home / "run" / "simulator-progress.json"
    progress_file.parent.mkdir(parents=True, exist_ok=True)
    progress_file.unlink(missing_ok=True)
    arguments = ["deploy", "simulate", "--history-days", str(options.history_days)]
    arguments += ["--progress-file", str(progress_file)]
    for scenario in options.scenarios:
        arguments += ["--scenario", scenario]
    processes.start(Service("simulator", tuple(arguments), logs / "simulator.log"))
    wait_for_history(progress_file, say, alive)
    file_papers(settings_of(processes.environment), say, alive)


def _service_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "OUTFALL_HOME": str(settings.home), "OUTFALL_HTTP_PORT": str(settings.http_port)}


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise _Stopped


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.http_host in ("0.0.0.0", "::") else settings.http_host
    return f"http://{host}:{settings.http_port}"


def _check_http_port(settings: Settings) -> None:
    """Raises StackError ``port_taken`` at once rather than after everything else has started."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.http_host, settings.http_port))
        except OSError as error:
            raise StackError(
                f"Port {settings.http_port} on {settings.http_host} is taken ({error.strerror}): stop what listens there, or set "
                "OUTFALL_HTTP_PORT to another port.",
                code="port_taken",
            ) from error


def ready_file(home: Path) -> Path:
    """Holds the ready line while Outfall runs."""
    return home / "run" / "ready.json"


def _announce(home: Path, line: str) -> None:
    file = ready_file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump({"pid": os.getpid(), "line": line}, out)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of a home. Raises StackError ``already_running`` when another ``outfall run`` holds it."""
    folder = home / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "outfall.lock").open("a+")
    except OSError as error:
        raise StackError(
            f"The Outfall home {home} cannot be written ({error.strerror}): set OUTFALL_HOME to a folder of yours.",
            code="home_not_writable",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise StackError(
                f"Outfall already runs in {home} (process {lock.read().strip() or 'unknown'}). Stop it with `make down`, or "
                "give this one a home and ports of its own (OUTFALL_HOME, OUTFALL_HTTP_PORT, OUTFALL_MQTT_PORT, "
                "OUTFALL_DATABASE_PORT).",
                code="already_running",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
