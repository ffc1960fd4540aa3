"""What the servers are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stack.broker_config import Tls, check_gateway_name, render_broker_acl, render_broker_config
from deploy.stack.errors import GatewayUnknown
from deploy.stack.postgres_config import MIB, render_postgres_config
from deploy.stack.secrets import broker_password_line

GIB = 1024 * MIB


def broker_lines(**changed: object) -> list[str]:
    values: dict[str, object] = {
        "port": 1883, "address": "127.0.0.1", "data": "/home/data", "passwords": "/home/passwords",
        "acl": "/home/acl", "log": ["file /home/log"], **changed,
    }  # fmt: skip
    text = render_broker_config(**values)  # type: ignore[arg-type]
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_nobody_gets_in_without_a_name_and_what_waits_is_kept() -> None:
    lines = broker_lines()
    for wanted in (
        "allow_anonymous false",
        "persistence true",
        "persistence_location /home/data/",
        "listener 1883 127.0.0.1",
    ):
        assert wanted in lines  # fmt: skip
    numbers = dict(line.split(" ", 1) for line in lines)
    assert int(numbers["message_size_limit"]) > 5 * MIB, "a 5 MB message must get through"
    assert int(numbers["max_inflight_bytes"]) >= int(numbers["message_size_limit"])
    assert int(numbers["max_queued_messages"]) >= 90_000, "72 hours of the five sites"


def test_a_container_listens_on_all_addresses_and_logs_to_its_output() -> None:
    lines = broker_lines(address=None, log=["stdout"])
    assert "listener 1883" in lines
    assert "log_dest stdout" in lines


def test_there_is_a_tls_listener_only_with_certificates() -> None:
    assert not [line for line in broker_lines() if "cafile" in line]
    lines = broker_lines(tls=Tls(ca="/ca.crt", certificate="/server.crt", key="/server.key", port=8883))
    place = lines.index("listener 8883")
    assert lines[place + 1 : place + 4] == ["cafile /ca.crt", "certfile /server.crt", "keyfile /server.key"]


def test_the_access_rules_are_those_of_the_contract() -> None:
    rules = [line for line in render_broker_acl().splitlines() if line and not line.startswith("#")]
    assert rules == [
        "pattern write outfall/v1/%u/hj212",
        "pattern write outfall/v1/%u/json",
        "pattern write outfall/v1/%u/neuron",
        "pattern write outfall/v1/%u/status",
        "pattern read outfall/v1/%u/down",
        "user outfall-ingest",
        "topic read outfall/v1/+/hj212",
        "topic read outfall/v1/+/json",
        "topic read outfall/v1/+/neuron",
        "topic read outfall/v1/+/status",
        "topic write outfall/v1/+/down",
    ]


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("outfall-ingest", "the platform's own"),
        ("", "nothing"),
        ("a", "too short"),
        ("Gw-One", "capitals"),
        ("gw/one", "a topic level"),
        ("gw+", "a wildcard"),
        ("#", "a wildcard"),
        ("gw:one", "the separator of the password file"),
        ("gw-one\n", "a line break"),
        ("../database-admin", "a path"),
        (".hidden", "a hidden file"),
        ("g" * 64, "too long"),
    ],
)
def test_a_name_that_could_slip_into_a_rule_is_no_gateway(name: str, remark: str) -> None:
    with pytest.raises(GatewayUnknown):
        check_gateway_name(name)


OPENSSL_SAYS = "GKi4qDyk9y4EWmYPwoG2Z68xDS4geZItBOL+r9OzoRFUOftyza0bBNYPi42rbBMws2OTLsfxYvabe/4weVE1LQ=="


def test_a_password_line_is_what_mosquittos_own_tool_computes() -> None:
    # PBKDF2-HMAC-SHA512, 101 rounds, of "secret" with twelve zero bytes; computed with openssl kdf.
    line = broker_password_line("gw-one", "secret", salt=bytes(12))
    assert line == f"gw-one:$7$101$AAAAAAAAAAAAAAAA${OPENSSL_SAYS}"


@pytest.mark.parametrize(
    ("memory", "buffers", "remark"),
    [
        (1 * GIB, "128MB", "never below PostgreSQL's own default"),
        (4 * GIB, "512MB", "a small server"),
        (24 * GIB, "2048MB", "a large one leaves the rest to the page cache"),
    ],
)
def test_postgres_takes_its_share_of_the_memory(memory: int, buffers: str, remark: str) -> None:
    assert f"shared_buffers = '{buffers}'" in postgres_config(memory=memory), remark


def test_postgres_listens_on_the_loopback_and_loads_timescaledb() -> None:
    text = postgres_config(memory=4 * GIB)
    for line in (
        "listen_addresses = '127.0.0.1'",
        "port = '5433'",
        "shared_preload_libraries = 'timescaledb'",
        "timescaledb.telemetry_level = 'off'",
        "fsync = 'on'",
        "synchronous_commit = 'on'",
        "password_encryption = 'scram-sha-256'",
    ):
        assert line in text.splitlines()


def test_a_home_too_deep_for_a_socket_has_none() -> None:
    assert "unix_socket_directories = ''" in postgres_config(memory=GIB, socket_directory=None)


def postgres_config(*, memory: int, socket_directory: Path | None = Path("/home/run")) -> str:
    return render_postgres_config(
        port=5433,
        hba=Path("/home/hba"),
        socket_directory=socket_directory,
        cluster="outfall-x",
        memory=memory,
    )
