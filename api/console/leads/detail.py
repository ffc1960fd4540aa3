"""One lead with everything that its page shows. Pure: rows of the store in, words out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.console import words
from api.console.leads.clocksview import ClockRow, PauseRow, clock_rows, pause_rows
from api.console.leads.content import (
    AlertLine,
    BasisRow,
    PaperRow,
    act_span,
    act_words,
    alert_lines,
    basis_rows,
    discretion_rows,
    paper_rows,
)
from api.console.leads.history import EventRow, event_rows
from api.console.leads.numbers import Numbers, numbers_of
from api.console.leads.offers import Offer
from api.console.leads.reviewsview import Side, sides_of
from api.console.leads.stepline import StepMark, next_words, step_line
from store.leads.law import Law
from store.texts import text

OUTCOMES = {
    "no_case": "decline",
    "instruct": "instruct",
    "talk": "summon",
    "filed": "file",
    "transferred": "transfer",
}
"""What can become of a lead, and the step that records it."""

TRANSFER = {
    "approve": "approve_transfer",
    "refuse": "refuse_transfer",
    "police_accept": "police_accept",
    "police_refuse": "police_refuse",
    "object": "object",
}


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A lead as the bureau sees it.

    Attributes
    ----------
    lead : the lead as ``store.leads.reading`` gives it, for what is shown as it was entered
    reviewed : the technical and the legal review hold of what it says now
    unsettled : norms conflict, or the act lies on both sides of a change of the law: a person has to look
    outcomes, transfer : results and steps that can be recorded now, as (value, word)
    closed : every step that cannot be taken now, with the reason
    """

    lead: Mapping[str, Any]
    line: Sequence[StepMark]
    next: str
    span: str
    outlets: str
    factors: str
    acts: Sequence[str]
    numbers: Numbers | None
    alerts: Sequence[AlertLine]
    basis: Sequence[BasisRow]
    unsettled: bool
    discretion: Sequence[tuple[str, str]]
    sides: tuple[Side, ...]
    reviewed: bool
    clocks: Sequence[ClockRow]
    pauses: Sequence[PauseRow]
    papers: Sequence[PaperRow]
    history: Sequence[EventRow]
    outcomes: Sequence[tuple[str, str]]
    transfer: Sequence[tuple[str, str]]
    extendable: Sequence[tuple[str, str]]
    closed: Sequence[Offer]


def page_of(
    lead: Mapping[str, Any], outlet_names: Mapping[str, str], offers: Mapping[str, Offer]
) -> LeadPage:
    """The page of a lead, as ``lead_detail`` gives it to the bureau."""
    between = text("leads.between")
    sides = sides_of(lead["state"], lead["reviews"])
    clocks = clock_rows(lead["clocks"], lead["extensions"])
    basis = basis_rows(lead["candidates"], lead["basis"])
    snapshot = lead["snapshot"]
    return LeadPage(
        lead=lead,
        line=step_line(lead["state"], lead["events"]),
        next=next_words(lead["state"]),
        span=act_span(lead["from_time"], lead["to_time"]),
        outlets=between.join(outlet_names.get(outlet, outlet) for outlet in lead["outlets"]),
        factors=between.join(words.factor_name(factor) for factor in lead["factors"]),
        acts=act_words(lead["acts"]),
        numbers=None if snapshot is None or snapshot["content"] is None else numbers_of(snapshot["content"]),
        alerts=alert_lines(lead["alerts"]),
        basis=basis,
        unsettled=any(row.contested for row in basis),
        discretion=discretion_rows(lead["discretion"]),
        sides=sides,
        reviewed=all(side.standing == "passed" for side in sides),
        clocks=clocks,
        pauses=pause_rows(lead["suspensions"]),
        papers=paper_rows(lead["papers"]),
        history=event_rows(lead["events"]),
        outcomes=_possible(OUTCOMES, offers),
        transfer=_possible(TRANSFER, offers),
        extendable=[(clock.kind, clock.word) for clock in clocks if _extendable(clock)],
        closed=[offer for offer in offers.values() if not offer.possible],
    )


def _possible(steps: Mapping[str, str], offers: Mapping[str, Offer]) -> list[tuple[str, str]]:
    return [(value, offers[action].word) for value, action in steps.items() if offers[action].possible]


def _extendable(clock: ClockRow) -> bool:
    return clock.kind in ("filing", "decision") and clock.state in ("running", "suspended")


def acts_offered(law: Law) -> list[tuple[str, str]]:
    """The acts that a lead can name: (code, words)."""
    return [(act.code, text(f"law.act.{act.code}")) for act in law.acts]
