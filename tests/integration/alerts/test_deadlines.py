"""What time drives in the handling: telling companies, escalation, reminders."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.deadlines import Watched
from store.clock import HOUR
from store.errors import Conflict, NotAllowed, NotFound, OutfallError, Refused
from store.handling import Caller
from tests.integration.alerts.desk import OFFICER, Desk
from tests.integration.alerts.plant import MORNING, SITES, Plant

MINUTE = timedelta(minutes=1)
NOTHING = Watched(0, 0, 0, 0)


@pytest.fixture
def desk(plant: Plant) -> Desk:
    desk = Desk(plant)
    desk.channel(MORNING - HOUR)
    return desk


def company(desk: Desk, site: str = "test-cement") -> Caller:
    return Caller("plant", "company", "test", desk.plant.registry.site(site).key)


def purposes(desk: Desk) -> list[str]:
    return [message["purpose"] for message in desk.ask("outbox")]


def test_a_company_is_told_at_once_and_its_time_to_answer_runs(desk: Desk) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    assert desk.deadlines(MORNING + MINUTE) == Watched(notified=1, started=0, escalated=0, reminded=0)
    now = desk.alert(alert.id)
    assert (now["handling"], now["handling_since"]) == ("notified", MORNING + MINUTE)
    assert (now["due_step"], now["due_at"]) == ("acknowledge", MORNING + 30 * MINUTE)
    (event,) = [event for event in desk.ask("events", id=alert.id) if event["action"] == "notified"]
    assert (event["actor"], event["reason"], event["detail"]["public"]) == ("system", "automatic", True)
    desk.take(alert.id, "acknowledge", MORNING + 2 * MINUTE)
    now = desk.alert(alert.id)
    assert (now["due_step"], now["due_at"]) == ("answer", MORNING + MINUTE + 4 * HOUR)
    assert desk.deadlines(MORNING + 3 * MINUTE) == NOTHING


def test_a_unit_that_is_no_key_unit_has_longer(plant: Plant) -> None:
    plant.apply(
        SITES.replace("industry: cement\n    key_unit: true", "industry: cement\n    key_unit: false")
    )
    desk = Desk(plant)
    alert = desk.raised("exceedance_hour", MORNING)
    desk.take(alert.id, "acknowledge", MORNING)
    desk.deadlines(MORNING)
    assert desk.alert(alert.id)["due_at"] == MORNING + 48 * HOUR


SILENT = [
    ("clock_skew", {}, "only for the record"),
    ("gateway_security", {}, "what may be a falsification is told by an officer"),
    ("exceedance_hour", {"notify_company": "officer"}, "the bureau wants to do it itself"),
]


@pytest.mark.parametrize(("code", "settings", "remark"), SILENT, ids=[row[2] for row in SILENT])
def test_some_alerts_are_told_to_no_company_by_themselves(
    plant: Plant, code: str, settings: dict[str, str], remark: str
) -> None:
    desk = Desk(plant, **settings)
    alert = desk.raised(code, MORNING)
    assert desk.deadlines(MORNING + MINUTE).notified == 0, remark
    assert desk.alert(alert.id)["handling"] == "new"


def test_a_suspicion_is_shown_to_the_company_once_an_officer_has_told_it(desk: Desk) -> None:
    suspicion = desk.raised("abnormal_constant", MORNING)
    with pytest.raises(NotFound):
        desk.take(suspicion.id, "comment", MORNING, company(desk))
    desk.take(suspicion.id, "notify", MORNING)
    assert desk.take(suspicion.id, "answer", MORNING, company(desk)).after == "answered"


def test_what_is_only_for_the_record_has_no_clock_and_is_never_recalled(desk: Desk) -> None:
    desk.raised("clock_skew", MORNING)
    assert desk.deadlines(MORNING + 100 * HOUR) == NOTHING


def test_an_alert_that_nobody_acknowledges_is_recalled_and_escalates_twice(desk: Desk) -> None:
    alert = desk.raised("gateway_security", MORNING, factor=None)
    desk.deadlines(MORNING)
    assert desk.deadlines(MORNING + 29 * MINUTE) == NOTHING
    assert desk.deadlines(MORNING + 30 * MINUTE) == Watched(0, 0, 1, 1)
    assert desk.deadlines(MORNING + 31 * MINUTE) == NOTHING
    assert desk.deadlines(MORNING + 60 * MINUTE) == Watched(0, 0, 0, 1)
    assert desk.deadlines(MORNING + 30 * MINUTE + 4 * HOUR) == Watched(0, 0, 1, 1)
    assert desk.deadlines(MORNING + 90 * HOUR) == Watched(0, 0, 0, 1)
    assert desk.alert(alert.id)["escalation"] == 2
    levels = [
        event["detail"]["level"]
        for event in desk.ask("events", id=alert.id)
        if event["action"] == "escalated"
    ]
    assert levels == [1, 2]
    assert purposes(desk).count("escalated") == 2
    desk.take(alert.id, "acknowledge", MORNING + 91 * HOUR)
    assert desk.deadlines(MORNING + 99 * HOUR) == NOTHING


def test_a_step_that_is_done_ends_its_escalation_and_the_next_begins_anew(desk: Desk) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    desk.deadlines(MORNING)
    desk.take(alert.id, "acknowledge", MORNING)
    desk.deadlines(MORNING + 4 * HOUR)
    overdue = desk.alert(alert.id)
    assert (overdue["due_step"], overdue["escalation"]) == ("answer", 1)
    answered = MORNING + 5 * HOUR
    desk.take(
        alert.id,
        "answer",
        answered,
        company(desk),
        reason="设备检修",
        detail={"measures": "已恢复"},
        public=True,
    )
    now = desk.alert(alert.id)
    assert (now["due_step"], now["due_at"], now["escalation"]) == ("verify", answered + 24 * HOUR, 0)
    desk.deadlines(answered + 24 * HOUR)
    assert desk.alert(alert.id)["escalation"] == 1


def test_the_whole_way_to_a_closed_alert_is_in_the_history_with_who_when_and_why(desk: Desk) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    desk.deadlines(MORNING)
    desk.user("zhao", "officer")
    steps: list[tuple[str, Caller, dict[str, object]]] = [
        ("assign", Caller("li", "supervisor", "test"), {"assign_to": "zhao"}),
        ("answer", company(desk), {"reason": "布袋破损"}),
        ("visit", OFFICER, {"reason": "需查看现场"}),
        ("confirm", OFFICER, {"reason": "现场属实"}),
        ("close", OFFICER, {"reason": "已整改"}),
    ]
    for minute, (action, caller, given) in enumerate(steps, start=1):
        desk.take(alert.id, action, MORNING + minute * MINUTE, caller, **given)
    now = desk.alert(alert.id)
    assert (now["handling"], now["assigned_to"], now["due_at"], now["due_step"]) == (
        "closed",
        "zhao",
        None,
        None,
    )
    assert now["acknowledged_by"] == "wang"  # who verified had taken it up
    history = [
        (event["action"], event["actor"], event["reason"]) for event in desk.ask("events", id=alert.id)
    ]
    assert history == [
        ("raised", "system", None),
        ("notified", "system", "automatic"),
        ("assigned", "li", "理由"),
        ("answered", "plant", "布袋破损"),
        ("verified", "wang", "需查看现场"),
        ("verified", "wang", "现场属实"),
        ("closed", "wang", "已整改"),
    ]
    moments = [event["at"] for event in desk.ask("events", id=alert.id)][2:]
    assert moments == [MORNING + minute * MINUTE for minute in range(1, 6)]
    assert [entry["action"] for entry in desk.ask("audit")] == [
        "alerts:alert:assign",
        "alerts:alert:answer",
        "alerts:alert:visit",
        "alerts:alert:confirm",
        "alerts:alert:close",
    ]
    assert desk.deadlines(MORNING + 1000 * HOUR) == NOTHING


def test_an_unwatched_alert_of_before_gets_its_clock(desk: Desk) -> None:
    alert = desk.raised("gateway_security", MORNING, factor=None)
    assert desk.alert(alert.id)["due_at"] is None
    assert desk.deadlines(MORNING + MINUTE).started == 1
    assert desk.alert(alert.id)["due_at"] == MORNING + 30 * MINUTE


REFUSED = [
    # step, who, what is given, error, code, remark
    ("answer", "company", {}, Conflict, "step_not_possible", "nobody has asked the company yet"),
    ("confirm", "company", {}, NotAllowed, "step_not_allowed", "a company does not verify itself"),
    ("confirm", "auditor", {}, NotAllowed, "step_not_allowed", "an auditor changes nothing"),
    ("escalate", "admin", {}, NotAllowed, "step_not_allowed", "escalation is time's affair"),
    ("close", "officer", {}, Conflict, "step_not_possible", "not before it was verified"),
    ("confirm", "officer", {"reason": " "}, Refused, "reason_missing", "a finding without a reason"),
    ("comment", "officer", {"reason": None}, Refused, "reason_missing", "an empty note"),
    ("assign", "officer", {"assign_to": "nobody"}, NotFound, "assignee_unknown", "a user who does not exist"),
    ("assign", "officer", {"assign_to": "auditor"}, NotFound, "assignee_unknown", "one who handles nothing"),
]


@pytest.mark.parametrize(
    ("step", "role", "given", "error", "code", "remark"), REFUSED, ids=[row[5] for row in REFUSED]
)
def test_a_step_that_is_not_possible_is_refused_and_changes_nothing(
    desk: Desk,
    step: str,
    role: str,
    given: dict[str, object],
    error: type[OutfallError],
    code: str,
    remark: str,
) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    desk.user("auditor", "auditor")
    before = (desk.alert(alert.id), desk.actions(alert.id))
    site = desk.plant.registry.site("test-cement").key if role == "company" else None
    with pytest.raises(error) as caught:
        desk.take(alert.id, step, MORNING, Caller("somebody", role, "test", site), **given)
    assert caught.value.code == code, remark
    assert (desk.alert(alert.id), desk.actions(alert.id)) == before


def test_a_company_cannot_touch_another_units_alert_nor_one_that_is_pending(plant: Plant) -> None:
    desk = Desk(plant, hold_seconds={"exceedance_day": 300})
    foreign = desk.raised("exceedance_hour", MORNING)
    pending = desk.raised("exceedance_day", MORNING, outlet="test-water", factor="w01018")
    for alert in (foreign, pending):
        with pytest.raises(NotFound):
            desk.take(alert.id, "comment", MORNING, company(desk, "test-wwtp"))
    with pytest.raises(Conflict) as caught:
        desk.take(pending.id, "acknowledge", MORNING)
    assert caught.value.code == "alert_pending"


def test_a_company_is_not_told_what_was_found_when_its_answer_comes_too_late(desk: Desk) -> None:
    for number, action in enumerate(("confirm", "visit", "reject")):
        alert = desk.raised(
            "exceedance_hour", MORNING + number * HOUR, outlet="test-kiln", factor=f"a0000{number}"
        )
        desk.take(alert.id, action, MORNING)
        with pytest.raises(Conflict) as caught:
            desk.take(alert.id, "answer", MORNING, company(desk))
        assert caught.value.code == "step_not_possible"
        assert not {"confirmed", "visit", "unfounded"} & set(str(caught.value).replace(".", "").split())
        assert "handling" not in caught.value.facts


def later(hours: int) -> datetime:
    return MORNING + hours * HOUR


def test_a_company_answers_again_until_the_bureau_has_verified(desk: Desk) -> None:
    alert = desk.raised("exceedance_hour", MORNING)
    desk.deadlines(MORNING)
    for hour in (1, 2):
        taken = desk.take(alert.id, "answer", later(hour), company(desk))
    assert (taken.before, taken.after) == ("answered", "answered")
    assert desk.alert(alert.id)["handling_since"] == later(1)
