"""数据异常, 数据超限值, maintenance, instantaneous limits, recomputed values: one table of cases a rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import pytest

from alerts.judgement.minutes import Minutes
from alerts.judgement.values import Period
from alerts.rules.abnormal import negative, over_range, zero
from alerts.rules.bounds import minutes as minutes_outside
from alerts.rules.bounds import periods as periods_outside
from alerts.rules.constant import examine as constant
from alerts.rules.instant import examine as instant
from alerts.rules.maintenance import examine as maintenance
from alerts.rules.recomputed import examine as differs
from alerts.rules.shape import Window
from store.checks import Check
from store.marks import Mark
from store.model import Bound, Options
from tests.unit.alerts.build import (
    COD,
    FLOW,
    NOX,
    O2,
    PH,
    SO2,
    START,
    TEMPERATURE,
    check,
    limit,
    mark,
    subject,
)
from tests.unit.alerts.rules.views import came, hour, period, runs, window

STACK = subject(limit(SO2, maximum="200"), factors=(SO2, O2, "a01012", "a01013"))
WATER = subject(
    limit(COD, basis="day", maximum="50"),
    medium="water",
    factors=(COD, FLOW, PH, TEMPERATURE),
    options=Options(detection=((COD, Decimal(4)),)),
)
STOPPED = mark(0, 60, "stopped", category="condition")


def seen(factor: str, value: str | None, *marks: Mark, flow: str | None = None, **others: object) -> Window:
    gas = factor.startswith("a")
    periods = [period(factor, value, **others)]  # type: ignore[arg-type]
    if flow is not None:
        periods.append(period(FLOW, flow))
    return window(STACK if gas else WATER, *periods, marks=marks)


NEGATIVES: list[tuple[str, Window, bool]] = [
    ("a concentration below zero", seen(SO2, "-0.1"), True),
    ("zero is another kind", seen(SO2, "0"), False),
    ("a folded value below zero", seen(SO2, "1", folded="-2"), True),
    ("oxygen below zero", seen(O2, "-0.2"), True),
    ("a winter's water may be below zero degrees", seen(TEMPERATURE, "-1"), False),
    ("gas temperature may be below zero", seen("a01012", "-5"), False),
    ("the static pressure of a stack is below zero", seen("a01013", "-0.8"), False),
    ("calibration is known and says so", seen(SO2, "-0.1", status="calibration"), False),
    ("a missing mark says nothing against it", seen(SO2, "-0.1", status="unknown", valid=False), True),
    ("the source does not run, says a filed mark", seen(SO2, "-0.1", STOPPED), False),
    ("a mark that was filed late changes nothing",
     seen(SO2, "-0.1", mark(0, 60, "stopped", category="condition", late=True)), True),
    ("a passed standard check confirms that it is low", seen(COD, "-0.5", reasons=("low_value_corrected",)), False),
    ("nothing flows", seen(COD, "-0.5", flow="0"), False),
    ("something flows", seen(COD, "-0.5", flow="3"), True),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "shown"), NEGATIVES, ids=[row[0] for row in NEGATIVES])
def test_negative_values(remark: str, view: Window, shown: bool) -> None:
    assert bool(negative(view)) is shown


ZEROS: list[tuple[str, Window, bool]] = [
    ("exactly zero for an hour", seen(SO2, "0.00"), True),
    ("just above zero", seen(SO2, "0.01"), False),
    ("oxygen is never zero in a stack", seen(O2, "0"), True),
    ("pH is never zero", seen(PH, "0"), True),
    ("no flow is no fault", seen(FLOW, "0"), False),
    ("temperature may be zero", seen(TEMPERATURE, "0"), False),
    ("nothing flows, so nothing is measured", seen(COD, "0", flow="0"), False),
    ("flow and yet no COD at all", seen(COD, "0", flow="3"), True),
    (
        "a passed standard check confirms that it is low",
        seen(COD, "0", reasons=("low_value_corrected",)),
        False,
    ),
    ("the source stands still, says its flag", seen(SO2, "0", status="stopped"), False),
]


@pytest.mark.parametrize(("remark", "view", "shown"), ZEROS, ids=[row[0] for row in ZEROS])
def test_zero_values(remark: str, view: Window, shown: bool) -> None:
    assert bool(zero(view)) is shown


RANGES: list[tuple[str, Window, dict[str, object] | None]] = [
    ("the hour says T", seen(SO2, "999", status="over_range"), {"value": "999", "minutes": None, "hour": True}),
    ("three minutes say T", seen(SO2, "150", inputs={"seconds": {"normal": 3420, "over_range": 180}}),
     {"value": "150", "minutes": 3, "hour": False}),
    ("nothing says T", seen(SO2, "999"), None),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "numbers"), RANGES, ids=[row[0] for row in RANGES])
def test_values_over_the_range(remark: str, view: Window, numbers: dict[str, object] | None) -> None:
    found = over_range(view)
    assert [dict(one.numbers) for one in found] == ([] if numbers is None else [numbers])


def series(*values: str | None, factor: str = SO2) -> list[Period]:
    """Hours that end with START, the newest last; None is an hour that did not come."""
    first = 1 - len(values)
    return [
        period(factor, value, start=hour(first + place))
        for place, value in enumerate(values)
        if value is not None
    ]


def at_start(of: object, *periods: Period, marks: Sequence[Mark] = (), checks: Sequence[Check] = (),
             minutes: dict[tuple[str, datetime], Minutes] | None = None) -> Window:  # fmt: skip
    return window(
        of,  # type: ignore[arg-type]
        *periods,
        starts=[START],
        marks=tuple(marks),
        checks=tuple(checks),
        minutes=minutes or {},
    )


LOW = subject(limit(SO2, maximum="200"), options=Options(detection=((SO2, Decimal(3)),)))

CONSTANTS: list[tuple[str, Window, int | None]] = [
    ("eight hours of the same value", at_start(STACK, *series(*["12.3"] * 8)), 8),
    ("seven are not enough", at_start(STACK, *series(*["12.3"] * 7)), None),
    ("the same number written otherwise is the same number", at_start(STACK, *series(*["12.30", "12.3"] * 4)), 8),
    ("the fifth of them differs", at_start(STACK, *series(*["12.3"] * 4, "12.4", *["12.3"] * 3)), None),
    ("an hour that did not come is left out, not counted", at_start(STACK, *series(*["12.3"] * 4, None, *["12.3"] * 4)), 8),
    ("a marked hour between is left out, whatever it says",
     at_start(STACK, *series(*["12.3"] * 4, None, *["12.3"] * 4), period(SO2, "80", start=hour(-4), status="calibration")), 8),
    ("zeros have a rule of their own", at_start(STACK, *series(*["0"] * 8)), None),
    ("below the detection limit nothing need move", at_start(LOW, *series(*["3"] * 8)), None),
    ("above it it must", at_start(LOW, *series(*["3.1"] * 8)), 8),
    ("a source that does not run",
     at_start(STACK, *series(*["12.3"] * 8), marks=[mark(-480, 60, "stopped", category="condition")]), None),
    ("an hour with a standard check does not count: seven are left",
     at_start(WATER, *series(*["20"] * 8, factor=COD), checks=[check(30, True)]), None),
    ("temperature of gas may stand still", at_start(STACK, *series(*["85"] * 8, factor="a01012")), None),
    ("sixty minutes of the same value", at_start(STACK, minutes={(SO2, START): came(["5.5"] * 60)}), 60),
    ("fifty-nine are not enough", at_start(STACK, minutes={(SO2, START): came(["5.5"] * 59)}), None),
    ("thirty of this hour and thirty of the hour before",
     at_start(STACK, minutes={(SO2, START): came(["5.5"] * 30),
                              (SO2, hour(-1)): came(["5.4"] * 30 + ["5.5"] * 30, start=hour(-1))}), 60),
    ("minutes under calibration are left out: fifty are not sixty",
     at_start(STACK, minutes={(SO2, START): runs((10, "5.5", "calibration"), (50, "5.5", "normal"))}), None),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "readings"), CONSTANTS, ids=[row[0] for row in CONSTANTS])
def test_constant_values(remark: str, view: Window, readings: int | None) -> None:
    assert [one.numbers["readings"] for one in constant(view)] == ([] if readings is None else [readings])


def test_a_constant_run_names_its_hours_and_what_was_ruled_out() -> None:
    (found,) = constant(at_start(STACK, *series(*["12.3"] * 9)))
    assert found.numbers == {"value": "12.3", "readings": 8, "of": "hour", "since": hour(-7).isoformat()}
    assert found.evidence["hours"][0] == hour(-7).isoformat()
    assert "standard_check" in found.ruled_out


BOUNDED = subject(
    limit(SO2, maximum="200"),
    factors=(SO2, NOX),
    options=Options(bounds=(Bound(SO2, Decimal(0), Decimal(1000), "量程"),)),
)

MINUTES_OUTSIDE: list[tuple[str, Minutes, tuple[int, str, str] | None]] = [
    ("at the bound is not outside", came(["1000", "0"]), None),
    ("two minutes above, the farther one is told", came(["900", "1001", "1200"]), (2, "1200", "max")),
    ("below the lower bound", came(["5", "-3"]), (1, "-3", "min")),
    ("calibration gas is known", runs((1, "5000", "calibration"), (1, "5", "normal")), None),
]


@pytest.mark.parametrize(
    ("remark", "sent", "expected"), MINUTES_OUTSIDE, ids=[row[0] for row in MINUTES_OUTSIDE]
)
def test_minutes_outside_the_bounds(
    remark: str, sent: Minutes, expected: tuple[int, str, str] | None
) -> None:
    found = minutes_outside(window(BOUNDED, starts=[START], minutes={(SO2, START): sent}))
    told = [(one.numbers["minutes"], one.numbers["compared"], one.numbers["bound_side"]) for one in found]
    assert told == ([] if expected is None else [expected])


PERIODS_OUTSIDE: list[tuple[str, Period, bool]] = [
    ("an hour above", period(SO2, "1000.01"), True),
    ("an hour at the bound", period(SO2, "1000"), False),
    ("the measured value counts, not the folded one", period(SO2, "900", folded="1300"), False),
    ("a faulty hour is known", period(SO2, "2000", status="fault"), False),
    ("a factor without bounds", period(NOX, "99999"), False),
]


@pytest.mark.parametrize(("remark", "of", "shown"), PERIODS_OUTSIDE, ids=[row[0] for row in PERIODS_OUTSIDE])
def test_hours_outside_the_bounds(remark: str, of: Period, shown: bool) -> None:
    found = periods_outside(window(BOUNDED, of), "hour")
    assert bool(found) is shown
    assert all(one.clause == "量程" for one in found)


MAINTAINED: list[tuple[str, Window, list[str]]] = [
    ("an hour under calibration", seen(SO2, "1", status="calibration"), ["calibration"]),
    ("five minutes of fault within a valid hour", seen(SO2, "1", inputs={"seconds": {"normal": 3300, "fault": 300}}), ["fault"]),
    ("a device mark by hand", seen(SO2, "1", mark(5, 10, "maintenance")), ["maintenance"]),
    ("a withdrawn one", seen(SO2, "1", mark(5, 10, "maintenance", withdrawn=True)), []),
    ("a working-condition mark is about the source", seen(SO2, "1", STOPPED), []),
    ("a source that stands still is no maintenance", seen(SO2, "1", status="stopped"), []),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "view", "states"), MAINTAINED, ids=[row[0] for row in MAINTAINED])
def test_maintenance_of_the_monitor(remark: str, view: Window, states: list[str]) -> None:
    found = maintenance(view)
    assert [one.numbers["states"] for one in found] == ([states] if states else [])
    assert all(one.factor is None for one in found)


def momentary(maximum: str, option: str = "alert", value: str = "60", **others: object) -> Window:
    of = subject(
        limit(COD, basis="instant", maximum=maximum, key=9),
        medium="water",
        factors=(COD,),
        options=Options(instant=option),
    )
    return window(of, period(COD, value, **others))  # type: ignore[arg-type]


INSTANTS: list[tuple[str, Window, str | None]] = [
    ("above: (75 - 60) / 60 = 0.25", momentary("60", value="75"), "0.25"),
    ("equal is not above", momentary("60"), None),
    ("an outlet that judges it has verdicts instead", momentary("50", option="judge"), None),
    ("an invalid hour says nothing", momentary("50", status="fault"), None),
]


@pytest.mark.parametrize(("remark", "view", "multiple"), INSTANTS, ids=[row[0] for row in INSTANTS])
def test_instantaneous_limits(remark: str, view: Window, multiple: str | None) -> None:
    found = instant(view)
    assert [one.numbers["multiple"] for one in found] == ([] if multiple is None else [multiple])
    assert all(one.limit_key == 9 for one in found)


ALL = {"seconds": {"normal": 3600}}
RECOMPUTED: list[tuple[str, Period, str | None]] = [
    ("exactly 2 % apart is allowed", period(SO2, "102", recomputed="100", inputs=ALL), None),
    ("a little more is not", period(SO2, "102.01", recomputed="100", inputs=ALL), "0.0201"),
    ("lower than the minutes say", period(SO2, "80", recomputed="100", inputs=ALL), "-0.2000"),
    ("fifteen ordinary minutes that never came explain 3 %: they need 100 x (103 x 60 - 100 x 45) / 15 / 100 = 112",
     period(SO2, "103", recomputed="100", count=45, inputs={"seconds": {"normal": 2700}}), None),
    ("one minute would have to be 280 to explain 3 %",
     period(SO2, "103", recomputed="100", count=59, inputs={"seconds": {"normal": 3540}}), "0.0300"),
    ("measured x fold is not the reported folded value",
     period(SO2, "100", folded="110", recomputed="100", recomputed_folded="137.5", inputs=ALL), "-0.2000"),
    ("the other way of folding explains it",
     period(SO2, "100", folded="110", recomputed="100", recomputed_folded="137.5",
            inputs={**ALL, "folded_minutes": "111"}), None),
    ("folding parts by itself while the source starts",
     period(SO2, "100", folded="110", recomputed="100", recomputed_folded="137.5", status="starting",
            valid=True, inputs=ALL), None),
    ("its measured value does not",
     period(SO2, "80", recomputed="100", status="starting", valid=True, inputs=ALL), "-0.2000"),
    ("a faulty hour is known", period(SO2, "80", recomputed="100", status="fault", inputs=ALL), None),
    ("no minutes, nothing to compare with", period(SO2, "80"), None),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "of", "difference"), RECOMPUTED, ids=[row[0][:60] for row in RECOMPUTED])
def test_reported_values_that_differ_from_the_recomputed(
    remark: str, of: Period, difference: str | None
) -> None:
    found = differs(window(STACK, of))
    assert [one.numbers["difference"] for one in found] == ([] if difference is None else [difference])


def test_the_minute_window_of_a_run_is_two_hours() -> None:
    sparse = {(SO2, hour(-place)): came(["5.5"] * 6, every=10, start=hour(-place)) for place in range(12)}
    assert constant(at_start(STACK, minutes=sparse)) == []
