"""A year of hourly frames of one stack against a calculation that shares nothing with Outfall."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from store.clock import BEIJING, HOUR, now
from tests.integration.alerts.plant import NOX, O2, SO2, Plant

START = datetime(2025, 1, 1, tzinfo=BEIJING)
HOURS = 365 * 24


def year(seed: int) -> dict[tuple[str, int], tuple[str, str | None, str]]:
    """(factor, hour) -> value, folded value or None, status. Every kind of trouble occurs; nothing is in order of anything."""
    chance = random.Random(seed)
    made: dict[tuple[str, int], tuple[str, str | None, str]] = {}
    for hour in range(HOURS):
        if chance.random() < 0.01:
            continue
        oxygen = (
            f"{chance.uniform(8, 12):.2f}" if chance.random() > 0.01 else chance.choice(["21", "20.9", "22"])
        )
        made[O2, hour] = (oxygen, None, "normal" if chance.random() > 0.005 else "fault")
        for factor, level in ((SO2, 170), (NOX, 360)):
            status = chance.choices(
                ["normal", "calibration", "fault", "over_range", "stopped"], [95, 2, 1, 1, 1]
            )[0]
            value = f"{chance.gauss(level, 12):.1f}"
            folded = None
            if chance.random() < 0.5:
                folded = f"{Decimal(value) * 11 / (21 - min(Decimal(oxygen), Decimal('20.5'))):.2f}"
            if chance.random() < 0.02:
                folded = {SO2: "200", NOX: "400"}[factor]
            if chance.random() > 0.005:
                made[factor, hour] = (value, folded, status)
    return made


def expected(
    made: dict[tuple[str, int], tuple[str, str | None, str]],
) -> tuple[dict[str, set[int]], dict[str, set[int]], dict[str, set[int]]]:
    """Exceeded hours, undetermined hours and valid days by factor, in plain fractions from the text of regulation.md."""
    exceeded: dict[str, set[int]] = {SO2: set(), NOX: set()}
    undetermined: dict[str, set[int]] = {SO2: set(), NOX: set()}
    valid_days: dict[str, set[int]] = {SO2: set(), NOX: set()}
    for factor, bound in ((SO2, 200), (NOX, 400)):
        for day in range(365):
            valid = 0
            for hour in range(day * 24, day * 24 + 24):
                if (factor, hour) not in made or made[factor, hour][2] != "normal":
                    continue
                value, folded, _ = made[factor, hour]
                oxygen, _, oxygen_status = made[O2, hour]
                if oxygen_status != "normal" or Fraction(oxygen) >= 21:
                    undetermined[factor].add(hour)
                    continue
                judged = Fraction(folded) if folded else Fraction(value) * 11 / (21 - Fraction(oxygen))
                valid += 1
                if judged > bound:
                    exceeded[factor].add(hour)
            if valid >= 20:
                valid_days[factor].add(day)
    return exceeded, undetermined, valid_days


def test_a_year_gives_exactly_the_exceeded_hours_and_valid_days_of_the_independent_calculation(
    plant: Plant,
) -> None:
    made = year(seed=20260101)
    plant.copy(
        (
            (START + hour * HOUR, factor, Decimal(value), None if folded is None else Decimal(folded), status)
            for (factor, hour), (value, folded, status) in made.items()
        ),
        "test-kiln",
    )
    plant.touch(START, START + HOURS * HOUR)
    plant.judge(now())
    exceeded, undetermined, valid_days = expected(made)
    found: dict[tuple[str, str], set[int]] = {}
    for row in plant.ask("newest_verdicts"):
        place = int((row["start"] - START) / timedelta(hours=1))
        found.setdefault((row["factor"], row["result"]), set()).add(place)
    days: dict[str, set[int]] = {SO2: set(), NOX: set(), O2: set()}
    for row in plant.ask("newest_periods"):
        if row["span"] == "day" and row["valid"]:
            days[row["factor"]].add((row["start"] - START).days)
    for factor in (SO2, NOX):
        assert len(exceeded[factor]) > 300, "the year must be worth judging"
        assert found[factor, "exceeded"] == exceeded[factor]
        assert found[factor, "undetermined"] == undetermined[factor]
        assert days[factor] == valid_days[factor]
        assert 300 < len(valid_days[factor]) < 365
    assert {alert["factor"]: alert["count"] for alert in plant.alerts("exceedance_hour")} == {
        SO2: len(exceeded[SO2]),
        NOX: len(exceeded[NOX]),
    }
    assert all(alert["late"] for alert in plant.alerts())
