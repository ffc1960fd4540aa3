"""Statistics of judged data in the real database: counted, published in revisions, and the alert of a low transmission rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from alerts.statistics.loading import Wanted, load_material
from alerts.statistics.publishing import publish_statistics
from alerts.statistics.record import numbers_of
from alerts.statistics.report import Report
from alerts.statistics.spans import span_of
from store.clock import BEIJING, DAY, HOUR
from tests.integration.alerts.plant import COD, FLOW, O2, SITES, SO2, SQL, Plant

STACK_FLOW = "a00000"
WITH_FLOW = SITES.replace("[a21026, a21002, a19001]", "[a21026, a19001, a00000]").replace(
    '          - {factor: a21002, basis: hour, max: "400", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}\n',
    "",
)
BEGIN = datetime(2026, 4, 26, tzinfo=BEIJING)
WEDNESDAY = datetime(2026, 5, 6, tzinfo=BEIJING)
PUBLISHED_AT = WEDNESDAY + DAY + timedelta(hours=13)

Row = tuple[datetime, str, str, str | None, str]
"""Hour, factor, value, folded value, status."""


@pytest.fixture
def measured(plant: Plant) -> Iterator[Plant]:
    """The plant with a flow meter at its stack."""
    plant.apply(WITH_FLOW)
    plant.worker.registry = plant.registry
    yield plant


def send(
    plant: Plant,
    outlet: str,
    rows: list[Row],
    *,
    after: timedelta = timedelta(minutes=70),
    kind: str = "hour",
) -> None:
    """Readings as ingest stores them, each received so long after its start."""
    key = plant.key(outlet)
    with plant.connection.cursor() as cursor, cursor.copy(SQL["copy_readings"]) as copy:
        for start, factor, value, folded, status in rows:
            number = None if folded is None else Decimal(folded)
            copy.write_row((start, key, kind, factor, 1, Decimal(value), number, status, 1, start + after))
    first, last = min(row[0] for row in rows), max(row[0] for row in rows)
    plant.touch(first, last + HOUR, outlet=outlet)


def stack(
    first: datetime,
    count: int,
    *,
    so2: Mapping[int, str] | None = None,
    broken: range = range(0),
    absent: range = range(0),
) -> list[Row]:
    """Hours of a stack: 100 mg/m3 (or ``so2`` by number) at 10 % oxygen and 100 m3/s: 36 kg an hour."""
    rows: list[Row] = []
    for number in range(count):
        if number in absent:
            continue
        start, value = first + number * HOUR, (so2 or {}).get(number, "100")
        rows.append((start, SO2, value, value, "fault" if number in broken else "normal"))
        rows += [(start, O2, "10", None, "normal"), (start, STACK_FLOW, "100", None, "normal")]
    return rows


def numbers(plant: Plant, outlet: str, factor: str, name: str, at: datetime = PUBLISHED_AT) -> dict[str, Any]:
    """The statistics of the span that holds Wednesday."""
    span = span_of(name, WEDNESDAY)
    registered = plant.registry.outlet(outlet)
    material = load_material(plant.connection, Wanted(registered, [span]), plant.settings, at)
    return numbers_of(Report(registered, material).statistic(factor, span), Decimal(90))


def publish(plant: Plant, at: datetime = PUBLISHED_AT) -> int:
    with plant.connection.transaction():
        return publish_statistics(plant.connection, plant.registry, plant.settings, at)


def test_the_mass_of_a_day_shows_what_stands_in_for_three_invalid_hours(measured: Plant) -> None:
    # 11 days from 26 April; hour 30 emits 72 kg, hours 250 to 252 are faulty: 6 May 10 to 12 o'clock
    send(measured, "test-kiln", stack(BEGIN, 264, so2={30: "200", 80: "150"}, broken=range(250, 253)))
    measured.judge(PUBLISHED_AT)
    emission = numbers(measured, "test-kiln", SO2, "day")["emission"]
    # the largest of the 180 valid hours before is that of hour 80 (54 kg); hour 30 is further back
    assert emission["substitutes"] == [
        {
            "from": "2026-05-06T10:00:00+08:00", "to": "2026-05-06T13:00:00+08:00", "periods": 3, "each_kg": "54.000000",
            "way": "max_180_hours", "taken_at": "2026-04-29T08:00:00+08:00", "previous": 180,
        }
    ]  # fmt: skip
    assert (emission["measured_kg"], emission["substituted_kg"], emission["total_kg"]) == (
        "756.000000", "162.000000", "918.000000",
    )  # 21 x 36 and 3 x 54  # fmt: skip
    assert emission["parts"][10] == {
        "start": "2026-05-06T10:00:00+08:00", "measured_kg": "0.000000", "substituted_kg": "54.000000",
    }  # fmt: skip


def test_a_month_adds_up_its_days_and_a_quarter_has_its_capture_rate(measured: Plant) -> None:
    send(measured, "test-kiln", stack(BEGIN, 264, broken=range(250, 253), absent=range(200, 206)))
    measured.judge(PUBLISHED_AT)
    month = numbers(measured, "test-kiln", SO2, "month")
    # from 1 May to 7 May 12:00 (13:00 less the time that an hour may take) 156 hours were due
    assert (month["complete"], month["hours"]["due"], month["hours"]["invalid"]) == (False, 156, 3)
    assert month["hours"]["missing"] == 6 + 12  # six that never came on 4 May, and 7 May
    assert month["validity"] == {
        "valid": False,
        "have": 5,
        "need": 25,
        "unit": "days",
    }  # 4 May has 18 valid hours
    assert month["emission"]["parts"][5]["substituted_kg"] == "108.000000"
    capture = numbers(measured, "test-kiln", SO2, "quarter")["capture"]
    assert (capture["hours"], capture["invalid"], capture["stopped"]) == (276, 21, 0)
    assert capture["rate"] == "92.39"  # 255 of 276


def test_exceeded_hours_make_an_exceeded_day_and_invalid_ones_stand_apart(measured: Plant) -> None:
    send(
        measured,
        "test-kiln",
        stack(WEDNESDAY, 24, so2={2: "201", 3: "250", 4: "200", 20: "900"}, broken=range(20, 22)),
    )
    measured.judge(PUBLISHED_AT)
    attainment = numbers(measured, "test-kiln", SO2, "day")["attainment"]
    assert (attainment["exceeded_hours"], attainment["exceeded_days"]) == (2, 1)
    hours = attainment["hours"]
    assert (hours["compliant"], hours["exceeded"], hours["invalid"], hours["rate"]) == (20, 2, 2, "90.91")


def test_a_mark_over_a_stop_takes_the_hours_out_of_every_rate(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY, 24, absent=range(12, 24)))
    measured.run(
        "add_stop_mark",
        outlet_key=measured.key("test-kiln"),
        from_time=WEDNESDAY + 12 * HOUR,
        to_time=WEDNESDAY + DAY,
    )
    measured.touch(WEDNESDAY, WEDNESDAY + DAY, cause="mark")
    measured.judge(PUBLISHED_AT)
    day = numbers(measured, "test-kiln", SO2, "day")
    assert (day["hours"]["due"], day["hours"]["stopped"], day["hours"]["missing"]) == (24, 12, 0)
    assert (day["transmission"]["hours"]["due"], day["transmission"]["hours"]["effective"]) == (12, "100.00")
    assert (day["emission"]["total_kg"], day["emission"]["substitutes"]) == ("432.000000", [])
    quarter = numbers(measured, "test-kiln", SO2, "quarter", WEDNESDAY + DAY + timedelta(minutes=20))
    assert quarter["capture"]["rate"] == "100.00"


def water(first: datetime, count: int, value: str, *, broken: range = range(0)) -> list[Row]:
    """Hours of a water outlet: 10 L/s, that is 36 m3 an hour."""
    return [
        (
            first + number * HOUR,
            factor,
            number_,
            None,
            "fault" if factor == COD and number in broken else "normal",
        )
        for number in range(count)
        for factor, number_ in ((COD, value), (FLOW, "10"))
    ]


def test_a_day_of_water_without_a_valid_mean_takes_the_largest_day_before(plant: Plant) -> None:
    send(plant, "test-water", water(BEGIN, 72, "30"))
    send(plant, "test-water", water(BEGIN + 3 * DAY, 24, "40"))
    send(plant, "test-water", water(BEGIN + 4 * DAY, 6 * 24, "20"))
    send(plant, "test-water", water(WEDNESDAY, 24, "45", broken=range(7)))
    plant.judge(PUBLISHED_AT)
    day = numbers(plant, "test-water", COD, "day")
    # 29 April: 40 mg/L x 864 m3 = 34.56 kg; on 6 May 17 of 24 values are valid, 18 are needed
    assert day["emission"]["substitutes"][0]["each_kg"] == "34.560000"
    assert day["emission"]["substitutes"][0]["taken_at"] == "2026-04-29T00:00:00+08:00"
    assert (day["emission"]["measured_kg"], day["emission"]["total_kg"]) == ("0.000000", "34.560000")
    assert len(day["emission"]["parts"]) == 17  # hours that were measured are still shown
    month = numbers(plant, "test-water", COD, "month")
    # 1 to 5 May: 20 mg/L x 864 m3 each
    assert (month["emission"]["measured_kg"], month["emission"]["substituted_kg"]) == (
        "86.400000",
        "34.560000",
    )
    assert (month["attainment"]["days"]["compliant"], month["attainment"]["days"]["invalid"]) == (5, 1)
    assert (month["mean"]["measured"], month["days"]["valid"]) == ("20.0000", 5)


def test_what_ended_is_published_once_and_again_when_data_are_re_transmitted(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY - DAY, 48, absent=range(30, 40)))
    measured.judge(PUBLISHED_AT)
    assert publish(measured) == 6  # two days of three factors; no month has ended since the first data
    assert publish(measured) == 0
    late = [
        row
        for row in stack(WEDNESDAY - DAY, 48)
        if row[0] in {WEDNESDAY + number * HOUR for number in range(6, 16)}
    ]
    send(measured, "test-kiln", late, after=3 * DAY)
    measured.judge(PUBLISHED_AT + 3 * DAY)
    assert publish(measured, PUBLISHED_AT + DAY) > 0
    kept = [row for row in measured.ask("statistics") if row["factor"] == SO2 and row["start"] == WEDNESDAY]
    assert [row["revision"] for row in kept] == [1, 2]
    before, after = (row["numbers"]["transmission"]["hours"] for row in kept)
    assert (before["immediate"], before["completed"]) == ("58.33", "58.33")  # 14 of 24
    assert (after["immediate"], after["completed"], after["effective"]) == ("58.33", "100.00", "100.00")
    (alert,) = measured.alerts("low_transmission")
    # Wednesday stands no longer; the alert goes on for Thursday, of which nothing came
    assert (alert["count"], alert["first_seen"]) == (1, WEDNESDAY + DAY)
    assert "withdrawn" in measured.actions(alert)


def test_a_low_transmission_rate_opens_an_alert_that_the_next_good_day_ends(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY, 24, absent=range(10, 13)))
    send(measured, "test-kiln", stack(WEDNESDAY + DAY, 24))
    measured.judge(PUBLISHED_AT + DAY)
    publish(measured)
    (alert,) = measured.alerts("low_transmission")
    # 63 of 72 values came, all valid: 87.5 % x 87.5 %
    assert (alert["numbers"]["due"], alert["numbers"]["compared"], alert["numbers"]["bound"]) == (
        72,
        "76.56",
        "90",
    )
    assert (alert["severity"], alert["factor"], alert["first_seen"]) == ("warning", None, WEDNESDAY)
    publish(measured)
    assert len(measured.alerts("low_transmission")) == 1
    findings = measured.ask("findings_of", code="low_transmission")
    assert [(row["from_time"], row["alert_id"]) for row in findings] == [(WEDNESDAY, alert["id"])]
    assert findings[0]["evidence"]["factors"][SO2]["received"] == 21
    publish(measured, PUBLISHED_AT + DAY)
    (ended,) = measured.alerts("low_transmission")
    assert (ended["condition"], measured.actions(ended)[-1]) == ("cleared", "cleared")


def test_a_rate_that_is_reached_opens_nothing(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY, 24))
    measured.judge(PUBLISHED_AT)
    publish(measured)
    assert measured.alerts("low_transmission") == []


def test_what_came_late_after_a_downtime_of_our_own_is_no_low_rate(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY, 24), after=5 * DAY)
    measured.judge(PUBLISHED_AT + 5 * DAY)
    publish(measured)
    assert measured.alerts("low_transmission") == []
    rates = numbers(measured, "test-kiln", SO2, "day")["transmission"]["hours"]
    assert (rates["immediate"], rates["completed"]) == ("0.00", "100.00")


def test_an_older_day_calls_nobody(measured: Plant) -> None:
    send(measured, "test-kiln", stack(WEDNESDAY - 2 * DAY, 24, absent=range(5, 10)))
    send(measured, "test-kiln", stack(WEDNESDAY - DAY, 48))
    measured.judge(PUBLISHED_AT)
    publish(measured)
    (alert,) = measured.alerts("low_transmission")
    assert (alert["late"], alert["first_seen"]) == (True, WEDNESDAY - 2 * DAY)
