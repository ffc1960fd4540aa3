"""A desk on a database of its own with a city bureau on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.database import connect
from store.log.keys import load_signer
from store.settings import load_settings
from tests.fixtures.bureau import Bureau, open_bureau
from tests.fixtures.robots import Moments
from tests.integration.handover.desk import Desk, start


@pytest.fixture
def bare_desk(database: str, tmp_path: Path) -> Iterator[Desk]:
    """Without sites and connectors."""
    settings = load_settings(database_url=database, home=tmp_path)
    with ExitStack() as stack:
        bureau = stack.enter_context(open_bureau(Bureau(load_signer(settings).key)))
        connection = stack.enter_context(connect(database, name="test", autocommit=True))
        yield Desk(database, connection, settings, Moments(start()), bureau)


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """With a lead that both reviewed and its package."""
    bare_desk.set_up()
    bare_desk.draft()
    return bare_desk
