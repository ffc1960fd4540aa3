"""The charts of the report: one a factor and month at the most, with the limit and its clause, marks and validity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.papers import wording
from api.papers.axis import panels
from api.papers.blocks import Block, drawing, heading, note
from api.papers.chart import Band, Bound, Chart, Lanes, Point
from api.papers.legend import legend
from store.clock import DAY, HOUR
from store.texts import text

Facts = Mapping[str, Any]

MONTH, YEAR = timedelta(days=31), timedelta(days=366)
SIGNS = (
    "compliant", "exceeded", "exempt", "invalid", "undetermined", "missing", "no_limit", "value", "aside", "bound", "conditional",
    "peak", "device", "condition",
)  # fmt: skip


def charts(facts: Facts) -> list[Block]:
    """The section of charts: the legend, then every series of every outlet."""
    blocks = [heading(text("papers.charts.heading"))]
    drawn = [
        block
        for outlet in facts["outlets"]
        for series in outlet["series"]
        for block in _series(facts["period"], outlet, series)
    ]
    if not drawn:
        return [*blocks, note(text("papers.charts.none"))]
    words = {sign: text(f"papers.charts.legend.{sign}") for sign in SIGNS}
    blocks.append(drawing(legend(words), ""))
    blocks.append(note(text("papers.charts.labels")))
    return blocks + drawn


def _series(period: Facts, outlet: Facts, series: Facts) -> Iterable[Block]:
    span = HOUR if series["span"] == "hour" else DAY
    points = [_point(found, series) for found in series["points"]]
    what = text(f"papers.charts.{'folded' if series['folded'] else 'measured'}_{series['span']}")
    named = {"outlet": outlet["name"], "factor": series["name"], "what": what}
    title = (
        text("papers.charts.title", unit=series["unit"], **named)
        if series["unit"]
        else text("papers.charts.title_plain", **named)
    )
    lanes = Lanes(*(text(f"papers.charts.lane_{name}") for name in ("result", "device", "condition")))
    parts = panels(period["from"], period["to"], MONTH if span == HOUR else YEAR)
    for start, end in parts:
        chart = Chart(
            start=start,
            end=end,
            span=span,
            points=[point for point in points if start <= point.start < end],
            bounds=list(_bounds(series, start, end)),
            bands=list(_bands(outlet, series["factor"], start, end)),
            lanes=lanes,
        )
        piece = text("papers.charts.panel", start=wording.day(start), last=wording.last_day(end))
        alt = text("papers.charts.alt", outlet=outlet["name"], factor=series["name"])
        yield drawing(chart.draw(), f"{alt} {piece}", title, piece)


def _point(found: Facts, series: Facts) -> Point:
    judged, multiple = found["judged"], found["multiple"]
    label = None
    if found["result"] == "exceeded" and judged is not None:
        label = (
            wording.value(judged)
            if multiple is None
            else text(
                "papers.charts.peak",
                value=wording.value(judged, _deciding_bound(series, found)),
                multiple=wording.multiple(multiple),
            )
        )
    return Point(
        start=found["start"],
        reported=_float(found["reported"]),
        judged=_float(judged),
        result=found["result"],
        excess=float(multiple or 0),
        label=label,
    )


def _deciding_bound(series: Facts, found: Facts) -> Decimal | None:
    """The maximum that the multiple is of: C / (1 + multiple), taken from the limits in force."""
    maxima = [
        limit["maximum"]
        for limit in series["limits"]
        if limit["maximum"] is not None
        and limit["from"] <= found["start"]
        and (limit["to"] is None or found["start"] < limit["to"])
        and limit["maximum"] < found["judged"]
    ]
    return max(maxima, default=None)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _bounds(series: Facts, start: datetime, end: datetime) -> Iterable[Bound]:
    for limit in series["limits"]:
        since, until = max(limit["from"], start), min(limit["to"] or end, end)
        if limit["basis"] != series["span"] or since >= until:
            continue
        for bound, lower in ((limit["maximum"], False), (limit["minimum"], True)):
            if bound is None:
                continue
            key = "papers.charts.limit_condition" if limit["condition"] else "papers.charts.limit"
            label = text(
                key,
                value=wording.plain(bound),
                condition=limit["condition"],
                standard=limit["standard"],
                clause=limit["clause"],
            )
            yield Bound(
                float(bound), since, until, label, conditional=limit["condition"] is not None, lower=lower
            )


def _bands(outlet: Facts, factor: str, start: datetime, end: datetime) -> Iterable[Band]:
    """The marks that took effect: in time, not withdrawn, on this factor or on all."""
    for mark in outlet["marks"]:
        counts = not mark["late"] and mark["withdrawn_at"] is None and mark["factor"] in (None, factor)
        if counts and mark["from"] < end and start < mark["to"]:
            yield Band(mark["category"], max(mark["from"], start), min(mark["to"], end))
