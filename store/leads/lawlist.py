"""The law on a day for people: everything in force, and candidates for acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from store import texts
from store.errors import Refused
from store.leads.candidates import candidates_of, norm_record
from store.leads.law import ClockNorm, Dated, Norm, Principle, Threshold, load_law
from store.leads.proposing import MEDIA


def law_at(first: date, last: date, acts: Sequence[str], media: Sequence[str]) -> dict[str, Any]:
    """What is in force on ``first``; for acts committed from ``first`` to ``last`` the candidates too.

    Raises Refused ``act_unknown`` and ``span_reversed``.
    """
    law = load_law()
    known = {act.code for act in law.acts}
    if strange := sorted(set(acts) - known):
        raise Refused(
            f"There is no act {', '.join(strange)}; there are {', '.join(sorted(known))}.", code="act_unknown"
        )
    if last < first:
        raise Refused("'until' must not be before 'at'.", code="span_reversed")
    groups = law.in_force(first)
    found = candidates_of(law, acts, media or MEDIA, first, last)
    return {
        "at": first.isoformat(),
        "until": last.isoformat(),
        "acts": [
            {"code": act.code, "text": texts.text(f"law.act.{act.code}"), "kinds": list(act.kinds)}
            for act in law.acts
        ],
        **{name: [_record(entry) for entry in group if _of(entry, acts)] for name, group in groups.items()},
        "candidates": [one.record() for one in found],
    }


def _of(entry: Dated, acts: Sequence[str]) -> bool:
    return not isinstance(entry, Norm) or not acts or bool(set(entry.acts) & set(acts))


def _record(entry: Dated) -> dict[str, Any]:
    return {
        "id": entry.id,
        "law": entry.law,
        "law_zh": texts.text(f"law.title.{entry.law}"),
        "article": entry.article,
        "clause": entry.clause,
        "valid_from": None if entry.valid_from is None else entry.valid_from.isoformat(),
        "valid_to": None if entry.valid_to is None else entry.valid_to.isoformat(),
        "confidence": entry.confidence,
        "detail": _detail(entry),
    }


def _detail(entry: Dated) -> dict[str, Any]:
    if isinstance(entry, Norm):
        shown = norm_record(entry)
        named = ("fine", "persons", "tiers", "effects")
        return {
            "acts": list(entry.acts),
            "media": list(entry.media),
            "line": entry.line,
            **{name: shown[name] for name in named},
        }
    if isinstance(entry, ClockNorm):
        return {
            "kind": entry.kind,
            "kind_zh": texts.text(f"law.clock.{entry.kind}"),
            "amount": entry.amount,
            "unit": entry.unit,
            "extensions": [{"days": one.days, "needs": one.needs} for one in entry.extensions],
            "pauses": list(entry.pauses),
        }
    if isinstance(entry, Threshold):
        return {"party": entry.party, "above": entry.above, "at_most": entry.at_most}
    if isinstance(entry, Principle):
        return {"code": entry.code, "text": texts.text(f"law.principle.{entry.code}")}
    raise TypeError(f"no record of the law: {type(entry).__name__}")
