"""Say in one sentence what this machine lacks before anything is installed.

Runs under the system Python with nothing installed, so it imports only the standard library.
"""

from __future__ import annotations

import importlib.util
import platform
import sys

SUPPORTED_MACHINES = ("x86_64", "aarch64")


def complaint() -> str | None:
    """The first thing that is missing, as a sentence with the way out, or None."""
    if sys.version_info < (3, 11):  # noqa: UP036 - runs before anything could refuse an old Python
        return (
            f"Python {sys.version_info.major}.{sys.version_info.minor} is too old: Outfall needs 3.11 or newer. "
            "Run `make PYTHON=python3.11 ...` with a newer interpreter."
        )
    if platform.machine() not in SUPPORTED_MACHINES:
        return (
            f"The processor architecture {platform.machine()} is not supported; "
            f"Outfall runs on {' and '.join(SUPPORTED_MACHINES)}."
        )
    if importlib.util.find_spec("ensurepip") is None:
        return "This Python cannot make virtual environments: install the package python3-venv (apt-get install python3-venv)."
    return None


if __name__ == "__main__":
    found = complaint()
    if found is not None:
        sys.stderr.write(f"outfall: [preflight] {found}\n")
        sys.exit(2)
