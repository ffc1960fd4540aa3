"""Under load the outlets with ended hours come first."""

from __future__ import annotations

import threading

import pytest

from alerts import loop
from alerts.loop import Loop
from store.clock import HOUR, hour_start, now
from tests.fixtures.waiting import until
from tests.integration.alerts.plant import NOX, Plant


def test_an_ended_hour_goes_before_news_of_the_running_one_that_came_earlier(plant: Plant) -> None:
    running = hour_start(now())
    plant.touch(running, running + HOUR, outlet="test-head")
    plant.touch(running - HOUR, running, outlet="test-kiln")
    head, kiln = plant.key("test-head"), plant.key("test-kiln")
    assert plant.worker.waiting(plant.connection)[0] == kiln
    until(
        lambda: plant.worker.waiting(plant.connection) == [kiln, head], "the second of gathering to be over"
    )


def test_a_round_goes_on_until_nothing_waits_though_a_slice_takes_one_outlet_only(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SLICE_SECONDS", 0.0)
    hour = hour_start(now()) - HOUR
    plant.send(NOX, hour, "450", folded="450")
    plant.send("a34013", hour, "45", outlet="test-head")
    assert Loop(plant.worker, threading.Event()).round(plant.connection)
    assert len(plant.alerts("exceedance_hour")) == 2
    assert plant.worker.waiting(plant.connection) == []
