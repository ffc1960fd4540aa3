"""Why the local stack could not be brought up, one class a cause.

::

    StackError
    ├── NotDebian              the apt tools are missing                        not_debian
    ├── ArchitectureUnsupported                                                 architecture_unsupported
    ├── NoMirror               apt knows no Debian archive                      no_mirror
    ├── DownloadFailed         the mirror is away or refused                    download_failed
    ├── DiskFull                                                                disk_full
    ├── HomeUnusable           not writable, not reachable, somebody else's     home_unusable
    ├── AccountMissing         no system user could be made                     account_missing
    ├── PortTaken                                                               port_taken
    ├── TimeZonesMissing       the machine has no time zone data                time_zones_missing
    ├── PostgresFailed                                                          postgres_failed
    ├── BrokerFailed                                                            broker_failed
    ├── StackNotThere          asked about a home that was never started        stack_not_there
    └── GatewayUnknown         no such broker user                              gateway_unknown
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import StackError

OTHER_WAYS = "Other ways: `docker compose up`, or point OUTFALL_DATABASE_URL and OUTFALL_MQTT_URL at servers you already have."


class NotDebian(StackError):
    """The machine lacks apt-get, apt-config or dpkg-deb, so there is nothing to fetch the servers with."""

    default_code = "not_debian"


class ArchitectureUnsupported(StackError):
    """The processor is neither amd64 nor arm64."""

    default_code = "architecture_unsupported"


class NoMirror(StackError):
    """No Debian archive is among apt's configured sources."""

    default_code = "no_mirror"


class DownloadFailed(StackError):
    """The mirror could not be reached, lacks a package, or its signature does not hold."""

    default_code = "download_failed"


class DiskFull(StackError):
    """Too little space is left to install or start."""

    default_code = "disk_full"


class HomeUnusable(StackError):
    """The home cannot be written, cannot be reached by the servers' user, or belongs to another user."""

    default_code = "home_unusable"


class AccountMissing(StackError):
    """Root must start the servers under another user, and none could be made."""

    default_code = "account_missing"


class PortTaken(StackError):
    """Another program listens where a server should."""

    default_code = "port_taken"


class TimeZonesMissing(StackError):
    """PostgreSQL reads the time zones of the machine, and there are none."""

    default_code = "time_zones_missing"


class PostgresFailed(StackError):
    """PostgreSQL did not start, or did not stop; the message ends with its last log lines."""

    default_code = "postgres_failed"


class BrokerFailed(StackError):
    """Mosquitto did not start, or did not stop; the message ends with its last log lines."""

    default_code = "broker_failed"


class StackNotThere(StackError):
    """The home holds no stack yet."""

    default_code = "stack_not_there"


class GatewayUnknown(StackError):
    """The name is no gateway of the registry, or cannot be one."""

    default_code = "gateway_unknown"


def check_space(place: Path, needed: int) -> None:
    """Raise DiskFull when fewer than ``needed`` bytes are free where ``place`` lies."""
    free = shutil.disk_usage(place).free
    if free < needed:
        raise DiskFull(
            f"{place} has {free // 1024**2} MB free and the local stack needs {needed // 1024**2} MB. "
            "Free some, or set OUTFALL_HOME (and OUTFALL_PREFIX) to a larger file system.",
            path=str(place),
        )


def failure(kind: type[StackError], place: Path, message: str) -> StackError:
    """A server's failure below ``place`` as an error: DiskFull when its own words say so, else ``kind``."""
    if os.strerror(errno.ENOSPC) in message:
        return DiskFull(f"No space is left for {place}: {message}", path=str(place))
    return kind(message)


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden directory below ``place`` into DiskFull or HomeUnusable."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"No space is left for {place}. Free some, or set OUTFALL_HOME to a larger file system.",
                path=str(place),
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise HomeUnusable(
                f"{error.filename or place} cannot be used ({error.strerror}). "
                "Set OUTFALL_HOME to a directory that you may write to.",
                path=str(error.filename or place),
            ) from error
        raise
