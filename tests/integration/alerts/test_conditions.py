"""The life of a condition: pending, active, cleared, back again; and what a wider outage explains."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.cadence import GatewayLine, Patience, silence_of
from alerts.connection import watch_connections
from alerts.lives import lives_of
from store.clock import HOUR
from store.errors import SettingsError
from store.settings import load_settings
from tests.integration.alerts.desk import Desk
from tests.integration.alerts.plant import MORNING, SITES, Plant
from tests.unit.alerts.test_cadence import EVERY_MINUTE, NOW, PATIENCE, ago, line

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(plant: Plant) -> Desk:
    desk = Desk(plant, hold_seconds={"exceedance_day": 300}, flap_minutes=30)
    desk.channel(MORNING - HOUR)
    return desk


def test_a_kind_with_a_hold_time_calls_nobody_before_it_is_over(desk: Desk) -> None:
    alert = desk.raised("exceedance_day", MORNING)
    assert desk.alert(alert.id)["condition"] == "pending"
    desk.conditions(MORNING + 4 * MINUTE)
    assert (desk.alert(alert.id)["condition"], desk.ask("outbox")) == ("pending", [])
    assert desk.deadlines(MORNING + 4 * MINUTE).notified == 0
    desk.conditions(MORNING + 5 * MINUTE)
    now = desk.alert(alert.id)
    assert (now["condition"], now["raised_at"]) == ("active", MORNING + 5 * MINUTE)
    assert desk.actions(alert.id) == ["pending", "activated"]
    assert [message["purpose"] for message in desk.ask("outbox")] == ["raised"]
    assert desk.conditions(MORNING + 6 * MINUTE) == 0


def test_a_pending_condition_that_passes_calls_nobody_and_leaves_nothing_to_handle(desk: Desk) -> None:
    alert = desk.raised("exceedance_day", MORNING)
    desk.over(alert, MORNING + 2 * MINUTE)
    assert desk.conditions(MORNING + HOUR) == 0
    gone = desk.alert(alert.id)
    assert (gone["condition"], gone["handling"]) == ("cleared", "closed")
    assert desk.ask("events", id=alert.id)[-1]["reason"] == "passed"
    assert desk.ask("outbox") == []


def test_a_kind_without_a_hold_time_is_active_and_told_of_at_once(desk: Desk) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    assert (desk.alert(alert.id)["condition"], desk.actions(alert.id)) == ("active", ["raised"])
    assert [message["purpose"] for message in desk.ask("outbox")] == ["raised"]


def test_a_condition_that_comes_back_soon_is_the_same_alert_and_cleared_after_a_quiet_time(
    desk: Desk,
) -> None:
    first = desk.raised("outlet_silent", MORNING, factor=None)
    desk.over(first, MORNING + 5 * MINUTE)
    again = desk.raised("outlet_silent", MORNING + 20 * MINUTE, factor=None)
    assert again.id == first.id
    desk.over(again, MORNING + 25 * MINUTE)
    assert desk.alert(first.id)["condition"] == "active"  # it may come back once more
    desk.over(again, MORNING + 30 * MINUTE)  # the watch says so every few seconds
    assert desk.conditions(MORNING + 54 * MINUTE) == 0
    assert desk.conditions(MORNING + 55 * MINUTE) == 1
    gone = desk.alert(first.id)
    assert (gone["condition"], gone["flaps"], gone["count"]) == ("cleared", 1, 2)
    assert desk.actions(first.id) == ["raised", "cleared", "flapped", "quieting", "cleared"]
    assert len([message for message in desk.ask("outbox") if message["purpose"] == "raised"]) == 1


def test_a_condition_that_comes_back_within_its_quiet_time_starts_it_anew(desk: Desk) -> None:
    alert = desk.raised("outlet_silent", MORNING, factor=None)
    for minute in (5, 15):
        desk.over(alert, MORNING + minute * MINUTE)
        assert desk.raised("outlet_silent", MORNING + (minute + 5) * MINUTE, factor=None).id == alert.id
    assert desk.conditions(MORNING + 45 * MINUTE) == 0
    desk.over(alert, MORNING + 40 * MINUTE)
    assert desk.conditions(MORNING + 69 * MINUTE) == 0
    assert desk.conditions(MORNING + 70 * MINUTE) == 1
    assert desk.alert(alert.id)["flaps"] == 2


def test_a_condition_that_comes_back_later_is_a_new_episode_that_names_the_one_before(desk: Desk) -> None:
    first = desk.raised("outlet_silent", MORNING, factor=None)
    desk.over(first, MORNING + 5 * MINUTE)
    second = desk.raised("outlet_silent", MORNING + 36 * MINUTE, factor=None)
    assert second.id != first.id
    assert desk.alert(second.id)["previous_id"] == first.id
    other = desk.raised("outlet_silent", MORNING + 36 * MINUTE, outlet="test-head", factor=None)
    assert desk.alert(other.id)["previous_id"] is None


def test_a_settled_alert_is_never_opened_again_however_soon_the_condition_returns(desk: Desk) -> None:
    first = desk.raised("exceedance_hour", MORNING)
    desk.over(first, MORNING + MINUTE)
    for action in ("reject", "close"):
        desk.take(first.id, action, MORNING + 2 * MINUTE)
    second = desk.raised("exceedance_hour", MORNING + 3 * MINUTE)
    assert second.id != first.id
    assert desk.alert(second.id)["previous_id"] == first.id
    assert desk.alert(first.id)["handling"] == "closed"


def test_a_hold_time_for_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="exceedance_hour"):
        lives_of(load_settings(hold_seconds={"exceedence_hour": 60}))


SITE_CASES = [
    # gateways off-line by their last will, sites, gateways, remark
    (("gw-a", "gw-b"), {1}, set(), "every gateway of a site: the site, and none of its gateways"),
    (("gw-a",), set(), {"gw-a"}, "one of two: that gateway"),
    (("gw-a", "gw-b", "gw-c"), {1}, {"gw-c"}, "a site with a single gateway: the gateway says it all"),
]


@pytest.mark.parametrize(
    ("off", "sites", "gateways", "remark"), SITE_CASES, ids=[row[3] for row in SITE_CASES]
)
def test_a_site_is_off_line_when_all_its_gateways_are(
    off: tuple[str, ...], sites: set[int], gateways: set[str], remark: str
) -> None:
    lines = [line(1, ago(10), "gw-a"), line(2, ago(10), "gw-b")]
    other = line(3, ago(10), "gw-c")
    lines.append(type(other)(other.outlet_key, 2, other.gateway, EVERY_MINUTE, other.heard))
    said = {name: GatewayLine("offline", ago(600)) for name in off}
    found = silence_of(lines, said, Patience(PATIENCE.cadences, PATIENCE.least), None, NOW)
    assert (set(found.sites), set(found.gateways), dict(found.outlets)) == (sites, gateways, {}), remark


def test_a_site_that_goes_off_line_gateway_by_gateway_ends_as_one_alert(plant: Plant) -> None:
    plant.apply(
        SITES.replace("gateways: [{id: gw-gas}", "gateways: [{id: gw-head}, {id: gw-gas}").replace(
            '"888888800000090000000002", gateway: gw-gas', '"888888800000090000000002", gateway: gw-head'
        )
    )
    for outlet in ("test-kiln", "test-head", "test-water"):
        plant.run("heard", outlet_key=plant.key(outlet), at=MORNING + HOUR)

    def watch(minutes: int) -> None:
        with plant.connection.transaction():
            watch_connections(
                plant.connection, plant.registry, plant.settings, MORNING - HOUR, MORNING + minutes * MINUTE
            )

    plant.run("gateway_says", gateway="gw-gas", state="offline", at=MORNING + HOUR)
    watch(64)
    (gateway,) = plant.alerts("gateway_offline")
    plant.run("gateway_says", gateway="gw-head", state="offline", at=MORNING + HOUR + MINUTE)
    plant.run("heard", outlet_key=plant.key("test-water"), at=MORNING + 65 * MINUTE)
    watch(65)
    (site,) = plant.alerts("site_offline")
    (gateway,) = plant.alerts("gateway_offline")
    assert (gateway["condition"], gateway["inhibited_by"]) == ("cleared", site["id"])
    assert site["site_key"] == plant.registry.site("test-cement").key
    plant.run("gateway_says", gateway="gw-head", state="online", at=MORNING + 66 * MINUTE)
    plant.run("heard", outlet_key=plant.key("test-head"), at=MORNING + 66 * MINUTE)
    plant.run("heard", outlet_key=plant.key("test-water"), at=MORNING + 66 * MINUTE)
    watch(66)
    assert [alert["condition"] for alert in plant.alerts("site_offline")] == ["cleared"]
    assert [alert["condition"] for alert in plant.alerts("gateway_offline")] == ["cleared", "active"]


def test_our_own_outage_explains_who_was_called_silent_before_it_was_known(plant: Plant) -> None:
    plant.run("ingest_runs", instance="test:1", started=MORNING - HOUR, seen=MORNING)
    for outlet in ("test-kiln", "test-head", "test-water"):
        plant.run("heard", outlet_key=plant.key(outlet), at=MORNING - 10 * MINUTE)

    def watch(seconds: int) -> None:
        with plant.connection.transaction():
            watch_connections(
                plant.connection,
                plant.registry,
                plant.settings,
                MORNING - HOUR,
                MORNING + timedelta(seconds=seconds),
            )

    watch(10)  # ingest died after its last beat, but that is not yet known
    silent = plant.alerts("gateway_offline")
    assert [alert["inhibited_by"] for alert in silent] == [None, None]
    watch(40)
    (own,) = plant.alerts("ingest_down")
    assert [alert["inhibited_by"] for alert in plant.alerts("gateway_offline")] == [own["id"], own["id"]]
    assert plant.actions(silent[0]) == ["raised", "inhibited"]
    desk = Desk(plant)
    watched = desk.deadlines(MORNING + HOUR)
    assert (watched.notified, watched.reminded) == (0, 1)  # of our own trouble only
