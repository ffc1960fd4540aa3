"""Readings, device records and quarantine are decoded again from the messages."""

from __future__ import annotations

from datetime import timedelta

from store import clock
from tests.integration.ingest.world import Device, hour_frame
from tests.integration.log.plant import DEVICES, FIRST, KILN, LATER, OTHER, Plant, arrival, fill, register


def test_everything_that_a_message_can_become_follows_from_it(plant: Plant) -> None:
    fill(plant)
    report = plant.check_readings()
    assert report.kept == []
    assert report.clean
    for kind in ("message_decoded", "reading", "device_record", "quarantine", "repetition"):
        assert report.checked[kind] > 0, kind


def test_what_a_replay_made_of_a_piece_follows_from_the_registry_of_then(plant: Plant) -> None:
    fill(plant)
    register(plant.database, [*DEVICES, Device(LATER, OTHER)], clock.now())
    plant.replay()
    plant.restart()
    plant.store(arrival(hour_frame(LATER, FIRST + timedelta(hours=1)), clock.now(), gateway=OTHER))
    report = plant.check_readings()
    assert report.kept == []
    register(plant.database, DEVICES, clock.now())
    plant.restart()
    plant.store(arrival(hour_frame(LATER, FIRST + timedelta(hours=2)), clock.now(), gateway=OTHER))
    assert plant.check_readings().kept == []


def test_a_message_that_waited_is_decoded_with_the_registry_of_its_storing(plant: Plant) -> None:
    changed = FIRST + timedelta(days=1)
    received = FIRST + timedelta(hours=5)
    register(plant.database, [*DEVICES, Device(LATER, OTHER)], changed)
    plant.restart()
    plant.store(arrival(hour_frame(LATER, FIRST), received, gateway=OTHER))
    assert plant.check_readings().kept == []


def test_nothing_stored_is_clean(plant: Plant) -> None:
    assert plant.check_readings().clean
    assert KILN in {device.mn for device in DEVICES}
