"""The typed view: what a frame measured, factor by factor.

Numbers stay decimal text exactly as sent. What is no number becomes None and its text is kept; nothing is ever coerced to zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ingest.hj212.anomalies import Anomaly, ordered
from ingest.hj212.commands import MEDIUM_BY_ST, PeriodKind, kind_of
from ingest.hj212.cp import Content, Shape
from ingest.hj212.frame import Frame
from ingest.hj212.marks import STATUS_BY_MARK, UNKNOWN, normalise
from store.factors import factor_of_old_code

#: Longest text that is taken for a number: N14.2 of the standard has 18 characters, printed doubles have up to 24.
LONGEST_NUMBER: Final = 40
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
# Several short plain numbers at once, joined with commas: the common case in one call. No alternative fits twice, so nothing
# that was taken need ever be given back; that makes it twice as fast.
_PLAIN: Final = r"[-+]?+[0-9]{1,19}+(?:\.[0-9]{1,19}+)?+"
_PLAIN_NUMBERS: Final = re.compile(f"{_PLAIN}(?:,{_PLAIN})*+")
# Marks of one logger are few; the bound keeps made-up ones from filling memory.
_STATUSES_LIMIT: Final = 64

_CANONICAL: Final = {
    name.lower(): name
    for name in ("Rtd", "Avg", "Data", "Min", "Max", "Cou", "ZsRtd", "ZsAvg", "ZsMin", "ZsMax", "Flag")
}
_NONE: Final = -1  # position of the None that stands behind the values
_NEW: Final = tuple.__new__
_NO_EXTRA: Final[dict[str, str]] = {}  # shared by every measurement without further metrics


class Measurement(NamedTuple):
    """One factor in one frame. A named tuple, because a loaded decoder makes half a million of them a second.

    Attributes
    ----------
    factor : 2017 code; the code as sent when no table maps it
    code : code as sent
    value : Rtd in real-time frames, Avg in period frames (the other one, tagged, when that is missing); decimal text or None
    minimum, maximum, total : Min, Max and Cou; decimal text or None
    folded, folded_minimum, folded_maximum : ZsRtd or ZsAvg, ZsMin, ZsMax; decimal text or None
    flag : raw mark, None when none came
    status : normalised mark; ``unknown`` when none came
    extra : every other metric, and the raw text of every value that is no number, by metric name; a plain dictionary that may be
        shared, so never change it
    anomalies : what was odd about this factor
    """

    factor: str
    code: str
    value: str | None
    minimum: str | None
    maximum: str | None
    total: str | None
    folded: str | None
    folded_minimum: str | None
    folded_maximum: str | None
    flag: str | None
    status: str
    extra: Mapping[str, str]
    anomalies: tuple[str, ...]


class Upload(NamedTuple):
    """The typed view of a frame.

    Attributes
    ----------
    kind : None when the command carries no readings (states, logs, acknowledgements, unknown commands)
    data_time : start of the period, instant of collection for realtime, as the sender stamped it; None when it cannot be read
    data_time_anomaly : ``datatime_missing``, ``datatime_format``, ``data_time_24h`` or None
    items : one measurement a factor, in the order they came
    """

    kind: PeriodKind | None
    data_time: datetime | None
    data_time_anomaly: str | None
    items: tuple[Measurement, ...]


_FACTOR, _CODE, _VALUE = range(3)
_FLAG, _STATUS, _EXTRA, _ANOMALIES = range(9, 13)

_Several = Callable[[Sequence[Any]], tuple[Any, ...]]


class _Slot(NamedTuple):
    """Where the metrics of one factor stand among the values of a shape."""

    factor: str
    code: str
    names: tuple[str, ...]  # canonical metric of each of the eight positions below
    positions: tuple[int, ...]  # value, minimum, maximum, total, folded, folded minimum, folded maximum, flag
    extra: tuple[tuple[str, int], ...]
    anomalies: tuple[str, ...]


class _Layout(NamedTuple):
    """How the measurements of a shape are made: column by column, and then all rows at once.

    ``columns`` are the thirteen fields of a measurement, each for all factors; the names alone settle most of them. ``picks``
    take the others out of the values of a frame. ``statuses`` keeps the status column of each combination of marks that was
    seen, None when a mark needs a closer look. ``extras`` is empty when no factor has a further metric.
    """

    slots: tuple[_Slot, ...]
    numbers: _Several
    columns: list[Sequence[object]]
    picks: tuple[tuple[int, _Several], ...]
    extras: tuple[tuple[tuple[str, int], ...], ...]
    statuses: dict[Sequence[object], tuple[str, ...] | None]


def is_number(text: str) -> bool:
    """Whether the text is a decimal number: sign, digits, point, exponent of at most two digits, at most 40 characters."""
    return len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) is not None


def readings(frame: Frame, protocol: str | None = None) -> Upload:
    """The typed view of a frame. Never raises.

    ``protocol`` is the edition configured for the monitor; the frame's own word counts without it. Frames of a 2005 monitor
    have their old factor codes mapped by the medium of ST.
    """
    fields = frame.fields
    medium = MEDIUM_BY_ST.get(fields.get("ST", "")) if (protocol or frame.version) == "2005" else None
    kind = kind_of(fields.get("CN", ""))
    items = measurements(frame.content, kind, medium)
    odd: str | None = None
    if frame.data_time is None or frame.anomalies:
        odd = _data_time_anomaly(frame)
    return _NEW(Upload, (kind, frame.data_time, odd, items))


def _data_time_anomaly(frame: Frame) -> str | None:
    if frame.content.shape.data_time < 0:
        return str(Anomaly.DATATIME_MISSING)
    found = (
        str(name) for name in (Anomaly.DATATIME_FORMAT, Anomaly.DATA_TIME_24H) if name in frame.anomalies
    )
    return next(found, None)


def measurements(
    content: Content, kind: PeriodKind | None, medium: str | None = None
) -> tuple[Measurement, ...]:
    """One measurement a factor; ``medium`` maps 2005 codes, None leaves codes as they are."""
    shape = content.shape
    key = (kind == "realtime", medium)
    layout: _Layout | None = shape.layouts.get(key)
    if layout is None:
        layout = shape.layouts[key] = _layout(shape, *key)
    values = content.values
    numbers = layout.numbers(values)
    if not numbers or _PLAIN_NUMBERS.fullmatch(",".join(numbers)):
        columns = layout.columns.copy()
        padded = [*values, None]
        for column, pick in layout.picks:
            columns[column] = pick(padded)
        marks = columns[_FLAG]
        statuses = layout.statuses.get(marks)
        if statuses is None and marks not in layout.statuses:
            statuses = _remember_statuses(layout, marks)
        if statuses is not None:
            columns[_STATUS] = statuses
            if layout.extras:
                columns[_EXTRA] = [
                    {metric: values[at] for metric, at in extra} if extra else _NO_EXTRA
                    for extra in layout.extras
                ]
            # The columns are equally long by construction; to check it would cost two per cent of a frame.
            return tuple(map(_NEW, repeat(Measurement), zip(*columns)))  # noqa: B905
    return tuple([_careful(slot, (*values, None)) for slot in layout.slots])


def _remember_statuses(layout: _Layout, marks: Sequence[object]) -> tuple[str, ...] | None:
    """The statuses that these marks mean; None when one of them needs a closer look."""
    if len(layout.statuses) >= _STATUSES_LIMIT:
        layout.statuses.clear()
    known = [UNKNOWN if mark is None else STATUS_BY_MARK.get(str(mark)) for mark in marks]
    found = tuple([status for status in known if status is not None])
    layout.statuses[marks] = found if len(found) == len(known) else None
    return layout.statuses[marks]


def _careful(slot: _Slot, values: Sequence[str | None]) -> Measurement:
    extra = {metric: values[at] or "" for metric, at in slot.extra}
    odd: set[str] = set(slot.anomalies)
    *raw_numbers, flag = (values[at] for at in slot.positions)
    numbers: list[str | None] = []
    for metric, raw in zip(slot.names, raw_numbers, strict=False):
        text = raw.strip() if raw is not None else None
        if text is not None and not is_number(text):
            extra[metric] = raw or ""
            odd.add(Anomaly.VALUE_NOT_NUMERIC)
            text = None
        numbers.append(text)
    mark = (flag or "").strip() or None
    status, mark_odd = normalise(mark or "")
    if mark_odd:
        odd.add(mark_odd)
    return _NEW(Measurement, (slot.factor, slot.code, *numbers, mark, status, extra, ordered(odd)))


def _layout(shape: Shape, realtime: bool, medium: str | None) -> _Layout:
    codes: dict[str, dict[str, int]] = {}
    odd: dict[str, set[str]] = {}
    for position, name in enumerate(shape.names):
        code, dash, metric = name.partition("-")
        if not dash or not code:
            continue
        canonical = _CANONICAL.get(metric.lower(), metric)
        if canonical != metric:
            odd.setdefault(code, set()).add(Anomaly.CP_KEY_CASE)
        codes.setdefault(code, {})[canonical] = position  # of a name that occurs twice the last one counts
    slots = tuple(_slot(code, at, realtime, medium, odd.get(code, set())) for code, at in codes.items())
    taken = sorted({at[metric] for at in codes.values() for metric in at if metric in _NUMERIC})
    columns: list[Sequence[object]] = [(None,) * len(slots)] * len(Measurement._fields)
    columns[_FACTOR] = tuple(slot.factor for slot in slots)
    columns[_CODE] = tuple(slot.code for slot in slots)
    columns[_EXTRA] = (_NO_EXTRA,) * len(slots)
    columns[_ANOMALIES] = tuple(slot.anomalies for slot in slots)
    picks = []
    for column, positions in enumerate(zip(*(slot.positions for slot in slots), strict=True), start=_VALUE):
        if max(positions) != _NONE:
            picks.append((column, _several(positions)))
    extras = tuple(slot.extra for slot in slots)
    return _Layout(
        slots=slots,
        numbers=_several(taken),
        columns=columns,
        picks=tuple(picks),
        extras=extras if any(extras) else (),
        statuses={},
    )


_NUMERIC: Final = frozenset(_CANONICAL.values()) - {"Flag"}


def _slot(code: str, at: dict[str, int], realtime: bool, medium: str | None, odd: set[str]) -> _Slot:
    mapped = factor_of_old_code(code, medium) if medium else None
    first, second = ("Rtd", "Avg") if realtime else ("Avg", "Rtd")
    value = next((metric for metric in (first, second, "Data") if metric in at), first)
    folded = next((metric for metric in ("Zs" + first, "Zs" + second) if metric in at), "Zs" + first)
    names = (value, "Min", "Max", "Cou", folded, "ZsMin", "ZsMax", "Flag")
    if value == second:
        odd = odd | {Anomaly.AVG_IN_REALTIME if realtime else Anomaly.RTD_IN_PERIOD}
    if value not in at and not {"Cou", "Min", "Max"} & at.keys():
        odd = odd | {Anomaly.VALUE_MISSING}
    positions = tuple(at.get(metric, _NONE) for metric in names)
    extra = tuple((metric, position) for metric, position in at.items() if metric not in names)
    return _Slot(mapped.code if mapped else code, code, names, positions, extra, ordered(odd))


def _several(positions: Sequence[int]) -> _Several:
    """An itemgetter that gives a tuple for any number of positions."""
    if len(positions) > 1:
        return itemgetter(*positions)
    if positions:
        return lambda values: (values[positions[0]],)
    return lambda values: ()
