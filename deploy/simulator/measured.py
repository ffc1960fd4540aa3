"""What is measured, as values: an instant, and one factor over a period."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.simulator.physics import Values


@dataclass(frozen=True, slots=True)
class Sample:
    """Values at an instant; ``flags`` holds only what is not N."""

    values: Values
    flags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Statistics:
    """One factor over a period. ``total`` is m3 for a flow and kg for a pollutant, None for all else."""

    average: float
    minimum: float
    maximum: float
    total: float | None
    folded: tuple[float, float, float] | None
    flag: str


Period = dict[str, Statistics]
