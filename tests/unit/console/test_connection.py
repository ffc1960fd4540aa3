"""Connection state of an outlet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.console.connection import connection_state
from tests.unit.console.samples import NOW, SETTINGS, monitor


def received(seconds_ago: int) -> dict[str, dict[str, Any]]:
    at = NOW - timedelta(seconds=seconds_ago)
    return {"realtime": {"received_at": at, "data_time": at}}


def gateway(state: str, seconds_ago: int = 3600) -> dict[str, Any]:
    return {"state": state, "since": NOW - timedelta(seconds=seconds_ago)}


@pytest.mark.parametrize(
    ("heard", "link", "state"),
    [
        ({}, None, "no_data"),
        ({}, gateway("online"), "no_data"),
        ({}, gateway("offline"), "offline"),
        (received(300), gateway("online"), "online"),  # five intervals of a minute are borne
        (received(301), gateway("online"), "silent"),
        (received(60), gateway("offline"), "online"),  # data came after the broker's word
        (received(7200), gateway("offline"), "offline"),
        (received(60), None, "online"),  # a gateway without a birth message
        (received(60), gateway("unknown"), "online"),
    ],
)
def test_the_state_follows_from_what_was_heard_last(
    heard: dict[str, dict[str, Any]], link: dict[str, Any] | None, state: str
) -> None:
    assert connection_state(monitor(60), heard, link, SETTINGS, NOW).state == state


def test_a_slow_station_is_not_called_silent_by_the_measure_of_a_fast_one() -> None:
    assert connection_state(monitor(600), received(2900), None, SETTINGS, NOW).state == "online"
    assert connection_state(monitor(None), received(2900), None, SETTINGS, NOW).state == "online"


def test_since_when_is_the_last_word_of_the_side_that_is_believed() -> None:
    offline = connection_state(monitor(), received(7200), gateway("offline"), SETTINGS, NOW)
    assert offline.since == NOW - timedelta(seconds=3600)
    silent = connection_state(monitor(), received(7200), gateway("online"), SETTINGS, NOW)
    assert silent.since == NOW - timedelta(seconds=7200)
