"""Leads on judged data: what is taken from it, what time drives, and what two people do at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest

from alerts.leadclocks import Watched, threshold, watch_leads
from store.clock import DAY, HOUR, day_start
from store.database import connect
from store.errors import Conflict, NotAllowed, OutfallError, Refused
from store.handling import clocks_of
from store.leads.actions import Caller, Taken
from store.leads.drafting import choose, disclose, edit, refresh
from store.leads.outcomes import present, record_outcome, submit_lead, withdraw
from store.leads.raising import raise_lead
from store.leads.reading import lead_detail
from store.leads.records import Discussion, MoreTime, extend, record_discussion, state_case
from store.leads.reviews import review
from store.leads.rules import rules_of
from store.leads.subjects import NewLead
from store.tasks import Caller as TaskCaller
from store.tasks import NewTask, finish_task, open_task
from tests.integration.alerts.desk import OFFICER, SQL, Desk
from tests.integration.alerts.plant import MORNING, SO2, Plant, soon

BOSS = Caller("li", "supervisor", "test")
TECHNICAL = Caller("zhang", "technical_reviewer", "test")
LEGAL = Caller("chen", "legal_reviewer", "test")
NOTHING = Watched(0, 0)


class Office(Desk):
    """The desk with leads."""

    def __init__(self, plant: Plant, **settings: Any) -> None:
        super().__init__(plant, **settings)
        self.plant.connection.execute(SQL["registered_long_ago"])

    def do(self, deed: Callable[..., Any], *given: Any, at: datetime, **named: Any) -> Any:
        with self.plant.connection.transaction():
            return deed(self.plant.connection, *given, rules=rules_of(self.settings), at=at, **named)

    def raise_of(self, *alerts: int, at: datetime, **named: Any) -> int:
        new = NewLead(alert_ids=alerts, reason="涉嫌超标", **named)
        lead_id: int = self.do(raise_lead, new, OFFICER, at=at, clocks=clocks_of(self.settings))
        return lead_id

    def exceeded(self, *values: str) -> tuple[int, datetime]:
        """Hours from the morning on, the alert that they raise, found true; and the moment after."""
        for number, value in enumerate(values):
            self.plant.so2(MORNING + number * HOUR, value)
            self.plant.judge(soon(MORNING + number * HOUR))
        alert = self.plant.alerts()[-1]
        at = soon(MORNING + len(values) * HOUR)
        self.take(alert["id"], "confirm", at)
        return alert["id"], at

    def lead(self, lead_id: int, caller: Caller = OFFICER) -> dict[str, Any]:
        return lead_detail(self.plant.connection, lead_id, caller)

    def presented(self) -> tuple[int, datetime]:
        alert, at = self.exceeded("210")
        lead_id = self.raise_of(alert, at=at)
        self.do(edit, lead_id, {"facts": "超标"}, OFFICER, at=at)
        self.do(choose, lead_id, ["permit-34-1"], "依据", OFFICER, at=at)
        self.do(present, lead_id, OFFICER, at=at)
        return lead_id, at

    def sign(self, lead_id: int, kind: str, caller: Caller, at: datetime) -> Taken:
        digest = self.lead(lead_id)["digest"]
        taken: Taken = self.do(review, lead_id, "sign", "同意", digest, caller, at=at, kind=kind)
        return taken

    def reviewed(self) -> tuple[int, datetime]:
        lead_id, at = self.presented()
        self.sign(lead_id, "technical", TECHNICAL, at)
        self.sign(lead_id, "legal", LEGAL, at)
        return lead_id, at

    def watch(self, at: datetime) -> Watched:
        with self.plant.connection.transaction():
            return watch_leads(self.plant.connection, self.plant.registry, self.settings, at)


@pytest.fixture
def office(plant: Plant) -> Office:
    office = Office(plant)
    office.channel(MORNING - HOUR)
    return office


def test_a_lead_holds_the_numbers_of_its_alert_with_verdicts_revisions_and_messages(office: Office) -> None:
    alert, at = office.exceeded("210", "260")
    lead = office.lead(office.raise_of(alert, at=at))
    assert (lead["from_time"], lead["to_time"]) == (MORNING, MORNING + 2 * HOUR)
    assert lead["title"] == "测试水泥窑尾二氧化硫超标排放"
    numbers = lead["snapshot"]["content"]
    hours = [(one["start"], one["revision"], one["verdicts"][0]["result"]) for one in numbers["periods"]]
    assert hours == [
        (MORNING.isoformat(), 1, "exceeded"),
        ((MORNING + HOUR).isoformat(), 1, "exceeded"),
    ]
    assert numbers["worst"]["compared"] == "260"
    assert numbers["limits"][0]["standard"] == "GB 4915-2013"
    assert all(one["messages"]["hour"] for one in numbers["periods"])


def test_what_is_judged_again_changes_no_numbers_until_a_draft_takes_them_anew(office: Office) -> None:
    alert, at = office.exceeded("210")
    lead_id = office.raise_of(alert, at=at)
    first = office.lead(lead_id)["snapshot"]
    office.plant.so2(MORNING, "230")
    office.plant.judge(at + HOUR)
    assert office.lead(lead_id)["snapshot"] == first
    office.do(refresh, lead_id, OFFICER, at=at + HOUR)
    again = office.lead(lead_id)
    (period,) = again["snapshot"]["content"]["periods"]
    assert (period["revision"], period["verdicts"][0]["compared"]) == (2, "230")
    assert again["revision"] == 2, "other numbers are another content"


def test_a_task_that_left_a_lead_becomes_one_and_another_does_not(office: Office) -> None:
    kiln = office.plant.registry.outlet("test-kiln")
    connection = office.plant.connection
    ids = []
    for outcome in ("lead_remains", "no_problem"):
        task = NewTask("off_site", kiln.site_key, kiln.key, None, "by_hand", "核对曲线", False, None, None)
        with connection.transaction():
            task_id = open_task(connection, task, TaskCaller("wang", "test"), MORNING)
            finish_task(connection, task_id, outcome, "结果", TaskCaller("wang", "test"), MORNING + HOUR)
        ids.append(task_id)
    new = NewLead(task_id=ids[0], kind="falsification", factors=(SO2,))
    lead_id = office.do(raise_lead, new, OFFICER, at=MORNING + DAY, clocks=clocks_of(office.settings))
    lead = office.lead(lead_id)
    assert (lead["source"], [task["id"] for task in lead["tasks"]]) == ("off_site", [ids[0]])
    assert lead["found_at"] == MORNING, "the bureau looked into it from then on"
    with pytest.raises(Conflict) as caught:
        office.do(
            raise_lead, NewLead(task_id=ids[1]), OFFICER, at=MORNING + DAY, clocks=clocks_of(office.settings)
        )
    assert caught.value.code == "task_leaves_no_lead"


BY_HAND: list[tuple[NewLead, str, str]] = [
    (NewLead(), "lead_source_wrong", "no source"),
    (NewLead(source="complaint"), "source_missing", "a source without words"),
    (NewLead(source="complaint", source_note="来电"), "lead_span_wrong", "no time"),
    (NewLead(source="complaint", source_note="来电", start=MORNING), "lead_subject_missing", "nobody"),
    (
        NewLead(source="complaint", source_note="来电", start=MORNING, end=MORNING, site_id="test-cement"),
        "lead_span_wrong",
        "no length",
    ),
    (
        NewLead(source="complaint", source_note="来电", start=MORNING + 2 * DAY, site_id="test-cement"),
        "lead_span_wrong",
        "in the future",
    ),
    (
        NewLead(source="complaint", source_note="来电", start=MORNING, site_id="test-cement", acts=("x",)),
        "act_unknown",
        "no such act",
    ),
    (
        NewLead(
            source="complaint",
            source_note="来电",
            start=MORNING,
            site_id="test-cement",
            found_at=MORNING + 2 * DAY,
        ),
        "found_in_future",
        "found tomorrow",
    ),
    (
        NewLead(
            source="superior",
            source_note="交办",
            start=MORNING,
            site_id="test-cement",
            outlet_ids=("test-outfall",),
        ),
        "lead_of_two_sites",
        "another unit's outlet",
    ),
]


@pytest.mark.parametrize(("new", "code", "remark"), BY_HAND, ids=[row[2] for row in BY_HAND])
def test_a_lead_by_hand_says_where_it_comes_from_whom_and_when_it_is_about(
    office: Office, new: NewLead, code: str, remark: str
) -> None:
    if new.outlet_ids:
        other = next(one for one in office.plant.registry.outlets() if one.site_id != "test-cement")
        new = NewLead(**{**{name: getattr(new, name) for name in new.__slots__}, "outlet_ids": (other.id,)})
    with pytest.raises(Refused) as caught:
        office.do(raise_lead, new, OFFICER, at=MORNING + DAY, clocks=clocks_of(office.settings))
    assert caught.value.code == code, remark


def test_a_lead_by_hand_is_of_the_whole_unit_and_proposes_law_of_both_media(office: Office) -> None:
    new = NewLead(
        source="complaint", source_note="来电", start=MORNING, site_id="test-cement", kind="exceedance"
    )
    lead_id = office.do(raise_lead, new, OFFICER, at=MORNING + DAY, clocks=clocks_of(office.settings))
    lead = office.lead(lead_id)
    assert (lead["outlets"], lead["to_time"]) == ([], None)
    assert {"air-99-2", "water-83-2"} <= {one["norm"] for one in lead["candidates"]}
    assert not any(clock["kind"].startswith("limitation") for clock in lead["clocks"])


def test_an_edit_of_the_acts_takes_away_a_choice_that_is_no_candidate_any_more(office: Office) -> None:
    alert, at = office.exceeded("210")
    lead_id = office.raise_of(alert, at=at)
    office.do(choose, lead_id, ["permit-34-1", "air-99-2"], "依据", OFFICER, at=at)
    office.do(edit, lead_id, {"acts": ["exceed_permit"]}, OFFICER, at=at)
    assert office.lead(lead_id)["basis"] == ["permit-34-1"]
    with pytest.raises(Refused) as caught:
        office.do(choose, lead_id, ["air-99-2"], "依据", OFFICER, at=at)
    assert caught.value.code == "norm_unknown"
    for changes, code in (({}, "nothing_to_change"), ({"found_at": at - DAY}, "reason_missing")):
        with pytest.raises(Refused) as caught:
            office.do(edit, lead_id, changes, OFFICER, at=at)
        assert caught.value.code == code


def test_only_one_of_two_reviewers_at_once_signs(office: Office, database: str) -> None:
    lead_id, at = office.presented()
    office.plant.connection.commit()
    digest = office.lead(lead_id)["digest"]
    office.plant.connection.commit()
    barrier = Barrier(2)

    def sign(name: str) -> str:
        with connect(database, name="test") as connection:
            barrier.wait(30)
            try:
                caller = Caller(name, "technical_reviewer", "test")
                review(
                    connection,
                    lead_id,
                    "sign",
                    "同意",
                    digest,
                    caller,
                    kind="technical",
                    rules=rules_of(office.settings),
                    at=at,
                )
            except OutfallError as error:
                connection.rollback()
                return error.code
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(sign, ["zhang", "zhou"]))
    assert results == ["lead_step_not_possible", "signed"]
    assert [one["result"] for one in office.lead(lead_id)["reviews"]] == ["sign"]


def test_an_edit_and_a_signature_at_once_never_leave_a_signature_on_what_was_not_read(
    office: Office, database: str
) -> None:
    lead_id, at = office.presented()
    digest = office.lead(lead_id)["digest"]
    office.plant.connection.commit()
    barrier = Barrier(2)

    def run(deed: Callable[[Any], None]) -> str:
        with connect(database, name="test") as connection:
            barrier.wait(30)
            try:
                deed(connection)
            except OutfallError as error:
                connection.rollback()
                return error.code
        return "done"

    rules = rules_of(office.settings)

    def change(connection: Any) -> None:
        edit(connection, lead_id, {"facts": "改过"}, OFFICER, rules=rules, at=at)

    def sign(connection: Any) -> None:
        review(connection, lead_id, "sign", "同意", digest, TECHNICAL, kind="technical", rules=rules, at=at)

    with ThreadPoolExecutor(2) as pool:
        changed, signed = pool.map(run, [change, sign])
    assert changed == "done"
    assert signed in ("done", "lead_changed")
    lead = office.lead(lead_id)
    assert lead["state"] == "technical_review"
    assert not any(one["holds"] for one in lead["reviews"])


def test_a_number_is_taken_by_one_lead_and_left_by_none(office: Office) -> None:
    alert, at = office.exceeded("210")
    with pytest.raises(Refused):
        office.raise_of(alert, at=at, acts=("x",))
    assert office.lead(office.raise_of(alert, at=at))["number"] == f"XS-{at:%Y%m%d}-0001"


def test_nothing_of_a_lead_goes_away_or_is_written_over(office: Office) -> None:
    lead_id, _ = office.reviewed()
    for statement in ("delete_lead", "change_review", "change_event", "change_snapshot"):
        with (
            pytest.raises(psycopg.errors.IntegrityConstraintViolation),
            office.plant.connection.transaction(),
        ):
            office.ask(statement, id=lead_id)


def test_people_are_reminded_before_a_time_ends_and_told_level_by_level_when_it_is_over(
    office: Office,
) -> None:
    alert, at = office.exceeded("210")
    lead_id = office.raise_of(alert, at=at)
    due = next(one["due_at"] for one in office.lead(lead_id)["clocks"] if one["kind"] == "filing")
    assert office.watch(due - 6 * DAY) == NOTHING
    told = []
    for moment, wanted in (
        (due - 5 * DAY, Watched(1, 0)),
        (due - 4 * DAY, NOTHING),
        (due - 2 * DAY, Watched(1, 0)),
        (due - timedelta(minutes=1), NOTHING),
        (due, Watched(0, 1)),
        (due + HOUR, NOTHING),
        (due + DAY, Watched(0, 1)),
        (due + 3 * DAY, NOTHING),
    ):
        assert office.watch(moment) == wanted, moment - due
        assert office.watch(moment) == NOTHING, "told once"
        told.append(wanted)
    messages = office.ask("lead_messages", id=lead_id)
    assert [one["title"] for one in messages] == [
        *["【线索期限提醒】立案审批：" + office.lead(lead_id)["number"]] * 2,
        *["【线索逾期】立案审批：" + office.lead(lead_id)["number"]] * 2,
    ]
    assert "《生态环境行政处罚办法》第18条" in messages[0]["body"]
    assert [event["action"] for event in office.lead(lead_id)["events"]][1:] == [
        "reminded",
        "reminded",
        "escalated",
        "escalated",
    ]


def test_a_time_that_was_met_moved_or_withdrawn_is_spoken_of_no_more_or_anew(office: Office) -> None:
    alert, at = office.exceeded("210")
    lead_id = office.raise_of(alert, at=at)
    due = next(one["due_at"] for one in office.lead(lead_id)["clocks"] if one["kind"] == "filing")
    assert office.watch(due - 2 * DAY) == Watched(1, 0)
    more = MoreTime("filing", "案情复杂", "王局长", due - 2 * DAY)
    office.do(extend, lead_id, more, BOSS, at=due - 2 * DAY)
    assert office.watch(due + HOUR) == NOTHING, "it has moved"
    assert office.watch(due + 13 * DAY) == Watched(1, 0), "and is spoken of anew"
    office.do(withdraw, lead_id, "误报", OFFICER, at=due + 13 * DAY)
    assert office.watch(due + 16 * DAY) == NOTHING


def test_an_extension_that_comes_too_late_or_without_discussion_is_refused(office: Office) -> None:
    lead_id, at = office.reviewed()
    due = next(one["due_at"] for one in office.lead(lead_id)["clocks"] if one["kind"] == "filing")
    with pytest.raises(Conflict) as late:
        office.do(extend, lead_id, MoreTime("filing", "补办", "王局长", due), BOSS, at=due)
    assert late.value.code == "extension_too_late"
    with office.plant.connection.transaction():
        submit_lead(office.plant.connection, lead_id, BOSS, at, rules=rules_of(office.settings))
    office.do(record_outcome, lead_id, "filed", "立案", BOSS, at=at)
    first = MoreTime("decision", "案情复杂", "王局长", at)
    office.do(extend, lead_id, first, BOSS, at=at)
    with pytest.raises(Refused) as caught:
        office.do(extend, lead_id, first, BOSS, at=at)
    assert caught.value.code == "discussion_needed"
    words = ["略"] * 8
    talk = Discussion(at, "会议室", "局长", ("甲", "乙"), *words)
    discussion_id, _ = office.do(record_discussion, lead_id, talk, BOSS, at=at)
    office.do(extend, lead_id, MoreTime("decision", "再延", "王局长", at, discussion_id), BOSS, at=at)
    decision = next(one for one in office.lead(lead_id)["clocks"] if one["kind"] == "decision")
    assert decision["last_day"] == at.date() + timedelta(days=150)


def test_a_statement_that_comes_late_is_kept_and_holds_nothing_up(office: Office) -> None:
    lead_id, at = office.reviewed()
    office.do(disclose, lead_id, "告知", OFFICER, at=at)
    site = office.plant.registry.site("test-cement").key
    company = Caller("plant", "company", "test", site)
    late = day_start(at) + 9 * DAY
    office.do(state_case, lead_id, "不服", company, at=late)
    lead = office.lead(lead_id)
    assert (lead["state"], lead["statements"][0]["in_time"]) == ("reviewed", False)
    statement = next(one for one in lead["clocks"] if one["kind"] == "statement")
    assert (statement["state"], statement["overdue_when_met"]) == ("met", True)
    with pytest.raises(NotAllowed):
        office.do(edit, lead_id, {"facts": "x"}, company, at=late)


def test_the_bureau_files_itself_where_it_is_the_authority(plant: Plant) -> None:
    office = Office(plant, case_authority="district")
    lead_id, at = office.reviewed()
    assert office.lead(lead_id)["authority_name"] == "测试区局"
    office.do(record_outcome, lead_id, "filed", "立案", BOSS, at=at)
    assert office.lead(lead_id)["state"] == "filed"


def test_the_reminder_that_has_come_is_the_nearest() -> None:
    due = datetime.combine(date(2026, 12, 12), datetime.min.time(), MORNING.tzinfo)
    cases = [(6, None), (5, 5), (3, 5), (2, 2), (1, 2), (0, 2)]
    assert [threshold(due, due - days * DAY, [5, 2]) for days, _ in cases] == [wanted for _, wanted in cases]
    assert threshold(due, due, []) is None
