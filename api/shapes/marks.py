"""Shapes of marks, checks and comparisons along the transmission chain."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.shapes import Shape
from api.wire import DecimalText, Moment

Category = Literal["device", "condition"]
Kind = Literal["standard", "comparison", "calibration", "verification"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Factor = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,16}$")]
Given = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$", max_length=40)]
"""A decimal as text, as it is filed."""


class Mark(Shape):
    """A mark (标记) with the fields of the national client; a company sees ``bureau`` for every officer."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: int
    outlet: str
    category: Category
    category_name: str
    label: str
    label_name: str
    local: bool = Field(description="No national rule names this item.")
    factor: str | None = Field(description="null = every factor of the outlet.")
    from_: datetime = Field(alias="from")
    to: datetime
    minutes: int
    reason: str
    channel: Literal["automatic", "manual"]
    filed_by: str
    received_at: datetime
    deadline: datetime
    status: Literal[0, 1] = Field(description="1 = it takes effect.")
    standing: Literal["effective", "late", "withdrawn", "outranked"] = Field(
        description="outranked: an automatic mark under one that was filed; late: kept as a statement, changes no value."
    )
    standing_name: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


class MarkList(Shape):
    items: list[Mark]
    next: str | None


class MarksFiled(Shape):
    """One mark for each day that was spoken of."""

    items: list[Mark]


class Paper(Shape):
    """A document that was filed with a mark, by its name and SHA-256."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class MarkFiling(Shape):
    """A mark to file. A time over several days becomes one mark a day, each with its own deadline."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    category: Category
    label: Annotated[str, StringConstraints(max_length=64)]
    factor: Factor | None = None
    from_: Moment = Field(alias="from")
    to: Moment
    reason: Text
    proof: list[Paper] = Field(default_factory=list, max_length=20)


class Withdrawal(Shape):
    reason: Text


class MarkLabel(Shape):
    """An item that a mark can name at this outlet."""

    category: Category
    category_name: str
    code: str
    name: str
    local: bool
    filed: bool = Field(description="false: only the state of a device gives it.")
    source: str


class MarkLabelList(Shape):
    items: list[MarkLabel]
    next: str | None


class Check(Shape):
    """A check of the monitor of one factor; a failed one takes the values out back to the last passed one."""

    id: int
    outlet: str
    factor: str
    kind: Kind
    kind_name: str
    checked_at: datetime
    passed: bool
    measured: DecimalText | None
    reference: DecimalText | None
    source: Literal["device", "filed"]
    filed_by: str
    received_at: datetime


class CheckList(Shape):
    items: list[Check]
    next: str | None


class CheckFiling(Shape):
    factor: Factor
    kind: Kind
    checked_at: Moment
    passed: bool
    measured: Given | None = None
    reference: Given | None = None
    note: Text | None = None


class ChainCheck(Shape):
    """What instrument and logger show for one hour (HJ 356 6.2)."""

    id: int
    outlet: str
    factor: str
    start: datetime
    instrument: DecimalText
    logger: DecimalText | None
    filed_by: str
    received_at: datetime


class ChainCheckList(Shape):
    items: list[ChainCheck]
    next: str | None


class ChainCheckFiling(Shape):
    factor: Factor
    start: Moment
    instrument: Given
    logger: Given | None = None
    note: Text | None = None


def decimal_of(given: str | None) -> Decimal | None:
    """The number that was filed."""
    return None if given is None else Decimal(given)
