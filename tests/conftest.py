"""Fixtures of all tests; each topic has its own file."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.stack", "tests.fixtures.database", "tests.fixtures.broker"]
