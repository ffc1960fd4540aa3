"""Shapes of what is written to leads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api.shapes import Shape
from api.shapes.leads import LeadKind, LeadSource
from api.shapes.tasks import Name, SiteId, Words


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text cannot hold NUL")
    return text


LongWords = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=8000),
    AfterValidator(_storable),
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_storable)
]
Key = Annotated[int, Field(ge=1, lt=2**63)]
Factor = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_]{1,20}$")]
Act = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
NormId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,63}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
People = Annotated[list[Line], Field(min_length=1, max_length=100)]


class RaiseLead(Shape):
    """A lead of alerts of one unit, of a task that left one, or by hand with its source in words. What is left out follows."""

    alerts: Annotated[list[Key], Field(max_length=100)] = Field(default_factory=list)
    task: Key | None = None
    reason: Words | None = Field(None, description="Why the alerts become a lead; they need it.")
    source: LeadSource | None = None
    source_note: Words | None = Field(None, description="The source in words; needed without alert and task.")
    site: SiteId | None = None
    outlets: Annotated[list[SiteId], Field(max_length=50)] = Field(default_factory=list)
    factors: Annotated[list[Factor], Field(max_length=50)] = Field(default_factory=list)
    kind: LeadKind | None = None
    title: Line | None = None
    facts: LongWords | None = None
    from_time: AwareDatetime | None = None
    to_time: AwareDatetime | None = Field(None, description="Exclusive; absent by hand = it goes on.")
    acts: Annotated[list[Act], Field(max_length=20)] | None = Field(None, description="Codes of `GET /law`.")
    harmful: bool = Field(False, description="Endangers life, health or property: 5 years of limitation.")
    found_at: AwareDatetime | None = None
    handler: Name | None = None


class EditLead(Shape):
    """What is to change; what is left out stays. The candidates are proposed anew."""

    revision: Key | None = Field(
        None, description="The revision that was read; refused when the lead has changed."
    )
    reason: Words | None = Field(None, description="Needed to change `found_at`.")
    title: Line | None = None
    facts: LongWords | None = None
    feedback: LongWords | None = None
    source_note: Words | None = None
    kind: LeadKind | None = None
    acts: Annotated[list[Act], Field(max_length=20)] | None = None
    harmful: bool | None = None
    factors: Annotated[list[Factor], Field(min_length=1, max_length=50)] | None = None
    from_time: AwareDatetime | None = None
    to_time: AwareDatetime | None = Field(None, description="null = the act goes on.")
    found_at: AwareDatetime | None = None


class AddAlerts(Shape):
    """Further alerts of the same unit."""

    alerts: Annotated[list[Key], Field(min_length=1, max_length=100)]
    reason: Words


class ChooseBasis(Shape):
    """The norms that a person chose among the candidates, and why."""

    norms: Annotated[list[NormId], Field(min_length=1, max_length=20)]
    reason: Words


class Discretion(Shape):
    """Discretion factors as the officer enters them, and the result; the bureau's benchmark is not in the product."""

    multiple: Line | None = Field(None, description="超标倍数, as the officer takes it.")
    duration: Line | None = Field(None, description="持续时间")
    times: Line | None = Field(None, description="次数")
    sensitivity: Line | None = Field(None, description="区域敏感程度")
    other: Words | None = None
    result: Words | None = Field(None, description="What follows from them.")
    note: Words | None = None


class AssignLead(Shape):
    to: Name


class ReviewLead(Shape):
    """Sign off or send back exactly what was read: `digest` of the lead."""

    result: Literal["sign", "return"]
    opinion: Words
    digest: Digest


class Why(Shape):
    reason: Words


class Disclose(Shape):
    """What the company is told beside the facts and numbers of the lead as it stands."""

    message: Words


class StateCase(Shape):
    """The company's statement (陈述申辩)."""

    content: LongWords


class AddTalk(Shape):
    """A talk (约谈) that was held."""

    held_at: AwareDatetime
    place: Line
    host: Line
    attendees: People
    facts_shown: LongWords
    commitments: LongWords | None = None
    deadline: date | None = None
    follow_up: LongWords | None = None
    follows: Key | None = Field(None, description="The talk that this one follows up.")


class AddDiscussion(Shape):
    """The written record of a collective discussion (集体讨论)."""

    held_at: AwareDatetime
    place: Line
    host: Line
    attendees: Annotated[list[Line], Field(min_length=2, max_length=100)]
    facts: LongWords
    evidence: LongWords
    qualification: LongWords
    party: LongWords
    law: LongWords
    discretion: LongWords
    procedure: LongWords
    conclusion: LongWords


class Extend(Shape):
    """More time, and who approved it when. The days follow from the norm."""

    clock: Literal["filing", "decision"]
    reason: Words
    approved_by: Line
    approved_at: AwareDatetime
    discussion_id: Key | None = Field(
        None, description="The second extension of a decision is decided collectively."
    )


class Suspend(Shape):
    why: Literal["testing", "appraisal", "hearing", "other"]
    reason: Words


class RecordOutcome(Shape):
    """What became of the lead."""

    result: Literal["no_case", "instruct", "talk", "filed", "transferred"]
    reason: Words
    happened_at: AwareDatetime | None = Field(None, description="When; absent = now.")
    reference: Line | None = Field(None, description="Number of the case or letter at the authority.")


class RecordDecision(Shape):
    """What became of a filed case."""

    step: Literal["decided", "published"]
    reason: Words
    happened_at: AwareDatetime | None = None
    reference: Line | None = None


class ProposeTransfer(Shape):
    """Why a crime is suspected."""

    reason: Words


class TransferStep(Shape):
    """What happened on the way to the police and back."""

    step: Literal["approve", "refuse", "police_accept", "police_refuse", "object"]
    reason: Words
    happened_at: AwareDatetime | None = None
