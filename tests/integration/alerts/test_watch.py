"""Connection alerts, our own outages, and findings of ingest."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.book import Book
from alerts.connection import watch_connections
from alerts.findings import clear_quiet, take_up
from store.clock import HOUR
from tests.integration.alerts.plant import MORNING, Plant, soon

SECOND = timedelta(seconds=1)
LONG_AGO = MORNING - 5 * HOUR


def watch(plant: Plant, at: datetime, *, started: datetime = LONG_AGO) -> None:
    with plant.connection.transaction():
        watch_connections(plant.connection, plant.registry, plant.settings, started, at)


def heard(plant: Plant, at: datetime, *outlets: str) -> None:
    for outlet in outlets or ("test-kiln", "test-head", "test-water"):
        plant.run("heard", outlet_key=plant.key(outlet), at=at)


def open_codes(plant: Plant) -> list[tuple[str, int | None, str | None]]:
    return sorted(
        (alert["code"], alert["outlet_key"], alert["gateway"])
        for alert in plant.alerts()
        if alert["condition"] == "active"
    )


def test_one_silent_outlet_is_called_and_cleared_when_heard_again(plant: Plant) -> None:
    heard(plant, MORNING)
    heard(plant, MORNING + 301 * SECOND, "test-head", "test-water")
    watch(plant, MORNING + 301 * SECOND)
    kiln = plant.key("test-kiln")
    assert open_codes(plant) == [("outlet_silent", kiln, None)]
    watch(plant, MORNING + 310 * SECOND)
    assert len(plant.alerts()) == 1
    heard(plant, MORNING + 320 * SECOND)
    watch(plant, MORNING + 321 * SECOND)
    (alert,) = plant.alerts()
    assert alert["condition"] == "cleared"
    assert plant.ask("events", alert_id=alert["id"])[-1]["reason"] == "heard_again"


def test_a_silent_gateway_is_one_alert_and_takes_the_place_of_its_outlets(plant: Plant) -> None:
    heard(plant, MORNING)
    heard(plant, MORNING + 200 * SECOND, "test-head", "test-water")
    watch(plant, MORNING + 301 * SECOND)
    heard(plant, MORNING + 500 * SECOND, "test-water")
    watch(plant, MORNING + 502 * SECOND)
    assert open_codes(plant) == [("gateway_offline", None, "gw-gas")]
    reasons = [
        event["reason"]
        for alert in plant.alerts("outlet_silent")
        for event in plant.ask("events", alert_id=alert["id"])
    ]
    assert reasons == [None, "gateway_offline"]


def test_a_last_will_is_an_outage_after_the_least_patience(plant: Plant) -> None:
    heard(plant, MORNING)
    plant.run("gateway_says", gateway="gw-water", state="offline", at=MORNING)
    watch(plant, MORNING + 179 * SECOND)
    assert open_codes(plant) == []
    heard(plant, MORNING + 180 * SECOND, "test-kiln", "test-head")
    watch(plant, MORNING + 181 * SECOND)
    assert open_codes(plant) == [("gateway_offline", None, "gw-water")]
    (alert,) = plant.alerts()
    assert alert["severity"] == "serious"


def test_our_own_outage_is_recorded_and_silences_the_others(plant: Plant) -> None:
    heard(plant, MORNING)
    plant.beat(MORNING)
    watch(plant, MORNING + 400 * SECOND)
    assert open_codes(plant) == [("ingest_down", None, None)]
    (outage,) = plant.ask("outages")
    assert (outage["cause"], outage["from_time"], outage["to_time"]) == ("ingest", MORNING, None)
    back = MORNING + 500 * SECOND
    plant.beat(back)
    watch(plant, back + SECOND)
    assert open_codes(plant) == []
    assert plant.ask("outages")[0]["to_time"] == back


def test_a_lost_broker_is_our_own_outage_too(plant: Plant) -> None:
    heard(plant, MORNING)
    plant.beat(MORNING, connected=False)
    watch(plant, MORNING + 10 * SECOND)
    assert open_codes(plant) == []
    for seconds in (40, 400):
        plant.beat(MORNING + seconds * SECOND, connected=False)
        watch(plant, MORNING + (seconds + 1) * SECOND)
    assert open_codes(plant) == [("ingest_down", None, None)]
    plant.beat(MORNING + 410 * SECOND)
    watch(plant, MORNING + 411 * SECOND)
    assert open_codes(plant) == []
    (outage,) = plant.ask("outages")
    assert (outage["cause"], outage["to_time"]) == ("broker", MORNING + 410 * SECOND)


def test_silence_counts_from_the_end_of_our_own_outage(plant: Plant) -> None:
    heard(plant, MORNING)
    plant.beat(MORNING)
    watch(plant, MORNING + 400 * SECOND)
    back = MORNING + 1000 * SECOND
    plant.beat(back)
    watch(plant, back)
    plant.beat(back + 300 * SECOND)
    watch(plant, back + 300 * SECOND)
    assert open_codes(plant) == []
    plant.beat(back + 301 * SECOND)
    watch(plant, back + 301 * SECOND)
    assert ("gateway_offline", None, "gw-gas") in open_codes(plant)


def test_an_ingest_that_was_stopped_with_us_is_recorded_but_not_called_at_once(plant: Plant) -> None:
    plant.beat(MORNING)
    watch(plant, MORNING + HOUR, started=MORNING + HOUR)
    assert open_codes(plant) == []
    assert len(plant.ask("outages")) == 1


def test_time_in_which_all_of_outfall_was_down_is_our_own_and_calls_no_outlet_silent(plant: Plant) -> None:
    heard(plant, MORNING)
    plant.run("ingest_runs", instance="test:1", started=LONG_AGO, seen=MORNING)
    again = MORNING + 2 * HOUR
    plant.run("ingest_runs", instance="test:2", started=again, seen=again + 5 * SECOND)
    for seconds in (6, 10, 15):
        watch(plant, again + seconds * SECOND, started=again)
    assert open_codes(plant) == []
    (outage,) = plant.ask("outages")
    assert (outage["from_time"], outage["to_time"]) == (MORNING, again)


def test_missing_hours_of_an_outlet_known_to_be_off_line_open_no_second_alert(plant: Plant) -> None:
    plant.so2(MORNING, "100")
    plant.judge(soon(MORNING))
    heard(plant, MORNING + HOUR)
    plant.run("gateway_says", gateway="gw-gas", state="offline", at=MORNING + HOUR)
    watch(plant, MORNING + 2 * HOUR)
    plant.touch(MORNING + HOUR, MORNING + 2 * HOUR, cause="sweep")
    plant.judge(MORNING + 3 * HOUR)
    assert plant.alerts("data_missing") == []
    assert {row["status"] for row in plant.ask("newest_periods") if row["start"] > MORNING} == {"missing"}


def take(plant: Plant, at: datetime) -> int:
    with plant.connection.transaction():
        return take_up(Book(plant.connection, at), plant.registry)


FINDINGS = [
    ("resent_value_differs", "test-kiln", "resent_value_differs", "warning"),
    ("clock_skew", "test-kiln", "clock_skew", "info"),
    ("foreign_mn", None, "gateway_security", "serious"),
    ("unknown_mn", None, "gateway_security", "serious"),
    ("wrong_password", "test-kiln", "gateway_security", "serious"),
    ("undecodable", None, "data_undecodable", "warning"),
    ("flood", None, "flood", "warning"),
]


@pytest.mark.parametrize(
    ("finding", "outlet", "code", "severity"), FINDINGS, ids=[row[0] for row in FINDINGS]
)
def test_a_finding_of_ingest_opens_its_alert(
    plant: Plant, finding: str, outlet: str | None, code: str, severity: str
) -> None:
    plant.find(finding, MORNING, outlet=outlet, count=7)
    assert take(plant, MORNING) == 1
    (alert,) = plant.alerts()
    assert (alert["code"], alert["severity"], alert["gateway"]) == (code, severity, "gw-gas")
    assert alert["numbers"]["cases"] == {finding: 7}
    assert alert["site_key"] == plant.registry.site("test-cement").key
    assert plant.number("unhandled_findings") == 0


def test_further_findings_are_counted_in_the_same_alert_and_a_quiet_time_clears_it(plant: Plant) -> None:
    plant.find("unknown_mn", MORNING, count=3)
    plant.find("foreign_mn", MORNING, count=2)
    take(plant, MORNING)
    plant.find("unknown_mn", MORNING + 60 * SECOND, count=5)
    take(plant, MORNING + 60 * SECOND)
    assert take(plant, MORNING + 61 * SECOND) == 0
    (alert,) = plant.alerts()
    assert (alert["count"], alert["numbers"]["total"]) == (3, 10)
    assert alert["numbers"]["cases"] == {"unknown_mn": 8, "foreign_mn": 2}
    quiet = timedelta(hours=1)
    with plant.connection.transaction():
        assert clear_quiet(Book(plant.connection, MORNING + HOUR), quiet) == 0
        assert clear_quiet(Book(plant.connection, MORNING + HOUR + 61 * SECOND), quiet) == 1
    plant.find("unknown_mn", MORNING + 3 * HOUR)
    take(plant, MORNING + 3 * HOUR)
    assert [alert["condition"] for alert in plant.alerts()] == ["cleared", "active"]


def test_a_finding_without_an_alert_is_taken_up_once_and_raises_nothing(plant: Plant) -> None:
    plant.find("something_new", MORNING)
    assert take(plant, MORNING) == 1
    assert take(plant, MORNING) == 0
    assert plant.alerts() == []
