"""The way of a lead as a line: what is done, where it stands, what comes and who may do it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from api.console.leads.offers import roles_word
from store.leads.steps import DECIDERS, DRAFTERS, LEGAL, TECHNICAL
from store.texts import text

Mark = Literal["done", "current", "ahead", "stopped"]

_LINE: tuple[tuple[str, frozenset[str], frozenset[str], tuple[str, ...]], ...] = (
    ("draft", frozenset({"draft", "returned"}), DRAFTERS, ("presented",)),
    ("technical", frozenset({"technical_review"}), TECHNICAL, ("signed_technical",)),
    ("legal", frozenset({"legal_review"}), LEGAL, ("signed_legal",)),
    ("submit", frozenset({"reviewed"}), DECIDERS, ("submitted",)),
    (
        "outcome",
        frozenset({"submitted"}),
        DECIDERS,
        ("declined", "instructed", "summoned", "filed", "transferred"),
    ),
)
"""Each step: the states in which it is at hand, who takes it, and the events that end it."""

_SETTLED = frozenset({"instruct", "talk", "no_case", "filed", "transferred"})


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step of the line. ``by`` and ``at`` say who ended it when, where it is done."""

    id: str
    word: str
    mark: Mark
    mark_word: str
    who: str
    by: str | None
    at: datetime | None


def step_line(state: str, events: Iterable[Mapping[str, Any]]) -> list[StepMark]:
    """The steps of a lead in this state, with who ended those that are done, by its history (oldest first)."""
    ended = {event["action"]: event for event in events}
    here = next((place for place, (_, states, _, _) in enumerate(_LINE) if state in states), len(_LINE))
    made = []
    for place, (step, _, roles, ends) in enumerate(_LINE):
        found = [ended[name] for name in ends if name in ended]
        last = max(found, key=lambda event: event["at"]) if found else None
        mark = _mark(place, here, state, passed=last is not None)
        shown = last if mark == "done" else None
        made.append(
            StepMark(
                step,
                text(f"console.leads.line.{step}"),
                mark,
                text(f"console.leads.line.mark.{mark}"),
                roles_word(roles),
                None if shown is None else shown["actor"],
                None if shown is None else shown["at"],
            )
        )
    return made


def _mark(place: int, here: int, state: str, *, passed: bool) -> Mark:
    if state == "withdrawn":
        return "done" if passed else "stopped"
    if state in _SETTLED and _LINE[place][0] == "submit" and not passed:
        # The bureau itself decided: nothing was handed over.
        return "stopped"
    return "done" if place < here else "current" if place == here else "ahead"


def next_words(state: str) -> str:
    """What comes next, in one sentence."""
    return text(f"console.leads.next.{state}")
