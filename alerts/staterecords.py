"""What device records say (hj212.md §7, §9, §11): instrument and logger states, facility states, standard checks. Pure.

A record body holds the CP of the frame as sent: ``{"cp": [[["name", "value"], ...], ...]}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from store import texts
from store.checkfiling import NewCheck
from store.clock import HOUR, hour_start
from store.factors import factor_of_old_code, find_factor
from store.markrules import NewMark

HOLDS = timedelta(hours=24)
"""How long a state stands without another word of the device [P]: a device that fell silent must not mark for ever."""

_INSTRUMENT: Mapping[str, str] = {
    "1": "maintenance",
    "2": "fault",
    "3": "calibration",
    "5": "maintenance",
    "6": "fault",
    "8": "calibration",
    "10": "maintenance",
}
"""i12001: 1 maintenance, 2 fault, 3 calibration, 5 blow-back, 6 power fault, 8 standardising, 10 servicing; others: none."""

_LOGGER: Mapping[str, str] = {"1": "fault", "2": "fault", "3": "maintenance"}
"""i22001: 1 stop, 2 fault, 3 maintenance; 0 runs."""

_FACILITY: Mapping[str, str] = {"0": "facility_off", "3": "facility_maintenance", "4": "facility_alarm"}
"""SBn-RS: 0 off, 3 maintenance, 4 alarm; running, calibrating and blowing back are ordinary work."""

_FACILITY_STATE = re.compile(r"(SB\d{1,3})-RS")
_CHECKED = re.compile(r"(?P<factor>[0-9A-Za-z]{1,16})-(?P<what>SampleRd|StandardValue|ResultType)")
_RESULTS: Mapping[str, bool] = {"1": True, "0": False}

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class State:
    """What one device said of itself at one moment; ``label`` None = nothing to mark.

    Attributes
    ----------
    device : ``instrument:<factor>``, ``logger`` or ``SB<n>``: each speaks for itself
    factor : of an instrument; None = the outlet
    """

    device: str
    at: datetime
    category: str
    label: str | None
    factor: str | None = None


def pairs_of(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of a record in the order of the wire; what has no such shape gives nothing."""
    for group in body.get("cp", ()):
        for pair in group:
            if isinstance(pair, list) and len(pair) == 2:
                yield str(pair[0]), str(pair[1]).strip()


def states_of(pairs: Pairs, at: datetime, medium: str) -> list[State]:
    """The states in a record of CN 3020 or 2021."""
    found: list[State] = []
    factor: str | None = None
    for name, value in pairs:
        facility = _FACILITY_STATE.fullmatch(name)
        if name == "PolId":
            factor = _factor(value, medium)
        elif name == "i12001-Info":
            found.append(State(f"instrument:{factor or ''}", at, "device", _INSTRUMENT.get(value), factor))
        elif name == "i22001-Info":
            found.append(State("logger", at, "device", _LOGGER.get(value)))
        elif facility:
            found.append(State(facility[1], at, "condition", _FACILITY.get(value)))
    return found


def marks_of_states(states: Sequence[State], upto: datetime) -> list[NewMark]:
    """The marks of one outlet's states, in pieces of an hour so that a state that lasts is marked as it goes.

    A state stands until the same device says something else, for HOLDS at the most; the running hour is marked once it has
    ended or the state has.
    """
    by_device: dict[str, list[State]] = {}
    for state in sorted(states, key=lambda state: state.at):
        by_device.setdefault(state.device, []).append(state)
    wanted: dict[tuple[object, ...], NewMark] = {}
    for said in by_device.values():
        for start, end, state, ended in _spans(said, upto):
            for piece in _pieces(start, end, state, ended):
                wanted[piece.category, piece.label, piece.factor, piece.from_time, piece.to_time] = piece
    return list(wanted.values())


def checks_of(pairs: Pairs, at: datetime, medium: str) -> list[NewCheck]:
    """The standard checks in a record of CN 2062; a factor without a result of 0 or 1 was not judged and gives none."""
    found: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        match = _CHECKED.fullmatch(name)
        if match:
            found.setdefault(_factor(match["factor"], medium), {})[match["what"]] = value
    return [
        NewCheck(
            factor=factor,
            kind="standard",
            checked_at=at,
            passed=_RESULTS[said["ResultType"]],
            measured=_number(said.get("SampleRd")),
            reference=_number(said.get("StandardValue")),
        )
        for factor, said in found.items()
        if said.get("ResultType") in _RESULTS
    ]


def _spans(said: Sequence[State], upto: datetime) -> Iterator[tuple[datetime, datetime, State, bool]]:
    """From word to word of one device: (start, end, state, whether it has ended)."""
    first: State | None = None
    last: datetime | None = None
    for place, state in enumerate(said):
        if first is None or first.label != state.label or last is None or state.at > last + HOLDS:
            first = state
        last = state.at
        following = said[place + 1] if place + 1 < len(said) else None
        if following is not None and following.label == state.label and following.at <= state.at + HOLDS:
            continue
        limit = state.at + HOLDS
        end = min(limit, following.at) if following is not None else min(limit, upto)
        if first.label is not None:
            yield first.at, end, first, following is not None or upto >= limit


def _pieces(start: datetime, end: datetime, state: State, ended: bool) -> Iterator[NewMark]:
    begin = start.replace(second=0, microsecond=0)
    finish = end if end == end.replace(second=0, microsecond=0) else _next_minute(end)
    while begin < finish:
        piece_end = min(hour_start(begin) + HOUR, finish)
        whole = piece_end == hour_start(begin) + HOUR
        if ended or (whole and piece_end <= end):
            yield NewMark(
                state.category,
                state.label or "",
                state.factor,
                begin,
                piece_end,
                f"{texts.text('marks.automatic_state')}：{texts.text(f'marks.state.{state.label}')}",
            )
        begin = piece_end


def _next_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _factor(code: str, medium: str) -> str:
    if find_factor(code) is not None:
        return code
    old = factor_of_old_code(code, medium)
    return old.code if old else code


def _number(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
