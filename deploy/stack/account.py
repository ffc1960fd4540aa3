"""The account the servers run under: the caller, or a system user when the caller is root.

PostgreSQL refuses to run as root, and a broker that faces the network should not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.stack.errors import AccountMissing, HomeUnusable

SYSTEM_USER = "outfall"


@dataclass(frozen=True, slots=True)
class Account:
    """User and group of the servers; ``switch`` is true when starting them means changing to it."""

    uid: int
    gid: int
    switch: bool

    def give(self, path: Path) -> None:
        """Make the account the owner of ``path``."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def check_reaches(self, path: Path, *, setting: str) -> None:
        """Raise HomeUnusable when a directory on the way to ``path`` is closed to the account."""
        if not self.switch:
            return
        for directory in path.absolute().parents:
            if not self._may_enter(directory.stat()):
                raise HomeUnusable(
                    f"{path} lies below {directory}, which the system user {SYSTEM_USER} that runs the servers may not "
                    f"enter. Set {setting} to a path outside it (default /var/lib/outfall), or run as an ordinary user.",
                    path=str(directory),
                )

    def _may_enter(self, directory: os.stat_result) -> bool:
        if directory.st_uid == self.uid:
            return bool(directory.st_mode & 0o100)
        if directory.st_gid == self.gid:
            return bool(directory.st_mode & 0o010)
        return bool(directory.st_mode & 0o001)

    def run(
        self,
        command: Sequence[str | Path],
        *,
        environment: dict[str, str],
        cwd: Path,
        output: IO[bytes] | int = subprocess.PIPE,
    ) -> subprocess.CompletedProcess[str]:
        """Run a short command under the account and wait for it; output and errors come together as text."""
        return subprocess.run(
            [str(word) for word in command],
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
            umask=0o077,
            start_new_session=True,
            text=True,
            errors="replace",
            check=False,
        )


def server_account() -> Account:
    """The account for the servers of this caller; root makes the system user on first use.

    Raises AccountMissing when that is impossible.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    found = _find(SYSTEM_USER) or _make(SYSTEM_USER)
    return Account(found.pw_uid, found.pw_gid, switch=True)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make(name: str) -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    said = "useradd is not installed"
    if useradd is not None:
        done = subprocess.run(
            [
                useradd,
                "--system",
                "--user-group",
                "--home-dir=/nonexistent",
                "--shell=/usr/sbin/nologin",
                name,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stderr.strip()
    made = _find(name)
    if made is None:
        raise AccountMissing(
            f"Root needs the system user {name} for the servers and could not make it ({said}). "
            f"Make it (useradd --system {name}), or run Outfall as an ordinary user.",
            user=name,
        )
    return made
