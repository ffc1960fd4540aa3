"""Quality of a water value: low values confirmed by checks, and differences along the transmission chain (regulation.md B.2)."""

from __future__ import annotations

from decimal import Decimal

from alerts.judgement.arithmetic import EXACT
from alerts.judgement.statements import Said
from alerts.judgement.subject import Subject
from store.checks import ChainCheck

CORRECTED = {
    "w01018": Decimal(2),
    "w21003": Decimal("0.01"),
    "w21011": Decimal("0.005"),
    "w21001": Decimal("0.025"),
}
"""mg/L that a confirmed low value of COD, NH3-N, TP and TN enters statistics with (HJ 356-2019 6.1)."""

CHAIN_ALLOWED = Decimal("0.01")
"""Instrument, logger and platform may differ by 1 % (HJ 356-2019 6.2)."""


def low(subject: Subject, factor: str, value: Decimal) -> bool:
    """Whether a value is zero, negative or below the detection limit of the outlet's analyser."""
    if factor not in CORRECTED:
        return False
    detection = subject.detection.get(factor)
    return value <= 0 or (detection is not None and value < detection)


def confirmed(said: Said) -> bool:
    """Whether the checks say that a low value is really low: the last one passed, and the next one, if there is one, did too."""
    return said.before is not None and said.before.passed and (said.after is None or said.after.passed)


def chain_differs(chain: ChainCheck, platform: Decimal | None) -> bool:
    """Whether two links of instrument, logger and platform differ by more than 1 % of the one nearer to the instrument."""
    links = [value for value in (chain.instrument, chain.logger, platform) if value is not None]
    return any(
        EXACT.abs(EXACT.subtract(later, nearer)) > EXACT.multiply(CHAIN_ALLOWED, EXACT.abs(nearer))
        for place, nearer in enumerate(links)
        for later in links[place + 1 :]
    )
