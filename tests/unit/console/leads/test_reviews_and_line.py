"""Where a lead stands: its line of steps, and what holds of the two reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.console.leads.reviewsview import sides_of
from api.console.leads.stepline import next_words, step_line
from store.leads.steps import State

AT = datetime(2026, 11, 20, tzinfo=UTC)


def event(action: str, actor: str = "wang", hours: int = 0) -> dict[str, Any]:
    return {"action": action, "actor": actor, "at": AT + timedelta(hours=hours)}


def review(kind: str, result: str, *, holds: bool, hours: int = 0) -> dict[str, Any]:
    return {
        "kind": kind,
        "result": result,
        "holds": holds,
        "at": AT + timedelta(hours=hours),
        "reviewer": "li",
        "display_name": None,
        "opinion": "意见",
        "revision": 3,
        "digest": "ab" * 32,
    }


# state, events, marks of the five steps, remark
LINES = [
    ("draft", [], "current ahead ahead ahead ahead", "a new draft"),
    ("technical_review", ["presented"], "done current ahead ahead ahead", "presented"),
    (
        "returned",
        ["presented", "returned_technical"],
        "current ahead ahead ahead ahead",
        "sent back to the beginning",
    ),
    (
        "reviewed",
        ["presented", "signed_technical", "signed_legal"],
        "done done done current ahead",
        "both signed",
    ),
    (
        "filed",
        ["presented", "signed_technical", "signed_legal", "submitted", "filed"],
        "done done done done done",
        "filed by the city",
    ),
    (
        "no_case",
        ["presented", "signed_technical", "signed_legal", "declined"],
        "done done done stopped done",
        "settled by the bureau itself: nothing was handed over",
    ),
    ("withdrawn", ["presented"], "done stopped stopped stopped stopped", "withdrawn after it was presented"),
]


@pytest.mark.parametrize(("state", "events", "marks", "remark"), LINES, ids=[line[3] for line in LINES])
def test_the_line_says_what_is_done_and_what_comes(
    state: str, events: list[str], marks: str, remark: str
) -> None:
    line = step_line(state, [event(name, hours=place) for place, name in enumerate(events)])
    assert [step.mark for step in line] == marks.split(), remark


def test_a_step_that_is_done_names_who_ended_it_last() -> None:
    found = [event("presented", "wang"), event("returned_technical", "li", 1), event("presented", "zhao", 2)]
    first = step_line("technical_review", found)[0]
    assert (first.by, first.at) == ("zhao", AT + timedelta(hours=2))


def test_every_state_says_what_comes_next() -> None:
    assert all(next_words(state) for state in State)


# state, reviews, standings of the technical and the legal side, remark
SIDES = [
    ("draft", [], "ahead ahead", "nothing is asked yet"),
    ("technical_review", [], "open ahead", "the technical review is open"),
    ("legal_review", [review("technical", "sign", holds=True)], "passed open", "the legal one is open"),
    (
        "technical_review",
        [review("technical", "sign", holds=False)],
        "changed ahead",
        "changed after it was signed: to be signed again",
    ),
    ("returned", [review("technical", "return", holds=False)], "returned ahead", "sent back"),
    (
        "technical_review",
        [review("technical", "return", holds=False)],
        "open ahead",
        "presented again after it was sent back",
    ),
    (
        "reviewed",
        [review("technical", "sign", holds=True), review("legal", "sign", holds=True)],
        "passed passed",
        "both hold",
    ),
]


@pytest.mark.parametrize(("state", "reviews", "standings", "remark"), SIDES, ids=[side[3] for side in SIDES])
def test_a_review_counts_only_for_what_the_lead_says_now(
    state: str, reviews: list[dict[str, Any]], standings: str, remark: str
) -> None:
    assert [side.standing for side in sides_of(state, reviews)] == standings.split(), remark


def test_the_newest_review_stands_in_front_and_the_earlier_ones_are_kept() -> None:
    found = [review("technical", "return", holds=False), review("technical", "sign", holds=True, hours=2)]
    technical, _ = sides_of("legal_review", found)
    assert technical.last is not None
    assert (technical.last.result, [one.result for one in technical.earlier]) == ("sign", ["return"])
