"""One hour of an outlet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.judgement.gas_hour import judge_gas_hour
from alerts.judgement.statements import NOTHING_SAID, Statements
from alerts.judgement.subject import Subject
from alerts.judgement.values import FactorHour, Period, Rules
from alerts.judgement.water_hour import judge_water_hour


def judge_hour(
    subject: Subject,
    start: datetime,
    received: Mapping[str, FactorHour],
    rules: Rules,
    factors: tuple[str, ...],
    statements: Statements = NOTHING_SAID,
) -> list[Period]:
    """The period values of one hour, one for each of ``factors``.

    Parameters
    ----------
    start : start of a Beijing clock hour
    received : what came in the hour, by factor; the oxygen or flow must be there even when it is not among ``factors``
    statements : the marks and checks that take effect, of the hour and, where quotas are counted, of its year
    """
    judge = judge_gas_hour if subject.gas else judge_water_hour
    return judge(subject, start, received, factors, rules, statements)
