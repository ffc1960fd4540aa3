"""Visits are stated and counted against the cap; confirmed violations of a listed unit propose its removal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.book import Book, Subjects
from store.clock import DAY, HOUR
from store.errors import Conflict
from store.handling import Action
from store.tasks import cancel_task, start_task
from tests.integration.alerts.bureau import LISTED, OFFICER, Bureau
from tests.integration.alerts.plant import MORNING, Plant, soon

MINUTE = timedelta(minutes=1)


def test_a_lead_that_remains_leads_to_a_visit_which_is_counted_when_made(bureau: Bureau) -> None:
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    off_site = bureau.tasks("off_site")[0]
    (visit,) = bureau.finish(off_site["id"], "lead_remains", MORNING + 3 * HOUR, "视频与数据不符")
    made = bureau.task(visit)
    assert (made["kind"], made["reason"], made["statement"]) == ("on_site", "lead_remains", "视频与数据不符")
    assert not made["counted"]
    with bureau.plant.connection.transaction():
        start_task(bureau.plant.connection, visit, OFFICER, MORNING + 4 * HOUR)
    bureau.finish(visit, "no_problem", MORNING + 6 * HOUR)
    assert bureau.task(visit)["counted"]
    assert bureau.task(visit)["visited_at"] == MORNING + 6 * HOUR
    assert bureau.actions(visit) == ["opened", "started", "done"]


def test_at_the_cap_a_lead_stays_off_site_and_only_an_override_goes_beyond(bureau: Bureau) -> None:
    bureau.visit(MORNING - 2 * DAY)
    bureau.visit(MORNING - DAY)
    bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    off_site = bureau.tasks("off_site")[0]
    (again,) = bureau.finish(off_site["id"], "lead_remains", MORNING + 3 * HOUR)
    assert bureau.task(again)["kind"] == "off_site"
    assert bureau.ask("decisions")[-1]["reasons"][:2] == ["visit_cap_reached", "lead_remains"]
    with pytest.raises(Conflict, match="superior's order") as refused:
        bureau.add("on_site", "lead_remains", MORNING + 4 * HOUR, site_id="test-cement")
    assert refused.value.code == "visit_cap_reached"
    ordered = bureau.add("on_site", "superior_order", MORNING + 4 * HOUR, site_id="test-cement")
    assert bureau.task(ordered)["reason"] == "superior_order"
    assert "above_visit_cap" in bureau.ask("decisions")[-1]["reasons"]


def test_the_visits_of_last_year_do_not_count(bureau: Bureau) -> None:
    bureau.plant.apply(LISTED.replace('from: "2026-01-01"', 'from: "2025-01-01"'))
    new_year = MORNING.replace(month=1, day=1, hour=0)
    bureau.visit(new_year - DAY)
    bureau.visit(new_year - MINUTE)
    visit = bureau.add("on_site", "lead_remains", new_year + DAY, site_id="test-cement")
    assert bureau.task(visit)["kind"] == "on_site"


def test_a_visit_that_was_cancelled_is_not_counted(bureau: Bureau) -> None:
    visit = bureau.add("on_site", "complaint", MORNING, site_id="test-cement")
    with bureau.plant.connection.transaction():
        cancel_task(bureau.plant.connection, visit, "投诉已撤回", OFFICER, MORNING + HOUR)
    assert not bureau.task(visit)["counted"]
    assert bureau.task(visit)["visited_at"] is None


def test_one_visit_serves_everything_that_is_open_at_a_site(bureau: Bureau) -> None:
    first = bureau.add("on_site", "complaint", MORNING, site_id="test-cement")
    second = bureau.add("on_site", "superior_order", MORNING + HOUR, outlet_id="test-kiln")
    assert first == second
    assert bureau.actions(first) == ["opened", "joined"]
    elsewhere = bureau.add("on_site", "complaint", MORNING, site_id="test-wwtp")
    assert elsewhere != first


def test_an_officer_who_verified_that_a_visit_is_needed_gets_one(bureau: Bureau) -> None:
    alert = bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    bureau.verify(alert["id"], Action.VISIT, "企业说明与视频不符", MORNING + 2 * HOUR)
    bureau.route(MORNING + 2 * HOUR + MINUTE)
    off_site, query, visit = bureau.tasks()
    assert (off_site["state"], off_site["outcome"]) == ("done", "lead_remains")
    assert (query["state"], query["outcome"]) == ("cancelled", None)
    assert (visit["kind"], visit["reason"], visit["statement"]) == (
        "on_site",
        "lead_remains",
        "企业说明与视频不符",
    )
    assert bureau.route(MORNING + 3 * HOUR) == 0


def test_an_alert_found_untrue_ends_its_tasks(bureau: Bureau) -> None:
    alert = bureau.exceed(MORNING)
    bureau.route(soon(MORNING))
    bureau.verify(alert["id"], Action.REJECT, "标准气体试验", MORNING + 2 * HOUR)
    bureau.route(MORNING + 2 * HOUR + MINUTE)
    assert [(task["state"], task["outcome"]) for task in bureau.tasks()] == [
        ("done", "no_problem"),
        ("cancelled", None),
    ]


def test_a_confirmed_violation_of_a_listed_unit_proposes_its_removal_once(bureau: Bureau) -> None:
    alert = bureau.exceed(MORNING)
    assert bureau.propose(soon(MORNING)) == 0
    bureau.verify(alert["id"], Action.CONFIRM, "脱硫系统停用", MORNING + 2 * HOUR)
    assert bureau.propose(MORNING + 3 * HOUR) == 1
    (proposal,) = bureau.tasks("removal_proposal")
    assert (proposal["reason"], proposal["state"]) == ("confirmed_violation", "open")
    assert proposal["statement"] == "预警 YJ-20260506-0001 经核实属实：脱硫系统停用"
    assert bureau.propose(MORNING + 4 * HOUR) == 0
    # What is proposed is for people to decide: the unit stays listed.
    assert bureau.plant.registry.site("test-cement").listed(MORNING + 4 * HOUR)


def test_a_confirmed_outage_is_no_violation(bureau: Bureau) -> None:
    plant = bureau.plant
    with plant.connection.transaction():
        kiln = Subjects(plant.registry.site("test-cement").key, plant.key("test-kiln"))
        missing = Book(plant.connection, MORNING).raise_alert("data_missing", kiln, seen=MORNING, numbers={})
    bureau.verify(missing.id, Action.CONFIRM, "停电", MORNING + 5 * HOUR)
    assert bureau.propose(MORNING + 6 * HOUR) == 0


def test_a_unit_that_is_not_listed_has_nothing_to_be_removed_from(plant: Plant) -> None:
    bureau = Bureau(plant)
    alert = bureau.exceed(MORNING)
    bureau.verify(alert["id"], Action.CONFIRM, "属实", MORNING + 2 * HOUR)
    assert bureau.propose(MORNING + 3 * HOUR) == 0
    # Listed afterwards: what was confirmed before is history.
    plant.apply(LISTED.replace('from: "2026-01-01"', 'from: "2026-05-07"'))
    assert bureau.propose(MORNING + 2 * DAY) == 0


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("violation_found", "confirmed_violation"), ("inspection_refused", "inspection_refused")],
)
def test_what_a_visit_found_proposes_removal(bureau: Bureau, outcome: str, reason: str) -> None:
    bureau.visit(MORNING, outcome)
    assert bureau.propose(MORNING + HOUR) == 1
    assert bureau.tasks("removal_proposal")[0]["reason"] == reason
    assert bureau.propose(MORNING + 2 * HOUR) == 0


def test_further_violations_join_the_open_proposal(bureau: Bureau) -> None:
    bureau.visit(MORNING, "violation_found")
    bureau.propose(MORNING + HOUR)
    bureau.visit(MORNING + DAY, "violation_found")
    assert bureau.propose(MORNING + DAY + HOUR) == 1
    (proposal,) = bureau.tasks("removal_proposal")
    assert bureau.actions(proposal["id"]) == ["opened", "joined"]
