"""Mosquitto: configuration, users, start, reload, stop."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.stack import processes
from deploy.stack.broker_config import SERVICE_USER, Tls, render_broker_acl, render_broker_config
from deploy.stack.errors import BrokerFailed, failure
from deploy.stack.gateways import gateway_passwords
from deploy.stack.home import Home
from deploy.stack.ports import check_port
from deploy.stack.prefix import Prefix
from deploy.stack.secrets import broker_password_line, secret

Progress = Callable[[str, float | None], None]

START_SECONDS = 30
ANY_ADDRESS = "0.0.0.0"
STOP_SECONDS = 60
"""A stopping broker writes its memory to disk; with a full queue that takes seconds."""


def pid(home: Home) -> int | None:
    """The broker of this home, or None when it does not run."""
    found = [
        number
        for number in processes.running_with("-c", str(home.broker_config))
        if _program(number) == "mosquitto"
    ]
    return found[0] if found else None


def _program(number: int) -> str:
    """Name of a process's program; empty when it has ended since it was listed."""
    words = processes.command_line(number)
    return Path(words[0]).name if words else ""


def service_url(home: Home, address: str, port: int) -> str:
    """URL of the platform's broker user on the plain listener. Holds a password."""
    return f"mqtt://{SERVICE_USER}:{secret(home, 'broker-service')}@{_reachable(address)}:{port}"


def start(home: Home, prefix: Prefix, *, address: str, port: int, tls_port: int, progress: Progress) -> None:
    """Bring the broker up; one that runs with the same configuration is left alone, one with another is restarted.

    Raises PortTaken or BrokerFailed.
    """
    tls = _tls(home, tls_port)
    text = render_broker_config(
        port=port,
        address=address,
        data=str(home.broker_data),
        passwords=str(home.broker / "passwords"),
        acl=str(home.broker / "acl"),
        log=[f"file {home.broker_log}"],
        tls=tls,
    )
    if pid(home) is not None:
        if home.broker_config.read_text(encoding="utf-8") == text:
            return
        progress("restarting Mosquitto with a new configuration", None)
        stop(home)
    check_port(address, port, setting="OUTFALL_MQTT_PORT", purpose="the broker")
    if tls is not None:
        check_port(ANY_ADDRESS, tls.port, setting="OUTFALL_MQTT_TLS_PORT", purpose="the broker with TLS")
    home.write(home.broker_config, text, server_reads=True)
    home.write(home.broker / "acl", render_broker_acl(), server_reads=True)
    write_users(home, gateway_passwords(home))
    progress("starting Mosquitto", None)
    _launch(home, prefix, address, port)


def write_users(home: Home, gateways: Mapping[str, str]) -> None:
    """Replace the password file: the platform and the gateways, each with its password. `reload` makes the broker read it."""
    users = {SERVICE_USER: secret(home, "broker-service"), **gateways}
    lines = [broker_password_line(user, password) for user, password in users.items()]
    home.write(home.broker / "passwords", "\n".join(lines) + "\n", server_reads=True)


def reload(home: Home) -> None:
    """Make a running broker read users and access rules anew; connected clients stay."""
    running = pid(home)
    if running is not None:
        processes.signal_process(running, signal.SIGHUP)


def stop(home: Home) -> None:
    """Stop the broker and wait until it has written its memory to disk. Raises BrokerFailed."""
    running = pid(home)
    if running is None:
        return
    processes.signal_process(running, signal.SIGTERM)
    if not processes.wait_until_gone([running], STOP_SECONDS):
        raise BrokerFailed(f"Mosquitto (process {running}) does not stop; see {home.broker_log}.")


def _tls(home: Home, port: int) -> Tls | None:
    files = [home.certificates / name for name in ("ca.crt", "server.crt", "server.key")]
    if not all(file.exists() for file in files):
        return None
    ca, certificate, key = (str(file) for file in files)
    return Tls(ca=ca, certificate=certificate, key=key, port=port)


def _launch(home: Home, prefix: Prefix, address: str, port: int) -> None:
    since = processes.begin_log(home.broker_log)
    done = home.account.run(
        [prefix.mosquitto, "-c", home.broker_config, "-d"],
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OPENSSL_CONF": "/dev/null"},
        cwd=home.broker_data,
    )
    deadline = time.monotonic() + START_SECONDS
    answers = False
    while done.returncode == 0 and not answers and time.monotonic() < deadline:
        answers = pid(home) is not None and _answers(address, port)
        if not answers and processes.size_of(home.broker_log) > since and pid(home) is None:
            break
        if not answers:
            time.sleep(processes.POLL_SECONDS)
    if not answers:
        said = done.stdout.strip() or processes.last_lines(home.broker_log, since=since)
        raise failure(
            BrokerFailed, home.path, f"Mosquitto did not start: {said} (whole log: {home.broker_log})"
        )


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((_reachable(address), port), timeout=1).close()
    except OSError:
        return False
    return True


def _reachable(address: str) -> str:
    return "127.0.0.1" if address == ANY_ADDRESS else address
