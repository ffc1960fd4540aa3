"""The history of an alert as one line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.console.alerts.timeline import size_words, timeline
from tests.unit.console.alerts.rows import event
from tests.unit.console.samples import NOW

PAPER = {
    "id": 9,
    "name": "校准记录.pdf",
    "media_type": "application/pdf",
    "bytes": 34_567,
    "sha256": "ab" * 32,
    "public": False,
    "filed_by": "officer",
    "filed_at": NOW,
}
ATTACHED = event(
    "attached",
    actor="officer",
    reason="现场校准记录",
    detail={"name": "校准记录.pdf", "sha256": "ab" * 32, "role": "officer"},
)


def test_condition_and_handling_stand_on_two_sides_with_who_when_and_why() -> None:
    entries = timeline(
        5,
        [
            event("raised"),
            event(
                "verified",
                actor="officer",
                reason="现场核实属实",
                detail={"result": "confirmed", "to": "confirmed"},
            ),
        ],
        [],
        for_company=False,
    )
    assert [(one.lane, one.word, one.actor, one.reason) for one in entries] == [
        ("condition", "产生预警", "系统", None),
        ("handling", "核实：属实", "officer", "现场核实属实"),
    ]


def test_what_recurs_by_itself_is_one_entry_with_how_often_and_until_when() -> None:
    events = [
        event("counted", at=NOW + timedelta(hours=hour), detail={"count": hour + 2}) for hour in range(3)
    ]
    (entry,) = timeline(5, events, [], for_company=False)
    assert (entry.times, entry.at, entry.until) == (3, NOW, NOW + timedelta(hours=2))
    assert entry.lines == ("累计 4 次",)


def test_the_same_step_of_two_people_stays_two_entries() -> None:
    events = [event("commented", actor=who, reason="已联系") for who in ("officer", "officer")]
    assert len(timeline(5, events, [], for_company=False)) == 2


def test_a_paper_stands_with_the_step_that_filed_it() -> None:
    (entry,) = timeline(5, [ATTACHED], [PAPER], for_company=False)
    (paper,) = entry.papers
    assert (paper.path, paper.size, paper.digest) == (
        "/api/v1/alerts/5/attachments/9",
        "34 KB",
        "abababababab",
    )
    assert entry.inner


def test_the_same_bytes_filed_twice_are_two_papers() -> None:
    entries = timeline(5, [ATTACHED, ATTACHED], [PAPER, PAPER | {"id": 10}], for_company=False)
    assert [one.papers[0].path[-2:] for one in entries] == ["/9", "10"]


def test_a_company_sees_neither_inner_steps_nor_who_in_the_bureau_did_the_others() -> None:
    events = [
        event("raised"),
        event("commented", actor="officer", reason="疑似造假"),
        event("assigned", actor="officer", detail={"to": "officer"}),
        event("notified", actor="officer", reason="请核实", detail={"public": True}),
        event("verified", actor="officer", reason="需现场", detail={"result": "site_visit"}),
        event("closed", actor="officer", reason="不再追究"),
    ]
    entries = timeline(5, [*events, ATTACHED], [], for_company=True)
    assert [(one.word, one.actor, one.reason) for one in entries] == [
        ("产生预警", "系统", None),
        ("通知企业", "生态环境局", "请核实"),
        ("关闭", "生态环境局", None),
    ]
    assert not any(one.inner for one in entries)


def test_an_answer_has_its_measures_and_an_escalation_its_level() -> None:
    answered = event(
        "answered",
        actor="plant",
        reason="布袋破损",
        detail={"measures": "已更换", "role": "company", "public": True},
    )
    escalated = event("escalated", reason="verify", detail={"level": 1})
    entries = timeline(5, [answered, escalated], [], for_company=False)
    assert entries[0].lines == ("措施：已更换",)
    assert (entries[1].reason, entries[1].lines) == ("超过核实时限", ("已升级到分管领导",))


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1025, "2 KB"), (5 * 1024**2, "5 MB")]
)
def test_sizes_are_never_told_smaller_than_they_are(count: int, words: str) -> None:
    assert size_words(count) == words
