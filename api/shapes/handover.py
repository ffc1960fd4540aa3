"""Shapes of the hand-over: connectors, hand-overs, receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.shapes import Shape

Kind = Literal["city_bureau", "mobile_enforcement", "platform_12369"]
HandoverState = Literal["waiting", "delivered", "refused"]
Outcome = Literal["accepted", "refused", "failed"]


class HandoverConnector(Shape):
    """Where leads can be handed over to. Its secrets, and the path of its address, are never shown."""

    id: str
    kind: Kind
    address: str = Field(description="Scheme, host and port.")
    auth: Literal["bearer", "hmac"]
    timeout_seconds: int
    package: Literal["along", "reference"] = Field(
        description="Whether the file of the package goes along, or only its digest."
    )
    receipt: Literal["digest", "status"] = Field(
        description="Whether an answer has to repeat the digest of the document to count as a receipt."
    )
    trial: bool = Field(description="For trials: leads of sample configuration (示例配置) may go here.")
    since: datetime
    waiting: int
    delivered: int
    refused: int
    last_outcome: Outcome | None
    last_at: datetime | None


class HandoverConnectorList(Shape):
    items: list[HandoverConnector]
    next: None


class HandoverReceipt(Shape):
    """What one attempt brought. ``failed``: it is sent again; ``refused``: it is not, unless a person asks for it."""

    id: int
    at: datetime
    outcome: Outcome
    status: str = Field(description="HTTP status, or what the network said.")
    answer: str = Field(description="First kilobyte of the answer, without secrets.")
    headers: dict[str, str]
    case_number: str | None = Field(description="What the receiver calls the case.")
    milliseconds: int


class Handover(Shape):
    """A lead on its way to an authority."""

    id: int
    lead_id: int
    lead: str = Field(description="Number of the lead.")
    site: str
    connector: str
    package: str = Field(description="Number of the evidence package.")
    evidence_id: int
    trial: bool
    note: str | None
    idempotency_key: str = Field(
        description="The same whenever it is sent: the receiver makes one case of it."
    )
    document_digest: str = Field(description="SHA-256 of the document, hex.")
    submitted_by: str
    created_at: datetime
    state: HandoverState
    attempts: int
    failures: int = Field(description="In a row.")
    not_before: datetime
    finished_at: datetime | None


class HandoverList(Shape):
    items: list[Handover]
    next: str | None


class HandoverDetail(Handover):
    """With the document as it is sent (canonical JSON, RFC 8785), its signature (C2SP signed note), and every receipt."""

    document: str
    signature: str
    receipts: list[HandoverReceipt]


class SubmitLead(BaseModel):
    """To whom a reviewed lead is handed over."""

    model_config = ConfigDict(extra="forbid")

    connector: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
    note: Annotated[str, Field(max_length=2000)] | None = None


class RetryHandover(BaseModel):
    """Nothing needs to be said."""

    model_config = ConfigDict(extra="forbid")
