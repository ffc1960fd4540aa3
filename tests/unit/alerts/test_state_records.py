"""Device records read: states that become marks by the hour, standard checks that become checks (hj212.md §7, §11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from alerts.staterecords import State, checks_of, marks_of_states, pairs_of, states_of
from store.clock import BEIJING
from store.markrules import NewMark

EIGHT = datetime(2026, 5, 6, 8, tzinfo=BEIJING)


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


STATES = [
    # remark, pairs of the record, (device, label, factor)
    ("an instrument in maintenance", [("PolId", "w01018"), ("i12001-Info", "1")], ("instrument:w01018", "maintenance", "w01018")),
    ("an instrument at fault", [("PolId", "w21003"), ("i12001-Info", "2")], ("instrument:w21003", "fault", "w21003")),
    ("an old factor code", [("PolId", "011"), ("i12001-Info", "3")], ("instrument:w01018", "calibration", "w01018")),
    ("standardising is calibration", [("PolId", "w01018"), ("i12001-Info", "8")], ("instrument:w01018", "calibration", "w01018")),
    ("measuring is nothing to mark", [("PolId", "w01018"), ("i12001-Info", "7")], ("instrument:w01018", None, "w01018")),
    ("a logger that stopped", [("i22001-Info", "1")], ("logger", "fault", None)),
    ("a treatment facility off", [("SB1-RS", "0")], ("SB1", "facility_off", None)),
    ("a treatment facility running", [("SB2-RS", "1")], ("SB2", None, None)),
    ("a state that no table has", [("SB2-RS", "9")], ("SB2", None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "pairs", "expected"), STATES, ids=[case[0] for case in STATES])
def test_a_record_says_a_state(
    remark: str, pairs: list[tuple[str, str]], expected: tuple[str, str | None, str | None]
) -> None:
    (state,) = states_of(pairs, EIGHT, "water")
    assert (state.device, state.label, state.factor) == expected, remark
    assert state.category == ("condition" if pairs[0][0].startswith("SB") else "device")


def test_a_run_log_says_no_state() -> None:
    assert states_of([("PolId", "w01018"), ("i11001-Info", "//清洗管路//")], EIGHT, "water") == []


def state(minutes: float, label: str | None, device: str = "instrument:w01018") -> State:
    return State(device, at(minutes), "device", label, "w01018")


def times(marks: list[NewMark]) -> list[tuple[float, float, str]]:
    return [
        (
            (mark.from_time - EIGHT).total_seconds() / 60,
            (mark.to_time - EIGHT).total_seconds() / 60,
            mark.label,
        )
        for mark in marks
    ]


SPANS = [
    # remark, states, looked at, marks
    ("from word to word", [state(10, "fault"), state(40, None)], 50, [(10, 40, "fault")]),
    ("repeated words are one state", [state(10, "fault"), state(20, "fault"), state(40, None)], 50, [(10, 40, "fault")]),
    ("over the hour in pieces", [state(10, "fault"), state(130, None)], 140,
     [(10, 60, "fault"), (60, 120, "fault"), (120, 130, "fault")]),
    ("still so: only whole hours yet", [state(10, "fault")], 100, [(10, 60, "fault")]),
    ("still so within its first hour", [state(10, "fault")], 50, []),
    ("one state after the other", [state(10, "fault"), state(20, "maintenance"), state(30, None)], 40,
     [(10, 20, "fault"), (20, 30, "maintenance")]),
    ("seconds count as their minutes", [state(10.5, "fault"), state(20.25, None)], 40, [(10, 21, "fault")]),
    ("a device that fell silent marks for a day", [state(0, "fault")], 30 * 60,
     [(60 * n, 60 * n + 60, "fault") for n in range(24)]),
    ("nothing to mark", [state(0, None)], 120, []),
]  # fmt: skip


@pytest.mark.parametrize(("remark", "said", "upto", "expected"), SPANS, ids=[case[0] for case in SPANS])
def test_states_become_marks_by_the_hour(
    remark: str, said: list[State], upto: float, expected: list[tuple[float, float, str]]
) -> None:
    assert times(marks_of_states(said, at(upto))) == expected, remark


def test_each_device_speaks_for_itself() -> None:
    said = [state(0, "fault"), state(20, None, device="instrument:w21003"), state(30, None)]
    assert times(marks_of_states(said, at(60))) == [(0, 30, "fault")]


def test_what_was_marked_while_it_lasted_stays_when_it_has_ended() -> None:
    lasting = times(marks_of_states([state(10, "fault")], at(125)))
    ended = times(marks_of_states([state(10, "fault"), state(150, None)], at(180)))
    assert ended[: len(lasting)] == lasting


def test_a_standard_check_gives_result_value_and_reference_of_each_factor() -> None:
    pairs = [
        ("DataTime", "20260506080000"),
        ("w01018-SampleRd", "49.0"),
        ("w01018-StandardValue", "50"),
        ("w01018-ResultType", "1"),
        ("060-SampleRd", "3.1"),
        ("060-ResultType", "0"),
        ("w21001-SampleRd", "9"),
        ("w21001-ResultType", "2"),
    ]
    found = checks_of(pairs, EIGHT, "water")
    assert [(check.factor, check.passed, check.measured, check.reference) for check in found] == [
        ("w01018", True, Decimal("49.0"), Decimal("50")),
        ("w21003", False, Decimal("3.1"), None),
    ]


def test_a_check_whose_number_is_none_keeps_its_result() -> None:
    (check,) = checks_of([("w01018-SampleRd", "---"), ("w01018-ResultType", "0")], EIGHT, "water")
    assert (check.passed, check.measured) == (False, None)


@pytest.mark.parametrize("body", [{}, {"cp": []}, {"cp": [[]]}, {"cp": [[["alone"]]]}])
def test_a_body_without_pairs_says_nothing(body: dict[str, object]) -> None:
    assert list(pairs_of(body)) == []
