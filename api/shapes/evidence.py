"""Shapes of evidence packages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from api.shapes import Shape

SubjectKind = Literal["lead", "alert", "outlet"]
PackageState = Literal["queued", "building", "ready", "failed", "expired"]
SubjectId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")]


class Subject(Shape):
    """What a package is about."""

    kind: SubjectKind
    id: SubjectId | Annotated[int, Field(ge=1, lt=2**63)] = Field(
        description="Outlet as in the sites file; of a lead or an alert its number or its id."
    )


class SubjectSeen(Shape):
    kind: SubjectKind
    id: str
    number: str | None


class AskForPackage(Shape):
    """What evidence is asked of. An outlet needs its time; a lead or an alert spans its own unless another is given."""

    subject: Subject
    from_time: AwareDatetime | None = Field(None, alias="from")
    to_time: AwareDatetime | None = Field(None, alias="to", description="Exclusive.")
    as_of: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        None, description="Size of the checkpoint; absent = a new one, sealed right before building."
    )
    formal: bool = Field(
        False,
        description="For a formal document: refused for sample configuration and for a lead without both reviews.",
    )


class PackageEstimate(Shape):
    """What a package will come to; nothing was begun."""

    subject: SubjectSeen
    outlets: list[str]
    from_: datetime = Field(alias="from", description="Whole Beijing days.")
    to: datetime = Field(description="Exclusive.")
    estimated_bytes: int
    estimated_seconds: int
    most_bytes: int = Field(description="Largest package that is built.")


class Package(Shape):
    """An evidence package (证据包). `from` and `to` are whole Beijing days that cover what was asked for."""

    id: int
    number: str
    subject: SubjectSeen
    site: str
    outlets: list[str]
    from_: datetime = Field(alias="from")
    to: datetime
    as_of: int | None = Field(description="Leaves of the checkpoint; null until building has begun.")
    identifier: str | None = Field(description="The same for the same subject, days and checkpoint.")
    formal: bool
    state: PackageState
    state_zh: str
    step: str
    step_zh: str
    progress: int = Field(description="Percent.")
    estimated_bytes: int
    estimated_seconds: int
    size: int | None = Field(description="Bytes of the file.")
    sha256: str | None
    file: str | None = Field(description="Name of the file when it is saved.")
    sample: bool | None = Field(description="示例配置: the configuration was not checked by anybody.")
    reviewed: bool | None = Field(description="The lead had passed both reviews.")
    unjudged_hours: list[datetime] = Field(description="Hours with data that were not judged yet.")
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None = Field(description="Code of why it could not be built.")
    error_detail: str | None


class PackageList(Shape):
    items: list[Package]
    next: str | None
