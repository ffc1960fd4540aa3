"""Shapes of statistics. Rates are in per cent, masses in kg, both rounded half to even; decisions fall on exact numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.shapes import Shape
from api.shapes.data import Pair
from api.wire import DecimalText


class HourCounts(Shape):
    """Due hours, each counted once; one in which the source stood counts as stopped, whatever its data say."""

    due: int
    valid: int
    undetermined: int
    invalid: int
    missing: int
    stopped: int


class DayCounts(Shape):
    due: int
    valid: int


class Validity(Shape):
    """Whether a month is valid: 25 days of gas (February 23), 75 % of the days of water, or of the running hours."""

    valid: bool
    have: int
    need: int
    unit: Literal["days", "hours"]


class Capture(Shape):
    """Quarterly capture rate of a stack (季度有效数据捕集率, HJ 75-2017 12.1.3). Not the transmission rate."""

    rate: DecimalText | None
    required: DecimalText
    enough: bool
    hours: int
    invalid: int
    stopped: int


class Transmission(Shape):
    """有效传输率 = 传输率 x 有效率. Immediate: what came until 13:00 of the next day; completed: with what was re-transmitted."""

    due: int = Field(description="Without hours in which the source stood and one standard-check hour a day.")
    in_time: int
    received: int
    valid: int
    stopped: int
    standard_checks: int
    immediate: DecimalText | None
    completed: DecimalText | None
    valid_rate: DecimalText | None
    effective_immediate: DecimalText | None
    effective: DecimalText | None


class Transmissions(Shape):
    hours: Transmission
    days: Transmission | None = Field(description="null where the monitor sends no day frames.")


class Results(Shape):
    """Periods by result; ``rate`` (达标率) = compliant / (compliant + exceeded)."""

    compliant: int
    exceeded: int
    exempt: int
    invalid: int
    undetermined: int
    missing: int
    no_limit: int
    rate: DecimalText | None


class Attainment(Shape):
    hours: Results | None = Field(description="null where hours are not judged.")
    days: Results | None = Field(description="null where days are not judged.")
    exceeded_hours: int
    exceeded_days: int = Field(description="Of a stack: days with an exceeded hour. Of water: exceeded days.")


class Substitute(Shape):
    """What stands in for periods without a valid emission (HJ 75-2017 tables 5 and 6, HJ 356-2019 8). Never evidence."""

    from_: datetime = Field(alias="from")
    to: datetime
    periods: int
    each_kg: DecimalText | None = Field(description="null when nothing may stand in; `way` says why.")
    way: Literal[
        "max_180_hours",
        "max_720_hours",
        "max_2160_hours",
        "max_30_days",
        "manual_data",
        "manual_review_required",
        "no_previous_valid_period",
    ]
    taken_at: datetime | None = Field(description="The period whose emission it is.")
    previous: int = Field(description="Valid periods that were looked at.")


class Part(Shape):
    start: datetime
    measured_kg: DecimalText
    substituted_kg: DecimalText


class Emission(Shape):
    """Mass emission: measured, never folded, concentration times flow."""

    measured_kg: DecimalText
    substituted_kg: DecimalText
    total_kg: DecimalText
    without: int = Field(description="Periods with neither: the total is too low by them.")
    substitutes: list[Substitute]
    parts: list[Part] = Field(description="Hours of a day, days of a month, months beyond.")


class Published(Shape):
    """The last published revision (about 13:00 of the next day)."""

    revision: int
    computed_at: datetime
    current: bool = Field(description="Whether the numbers here are still those that were published.")


class Statistic(Shape):
    """What is counted of one factor over one span."""

    outlet: str
    factor: str
    span: Literal["day", "month", "quarter", "year"]
    start: datetime
    end: datetime
    until: datetime = Field(description="Up to when it is counted.")
    complete: bool
    hours: HourCounts
    days: DayCounts
    mean: Pair = Field(description="Arithmetic mean of the valid days.")
    validity: Validity | None = Field(description="Of a month only.")
    capture: Capture | None = Field(description="Of a quarter of a stack only.")
    transmission: Transmissions
    attainment: Attainment
    emission: Emission | None = Field(description="null for a factor that is no concentration by volume.")
    no_emission: Literal["no_flow"] | None = Field(description="Why a concentration has no mass.")
    rule: str
    published: Published | None


class StatisticList(Shape):
    items: list[Statistic]
    next: None
    transmission: Transmission = Field(description="Of the factors shown here together.")
