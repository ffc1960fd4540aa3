"""The timeline of an outlet in words: the chart, the exceeded hours beside what was said of them, and the lanes as rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.markpages import lanes
from api.console.markpages.effectviews import result_word
from api.console.markpages.views import Place
from store.checks import Check
from store.clock import BEIJING, HOUR
from store.marklabels import label_name
from store.marks import Mark
from store.texts import text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """An exceeded hour and the filed marks over it."""

    factor: str
    start: datetime
    label: str
    figures: str
    cover: str
    cover_word: str
    marks: tuple[tuple[int, str, bool], ...]
    """Id, item and whether it came too late."""


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of a lane as a row of the table."""

    lane: str
    start: datetime
    end: datetime
    word: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything of one outlet."""

    place: Place
    chart: lanes.Chart
    names: Mapping[str, str]
    titles: Mapping[lanes.Said, str]
    signs: Mapping[lanes.Said, str]
    exceeded: tuple[Beside, ...]
    lines: tuple[Line, ...]
    uncovered: int
    late: int
    points: Mapping[int, str]


def timeline(
    place: Place,
    factors: Sequence[str],
    rows: Sequence[Row],
    marks: Sequence[Mark],
    checks: Sequence[Check],
    span: tuple[datetime, datetime],
    now: datetime,
) -> Timeline:
    """The timeline of ``factors``; ``rows`` and ``marks`` are of this outlet only, in order of time."""
    start, end = span
    inside = [check for check in checks if start <= check.checked_at < end]
    drawn: list[tuple[str, str, Sequence[lanes.Said], Sequence[Check]]] = [
        ("result", factor, lanes.results([row for row in rows if row["factor"] == factor], marks), ())
        for factor in factors
    ]
    drawn += [
        ("device", "device", lanes.said_by(marks, "device"), ()),
        ("condition", "condition", lanes.said_by(marks, "condition"), ()),
        ("automatic", "automatic", lanes.automatic(marks), ()),
        ("checks", "checks", (), inside),
        ("running", "running", lanes.running(rows), ()),
    ]
    chart = lanes.draw(start, end, drawn, now)
    by_id = {mark.id: mark for mark in marks}
    industry = place.site.industry
    pieces = [(lane, piece.said) for lane in chart.lanes for piece in lane.pieces]
    worded = {said: _word(lane.kind, said, by_id, industry) for lane, said in pieces}
    exceeded = beside(rows, marks, industry, set(factors))
    return Timeline(
        place=place,
        chart=chart,
        names={lane.name: lane_name(lane) for lane in chart.lanes},
        titles={said: f"{_hours(said)} {word}" for said, word in worded.items()},
        signs={said: _sign(lane.kind, said, by_id, industry) for lane, said in pieces},
        exceeded=exceeded,
        lines=tuple(
            [Line(lane_name(lane), said.start, said.end, worded[said]) for lane, said in pieces]
            + [
                Line(lane_name(lane), point.check.checked_at, point.check.checked_at, check_word(point.check))
                for lane in chart.lanes
                for point in lane.points
            ]
        ),
        uncovered=sum(1 for one in exceeded if one.cover != lanes.COVERED),
        late=sum(1 for mark in marks if mark.late and mark.withdrawn_at is None),
        points={check.id: f"{words.minute(check.checked_at)} {check_word(check)}" for check in inside},
    )


def beside(
    rows: Iterable[Row], marks: Sequence[Mark], industry: str, factors: set[str]
) -> tuple[Beside, ...]:
    """The exceeded hours of some factors and what was filed over each."""
    found = []
    for row in rows:
        if row["result"] != "exceeded" or row["factor"] not in factors:
            continue
        start = row["start"].astimezone(BEIJING)
        over = [
            mark
            for mark in marks
            if mark.channel == "manual"
            and mark.withdrawn_at is None
            and mark.covers(row["factor"])
            and mark.from_time < start + HOUR
            and mark.to_time > start
        ]
        cover = lanes.cover_of(over, row["factor"], start)
        unit = words.factor_unit(row["factor"])
        value, bound = row["compared"], row["bound"]
        found.append(
            Beside(
                factor=words.factor_name(row["factor"]),
                start=start,
                label=words.hour_label(start),
                figures=""
                if value is None or bound is None
                else f"{words.computed(value, bound)} / {words.plain(bound)} {unit}".rstrip(),
                cover=cover,
                cover_word=text(f"console.markpages.cover.{cover}"),
                marks=tuple(
                    (mark.id, label_name(industry, mark.category, mark.label), mark.late) for mark in over
                ),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.start, one.factor)))


def lane_name(lane: lanes.Lane) -> str:
    """What stands before a lane."""
    return (
        words.factor_name(lane.name) if lane.kind == "result" else text(f"console.markpages.lane.{lane.name}")
    )


def check_word(check: Check) -> str:
    """A check in words."""
    passed = text("console.markpages.passed" if check.passed else "console.markpages.failed")
    return f"{words.factor_name(check.factor)} {text(f'marks.check.{check.kind}')} {passed}"


def _word(kind: str, said: lanes.Said, marks: Mapping[int, Mark], industry: str) -> str:
    if kind == "result":
        word = result_word(said.kind)
        return word if said.cover is None else f"{word} · {text(f'console.markpages.cover.{said.cover}')}"
    if kind == "running":
        return _state_word(said.kind)
    if kind == "automatic":
        return _automatic(said, marks.values(), industry)
    mark = marks[int(str(said.about))]
    factor = text("console.markpages.all_factors") if mark.factor is None else words.factor_name(mark.factor)
    word = f"{label_name(industry, mark.category, mark.label)} · {factor}"
    return f"{word} · {text('console.markpages.standing.late')}" if mark.late else word


def _sign(kind: str, said: lanes.Said, marks: Mapping[int, Mark], industry: str) -> str:
    """The few letters that stand in a piece that is wide enough."""
    if kind == "result":
        return text(f"console.markpages.sign.{said.kind}")
    if kind == "running":
        return _state_word(said.kind)
    if kind == "automatic":
        category, _, code = str(said.about).partition(":")
    else:
        category, code = marks[int(str(said.about))].category, marks[int(str(said.about))].label
    # The first word of a name with several is enough within a piece: 停运/断流, 启窑（点火、烘窑、启窑）.
    return label_name(industry, category, code).partition("/")[0].partition("（")[0]


def _automatic(said: lanes.Said, marks: Iterable[Mark], industry: str) -> str:
    """The label of an automatic stretch and the factors that it is of."""
    category, _, code = str(said.about).partition(":")
    factors = {
        mark.factor
        for mark in marks
        if (mark.channel, mark.category, mark.label) == ("automatic", category, code)
        and mark.withdrawn_at is None
        and mark.from_time < said.end
        and mark.to_time > said.start
    }
    of = (
        text("console.markpages.all_factors")
        if None in factors
        else "、".join(sorted(words.factor_name(factor) for factor in factors if factor is not None))
    )
    return f"{label_name(industry, category, code)} · {of}"


def _state_word(state: str) -> str:
    if state in (lanes.RUNNING, lanes.UNKNOWN_STATE):
        return text(f"console.markpages.state.{state}")
    return text(f"marks.{state}")


def _hours(said: lanes.Said) -> str:
    start, end = said.start.astimezone(BEIJING), said.end.astimezone(BEIJING)
    return (
        f"{start:%m-%d %H:%M}–{end:%H:%M}"
        if end.date() == start.date()
        else f"{start:%m-%d %H:%M}–{end:%m-%d %H:%M}"
    )
