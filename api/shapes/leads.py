"""Shapes of leads as they are read, and of the law."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.shapes import Shape

LeadState = Literal[
    "draft",
    "returned",
    "technical_review",
    "legal_review",
    "reviewed",
    "submitted",
    "instruct",
    "talk",
    "no_case",
    "filed",
    "transferred",
    "withdrawn",
]
LeadKind = Literal["exceedance", "missing", "abnormal", "falsification", "device"]
LeadSource = Literal["auto_alert", "off_site", "complaint", "superior", "mobile_check"]
ClockKind = Literal[
    "statement",
    "filing",
    "decision",
    "publication",
    "transfer_decision",
    "transfer",
    "police_review",
    "objection",
    "limitation",
    "limitation_harm",
]


class Lead(Shape):
    """An enforcement lead (执法线索): for people to decide on; Outfall finds no violation."""

    id: int
    number: str
    state: LeadState
    state_zh: str
    state_since: datetime
    source: LeadSource
    source_zh: str
    kind: LeadKind
    kind_zh: str
    title: str
    site: str
    site_name: str | None
    outlets: list[str]
    factors: list[str]
    from_time: datetime = Field(description="Begin of the act.")
    to_time: datetime | None = Field(description="End of the act, exclusive; null = it goes on.")
    sample: bool = Field(description="Of configuration that nobody has checked (示例配置).")
    authority_level: Literal["district", "city"] = Field(description="Who files and decides.")
    authority_name: str
    handler: str | None
    found_at: datetime = Field(description="When it was discovered: the filing clock starts.")
    created_at: datetime
    created_by: str
    disclosed_at: datetime | None = Field(description="When the company was told.")
    submitted_at: datetime | None
    filed_at: datetime | None
    disposition: Literal["no_case", "instruct", "talk", "filed", "transferred"] | None
    disposition_at: datetime | None
    due_kind: ClockKind | None = Field(description="The clock that is due first.")
    due_at: datetime | None = Field(description="The first moment that is too late.")
    due_day: date | None = Field(description="The last day in time.")
    due_clause: str | None
    evidence_id: int | None
    revision: int = Field(description="Counts the changes of the content.")


class ToldLead(Shape):
    """A lead as its company sees it: what it was told, as it was then."""

    id: int
    number: str
    site: str
    site_name: str | None
    kind: LeadKind
    kind_zh: str
    title: str
    disclosed_at: datetime
    statement_due: datetime | None = Field(
        description="Until when a statement is in time; null = over or stated."
    )


class LeadList(Shape):
    items: list[Lead | ToldLead]
    next: str | None


class Reason(Shape):
    """Why a norm is shown."""

    code: Literal[
        "in_force", "until_change", "from_change", "lighter_new_law", "norm_conflict", "several_norms"
    ]
    text: str
    other: str | None = Field(description="The norm that it conflicts or competes with.")


class Effect(Shape):
    code: str
    text: str


class FineTier(Shape):
    when: str
    when_zh: str
    fine: list[str]


class NormText(Shape):
    """A penalty norm. Yuan as text; null = the sheet of facts names no range."""

    law: str
    law_zh: str
    article: str | None
    clause: str
    fine: list[str] | None
    persons: list[str] | None
    tiers: list[FineTier]
    effects: list[Effect]
    valid_from: date | None
    valid_to: date | None
    confidence: str = Field(
        description="Tag of the sheet of facts: V… read in a source, K and k from knowledge."
    )


class Candidate(NormText):
    """A norm that may apply to the lead. Software proposes, a person chooses."""

    norm: str
    act: str
    act_zh: str
    role: Literal["applies", "alternative"]
    comparison: Literal["lighter", "heavier", "same", "unknown"] | None
    reasons: list[Reason]


class Snapshot(Shape):
    """The numbers as they were judged when they were taken: every period with its verdicts, their revision and messages."""

    id: int
    taken_at: datetime
    taken_by: str
    sha256: str
    content: dict[str, Any] | None = Field(description="null in answers to writes.")


class LeadAlert(Shape):
    id: int
    number: str
    code: str
    severity: str
    outlet: str | None
    factor: str | None
    first_seen: datetime
    last_seen: datetime
    count: int
    added_at: datetime
    added_by: str


class LeadTask(Shape):
    id: int
    number: str
    kind: str
    state: str
    outcome: str | None
    added_at: datetime
    added_by: str


class LeadEvent(Shape):
    at: datetime
    actor: str
    action: str
    action_zh: str
    reason: str | None
    detail: dict[str, Any]


class Review(Shape):
    """A review of exactly one content. ``holds``: it signed off what the lead says now."""

    id: int
    kind: Literal["technical", "legal"]
    result: Literal["sign", "return"]
    opinion: str
    reviewer: str
    display_name: str | None
    at: datetime
    revision: int
    digest: str
    holds: bool


class LeadPaper(Shape):
    """A paper; the bytes are at ``/leads/{id}/papers/{id}``."""

    id: int
    part: Literal["evidence", "record", "statement"]
    name: str
    media_type: str
    bytes: int
    sha256: str
    note: str | None
    public: bool
    by_company: bool
    statement_id: int | None
    filed_by: str
    filed_at: datetime


class Statement(Shape):
    id: int
    content: str
    in_time: bool
    made_by: str
    at: datetime


class OwnStatement(Shape):
    id: int
    content: str
    in_time: bool
    at: datetime


class Talk(Shape):
    id: int
    held_at: datetime
    place: str
    host: str
    attendees: list[str]
    facts_shown: str
    commitments: str | None
    deadline: date | None
    follow_up: str | None
    follows: int | None
    recorded_by: str
    at: datetime


class Discussion(Shape):
    id: int
    held_at: datetime
    place: str
    host: str
    attendees: list[str]
    facts: str
    evidence: str
    qualification: str
    party: str
    law: str
    discretion: str
    procedure: str
    conclusion: str
    revision: int
    digest: str
    recorded_by: str
    at: datetime


class LeadClock(Shape):
    """What is due, until when, under which norm."""

    kind: ClockKind
    kind_zh: str
    state: Literal["running", "suspended", "met", "void"]
    starts_at: datetime
    due_at: datetime | None = Field(description="The first moment that is too late; null while suspended.")
    last_day: date | None
    days_extended: int
    days_suspended: int
    norm: str
    clause: str
    confidence: str
    met_at: datetime | None
    overdue_when_met: bool
    escalation: int


class Extension(Shape):
    id: int
    clock: Literal["filing", "decision"]
    days: int
    reason: str
    approved_by: str
    approved_at: datetime
    discussion_id: int | None
    recorded_by: str
    at: datetime


class Suspension(Shape):
    id: int
    why: str
    reason: str
    from_time: datetime
    to_time: datetime | None
    started_by: str
    ended_by: str | None


class LeadDetail(Lead):
    """Everything of a lead, for the bureau."""

    source_note: str | None
    facts: str | None
    feedback: str | None
    credit_code: str | None
    permit: str | None
    acts: list[str]
    harmful: bool
    candidates: list[Candidate]
    basis: list[str] | None = Field(description="The norms that a person chose.")
    basis_reason: str | None
    basis_by: str | None
    basis_at: datetime | None
    discretion: dict[str, Any] | None
    digest: str = Field(description="SHA-256 of the content: a review names it.")
    disclosed: dict[str, Any] | None = Field(description="What the company was told.")
    decided_at: datetime | None
    published_at: datetime | None
    disposition_reason: str | None
    transfer_proposed_at: datetime | None
    transfer_approved_at: datetime | None
    transferred_at: datetime | None
    police_answered_at: datetime | None
    police_accepted: bool | None
    objected_at: datetime | None
    evidence_digest: str | None
    snapshot: Snapshot | None
    alerts: list[LeadAlert]
    tasks: list[LeadTask]
    events: list[LeadEvent]
    reviews: list[Review]
    papers: list[LeadPaper]
    statements: list[Statement]
    talks: list[Talk]
    discussions: list[Discussion]
    clocks: list[LeadClock]
    extensions: list[Extension]
    suspensions: list[Suspension]
    possible: list[str] = Field(description="The steps that the caller can take now.")


class ToldLeadDetail(ToldLead):
    """What a company was told, what it said, and the papers that it may read."""

    told: dict[str, Any]
    statements: list[OwnStatement]
    papers: list[LeadPaper]
    possible: list[str]


class LawRecord(Shape):
    """A record of the law that is in force on the day asked for."""

    id: str
    law: str
    law_zh: str
    article: str | None
    clause: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    detail: dict[str, Any] = Field(description="Range, unit or sum; depends on what the record is.")


class LawAct(Shape):
    code: str
    text: str
    kinds: list[LeadKind]


class LawAtDay(Shape):
    """The law as dated records, and the candidates for an act where one was asked for."""

    at: date
    until: date
    acts: list[LawAct]
    norms: list[LawRecord]
    clocks: list[LawRecord]
    thresholds: list[LawRecord]
    principles: list[LawRecord]
    candidates: list[Candidate]
