"""The tables of the report: exceedances, limits, marks, checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.papers import wording
from api.papers.blocks import Block, Cell, faint, heading, note, strong, table_or_none
from store.marklabels import category_name, label_name
from store.texts import text

Facts = Mapping[str, Any]

ROWS_MOST = 1000
"""Rows of a table on paper; the data files of the package have all."""

PLAIN_REASONS = ("above_maximum", "below_minimum")


def exceedances(facts: Facts) -> list[Block]:
    """Every exceeded and exempt period with both values, limit, multiple, clause and reasons; then what changed its result."""
    blocks = [heading(text("papers.exceedances.heading"))]
    for outlet in facts["outlets"]:
        blocks.append(heading(text("papers.summary.outlet", name=outlet["name"]), 2))
        blocks += table_or_none(
            [
                (text("papers.exceedances.time"), 2.95),
                (text("papers.exceedances.factor"), 1.8),
                (text("papers.exceedances.measured"), 1.35),
                (text("papers.exceedances.folded"), 1.35),
                (text("papers.exceedances.compared"), 1.35),
                (text("papers.exceedances.bound"), 1.35),
                (text("papers.exceedances.multiple"), 1.55),
                (text("papers.exceedances.basis"), 3.15),
                (text("papers.exceedances.result"), 1.05),
                (text("papers.exceedances.reasons"), 3.3),
                (text("papers.exceedances.revision"), 1.05),
            ],
            [_exceedance(found) for found in outlet["exceedances"]],
            most=ROWS_MOST,
            where=text("papers.exceedances.where"),
            right=(2, 3, 4, 5, 6),
            center=(10,),
        )
        if outlet["exceedances"]:
            units = dict.fromkeys(
                f"{found['name']} {found['unit']}".strip() for found in outlet["exceedances"]
            )
            blocks.append(note(text("papers.exceedances.units", units=wording.joined(units))))
        blocks += _revised(outlet)
    return blocks


def _exceedance(found: Facts) -> list[Cell]:
    bound = found["bound"]
    sign = "at_most" if found["side"] == "max" else "at_least"
    # That the value is beyond the limit is the result itself; said only where there is nothing else to say.
    reasons = [code for code in found["reasons"] if code not in PLAIN_REASONS] or found["reasons"]
    return [
        wording.period(found["start"], found["span"]),
        found["name"],
        faint(wording.value(found["measured"])),
        faint(wording.value(found["folded"])),
        strong(wording.value(found["compared"], bound)),
        wording.NONE if bound is None else text(f"papers.exceedances.{sign}", value=wording.plain(bound)),
        wording.multiple(found["multiple"]),
        f"{found['standard']} {found['clause']}",
        text(f"console.result.{found['result']}"),
        wording.joined(wording.word("reasons", code) for code in reasons),
        str(found["revision"]),
    ]


def _revised(outlet: Facts) -> list[Block]:
    if not outlet["revised"]:
        return []
    rows = [
        [
            wording.period(found["start"], found["span"]),
            found["name"],
            wording.word("console.result", found["was"]),
            wording.word("console.result", found["became"]),
            str(found["revision"]),
            wording.second(found["computed_at"]),
        ]
        for found in outlet["revised"]
    ]
    columns = [
        (text("papers.exceedances.time"), 3),
        (text("papers.exceedances.factor"), 3),
        (text("papers.exceedances.was"), 2),
        (text("papers.exceedances.became"), 2),
        (text("papers.exceedances.revision"), 1),
        (text("papers.exceedances.computed_at"), 3.4),
    ]
    where = text("papers.exceedances.where")
    return [
        heading(text("papers.exceedances.revised"), 3),
        *table_or_none(columns, rows, most=ROWS_MOST, where=where, center=(4,)),
    ]


def limits(facts: Facts) -> list[Block]:
    """The limits in force with their source and dates, and what exempts."""
    blocks = [heading(text("papers.limits.heading"))]
    for outlet in facts["outlets"]:
        blocks.append(heading(text("papers.summary.outlet", name=outlet["name"]), 2))
        rows = [_limit(series, limit) for series in outlet["series"] for limit in series["limits"]]
        columns = [
            (text("papers.limits.factor"), 2.2),
            (text("papers.limits.basis"), 1.5),
            (text("papers.limits.value"), 2.3),
            (text("papers.limits.condition"), 2.1),
            (text("papers.limits.standard"), 3.6),
            (text("papers.limits.force"), 2.8),
            (text("papers.limits.source"), 4.5),
        ]
        blocks += table_or_none(columns, rows, most=ROWS_MOST, where="data/records", center=(1,))
        blocks += _exemptions(facts, outlet)
    return blocks


def _limit(series: Facts, limit: Facts) -> list[Cell]:
    return [
        series["name"],
        text("papers.limits.instant")
        if limit["basis"] == "instant"
        else text(f"papers.summary.{limit['basis']}"),
        wording.bounds(limit["minimum"], limit["maximum"], series["unit"]),
        limit["condition"] or text("papers.limits.no_condition"),
        f"{limit['standard']} {limit['clause']}",
        _force(limit),
        limit["source"] or text("papers.limits.no_source"),
    ]


def _force(record: Facts) -> str:
    start = wording.day(record["from"])
    if record["to"] is None:
        return text("papers.limits.from", start=start)
    return text("papers.limits.from_to", start=start, end=wording.last_day(record["to"]))


def _exemptions(facts: Facts, outlet: Facts) -> list[Block]:
    if not outlet["exemptions"]:
        return [note(text("papers.limits.exemptions_none"))]
    rows = []
    for granted in outlet["exemptions"]:
        caps = [
            text(f"papers.limits.{name}", hours=wording.plain(granted[field]))
            for name, field in (("cap_event", "hours_per_event"), ("cap_year", "hours_per_year"))
            if granted[field] is not None
        ]
        rows.append(
            [
                label_name(facts["site"]["industry"], "condition", granted["label"]),
                wording.joined(wording.factor(code) for code in granted["factors"]) or wording.factor(None),
                wording.joined(caps) or wording.NONE,
                wording.NONE if granted["ceiling"] is None else wording.plain(granted["ceiling"]),
                _force(granted),
                granted["source"],
            ]
        )
    names = ("label", "factors", "caps", "ceiling", "force", "source")
    columns = [
        (text(f"papers.limits.{name}"), share)
        for name, share in zip(names, (2, 3, 2.4, 1.6, 2.8, 4), strict=True)
    ]
    where = "data/records"
    return [
        heading(text("papers.limits.exemptions"), 3),
        *table_or_none(columns, rows, most=ROWS_MOST, where=where),
    ]


def marks(facts: Facts) -> list[Block]:
    """The marks with when they came and until when they had to; late and withdrawn ones are named (regulation.md C.1, C.3)."""
    blocks = [heading(text("papers.marks.heading")), note(text("papers.marks.intro"), of_next=True)]
    for outlet in facts["outlets"]:
        blocks.append(heading(text("papers.summary.outlet", name=outlet["name"]), 2))
        columns = [
            (text("papers.marks.period"), 3.4),
            (text("papers.marks.item"), 2.4),
            (text("papers.marks.factor"), 1.7),
            (text("papers.marks.reason"), 3.6),
            (text("papers.marks.filed"), 2.0),
            (text("papers.marks.received"), 2.2),
            (text("papers.marks.deadline"), 2.2),
            (text("papers.marks.standing"), 2.4),
        ]
        rows = [_mark(facts["site"]["industry"], mark) for mark in outlet["marks"]]
        blocks += table_or_none(columns, rows, most=ROWS_MOST, where="data/records/mark.jsonl")
    return blocks


def _mark(industry: str, mark: Facts) -> list[Cell]:
    item = text(
        "papers.marks.named",
        category=category_name(mark["category"]),
        label=label_name(industry, mark["category"], mark["label"]),
    )
    return [
        wording.between(mark["from"], mark["to"]),
        item,
        mark["factor_name"] or wording.factor(mark["factor"]),
        mark["reason"],
        f"{wording.word('marks.channel', mark['channel'])} {mark['filed_by']}",
        wording.minute(mark["received_at"]),
        wording.minute(mark["deadline"]),
        _standing(mark),
    ]


def _standing(mark: Facts) -> Cell:
    if mark["withdrawn_at"] is not None:
        return strong(
            text(
                "papers.marks.withdrawn",
                time=wording.minute(mark["withdrawn_at"]),
                reason=mark["withdrawn_reason"] or wording.NONE,
            )
        )
    return strong(text("marks.standing.late")) if mark["late"] else text("marks.standing.effective")


def _passed(check: Facts) -> Cell:
    """A comparison along the chain is judged by the hour and has no result of its own."""
    if not check["passed"]:
        return strong(text("papers.checks.failed"))
    return wording.NONE if check["kind"] == "chain" else text("papers.checks.passed")


def checks(facts: Facts) -> list[Block]:
    """Quality checks and comparisons along the chain (regulation.md B.2)."""
    blocks = [heading(text("papers.checks.heading"))]
    for outlet in facts["outlets"]:
        blocks.append(heading(text("papers.summary.outlet", name=outlet["name"]), 2))
        rows: list[list[Cell]] = [
            [
                wording.minute(check["at"]),
                text("papers.checks.chain")
                if check["kind"] == "chain"
                else wording.word("marks.check", check["kind"]),
                check["name"] or wording.factor(check["factor"]),
                _passed(check),
                check["detail"] or wording.NONE,
            ]
            for check in outlet["checks"]
        ]
        names = ("at", "kind", "factor", "result", "detail")
        columns = [
            (text(f"papers.checks.{name}"), share)
            for name, share in zip(names, (2.6, 3, 2.2, 1.4, 6), strict=True)
        ]
        blocks += table_or_none(columns, rows, most=ROWS_MOST, where="data/records")
    return blocks
