"""What goes wrong for a while: named disturbances of one outlet between two moments.

An episode changes the process or the instrument for its time and nothing else, so a value remains a function of seed, episodes
and time. Episodes are kept beside the simulator's state and every simulator of one home reads the same ones.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

EXCEEDANCE = "exceedance"
CALIBRATION = "calibration"
STUCK = "stuck"
CLOCK_SKEW = "clock-skew"
OUTAGE = "outage"
SHUTDOWN = "shutdown"
SHOWN = "shown"
OVER_RANGE = "over-range"
MAINTENANCE = "maintenance"
START_UP = "start-up"
STOPPING = "stopping"
FAILED_CHECK = "failed-check"
MISREPORT = "misreport"
LOSS = "loss"

#: Flag of what is measured meanwhile; F is HJ 212-2017, St and Sd are the list of HJ 75 (regulation.md B.1).
FLAGS = {SHUTDOWN: "F", START_UP: "St", STOPPING: "Sd", MAINTENANCE: "M", OVER_RANGE: "T"}


@dataclass(frozen=True, slots=True)
class Episode:
    """One disturbance.

    Attributes
    ----------
    kind : one of the names above
    outlet : whose; for ``outage`` every outlet of its gateway is cut off
    factor : the factor it concerns, or None for all
    start, end : seconds since the epoch, end exclusive
    amount : ``exceedance``, ``start-up``, ``stopping``: multiple of the limit that is reached; ``clock-skew``: seconds that the
        logger's clock is ahead; ``shown``, ``over-range``: what the instrument shows instead of the truth; ``misreport``: what
        the printed hour is multiplied with; ``loss``: share of records that are never sent
    """

    kind: str
    outlet: str
    start: int
    end: int
    factor: str | None = None
    amount: float = 0.0

    def covers(self, t: int) -> bool:
        """Whether ``t`` lies in the episode."""
        return self.start <= t < self.end

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Episode:
        """The reverse of :meth:`to_json`. Raises TypeError when keys are missing or unknown."""
        return cls(**given)
