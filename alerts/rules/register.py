"""Every rule, in the order they run."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.rules.abnormal import NEGATIVE, OVER, ZERO_VALUE
from alerts.rules.abuse import ABUSE
from alerts.rules.bounds import DAY_BOUND, HOUR_BOUND, MINUTE
from alerts.rules.constant import CONSTANT
from alerts.rules.filing import AFTERWARDS
from alerts.rules.forecast_day import FORECAST as HOUR_FORECAST
from alerts.rules.forecast_hour import FORECAST as MINUTE_FORECAST
from alerts.rules.instant import INSTANT
from alerts.rules.maintenance import MAINTENANCE
from alerts.rules.missing import MISSING_DAY
from alerts.rules.recomputed import DIFFERS
from alerts.rules.shape import Rule
from store.errors import NotFound

RULES: Sequence[Rule] = (
    MINUTE_FORECAST,
    HOUR_FORECAST,
    MINUTE,
    HOUR_BOUND,
    DAY_BOUND,
    NEGATIVE,
    ZERO_VALUE,
    OVER,
    CONSTANT,
    MAINTENANCE,
    MISSING_DAY,
    INSTANT,
    DIFFERS,
    AFTERWARDS,
    ABUSE,
)


def rule_of(code: str) -> Rule:
    """The rule with this code. Raises NotFound ``rule_unknown`` that names those there are."""
    for rule in RULES:
        if rule.code == code:
            return rule
    known = ", ".join(rule.code for rule in RULES)
    raise NotFound(f"There is no rule {code!r}. The rules are {known}.", code="rule_unknown")
