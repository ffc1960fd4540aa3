"""Where a local stack keeps its things, and who owns them.

::

    <home>/
    ├── stack.env            OUTFALL_* of this stack, read by every process (0600)
    ├── stack.json           ports and prefix of the last start
    ├── secrets/             one password a file (0700, 0600)
    ├── logs/                postgres.log, mosquitto.log
    ├── run/                 the database's socket
    ├── postgres/            postgresql.conf, pg_hba.conf
    │   └── data/            the cluster
    └── broker/              mosquitto.conf, acl, passwords, certificates
        └── data/            the broker's memory across restarts

Started by root, the servers run as the system user and own only ``logs``, ``run`` and the two ``data`` directories, so that a
hole in a server does not reach the configuration or the secrets. Otherwise everything belongs to the caller.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.account import Account
from deploy.stack.errors import HomeUnusable, explained

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600
SOCKET_PATH_BYTES = 107
"""Longest path of a Unix socket (sun_path of unix(7) holds 108 bytes with the closing zero)."""


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one home, and the account its servers run under."""

    path: Path
    account: Account

    @property
    def stack_env(self) -> Path:
        return self.path / "stack.env"

    @property
    def stack_record(self) -> Path:
        return self.path / "stack.json"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def gateway_secrets(self) -> Path:
        return self.secrets / "gateways"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def postgres_data(self) -> Path:
        return self.postgres / "data"

    @property
    def postgres_log(self) -> Path:
        return self.logs / "postgres.log"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    @property
    def broker_data(self) -> Path:
        return self.broker / "data"

    @property
    def broker_config(self) -> Path:
        return self.broker / "mosquitto.conf"

    @property
    def broker_log(self) -> Path:
        return self.logs / "mosquitto.log"

    @property
    def certificates(self) -> Path:
        return self.broker / "certificates"

    @property
    def socket_directory(self) -> Path | None:
        """Where PostgreSQL puts its socket; None when the path would be too long for one."""
        longest = self.run / ".s.PGSQL.65535"
        return self.run if len(os.fsencode(longest)) <= SOCKET_PATH_BYTES else None

    def lay_out(self) -> None:
        """Make the directories with their owners. Raises HomeUnusable or DiskFull."""
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self._check_ours()
            self.account.check_reaches(self.path, setting="OUTFALL_HOME")
            for own in (self.secrets, self.gateway_secrets):
                own.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
                own.chmod(PRIVATE_DIRECTORY)
            for shared in (self.postgres, self.broker, self.certificates):
                shared.mkdir(exist_ok=True)
                shared.chmod(0o755)
            for theirs in (self.logs, self.run, self.postgres_data, self.broker_data):
                theirs.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
                self.account.give(theirs)
                theirs.chmod(PRIVATE_DIRECTORY)

    def _check_ours(self) -> None:
        found = self.path.stat()
        if found.st_uid != os.geteuid():
            raise HomeUnusable(
                f"{self.path} belongs to another user (id {found.st_uid}). "
                "Set OUTFALL_HOME to a directory of your own, or run as that user.",
                path=str(self.path),
            )
        if self.account.switch:
            self.path.chmod(stat.S_IMODE(found.st_mode) | 0o711)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one start or stop of a home at a time; others wait."""
        with explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            handle = (self.path / ".lock").open("a")
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def write(self, path: Path, text: str, *, server_reads: bool = False) -> None:
        """Replace a file in one step, readable by its owner only; ``server_reads`` gives it to the servers' account."""
        partial = path.with_name(f".{path.name}.partial")
        with explained(path.parent):
            partial.unlink(missing_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if server_reads:
                self.account.give(partial)
            partial.replace(path)
