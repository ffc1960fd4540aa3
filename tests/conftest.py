"""Fixtures of all tests; each topic has its own file."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.stack",
    "tests.fixtures.database",
    "tests.fixtures.broker",
    "tests.fixtures.taker",
]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("outfall", deadline=None)
settings.load_profile("outfall")
