"""Fetch the servers' packages with apt into a directory of our own.

apt runs with private state, cache and configuration: the machine's package lists are neither read nor changed, and no root is
needed. Of the machine's configuration only how to reach the network is taken over (proxies, retries).
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import OTHER_WAYS, DiskFull, DownloadFailed
from deploy.stack.mirror import KEYRING, Mirror

Progress = Callable[[str, float | None], None]

SUITE = "trixie"
"""Debian 13, the first stable release that packages TimescaleDB."""

WANTED = ("postgresql-17", "postgresql-client-17", "postgresql-17-timescaledb", "mosquitto")

# Perl serves Debian's cluster scripts, which are not used. LLVM is 130 MB unpacked for a just-in-time compiler that slows short
# queries down; it is off in our configuration.
_NOT_NEEDED = re.compile(r"^(libperl.*|lib.*-perl|libllvm.*|libz3-.*|libsemanage.*|libsepol.*|libpam-.*)$")
_LIBRARY = re.compile(r"^(lib.*|zlib1g)$")
_NETWORK_SETTING = re.compile(
    r"^Acquire::(http|https|Retries|ForceIPv4|ForceIPv6|Check-Valid-Until|Check-Date)\b"
)
_PLANNED = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+) (?P<bytes>\d+) (?P<hash>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """One package to fetch: name, version as Debian writes it, download size in bytes."""

    name: str
    version: str
    size: int


class Apt:
    """apt with a private world below ``directory``."""

    def __init__(self, directory: Path, mirror: Mirror) -> None:
        self._directory = directory
        self._mirror = mirror
        for name in ("state/lists/partial", "cache/archives/partial", "etc", "debs"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        (directory / "status").touch()
        (directory / "sources.list").write_text(
            f"deb [arch={mirror.architecture} signed-by={KEYRING}] {mirror.uri} {SUITE} main\n",
            encoding="utf-8",
        )
        (directory / "apt.conf").write_text(self._configuration(), encoding="utf-8")
        self._environment = {**os.environ, "APT_CONFIG": str(directory / "apt.conf"), "LC_ALL": "C"}

    def update(self) -> None:
        """Fetch and verify the package list of the suite."""
        self._apt("update", "--error-on=any")

    def plan(self) -> list[Package]:
        """The packages to fetch: what is wanted and the shared libraries that it needs, by name."""
        said = self._apt("install", "--print-uris", "--yes", "--no-install-recommends", *WANTED)
        packages = [_package(match) for match in _PLANNED.finditer(said)]
        needed = [package for package in packages if package.name in WANTED or _is_library(package.name)]
        absent = set(WANTED) - {package.name for package in needed}
        if absent:
            raise DownloadFailed(
                f"The mirror {self._mirror.uri} has no {', '.join(sorted(absent))} in {SUITE}. {OTHER_WAYS}"
            )
        return sorted(needed, key=lambda package: package.name)

    def fetch(self, packages: Sequence[Package], progress: Progress) -> list[Path]:
        """Download and verify the packages, reporting megabytes; the files in no particular order."""
        target = self._directory / "debs"
        total = sum(package.size for package in packages)
        names = [f"{package.name}={package.version}" for package in packages]
        with (self._directory / "fetch.log").open("w+b") as log:
            process = subprocess.Popen(
                ["apt-get", "download", *names],
                env=self._environment,
                cwd=target,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                while process.poll() is None:
                    time.sleep(0.2)
                    have = sum(file.stat().st_size for file in target.glob("*"))
                    progress(
                        f"downloading PostgreSQL, TimescaleDB and Mosquitto: {have / 1e6:.0f} of {total / 1e6:.0f} MB",
                        min(1.0, have / total),
                    )
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
            log.seek(0)
            self._check(process.returncode, log.read().decode(errors="replace"))
        return list(target.glob("*.deb"))

    def _apt(self, *arguments: str) -> str:
        done = subprocess.run(
            ["apt-get", *arguments],
            env=self._environment,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        self._check(done.returncode, done.stdout)
        return done.stdout

    def _check(self, returncode: int, said: str) -> None:
        if returncode == 0:
            return
        if "No space left on device" in said or "enough free space" in said:
            raise DiskFull(
                f"No space is left in {self._directory} for the download.", path=str(self._directory)
            )
        complaints = [line[3:].strip() for line in said.splitlines() if line.startswith("E: ")]
        reason = complaints[0] if complaints else f"apt-get ended with {returncode}"
        raise DownloadFailed(
            f"The Debian mirror {self._mirror.uri} did not give what is needed: {reason} Check the network. {OTHER_WAYS}",
            mirror=self._mirror.uri,
        )

    def _configuration(self) -> str:
        dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False).stdout
        network = [line for line in dumped.splitlines() if _NETWORK_SETTING.match(line)]
        own = {
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": self._directory / "etc",
            "Dir::Etc::sourcelist": self._directory / "sources.list",
            "Dir::Etc::sourceparts": self._directory / "etc",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": self._directory / "etc",
            "Dir::State": self._directory / "state",
            "Dir::State::status": self._directory / "status",
            "Dir::Cache": self._directory / "cache",
            "APT::Architecture": self._mirror.architecture,
            # Root would otherwise download as _apt, which may not enter our directory.
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::PDiffs": "false",
        }
        return "".join(
            [*(f'{name} "{value}";\n' for name, value in own.items()), *(f"{line}\n" for line in network)]
        )


def _package(match: re.Match[str]) -> Package:
    name, version, _ = match["file"].removesuffix(".deb").split("_")
    # apt writes the colon of an epoch as %3a in file names.
    return Package(name, version.replace("%3a", ":"), int(match["bytes"]))


def _is_library(name: str) -> bool:
    return bool(_LIBRARY.match(name)) and not _NOT_NEEDED.match(name)
