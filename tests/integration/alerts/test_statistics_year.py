"""A year of a stack with every band of substitution, against a calculation that shares nothing with Outfall."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from alerts.statistics.loading import Wanted, load_material
from alerts.statistics.report import Report
from alerts.statistics.spans import span_of
from store.clock import BEIJING, HOUR
from tests.integration.alerts.plant import SITES, SO2, SQL, Plant

STACK_FLOW = "a00000"
UNFOLDED = SITES.replace("[a34013]", "[a21026, a00000]").replace(
    '{factor: a34013, basis: hour, max: "30"', '{factor: a21026, basis: hour, max: "200"'
)

START = datetime(2025, 1, 1, tzinfo=BEIJING)
HOURS = 365 * 24
QUARTERS = [range(2160), range(2160, 4344), range(4344, 6552), range(6552, 8760)]

Sent = dict[tuple[str, int], tuple[str, str]]
"""(factor, hour) -> value and status."""


def year(seed: int) -> Sent:
    """Short and long gaps in the first half, a stop of three weeks, a third quarter below 90 % and a fourth below 75 %."""
    chance = random.Random(seed)
    sent: Sent = {}
    gaps = {
        hour for first, length in ((300, 24), (700, 25), (3000, 60)) for hour in range(first, first + length)
    }
    for hour in range(HOURS):
        share = 0.005 if hour < 4344 else 0.16 if hour < 6552 else 0.3
        if chance.random() < share / 5:
            continue  # nothing came at all
        sent[STACK_FLOW, hour] = (
            f"{chance.uniform(80, 120):.1f}",
            "fault" if chance.random() < 0.002 else "normal",
        )
        status = "fault" if hour in gaps or chance.random() < share else "normal"
        if 1400 <= hour < 1904:
            status = "stopped"
        sent[SO2, hour] = (f"{chance.gauss(170, 15):.1f}", status)
    return sent


def is_valid(sent: Sent, factor: str, hour: int) -> bool:
    return (factor, hour) in sent and sent[factor, hour][1] == "normal"


def is_stopped(sent: Sent, hour: int) -> bool:
    return (SO2, hour) in sent and sent[SO2, hour][1] == "stopped"


def expected_masses(sent: Sent) -> tuple[dict[int, Fraction], dict[int, Fraction], set[int]]:
    """Measured kg, substituted kg and hours left to a person, in plain fractions from the text of regulation.md B.1."""
    measured = {
        hour: Fraction(sent[SO2, hour][0]) * Fraction(sent[STACK_FLOW, hour][0]) * 3600 / 10**6
        for hour in range(HOURS)
        if is_valid(sent, SO2, hour) and is_valid(sent, STACK_FLOW, hour)
    }
    rates = []
    for quarter in QUARTERS:
        stood = sum(1 for hour in quarter if is_stopped(sent, hour))
        good = sum(1 for hour in quarter if hour in measured and not is_stopped(sent, hour))
        rates.append(Fraction(good, len(quarter) - stood))
    substituted: dict[int, Fraction] = {}
    by_hand: set[int] = set()
    hour = 0
    while hour < HOURS:
        if hour in measured or is_stopped(sent, hour):
            hour += 1
            continue
        end = hour
        while end < HOURS and end not in measured and not is_stopped(sent, end):
            end += 1
        before = [measured[other] for other in range(hour) if other in measured]
        for one in range(hour, end):
            rate = next(rate for quarter, rate in zip(QUARTERS, rates, strict=True) if one in quarter)
            if rate >= Fraction(9, 10):
                back = 180 if end - hour <= 24 else 720
            elif rate >= Fraction(3, 4):
                back = 2160
            else:
                by_hand.add(one)
                continue
            if before:
                substituted[one] = max(before[-back:])
            else:
                by_hand.add(one)
        hour = end
    return measured, substituted, by_hand


def test_a_year_of_statistics_is_that_of_the_independent_calculation(plant: Plant) -> None:
    sent = year(seed=20251124)
    plant.apply(UNFOLDED)
    plant.worker.registry = plant.registry
    key = plant.key("test-head")
    with plant.connection.cursor() as cursor, cursor.copy(SQL["copy_readings"]) as copy:
        for (factor, hour), (value, status) in sent.items():
            start, number = START + hour * HOUR, Decimal(value)
            received = start + (timedelta(minutes=70) if hour % 50 else timedelta(days=9))
            copy.write_row((start, key, "hour", factor, 1, number, None, status, 1, received))
    plant.touch(START, START + HOURS * HOUR, outlet="test-head")
    at = START + timedelta(days=366)
    plant.judge(at)

    outlet = plant.registry.outlet("test-head")
    names = ("year", "quarter", "month")
    spans = {
        (name, month): span_of(name, datetime(2025, month, 3, tzinfo=BEIJING))
        for name in names
        for month in range(1, 13)
    }
    report = Report(
        outlet, load_material(plant.connection, Wanted(outlet, list(spans.values())), plant.settings, at)
    )
    measured, substituted, by_hand = expected_masses(sent)
    whole = report.statistic(SO2, spans["year", 1]).emission
    assert whole is not None
    ways = {one.way for one in whole.substitutes}
    assert ways >= {"max_180_hours", "max_720_hours", "max_2160_hours", "manual_review_required"}
    for span in set(spans.values()):
        found = report.statistic(SO2, span)
        inside = range(int((span.start - START) / HOUR), int((span.end - START) / HOUR))
        assert found.emission is not None
        assert found.emission.measured == sum(measured.get(hour, Fraction(0)) for hour in inside), span
        assert found.emission.substituted == sum(substituted.get(hour, Fraction(0)) for hour in inside), span
        assert found.emission.without == sum(1 for hour in inside if hour in by_hand), span
        stood = sum(1 for hour in inside if is_stopped(sent, hour))
        valid = sum(1 for hour in inside if is_valid(sent, SO2, hour))
        assert (found.hours.due, found.hours.stopped, found.hours.valid) == (len(inside), stood, valid)
        sent_hours = [hour for hour in inside if (SO2, hour) in sent and not is_stopped(sent, hour)]
        counts = found.transmission_hours
        assert (counts.due, counts.received, counts.valid) == (len(inside) - stood, len(sent_hours), valid)
        assert counts.in_time == sum(1 for hour in sent_hours if hour % 50)
        above = [hour for hour in inside if is_valid(sent, SO2, hour) and Fraction(sent[SO2, hour][0]) > 200]
        assert found.by_hour is not None
        assert (found.by_hour.exceeded, found.exceeded_days) == (
            len(above),
            len({hour // 24 for hour in above}),
        )
        if span.name == "quarter":
            assert found.capture is not None
            assert (found.capture.invalid, found.capture.stopped) == (len(inside) - stood - valid, stood)
