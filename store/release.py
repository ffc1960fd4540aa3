"""The release that is running."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """The version of the installed package; ``0`` when it is run from a bare checkout."""
    try:
        return version("outfall")
    except PackageNotFoundError:
        return "0"
