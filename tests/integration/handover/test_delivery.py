"""Leads on their way to a city bureau that checks everything, and that fails in every way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from alerts.handover.delivery import STUCK_FAILURES
from store.errors import Conflict, Refused
from store.handover.keeping import find_handover, retry
from store.tasks import Caller
from tests.fixtures.bureau import SECRET, TOKEN, open_bureau
from tests.fixtures.waiting import until
from tests.integration.handover.desk import PACKAGE, Desk

OPS = Caller("chief", "test")


def test_a_lead_arrives_with_signature_package_and_reviewers_and_the_receipt_is_kept(desk: Desk) -> None:
    handover_id = desk.submit(note="请依法审查")
    assert desk.state()["lead"] == "submitted"
    assert desk.deliver() == 1
    (case,) = desk.bureau.cases.values()
    assert desk.bureau.wrongs == []
    assert case.package == PACKAGE
    told = case.document
    assert told["handover"]["note"] == "请依法审查"
    assert told["authority"]["city"] == "示例市生态环境局"
    assert told["authority"]["decides"] == "示例市生态环境局"
    assert told["party"]["name"] == "示例水泥厂"
    assert told["lead"]["number"] == "XS-20261115-0001"
    assert told["lead"]["state"] == "submitted"
    assert told["numbers"]["content"]["counts"] == {"exceeded_days": 3}
    assert {kind: one["name"] for kind, one in told["reviewers"].items()} == {
        "technical": "technical-one",
        "legal": "legal-one",
    }
    assert told["package"]["checkpoint"]["size"] == 7
    (receipt,) = desk.ask("receipts")
    assert (receipt["outcome"], receipt["case_number"], receipt["status"]) == (
        "accepted",
        "XN-1",
        "201 Created",
    )
    assert desk.state()["state"] == "delivered"
    assert desk.deliver() == 0, "nothing is sent twice"
    assert find_handover(desk.connection, handover_id)["receipts"][0]["case_number"] == "XN-1"


def test_what_is_sent_and_what_was_answered_is_in_the_log_without_secrets(desk: Desk) -> None:
    desk.submit()
    desk.deliver()
    (kept, *_) = desk.ask("records", kind="handover")
    assert json.loads(kept["content"]["document"])["lead"]["number"] == "XS-20261115-0001"
    assert len(desk.ask("records", kind="handover_receipt")) == 1
    connectors = desk.ask("records", kind="handover_connector_version")
    assert len(connectors) == 3
    for record in connectors:
        said = json.dumps(record["content"])
        assert SECRET not in said and TOKEN not in said and "in-the-address" not in said


def test_a_connector_by_reference_gets_the_digest_and_no_file(desk: Desk) -> None:
    desk.submit("mobile")
    assert desk.deliver() == 1
    (case,) = desk.bureau.cases.values()
    assert case.package is None
    assert case.document["package"]["goes_along"] is False


def test_a_lead_that_was_handed_over_goes_to_a_further_receiver_but_not_twice_to_the_same(desk: Desk) -> None:
    desk.submit("city")
    desk.submit("mobile")
    assert desk.deliver() == 2
    with pytest.raises(Conflict) as caught:
        desk.submit("city")
    assert caught.value.code == "handed_over"
    assert [event["action"] for event in desk.ask("events")] == ["submitted"]


def test_a_refusal_is_final_told_to_people_and_can_be_tried_again_by_hand(desk: Desk) -> None:
    handover_id = desk.submit()
    desk.bureau.mood = "refuse"
    assert desk.deliver(times=3, minutes=30) == 0
    assert len(desk.bureau.asked) == 1, "it is not asked again by itself"
    (receipt,) = desk.ask("receipts")
    assert (receipt["outcome"], receipt["status"]) == ("refused", "403 Forbidden")
    assert SECRET not in receipt["answer"] and "no right" in receipt["answer"]
    (message,) = desk.ask("told")
    assert message["purpose"] == "lead"
    assert "XS-20261115-0001" in message["title"] and "403 Forbidden" in message["body"]
    desk.bureau.mood = "fair"
    with desk.connection.transaction():
        retry(desk.connection, handover_id, OPS, desk.clock.now)
    assert desk.deliver() == 1
    assert len({asked["idempotency-key"] for asked in desk.bureau.asked}) == 1
    assert [receipt["outcome"] for receipt in desk.ask("receipts")] == ["refused", "accepted"]
    with pytest.raises(Conflict) as caught:
        retry(desk.connection, handover_id, OPS, desk.clock.now)
    assert caught.value.code == "handover_delivered"


@pytest.mark.parametrize("mood", ["busy", "hang", "garbage", "login_page", "hang_up", "die_in_body"])
def test_whatever_goes_wrong_on_the_way_it_is_sent_again_and_is_one_case(desk: Desk, mood: str) -> None:
    desk.submit()
    desk.bureau.mood = mood
    assert desk.deliver() == 0
    (receipt,) = desk.ask("receipts")
    assert receipt["outcome"] == "failed"
    state = desk.state()
    assert (state["state"], state["failures"]) == ("waiting", 1)
    wait = timedelta(seconds=120) if mood == "busy" else timedelta(seconds=30)
    assert state["not_before"] == desk.clock.now + wait
    assert desk.deliver() == 0 and len(desk.ask("receipts")) == 1, "it waits"
    desk.bureau.mood = "fair"
    desk.bureau.released.set()
    desk.clock.pass_by(minutes=3)
    assert desk.deliver() == 1
    assert len(desk.bureau.cases) == 1
    assert desk.bureau.wrongs == []


def test_a_receiver_that_is_away_is_tried_ever_more_rarely_and_told_of_once(desk: Desk) -> None:
    desk.submit()
    port = desk.bureau.port
    desk.bureau.mood = "hang_up"
    desk.deliver(times=24 * 60, minutes=1)
    attempts = desk.state()["attempts"]
    assert STUCK_FAILURES < attempts < 40, "a day of a receiver that is out of order"
    assert [message["purpose"] for message in desk.ask("told")] == ["lead"]
    assert desk.bureau.port == port
    desk.bureau.mood = "fair"
    assert desk.deliver(times=61, minutes=1) == 1
    assert desk.state()["state"] == "delivered"


def test_a_slow_receiver_holds_no_other_up(desk: Desk) -> None:
    desk.submit("city")
    desk.bureau.mood = "hang"
    desk.deliver()
    desk.bureau.mood = "fair"
    desk.submit("mobile")
    assert desk.deliver() == 1
    assert {state["connector_id"]: state["state"] for state in desk.ask("states")} == {
        "city": "waiting",
        "mobile": "delivered",
    }


def test_a_process_killed_between_sending_and_recording_leaves_one_case_and_one_receipt(desk: Desk) -> None:
    desk.submit()
    desk.bureau.mood = "hold"
    command = [sys.executable, "-m", "tests.integration.handover.delivering"]
    process = subprocess.Popen([*command, desk.database_url, str(desk.settings.home)])
    try:
        until(lambda: desk.bureau.cases, "the bureau to have made a case")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    assert desk.ask("receipts") == []
    assert desk.state()["state"] == "waiting"
    desk.bureau.mood = "fair"
    desk.bureau.released.set()
    # The lock of the killed one ends with its connection, which the database notices by itself.
    until(lambda: desk.deliver() == 1, "the hand-over to be taken up again")
    (case,) = desk.bureau.cases.values()
    assert case.requests == 2
    (receipt,) = desk.ask("receipts")
    assert receipt["case_number"] == case.number
    assert desk.state()["attempts"] == 2


def test_two_processes_at_once_send_it_once(desk: Desk) -> None:
    desk.submit()
    desk.bureau.mood = "hold"
    command = [sys.executable, "-m", "tests.integration.handover.delivering"]
    process = subprocess.Popen([*command, desk.database_url, str(desk.settings.home)])
    try:
        until(lambda: desk.bureau.cases, "the bureau to have made a case")
        assert desk.deliver() == 0
        desk.bureau.released.set()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(20)
    assert len(desk.bureau.asked) == 1
    assert len(desk.ask("receipts")) == 1


@pytest.mark.parametrize("broken", ["gone", "short"])
def test_a_package_whose_file_is_not_whole_is_not_sent(desk: Desk, broken: str) -> None:
    desk.submit()
    file = desk.settings.evidence_folder() / "package.zip"
    if broken == "gone":
        file.unlink()
    else:
        file.write_bytes(PACKAGE[:-1])
    assert desk.deliver() == 0
    assert desk.bureau.asked == []
    assert desk.ask("receipts")[0]["status"] == "package_file_missing"
    assert len(desk.ask("told")) == 1


def test_a_package_that_was_exchanged_is_noticed_by_the_receiver(desk: Desk) -> None:
    desk.submit()
    file = desk.settings.evidence_folder() / "package.zip"
    file.write_bytes(PACKAGE[:-1] + b"!")
    desk.deliver()
    assert desk.bureau.wrongs == ["digest of the package"]
    assert desk.state()["state"] == "refused"


def test_a_receiver_that_moved_gets_what_waits_at_its_new_address(desk: Desk) -> None:
    desk.submit()
    desk.bureau.mood = "hang_up"
    desk.deliver()
    with open_bureau(type(desk.bureau)(desk.bureau.key)) as moved:
        from store.handover.connectors import apply_connectors
        from store.handover.file import read_handover_file
        from tests.fixtures.bureau import KEY_ID
        from tests.integration.handover.desk import CONNECTORS

        text = CONNECTORS.format(url=moved.url, key_id=KEY_ID, secret=SECRET, token=TOKEN)
        applied = apply_connectors(desk.connection, read_handover_file(text), OPS, desk.clock.now)
        assert "connector city: changed" in applied.changes
        assert desk.deliver() == 1, "at once, not after the wait of the old one"
        assert len(moved.cases) == 1


def test_sample_configuration_goes_to_a_connector_for_trials_only(bare_desk: Desk) -> None:
    bare_desk.set_up(sample=True)
    bare_desk.draft(sample=True)
    with pytest.raises(Refused) as caught:
        bare_desk.submit("city")
    assert caught.value.code == "sample_configuration"
    bare_desk.submit("trial")
    assert bare_desk.deliver() == 1
    (case,) = bare_desk.bureau.cases.values()
    assert (case.document["trial"], case.document["sample"]) == (True, True)


@pytest.mark.parametrize("state", ["draft", "technical_review", "legal_review", "no_case", "withdrawn"])
def test_only_a_reviewed_lead_is_handed_over(bare_desk: Desk, state: str) -> None:
    bare_desk.set_up()
    bare_desk.draft(state=state)
    with pytest.raises(Conflict) as caught:
        bare_desk.submit()
    assert caught.value.code == "lead_step_not_possible"
    assert bare_desk.ask("states") == []


def test_a_lead_that_says_something_else_than_was_reviewed_is_not_handed_over(desk: Desk) -> None:
    desk.ask("change_lead", id=desk.lead_id)
    with pytest.raises(Conflict) as caught:
        desk.submit()
    assert caught.value.code == "lead_not_reviewed"
    assert desk.ask("states") == []
    assert desk.ask("whole_lead", id=desk.lead_id)[0]["state"] == "reviewed", "all of it was rolled back"


@pytest.mark.parametrize(
    ("state", "code"), [("building", "evidence_not_ready"), ("failed", "evidence_not_ready")]
)
def test_a_lead_needs_a_ready_package(desk: Desk, state: str, code: str) -> None:
    desk.ask("change_package", id=desk.package_id, state=state)
    with pytest.raises(Conflict) as caught:
        desk.submit()
    assert caught.value.code == code


def test_a_lead_needs_a_package_of_its_own_as_it_was_reviewed(desk: Desk) -> None:
    desk.ask("set_package", id=desk.lead_id, package_id=desk.package_id, digest="00" * 32)
    with pytest.raises(Conflict) as caught:
        desk.submit()
    assert caught.value.code == "evidence_outdated"
    desk.ask("set_package", id=desk.lead_id, package_id=None, digest=None)
    with pytest.raises(Conflict) as caught:
        desk.submit()
    assert caught.value.code == "evidence_missing"
