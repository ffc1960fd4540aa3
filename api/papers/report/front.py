"""Cover, what the report proves and what not, and the counts of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.papers import wording
from api.papers.blocks import Block, heading, listed, note, paragraph, table
from store.clock import DAY
from store.texts import has, text

Facts = Mapping[str, Any]

RESULTS = ("compliant", "exceeded", "exempt", "invalid", "missing", "undetermined", "no_limit")


def cover(facts: Facts) -> dict[str, Any]:
    """What stands on the first page."""
    subject, site, period = facts["subject"], facts["site"], facts["period"]
    about = text(f"papers.report.subject_{subject['kind']}", number=subject["number"] or wording.NONE)
    rows = [
        (text("papers.report.subject"), about),
        (text("papers.report.site"), site["name"]),
        (text("papers.report.credit_code"), wording.or_unknown(site["credit_code"])),
        (text("papers.report.permit"), wording.or_unknown(site["permit"])),
        *((text("papers.report.outlets"), _outlet(outlet)) for outlet in facts["outlets"]),
        (
            text("papers.report.period"),
            text(
                "papers.report.period_value",
                start=wording.day(period["from"]),
                last=wording.last_day(period["to"]),
                days=round((period["to"] - period["from"]) / DAY),
            ),
        ),
        (text("papers.report.identifier"), facts["package"]["identifier"]),
        *_checkpoint(facts["as_of"]),
        *_reviews(facts),
        (text("papers.report.release"), facts["package"]["release"]),
    ]
    return {
        "title": text("papers.report.title"),
        "subtitle": subject["title"] or site["name"],
        "by": text("papers.report.by", authority=facts["authority"]["district"]),
        "rows": [list(row) for row in rows],
    }


def _outlet(outlet: Facts) -> str:
    return text(
        "papers.report.outlet",
        name=outlet["name"],
        medium=text(f"papers.report.{outlet['medium']}"),
        mn=outlet["mn"] or wording.NONE,
    )


def _checkpoint(as_of: Facts) -> list[tuple[str, str]]:
    said = text("papers.report.checkpoint_value", size=as_of["size"], time=wording.second(as_of["time"]))
    stamps = [
        text("papers.report.stamp_value", source=stamp["source"], time=wording.second(stamp["told_time"]))
        for stamp in as_of["stamps"]
    ]
    return [
        (text("papers.report.checkpoint"), said),
        (text("papers.report.root"), f"{as_of['root'][:16]}…{as_of['root'][-8:]}"),
        (text("papers.report.stamp"), wording.joined(stamps) or text("papers.report.stamp_none")),
    ]


def _reviews(facts: Facts) -> list[tuple[str, str]]:
    said = [
        text(
            "papers.report.review",
            step=wording.word("papers.report", f"step_{review['step']}"),
            by=review["by"],
            time=wording.minute(review["at"]),
            outcome=wording.word("papers.report", f"outcome_{review['outcome']}"),
        )
        for review in facts["reviews"]
    ]
    return [(text("papers.report.reviews"), line) for line in said or [text("papers.report.reviews_none")]]


def proof(facts: Facts) -> list[Block]:
    """What the package proves and what it cannot, in plain words (regulation.md E.3)."""
    stamped = bool(facts["as_of"]["stamps"])
    can = ["received", "order", *(["stamped"] if stamped else []), "decoded", "judged", "marks", "people"]
    cannot = ["violation", "instrument", "sender", "absent", "clock", "limits"]
    cannot += [] if stamped else ["unstamped"]
    cannot += [] if facts["reviewed"] else ["unreviewed"]
    cannot += ["sample"] if facts["sample"] else []
    cannot += [code for code in facts["limits_of_proof"] if has(f"papers.proof.cannot_{code}")]
    sentences = [text(f"papers.proof.cannot_{code}") for code in dict.fromkeys(cannot)]
    if facts["unjudged_hours"]:
        sentences.append(text("papers.proof.cannot_unjudged", count=len(facts["unjudged_hours"])))
    media = {outlet["medium"] for outlet in facts["outlets"]}
    rules = ["strict", *(medium for medium in ("gas", "water") if medium in media), "invalid", "multiple"]
    return [
        heading(text("papers.proof.heading")),
        paragraph(
            text("papers.proof.intro", identifier=facts["package"]["identifier"], **_counts(facts["counts"]))
        ),
        heading(text("papers.proof.can"), 2),
        listed(text(f"papers.proof.can_{code}") for code in can),
        heading(text("papers.proof.cannot"), 2),
        listed(sentences),
        heading(text("papers.proof.rules"), 2),
        listed(text(f"papers.proof.rule_{code}") for code in rules),
    ]


def _counts(counts: Mapping[str, int]) -> dict[str, str]:
    return {name: f"{count:,}" for name, count in counts.items()}


def summary(facts: Facts) -> list[Block]:
    """How many periods came to which result, an outlet and factor a row, with transmission and what was received."""
    blocks = [heading(text("papers.summary.heading"))]
    for outlet in facts["outlets"]:
        blocks.append(heading(text("papers.summary.outlet", name=outlet["name"]), 2))
        blocks += [_results(outlet)] if outlet["series"] else [note(text("papers.summary.series_none"))]
        blocks.append(paragraph(_transmission(outlet["transmission"])))
        if outlet["messages"]:
            blocks.append(paragraph(text("papers.summary.frames", **_counts(outlet["messages"]))))
    blocks.append(note(text("papers.summary.note_rate")))
    return blocks


def _results(outlet: Facts) -> Block:
    columns = [
        (text("papers.summary.factor"), 2.6),
        (text("papers.summary.basis"), 1.5),
        *((text(f"console.result.{result}"), 1.3) for result in RESULTS),
        (text("papers.summary.total"), 1.3),
        (text("papers.summary.rate"), 1.8),
    ]
    rows = []
    for series in outlet["series"]:
        counts = [int(series["summary"].get(result, 0)) for result in RESULTS]
        judged = counts[0] + counts[1]
        cells: list[Any] = [series["name"], text(f"papers.summary.{series['span']}")]
        for result, count in zip(RESULTS, counts, strict=True):
            stands_out = result == "exceeded" and count
            cells.append({"text": str(count), "tone": "strong" if stands_out else "" if count else "faint"})
        rows.append([*cells, str(sum(counts)), wording.share(counts[0], judged)])
    return table(columns, rows, right=range(2, 2 + len(RESULTS) + 2), center=(1,))


def _transmission(counted: Mapping[str, int] | None) -> str:
    if counted is None:
        return text("papers.summary.transmission_none")
    due, received, due_valid, valid = (counted[name] for name in ("due", "received", "due_valid", "valid"))
    return text(
        "papers.summary.transmission",
        due=due,
        received=received,
        due_valid=due_valid,
        valid=valid,
        rate=wording.share(received, due),
        validity=wording.share(valid, due_valid),
        effective=wording.share(received * valid, due * due_valid),
    )
