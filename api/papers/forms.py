"""The printed set of a lead: 案件线索移送单 and 证据清单 (regulation.md G). Pure: what is handed over in, PDF/A out.

A paper of a lead that has not passed both reviews is a draft and says so on every page. Papers are Chinese, whatever language who
prints them reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from api.papers import wording
from api.papers.blocks import Block, Cell, commands, heading, note, pairs, paragraph, signatures, table
from api.papers.engine import compile_paper
from store.handover.material import Material
from store.language import speaking
from store.texts import text

Row = Mapping[str, Any]


@speaking("zh")
def transfer_form(material: Material, *, at: datetime, draft: bool) -> bytes:
    """The form that goes with a lead from the district bureau to who decides. Raises PaperFailed."""
    lead = material.lead
    title = text("handover.form.title")
    blocks: list[Block] = [
        paragraph(text("handover.form.to", authority=lead["authority_name"])),
        paragraph(text("handover.form.opening")),
        heading(text("handover.form.parties"), 2),
        pairs(_party(material)),
        heading(text("handover.form.clue"), 2),
        pairs(_clue(material)),
        heading(text("handover.form.facts"), 2),
        paragraph(lead["facts"] or text("handover.form.no_facts")),
        heading(text("handover.form.statements"), 2),
        *_statements(material),
        heading(text("handover.form.basis"), 2),
        *_basis(lead),
        heading(text("handover.form.reviews"), 2),
        pairs(_reviews(material)),
        heading(text("handover.form.evidence"), 2),
        pairs(_package(material.package)),
        *_signed(
            ("sender", material.authority["district"]),
            ("handler", ""),
            ("receiver", lead["authority_name"]),
            ("receipt", ""),
        ),
    ]
    return _paper(material, title, text("handover.form.number", number=lead["number"]), blocks, at, draft)


@speaking("zh")
def evidence_list(material: Material, *, at: datetime, draft: bool) -> bytes:
    """Everything that proves the lead, with digests. Raises PaperFailed."""
    rows = [[str(number), *row] for number, row in enumerate(_items(material), 1)]
    columns = [
        (text("handover.list.item"), 0.8),
        (text("handover.list.name"), 4.2),
        (text("handover.list.kind"), 1.6),
        (text("handover.list.source"), 2.8),
        (text("handover.list.made"), 2.3),
        (text("handover.list.bytes"), 1.7),
    ]
    digests = [f"{number}  {digest}" for number, digest in enumerate(_digests(material), 1)]
    blocks: list[Block] = [
        paragraph(text("handover.list.intro")),
        table(columns, rows, right=(5,), center=(0,)),
        note(text("handover.list.total", count=len(rows))),
        heading(text("handover.list.digest"), 2),
        commands(digests),
        *_signed(("compiled", ""), ("checked", ""), catalogue="handover.list"),
    ]
    number = text("handover.list.number", number=material.lead["number"])
    return _paper(material, text("handover.list.title"), number, blocks, at, draft)


def _paper(
    material: Material, title: str, number: str, blocks: list[Block], at: datetime, draft: bool
) -> bytes:
    shown = text("handover.form.draft", title=title) if draft else title
    data = {
        "title": shown,
        "by": material.authority["district"],
        "number": number,
        "blocks": blocks,
        "sample": material.sample,
        "unreviewed": draft or not material.reviewed,
        "running": f"{title} {material.lead['number']}",
    }
    return compile_paper("form.typ", data, at=at)


def _party(material: Material) -> list[tuple[str, str]]:
    party = material.party
    outlets = [
        text(
            "papers.report.outlet",
            name=outlet["name"] or outlet["id"],
            medium=text(f"papers.report.{outlet['medium']}"),
            mn=outlet["mn"] or wording.NONE,
        )
        for outlet in material.outlets
    ]
    return [
        (text("handover.form.party"), party["name"] or party["id"]),
        (text("handover.form.credit_code"), wording.or_unknown(party["credit_code"])),
        (text("handover.form.permit"), wording.or_unknown(party["permit"])),
        (
            text("handover.form.key_unit"),
            text(f"handover.form.{'key_yes' if party['key_unit'] else 'key_no'}"),
        ),
        (
            text("handover.form.positive_list"),
            wording.joined(_listed(party)) or text("handover.form.not_listed"),
        ),
        *((text("handover.form.outlets"), outlet) for outlet in outlets),
    ]


def _listed(party: Row) -> Iterable[str]:
    for listing in party["positive_list"]:
        end = text("handover.form.listed_until", end=listing["to"]) if listing["to"] else ""
        yield text("handover.form.listed", start=listing["from"], end=end, basis=listing["basis"])


def _clue(material: Material) -> list[tuple[str, str]]:
    lead = material.lead
    end = text("handover.form.goes_on") if lead["to_time"] is None else _minute(lead["to_time"])
    source = wording.word("leads.source", lead["source"])
    acts = [wording.word("law.act", act) for act in lead["acts"]]
    alerts = [
        text(
            "papers.alerts.item",
            number=alert["number"],
            title=wording.word("alerts", f"{alert['code']}.title"),
        )
        for alert in material.alerts
    ]
    return [
        (text("handover.form.title_of"), lead["title"]),
        (text("handover.form.source"), wording.joined([source, lead["source_note"] or ""])),
        (text("handover.form.kind"), wording.word("leads.kind", lead["kind"])),
        (text("handover.form.acts"), wording.joined(acts) or wording.NONE),
        (text("handover.form.factors"), wording.joined(map(wording.factor, lead["factors"])) or wording.NONE),
        (text("handover.form.time"), f"{_minute(lead['from_time'])} — {end}"),
        (text("handover.form.found_at"), _minute(lead["found_at"])),
        *((text("handover.form.alerts"), alert) for alert in alerts),
        *((text("handover.form.clocks"), clock) for clock in _clocks(material.parts["clocks"])),
    ]


def _clocks(clocks: Iterable[Row]) -> Iterable[str]:
    for clock in clocks:
        if clock["state"] == "running" and clock["due_at"] is not None:
            last = (
                date.fromisoformat(clock["last_day"]).isoformat()
                if clock["last_day"]
                else _minute(clock["due_at"])
            )
            yield wording.joined([clock["clause"], last])


def _statements(material: Material) -> list[Block]:
    said = (
        [paragraph(text("handover.form.feedback", text=material.lead["feedback"]))]
        if material.lead["feedback"]
        else []
    )
    said += [
        paragraph(
            text(
                "handover.form.statement",
                time=_minute(one["at"]),
                by=_named(material, one["made_by"]),
                text=one["content"],
            )
        )
        for one in material.parts["statements"]
    ]
    return said or [note(text("papers.page.none"))]


def _basis(lead: Row) -> list[Block]:
    chosen = set(lead["basis"] or ())
    norms = {one["norm"]: one for one in lead["candidates"] if one["norm"] in chosen}
    rows: list[list[Cell]] = [
        [
            one["clause"],
            one["act_zh"],
            _fine(one),
            wording.joined(reason["text"] for reason in one["reasons"]),
        ]
        for one in norms.values()
    ]
    if not rows:
        return [note(text("handover.form.basis_none"))]
    columns = [
        (text("papers.lead.article"), 3.2),
        (text("handover.form.acts"), 3.2),
        (text("papers.lead.fine"), 3.2),
        (text("papers.lead.conflict"), 3.4),
    ]
    reason = lead["basis_reason"]
    return [
        table(columns, rows),
        *([note(text("handover.form.basis_reason", reason=reason))] if reason else []),
    ]


def _fine(norm: Row) -> str:
    amounts = "～".join(f"{int(amount):,}" for amount in norm["fine"]) if norm["fine"] else ""
    said = text("handover.form.yuan", amounts=amounts) if amounts else ""
    return wording.joined([said, *(effect["text"] for effect in norm["effects"])]) or wording.NONE


def _reviews(material: Material) -> list[tuple[str, str]]:
    found = []
    for kind in ("technical", "legal"):
        review = material.review(kind)
        said = (
            text("handover.form.not_reviewed")
            if review is None
            else text(
                "handover.form.review",
                by=review.get("display_name") or _named(material, review["reviewer"]),
                time=_minute(review["at"]),
                opinion=review["opinion"],
            )
        )
        found.append((text(f"handover.form.{kind}"), said))
    return found


def _package(package: Row | None) -> list[tuple[str, str]]:
    if package is None or package["sha256"] is None:
        return [(text("handover.form.package"), text("handover.form.package_none"))]
    said = text(
        "handover.form.package_value",
        number=package["number"],
        identifier=package["identifier"],
        bytes=f"{package['bytes']:,}",
    )
    rows = [(text("handover.form.package"), said), (text("handover.form.sha256"), package["sha256"])]
    checkpoint = package["checkpoint"]
    if checkpoint is not None:
        value = text(
            "papers.report.checkpoint_value", size=checkpoint["size"], time=_minute(checkpoint["sealed_at"])
        )
        rows += [(text("handover.form.checkpoint"), value), (text("papers.report.root"), checkpoint["root"])]
    return rows


def _signed(*places: tuple[str, str], catalogue: str = "handover.form") -> list[Block]:
    return [
        signatures([(text(f"{catalogue}.{name}"), who, text("handover.form.date")) for name, who in places])
    ]


def _items(material: Material) -> Iterable[list[Cell]]:
    """Name, kind, source, moment and bytes of every item, in the order of ``_digests``."""
    package = material.package
    if package is not None and package["sha256"] is not None:
        yield [
            text("handover.list.package", number=package["number"]),
            text("handover.list.electronic"),
            text("handover.list.package_source"),
            _minute(package["built_at"]),
            f"{package['bytes']:,}",
        ]
    lead = material.lead
    yield [
        text("handover.list.content", revision=lead["revision"]),
        text("handover.list.electronic"),
        text("handover.list.content_source"),
        _minute(lead["state_since"]),
        wording.NONE,
    ]
    if material.numbers is not None:
        taken = _minute(material.numbers["taken_at"])
        yield [
            text("handover.list.snapshot"),
            text("handover.list.electronic"),
            text("handover.list.content_source"),
            taken,
            wording.NONE,
        ]
    for paper in material.papers:
        yield [
            paper["name"],
            _kind(paper),
            _source(material, paper),
            _minute(paper["filed_at"]),
            f"{paper['bytes']:,}",
        ]


def _digests(material: Material) -> Iterable[str]:
    if material.package is not None and material.package["sha256"] is not None:
        yield material.package["sha256"]
    yield material.lead["digest"]
    if material.numbers is not None:
        yield material.numbers["digest"]
    for paper in material.papers:
        yield paper["sha256"]


def _kind(paper: Row) -> str:
    return text("handover.list.picture" if paper["media_type"].startswith("image/") else "handover.list.file")


def _source(material: Material, paper: Row) -> str:
    key = {"alert": "of_alert", "record": "record", "statement": "statement"}.get(paper["where"], "of_lead")
    return text(f"handover.list.{key}", alert=paper["alert"], by=_named(material, paper["filed_by"]))


def _named(material: Material, name: str) -> str:
    return material.names.get(name) or name


def _minute(moment: str | None) -> str:
    return wording.minute(None if moment is None else datetime.fromisoformat(moment))
