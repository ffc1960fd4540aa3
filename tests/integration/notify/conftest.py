"""Channels of every vendor on loopback, a database with a plan, and a clock that the tests move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from store.clock import BEIJING
from store.database import connect
from tests.fixtures.robots import Moments, Robot, dingtalk, feishu, receiver, serving, wecom
from tests.integration.notify.office import Office

START = datetime(2026, 5, 6, 12, tzinfo=BEIJING)

JUDGES = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu, "webhook": receiver}


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    """Four channels in order, everything goes to each of them."""
    clock = Moments(START)
    with ExitStack() as stack:
        robots = {kind: stack.enter_context(serving(Robot(clock, judge))) for kind, judge in JUDGES.items()}
        connection = stack.enter_context(connect(database, name="test", autocommit=True))
        yield Office(database, connection, clock, robots)
