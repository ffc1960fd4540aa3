"""The law on a day in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.console.leads.content import fine_words, validity
from store.texts import has, text


@dataclass(frozen=True, slots=True)
class LawRow:
    """A dated record. ``says``: what it provides, a line each."""

    id: str
    clause: str
    span: str
    confidence: str
    confidence_word: str
    about: str
    says: tuple[str, ...]


def law_rows(group: str, records: Iterable[Mapping[str, Any]]) -> list[LawRow]:
    """The records of a group of ``law_at``: norms, clocks, thresholds or principles."""
    return [
        LawRow(
            one["id"],
            one["clause"],
            validity(one["valid_from"], one["valid_to"]),
            one["confidence"],
            confidence_word(one["confidence"]),
            _about(group, one["detail"]),
            tuple(_says(group, one["detail"])),
        )
        for one in records
    ]


def confidence_word(tag: str) -> str:
    """What the tag of a record says of where it is from."""
    kind = (
        "read"
        if tag.startswith("V")
        else {"K": "known", "k": "known_weakly", "S": "seed", "P": "platform"}[tag]
    )
    return text(f"console.leads.law.confidence.{kind}")


def _about(group: str, detail: Mapping[str, Any]) -> str:
    between = text("leads.between")
    if group == "norms":
        return between.join(text(f"law.act.{act}") for act in detail["acts"])
    if group == "clocks":
        return text(f"law.clock.{detail['kind']}")
    if group == "thresholds":
        return text(f"console.leads.law.party.{detail['party']}")
    return text("console.leads.law.principle")


def _says(group: str, detail: Mapping[str, Any]) -> Iterable[str]:
    if group == "norms":
        yield from fine_words(detail)
        for effect in detail["effects"]:
            key = f"law.effect.{effect['code']}"
            yield text(key) if has(key) else effect["text"]
    elif group == "clocks":
        yield text(f"console.leads.law.unit.{detail['unit']}", count=detail["amount"])
        for extension in detail["extensions"]:
            needs = text(f"console.leads.law.needs.{extension['needs']}")
            yield text("console.leads.law.extension", days=extension["days"], needs=needs)
        if detail["pauses"]:
            yield text("console.leads.law.pauses")
    elif group == "thresholds":
        for name in ("above", "at_most"):
            if detail[name] is not None:
                yield text(f"console.leads.law.{name}", amount=detail[name])
    else:
        key = f"law.principle.{detail['code']}"
        yield text(key) if has(key) else detail["text"]
