"""Alerts and lead with every step, candidates of legal basis, and how to verify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from api.papers import wording
from api.papers.blocks import Block, Cell, commands, heading, note, pairs, paragraph, strong, table_or_none
from api.papers.report.tables import ROWS_MOST
from store.texts import text

Facts = Mapping[str, Any]

SYSTEM = "system"
"""Who Outfall itself is in a history."""


def alerts(facts: Facts) -> list[Block]:
    """Every alert with its steps."""
    blocks = [heading(text("papers.alerts.heading"))]
    if not facts["alerts"]:
        blocks.append(note(text("papers.page.rows_none")))
    for alert in facts["alerts"]:
        title = wording.word("alerts", f"{alert['code']}.title")
        blocks.append(heading(text("papers.alerts.item", number=alert["number"], title=title), 2))
        blocks.append(paragraph(_place(alert)))
        blocks += steps(alert["events"], "console.action")
    return blocks


def _place(alert: Facts) -> str:
    return text(
        "papers.alerts.place",
        outlet=alert["outlet"] or "",
        factor=f" {alert['factor']}" if alert["factor"] else "",
        first=wording.minute(alert["first_seen"]),
        last=wording.minute(alert["last_seen"]),
        count=alert["count"],
        severity=wording.word("console.severity", alert["severity"]),
        condition=wording.word("console.condition", alert["condition"]),
        handling=wording.word("console.handling", alert["handling"]),
    )


def steps(events: Iterable[Facts], catalogue: str) -> list[Block]:
    """Who did what, when and why; what Outfall itself notes many times in a row is one line."""
    rows: list[list[Cell]] = []
    for (action, by, comment), found in groupby(events, key=_same):
        run = list(found)
        for part in [run] if by == SYSTEM else [[one] for one in run]:
            rows.append(
                [_when(part), _what(catalogue, action, len(part)), _who(by), _why(action, by, comment)]
            )
    names = ("at", "step", "by", "comment")
    columns = [
        (text(f"papers.alerts.{name}"), share) for name, share in zip(names, (2.4, 2, 2, 6), strict=True)
    ]
    return table_or_none(columns, rows, most=ROWS_MOST, where="data/records/alert_event.jsonl")


def lead(facts: Facts) -> list[Block]:
    """The lead, what the company said, its clocks, and the candidates of legal basis; nothing where there is no lead."""
    found = facts["lead"]
    if found is None:
        return []
    return [
        heading(text("papers.lead.heading")),
        pairs(
            [
                (text("papers.lead.number"), found["number"]),
                (text("papers.lead.title"), found["title"]),
                (text("papers.lead.found_at"), wording.minute(found["found_at"])),
                (text("papers.lead.drafted_by"), found["drafted_by"]),
                (text("papers.lead.state"), wording.word("leads.state", found["state"])),
            ]
        ),
        heading(text("papers.lead.facts"), 2),
        paragraph(found["facts"]),
        heading(text("papers.lead.statement"), 2),
        *_statement(found["statement"]),
        heading(text("papers.lead.events"), 2),
        *steps(found["events"], "leads.action"),
        heading(text("papers.lead.clocks"), 2),
        *clocks(found["clocks"]),
        heading(text("papers.lead.legal"), 2),
        note(text("papers.lead.legal_intro"), of_next=True),
        *legal(found["legal"]),
    ]


def _same(event: Facts) -> tuple[str, str, str | None]:
    return event["action"], event["by"], event["comment"]


def _when(events: Sequence[Facts]) -> str:
    first, last = wording.second(events[0]["at"]), wording.second(events[-1]["at"])
    return first if first == last else text("papers.alerts.between", first=first, last=last)


def _what(catalogue: str, action: str, count: int) -> str:
    said = wording.word(catalogue, action)
    return said if count == 1 else text("papers.alerts.times", step=said, count=count)


def _who(by: str) -> str:
    return text("papers.alerts.system") if by == SYSTEM else by


def _why(action: str, by: str, comment: str | None) -> str:
    """What people wrote stays as they wrote it; Outfall's own reasons are codes."""
    if not comment:
        return wording.NONE
    return wording.word(f"alerts.{action}", comment) if by == SYSTEM else comment


def _statement(said: Iterable[Facts]) -> list[Block]:
    rows: list[list[Cell]] = [[wording.minute(one["at"]), one["by"], one["text"]] for one in said]
    names = (("at", 2.0), ("by", 2.0), ("comment", 8.0))
    columns = [(text(f"papers.alerts.{name}"), share) for name, share in names]
    return table_or_none(columns, rows, most=ROWS_MOST, where="data/records")


def clocks(found: Iterable[Facts]) -> list[Block]:
    """What is due until when, on what ground, and when it was done."""
    rows: list[list[Cell]] = [
        [
            wording.word("papers.lead.clock_kind", clock["kind"]),
            wording.minute(clock["due"]),
            clock["basis"] or wording.NONE,
            wording.minute(clock["met_at"]),
        ]
        for clock in found
    ]
    names = (("clock", 3.0), ("due", 2.4), ("basis", 5.0), ("met_at", 2.4))
    columns = [(text(f"papers.lead.{name}"), share) for name, share in names]
    return table_or_none(columns, rows, most=ROWS_MOST, where="data/records")


def legal(found: Iterable[Facts]) -> list[Block]:
    """Candidates of legal basis; what conflicts is named (regulation.md E.2)."""
    rows: list[list[Cell]] = []
    for norm in found:
        words = [norm["text"] or "", norm["fine"] or ""]
        conflict = strong(norm["conflict"]) if norm["conflict"] else wording.NONE
        rows.append(
            [norm["title"], norm["article"], wording.joined(words) or wording.NONE, _force(norm), conflict]
        )
    names = (("norm", 2.6), ("article", 1.9), ("fine", 4.2), ("force", 2.5), ("conflict", 3.2))
    columns = [(text(f"papers.lead.{name}"), share) for name, share in names]
    return table_or_none(columns, rows, most=ROWS_MOST, where="data/records")


def _force(norm: Facts) -> str:
    """From when to when a norm holds; the last day of an old one is the day before it is no longer in force."""
    if norm["from"] is None and norm["to"] is None:
        return wording.NONE
    if norm["to"] is None:
        return text("papers.limits.from", start=wording.day(norm["from"]))
    last = wording.day(norm["to"] - timedelta(days=1))
    if norm["from"] is None:
        return text("papers.limits.until", end=last)
    return text("papers.limits.from_to", start=wording.day(norm["from"]), end=last)


def verify(facts: Facts) -> list[Block]:
    """How a stranger checks the package, and the digests to compare."""
    name, as_of = facts["package"]["identifier"], facts["as_of"]
    return [
        heading(text("papers.verify.heading")),
        paragraph(text("papers.verify.intro")),
        heading(text("papers.verify.offline"), 3),
        commands(["pip install cryptography", f"python3 verify.pyz {name}.zip"]),
        heading(text("papers.verify.installed"), 3),
        commands([f"outfall evidence verify {name}.zip"]),
        paragraph(text("papers.verify.key")),
        commands([f"{as_of['origin']}+{as_of['key_id']}"]),
        pairs(
            [
                (text("papers.report.checkpoint"), str(as_of["size"])),
                (text("papers.report.root"), as_of["root"]),
                (text("papers.verify.record"), str(facts["accesses"])),
            ]
        ),
        paragraph(text("papers.verify.says")),
    ]
