"""A running API for the tests of identity; settings of a test go beside the database's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy import stack as local
from store.settings import load_settings
from tests.fixtures.database import copied
from tests.fixtures.oidc import OpenIdProvider, open_provider
from tests.integration.api.conftest import Api, api, fresh_api, served

__all__ = ["api", "fresh_api"]

Serve = Callable[..., Api]


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    """An OpenID provider of this test alone."""
    with open_provider() as running:
        yield running


@pytest.fixture
def serve(stack: local.StackAddress, database_template: str) -> Iterator[Serve]:
    """Starts an API on a database of its own, with these settings."""
    with ExitStack() as opened:

        def start(**given: Any) -> Api:
            return opened.enter_context(running(stack, database_template, **given))

        yield start


@contextmanager
def running(stack: local.StackAddress, template: str, **given: Any) -> Iterator[Api]:
    port = local.free_port()
    with copied(stack, template) as url, tempfile.TemporaryDirectory(prefix="outfall-home-") as home:
        settings = load_settings(database_url=url, http_port=port, home=Path(home), **given)
        with served(settings) as server:
            yield Api(f"http://127.0.0.1:{port}", url, server)
