"""Up, down, status and env of one home."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from deploy.stack import broker, postgres
from deploy.stack import gateways as gateway_secrets
from deploy.stack.account import server_account
from deploy.stack.download import Progress
from deploy.stack.errors import check_space
from deploy.stack.home import Home
from deploy.stack.prefix import Prefix, ensure_prefix, prefix_root
from deploy.stack.record import Record, exists, load_record
from store.queries import queries

MQTT_TLS_PORT = 8883
"""Registered for MQTT over TLS (IANA secure-mqtt)."""

FIRST_START_BYTES = 200 * 1024 * 1024
"""A new cluster with its first write-ahead log takes 60 MB; below this the first hour of data would end it."""


@dataclass(frozen=True, slots=True)
class StackAddress:
    """Where a running stack is reached. The URLs hold passwords and are left out of its text form."""

    home: Path
    database_port: int
    mqtt_port: int
    database_url: str = field(repr=False)
    admin_database_url: str = field(repr=False)
    mqtt_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One server: ``pid`` is None when it is down; ``version`` as upstream numbers it."""

    name: str
    running: bool
    pid: int | None
    port: int
    version: str


@dataclass(frozen=True, slots=True)
class StackStatus:
    """Both servers, and the edition of TimescaleDB (``apache`` or ``timescale``)."""

    home: Path
    services: tuple[ServiceStatus, ...]
    timescaledb_version: str
    timescaledb_edition: str

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {**asdict(self), "home": str(self.home)}


def up(
    home: Path,
    *,
    database_port: int,
    mqtt_port: int,
    progress: Progress,
    mqtt_address: str = "127.0.0.1",
    mqtt_tls_port: int = MQTT_TLS_PORT,
) -> StackAddress:
    """Install what is missing, start what does not run, and say where it is.

    A second call is quick and changes nothing. A call with another port restarts that server there. The plain listener of the
    broker is on ``mqtt_address``; the one with TLS, when certificates were made, on all addresses. Raises StackError.
    """
    place = Home(home.absolute(), server_account())
    with _usual_umask(), place.locked():
        place.lay_out()
        if not exists(place.path):
            check_space(place.path, FIRST_START_BYTES)
        prefix = ensure_prefix(prefix_root(place.path), place.account, progress)
        postgres.start(place, prefix, wanted_port=database_port, progress=progress)
        broker.start(
            place, prefix, address=mqtt_address, port=mqtt_port, tls_port=mqtt_tls_port, progress=progress
        )
        record = _record(place, prefix, database_port, mqtt_port, mqtt_address, mqtt_tls_port)
        record.save(place)
        place.write(
            place.stack_env, "".join(f"{name}={value}\n" for name, value in _env(place, record).items())
        )
    return _address(place, record)


def down(home: Path) -> None:
    """Stop both servers and wait; data stay. A home without a stack is fine. Raises StackError.

    Also stops what a start that failed half-way has left, so it asks for the directories and not for the record of a start.
    """
    if not (home / "postgres").is_dir():
        return
    place = Home(home.absolute(), server_account())
    with place.locked():
        broker.stop(place)
        postgres.stop(place)


def status(home: Path) -> StackStatus:
    """What runs in this home. Raises StackNotThere when it was never started."""
    record = load_record(home)
    place = Home(home.absolute(), server_account())
    database, mqtt = postgres.pid(place), broker.pid(place)
    return StackStatus(
        home=place.path,
        services=(
            ServiceStatus(
                "database", database is not None, database, record.database_port, record.database_version
            ),
            ServiceStatus("broker", mqtt is not None, mqtt, record.mqtt_port, record.broker_version),
        ),
        timescaledb_version=record.timescaledb_version,
        timescaledb_edition=record.timescaledb_edition,
    )


def env(home: Path) -> dict[str, str]:
    """The settings that reach this stack, passwords included. Raises StackNotThere."""
    return _env(Home(home.absolute(), server_account()), load_record(home))


def address(home: Path) -> StackAddress:
    """Where the stack of this home is, running or not. Raises StackNotThere."""
    return _address(Home(home.absolute(), server_account()), load_record(home))


def sync_gateways(home: Path, gateway_ids: Iterable[str]) -> dict[str, str]:
    """Make exactly these gateways users of the broker; password by gateway.

    Passwords are made once and stay. A running broker learns of the change at once; gateways that left are disconnected.
    Raises GatewayUnknown for a name that cannot be a broker user, and StackNotThere.
    """
    load_record(home)
    place = Home(home.absolute(), server_account())
    with place.locked():
        before = gateway_secrets.gateway_passwords(place)
        after = gateway_secrets.choose_gateways(place, gateway_ids)
        if after != before:
            broker.write_users(place, after)
            broker.reload(place)
    return after


def gateway_passwords(home: Path) -> dict[str, str]:
    """Password by gateway, of every gateway the broker of this home knows."""
    return gateway_secrets.gateway_passwords(Home(home.absolute(), server_account()))


def gateway_password(home: Path, gateway_id: str) -> str:
    """The broker password of one gateway. Raises GatewayUnknown."""
    return gateway_secrets.gateway_password(Home(home.absolute(), server_account()), gateway_id)


@contextmanager
def _usual_umask() -> Iterator[None]:
    """The servers' user must be able to read the programs, whatever umask root works with."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _record(
    place: Home, prefix: Prefix, database_port: int, mqtt_port: int, mqtt_address: str, mqtt_tls_port: int
) -> Record:
    with psycopg.connect(postgres.service_url(place, database_port)) as connection:
        row = connection.execute(queries("stack")["edition"]).fetchone()
    return Record(
        database_port=database_port,
        mqtt_port=mqtt_port,
        prefix=str(prefix.path),
        database_version=prefix.version("postgresql-17"),
        timescaledb_version=prefix.version("postgresql-17-timescaledb"),
        timescaledb_edition=str(row[0]) if row else "unknown",
        broker_version=prefix.version("mosquitto"),
        mqtt_address=mqtt_address,
        mqtt_tls_port=mqtt_tls_port,
    )


def _env(place: Home, record: Record) -> dict[str, str]:
    return {
        "OUTFALL_HOME": str(place.path),
        "OUTFALL_DATABASE_PORT": str(record.database_port),
        "OUTFALL_MQTT_PORT": str(record.mqtt_port),
        "OUTFALL_MQTT_ADDRESS": record.mqtt_address,
        "OUTFALL_MQTT_TLS_PORT": str(record.mqtt_tls_port),
        "OUTFALL_DATABASE_URL": postgres.service_url(place, record.database_port),
        "OUTFALL_MQTT_URL": broker.service_url(place, record.mqtt_address, record.mqtt_port),
    }


def _address(place: Home, record: Record) -> StackAddress:
    return StackAddress(
        home=place.path,
        database_port=record.database_port,
        mqtt_port=record.mqtt_port,
        database_url=postgres.service_url(place, record.database_port),
        admin_database_url=postgres.admin_url(place, record.database_port),
        mqtt_url=broker.service_url(place, record.mqtt_address, record.mqtt_port),
    )
