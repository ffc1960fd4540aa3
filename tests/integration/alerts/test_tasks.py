"""From an alert to a task: routed once, with reasons kept; visits stated and counted; violations propose removal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from alerts.book import Book, Subjects
from alerts.tasks.router import route_new_alerts
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.clock import DAY, HOUR
from store.database import connect
from store.errors import Conflict, NotFound, OutfallError, Refused
from store.handling import Action
from store.registry import load_registry
from tests.integration.alerts.bureau import LISTED, Bureau
from tests.integration.alerts.plant import MORNING, Plant, soon

MINUTE = timedelta(minutes=1)


def test_a_listed_unit_is_verified_off_site_and_asked_first(bureau: Bureau) -> None:
    alert = bureau.exceed(MORNING)
    at = soon(MORNING) + MINUTE
    assert bureau.route(at) == 1
    off_site, query = bureau.tasks()
    assert (off_site["kind"], query["kind"]) == ("off_site", "company_query")
    assert off_site["number"] == "RW-20260506-0001"
    assert (off_site["alert_id"], off_site["reason"], off_site["state"]) == (
        alert["id"],
        "off_site_first",
        "open",
    )
    assert off_site["listed"] and off_site["listing_key"] is not None
    assert off_site["statement"] == ("预警 YJ-20260506-0001：先行非现场核查并询问企业；预警时在正面清单内")
    # A key unit answers within 4 hours, off-site work is due within 24: the samples of the settings.
    assert (query["due_at"], off_site["due_at"]) == (at + timedelta(hours=4), at + timedelta(hours=24))
    (decision,) = bureau.ask("decisions")
    assert (decision["way"], decision["rule"]) == ("off_site", "routing/1")
    assert decision["reasons"] == ["off_site_first", "on_positive_list"]
    assert decision["task_ids"] == [off_site["id"], query["id"]]
    inputs = decision["inputs"]
    assert (inputs["multiple"], inputs["exceeded_days"], inputs["visits"], inputs["cap"]) == (
        "0.05535",
        1,
        0,
        2,
    )
    assert inputs["listing"]["document"] == "示例文号" and inputs["listing"]["level"] == "city"
    assert bureau.ask("audit_of_tasks")[0] == {
        "actor": "system",
        "action": "tasks:task:opened",
        "subject": "RW-20260506-0001",
    }


def test_routing_again_decides_nothing(bureau: Bureau) -> None:
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    assert bureau.route(soon(MORNING) + HOUR) == 0
    assert len(bureau.tasks()) == 2
    assert len(bureau.ask("decisions")) == 1


def test_two_processes_that_route_at_once_make_every_task_once(bureau: Bureau) -> None:
    plant = bureau.plant
    bureau.exceed(MORNING)
    bureau.exceed(MORNING + HOUR, "400")
    at = soon(MORNING + HOUR)

    def route(_: int) -> int:
        with connect(plant.url, name="test") as connection:
            registry = load_registry(connection, at=at)
            return route_new_alerts(connection, registry, bureau.settings, at)

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(route, range(6))) == [0, 0, 0, 0, 0, 1]
    assert bureau.kinds() == ["on_site", "company_query"]


def test_the_list_counts_as_it_stood_when_the_alert_was_raised(plant: Plant) -> None:
    ended = LISTED.replace('from: "2026-01-01", to: "2027-01-01"', 'from: "2025-01-01", to: "2026-05-06"')
    plant.apply(ended)
    bureau = Bureau(plant)
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    assert [task["listed"] for task in bureau.tasks()] == [False, False]
    assert bureau.ask("decisions")[0]["reasons"][-1] == "not_on_positive_list"


def test_an_alert_that_becomes_serious_is_routed_again_to_the_site(bureau: Bureau) -> None:
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    bureau.exceed(MORNING + HOUR, "400")
    assert bureau.route(soon(MORNING + HOUR)) == 1
    assert bureau.kinds() == ["off_site", "company_query", "on_site"]
    decision = bureau.ask("decisions")[-1]
    assert (decision["way"], decision["reasons"][0]) == ("on_site", "serious_exceedance")
    visit = bureau.tasks("on_site")[0]
    assert visit["statement"].startswith("预警 YJ-20260506-0001：严重超标")
    # The question of the first decision is not asked twice.
    assert decision["task_ids"] == [visit["id"], bureau.tasks("company_query")[0]["id"]]
    assert bureau.route(soon(MORNING + HOUR) + MINUTE) == 0


def test_the_third_exceeded_day_within_thirty_sends_officers_to_a_listed_unit(bureau: Bureau) -> None:
    for days in (0, 5):
        bureau.exceed(MORNING + days * DAY)
        bureau.exceed(MORNING + days * DAY + HOUR, "100")
        bureau.route(soon(MORNING + days * DAY + HOUR))
    assert "on_site" not in bureau.kinds()
    bureau.exceed(MORNING + 29 * DAY)
    bureau.route(soon(MORNING + 29 * DAY))
    assert bureau.tasks("on_site")[0]["reason"] == "repeated_exceedance"
    assert bureau.ask("decisions")[-1]["inputs"]["exceeded_days"] == 3


def test_days_that_were_found_untrue_or_lie_further_back_do_not_repeat(bureau: Bureau) -> None:
    bureau.exceed(MORNING - 31 * DAY)
    bureau.exceed(MORNING - 31 * DAY + HOUR, "100")
    untrue = bureau.exceed(MORNING - 2 * DAY)
    bureau.exceed(MORNING - 2 * DAY + HOUR, "100")
    bureau.verify(untrue["id"], Action.REJECT, "校准气体", soon(MORNING - 2 * DAY))
    bureau.exceed(MORNING - DAY)
    bureau.exceed(MORNING - DAY + HOUR, "100")
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    assert bureau.tasks("on_site") == []
    assert bureau.ask("decisions")[-1]["inputs"]["exceeded_days"] == 2


def test_a_further_episode_of_the_same_kind_joins_the_open_tasks(bureau: Bureau) -> None:
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    bureau.exceed(MORNING + HOUR, "100")
    second = bureau.exceed(MORNING + 6 * HOUR)
    assert second["number"] == "YJ-20260506-0002"
    bureau.route(soon(MORNING + 6 * HOUR))
    first, _ = bureau.tasks()
    assert bureau.actions(first["id"]) == ["opened", "joined"]
    assert bureau.ask("decisions")[-1]["task_ids"] == [task["id"] for task in bureau.tasks()]


def test_an_alert_that_an_outage_explains_makes_no_task_until_it_no_longer_does(bureau: Bureau) -> None:
    alert = bureau.exceed(MORNING)
    bureau.run("inhibit", id=alert["id"], by=alert["id"])
    bureau.route(soon(MORNING))
    assert bureau.tasks() == []
    assert bureau.ask("decisions")[0]["reasons"][0] == "explained_by_outage"
    bureau.run("inhibit", id=alert["id"], by=None)
    bureau.route(soon(MORNING) + MINUTE)
    assert bureau.kinds() == ["off_site", "company_query"]


def test_late_data_are_verified_off_site_however_serious(bureau: Bureau) -> None:
    bureau.plant.so2(MORNING - 9 * DAY, "900")
    bureau.plant.judge(soon(MORNING))
    assert bureau.plant.alerts("exceedance_hour")[-1]["late"]
    bureau.route(soon(MORNING))
    assert bureau.kinds() == ["off_site", "company_query"]
    assert "late_data" in bureau.ask("decisions")[-1]["reasons"]


REFUSED = [
    # remark, kind, reason, statement, about, class, code
    ("a visit without a stated reason", "on_site", "complaint", "  ", {"site_id": "test-cement"},
     Refused, "statement_missing"),
    ("a visit with no reason of the list", "on_site", "by_hand", "看看", {"site_id": "test-cement"},
     Refused, "task_reason_wrong"),
    ("the draw of the sample is not made by hand", "on_site", "random_sample", "抽查", {"site_id": "test-cement"},
     Refused, "task_reason_wrong"),
    ("a routine visit to a listed unit", "on_site", "routine_check", "例行", {"site_id": "test-cement"},
     Refused, "visit_not_for_listed"),
    ("serious, says the officer, but no alert shows it", "on_site", "serious_exceedance", "超标", {"site_id": "test-cement"},
     Refused, "visit_reason_not_met"),
    ("nobody named", "off_site", "by_hand", "看看", {}, Refused, "subject_missing"),
    ("an outlet of another unit", "off_site", "by_hand", "看看", {"site_id": "test-wwtp", "outlet_id": "test-kiln"},
     Refused, "subject_contradictory"),
    ("an alert that does not exist", "off_site", "by_hand", "看看", {"alert_id": 999}, NotFound, "alert_not_found"),
    ("a site that does not exist", "off_site", "by_hand", "看看", {"site_id": "nowhere"}, NotFound, "site_not_found"),
    ("removal of a unit that is not listed", "removal_proposal", "penalty", "处罚", {"site_id": "test-wwtp"},
     Conflict, "not_listed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "reason", "statement", "about", "kind_of_error", "code"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_what_breaks_a_rule_is_refused_and_leaves_nothing_behind(
    bureau: Bureau,
    kind: str,
    reason: str,
    statement: str,
    about: dict[str, object],
    kind_of_error: type[OutfallError],
    code: str,
) -> None:
    with pytest.raises(kind_of_error) as refused:
        bureau.add(kind, reason, MORNING, statement, **about)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert bureau.tasks() == []
    assert bureau.ask("decisions") == []


def test_a_routine_visit_to_a_unit_that_is_not_listed_is_possible_within_its_cap(plant: Plant) -> None:
    bureau = Bureau(plant, visit_cap_unlisted=1)
    visit = bureau.add("on_site", "routine_check", MORNING, "双随机", site_id="test-wwtp")
    bureau.finish(visit, "no_problem", MORNING + HOUR)
    with pytest.raises(Conflict) as refused:
        bureau.add("on_site", "routine_check", MORNING + DAY, "双随机", site_id="test-wwtp")
    assert refused.value.code == "visit_cap_reached"


FINISHES = [
    # remark, kind, reason, outcome, report, code
    ("an outcome of another kind", "off_site", "by_hand", "violation_found", "查看", "outcome_wrong"),
    ("nothing said", "off_site", "by_hand", "no_problem", None, "report_missing"),
    ("a visit with nothing said", "on_site", "complaint", "no_problem", " ", "report_missing"),
]


@pytest.mark.parametrize(
    ("kind", "reason", "outcome", "report", "code"),
    [case[1:] for case in FINISHES],
    ids=[case[0] for case in FINISHES],
)
def test_a_task_ends_only_with_an_outcome_of_its_kind_and_words(
    bureau: Bureau, kind: str, reason: str, outcome: str, report: str | None, code: str
) -> None:
    task = bureau.add(kind, reason, MORNING, site_id="test-cement")  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        bureau.finish(task, outcome, MORNING + HOUR, report)
    assert refused.value.code == code
    assert bureau.task(task)["state"] == "open"


def test_a_finished_task_takes_no_further_step(bureau: Bureau) -> None:
    task = bureau.add("off_site", "by_hand", MORNING, site_id="test-cement")
    bureau.finish(task, "no_problem", MORNING + HOUR)
    with pytest.raises(Conflict) as refused:
        bureau.finish(task, "lead_remains", MORNING + 2 * HOUR)
    assert refused.value.code == "task_finished"


def test_an_alert_of_outfall_itself_is_no_task_for_anybody(bureau: Bureau) -> None:
    with bureau.plant.connection.transaction():
        Book(bureau.plant.connection, MORNING).raise_alert(
            "ingest_down", Subjects(), seen=MORNING, numbers={}
        )
    assert bureau.route(MORNING + MINUTE) == 0
    assert bureau.ask("decisions") == []


def test_a_wrong_clock_is_for_the_record_and_the_decision_says_so(bureau: Bureau) -> None:
    plant = bureau.plant
    with plant.connection.transaction():
        kiln = Subjects(plant.registry.site("test-cement").key, plant.key("test-kiln"))
        Book(plant.connection, MORNING).raise_alert("clock_skew", kiln, seen=MORNING, numbers={})
    assert bureau.route(MORNING + MINUTE) == 1
    assert bureau.tasks() == []
    (decision,) = bureau.ask("decisions")
    assert (decision["way"], decision["reasons"]) == ("none", ["for_the_record", "on_positive_list"])


CHANNELS = """
channels:
  - {id: duty, kind: webhook, url: "http://127.0.0.1:9/hook", secret: an-invented-secret}
default: [duty]
"""


def test_people_are_told_of_visits_and_not_of_what_the_alert_says_already(bureau: Bureau) -> None:
    plant = bureau.plant
    with plant.connection.transaction():
        file = read_channels_file(CHANNELS)
        apply_channels(plant.connection, file, actor="test", origin="test", at=MORNING)
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    assert bureau.ask("told_of_tasks") == []
    bureau.exceed(MORNING + HOUR, "400")
    bureau.route(soon(MORNING + HOUR))
    (told,) = bureau.ask("told_of_tasks")
    assert told["task_id"] == bureau.tasks("on_site")[0]["id"]
    assert "严重超标" in told["body"]
