"""Fixtures of the tests of the verifier: the yard is filled and its packages are built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import stack as local
from store.database import connect
from store.settings import load_settings
from tests.fixtures.database import copied
from tests.integration.verifier.yard import Yard


@pytest.fixture(scope="session")
def yard(
    stack: local.StackAddress, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Yard]:
    """A yard that tests only read."""
    with copied(stack, database_template) as url, connect(url, name="test", autocommit=True) as connection:
        home = tmp_path_factory.mktemp("yard")
        quiet = {"evidence_wait_seconds": 0, "settle_quiet_seconds": 0, "absent_quiet_seconds": 0}
        made = Yard(connection, load_settings(database_url=url, home=home, **quiet))
        made.fill()
        yield made


@pytest.fixture(scope="session")
def kiln(yard: Yard) -> Path:
    """The package of an outlet of which nearly everything can be told."""
    return yard.package("v-kiln")
