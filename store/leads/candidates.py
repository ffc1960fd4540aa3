"""Which norms may apply to an act, and why each is shown. Pure: software proposes, a person chooses (regulation.md 0.6, E.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from store import texts
from store.leads.law import Change, Fine, Law, Norm, clause_text

Comparison = Literal["lighter", "heavier", "same", "unknown"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a norm is shown.

    Attributes
    ----------
    code : ``in_force``; ``until_change`` and ``from_change`` of an act that goes on over a change of the law;
        ``lighter_new_law``; ``norm_conflict`` with a norm of another line at the same time; ``several_norms`` that the same
        conduct breaks
    other : id of the norm that it conflicts or competes with
    """

    code: str
    text: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A norm that may apply.

    Attributes
    ----------
    role : ``applies`` on some day of the act; ``alternative``: only if the new law is lighter (Code 1057)
    comparison : of an alternative, how its range and effects compare with the norm of the day; effects are compared by name only
    """

    act: str
    norm: Norm
    role: Literal["applies", "alternative"]
    reasons: tuple[Reason, ...]
    comparison: Comparison | None = None

    def record(self) -> dict[str, Any]:
        """JSON-ready, with everything that a reader without the file needs."""
        norm = self.norm
        return {
            "norm": norm.id,
            "act": self.act,
            "act_zh": texts.text(f"law.act.{self.act}"),
            **norm_record(norm),
            "role": self.role,
            "comparison": self.comparison,
            "reasons": [{"code": one.code, "text": one.text, "other": one.other} for one in self.reasons],
        }


def norm_record(norm: Norm) -> dict[str, Any]:
    """The norm itself, JSON-ready."""
    return {
        "law": norm.law,
        "law_zh": texts.text(f"law.title.{norm.law}"),
        "article": norm.article,
        "clause": norm.clause,
        "fine": _range(norm.fine),
        "persons": _range(norm.persons),
        "tiers": [
            {"when": tier.when, "when_zh": texts.text(f"law.tier.{tier.when}"), "fine": _range(tier.fine)}
            for tier in norm.tiers
        ],
        "effects": [{"code": code, "text": texts.text(f"law.effect.{code}")} for code in norm.effects],
        "valid_from": None if norm.valid_from is None else norm.valid_from.isoformat(),
        "valid_to": None if norm.valid_to is None else norm.valid_to.isoformat(),
        "confidence": norm.confidence,
    }


def candidates_of(
    law: Law, acts: Sequence[str], media: Iterable[str], first: date, last: date
) -> list[Candidate]:
    """The norms that may apply to acts of these codes, committed from ``first`` to ``last`` (Beijing days, both counted).

    In the order of the acts and of the file. Raises ValueError for an unknown act or when ``last`` is before ``first``.
    """
    if last < first:
        raise ValueError("the act ends before it begins")
    known = {act.code for act in law.acts}
    if strange := [act for act in acts if act not in known]:
        raise ValueError(f"no such act: {', '.join(strange)}")
    wanted = set(media)
    found: list[Candidate] = []
    for act in dict.fromkeys(acts):
        norms = [norm for norm in law.norms if act in norm.acts and wanted & set(norm.media)]
        found += _of_act(law, act, norms, first, last)
    return _competing(law, found)


def _of_act(law: Law, act: str, norms: Sequence[Norm], first: date, last: date) -> list[Candidate]:
    applying = [norm for norm in norms if norm.touches(first, last)]
    found = []
    for norm in applying:
        reasons = _of_time(law, norm, applying, first, last)
        reasons += [_conflict(other) for other in applying if _conflicts(norm, other)]
        found.append(Candidate(act, norm, "applies", tuple(reasons)))
    for change in law.changes:
        # Of an act that was over before the new law, and punishable then, its norm counts only where it is lighter.
        if last >= change.since or not applying:
            continue
        for norm in norms:
            if norm.valid_from != change.since or norm.law != change.law:
                continue
            compared = [compare(norm, old) for old in applying]
            # Heavier or the same than everything that applied is out of the question; what cannot be compared is a person's.
            if all(one in ("heavier", "same") for one in compared):
                continue
            comparison: Comparison = "lighter" if "lighter" in compared else "unknown"
            found.append(Candidate(act, norm, "alternative", (_lighter(change),), comparison))
    return found


def _of_time(law: Law, norm: Norm, applying: Sequence[Norm], first: date, last: date) -> list[Reason]:
    """Why the norm holds on days of the act: on all of them, or on one side of a change of the law."""
    for change in law.changes:
        if not first < change.since <= last:
            continue
        facts = {"on": change.since}
        if norm.valid_to == change.since:
            return [Reason("until_change", texts.text("law.reason.until_change", **facts))]
        if norm.valid_from == change.since:
            return [Reason("from_change", texts.text("law.reason.from_change", **facts))]
    return [Reason("in_force", texts.text("law.reason.in_force"))]


def _conflicts(norm: Norm, other: Norm) -> bool:
    """Two lines of norms punish the same act at the same time, and not alike: nobody has seen the regulation amended (E.2)."""
    unlike = norm.fine != other.fine or set(norm.effects) != set(other.effects)
    new_beside_old = "code" in (norm.law, other.law)
    return norm.line != other.line and _overlap(norm, other) and unlike and new_beside_old


def _conflict(other: Norm) -> Reason:
    return Reason("norm_conflict", texts.text("law.reason.norm_conflict", other=other.clause), other.id)


def _lighter(change: Change) -> Reason:
    clause = clause_text(change.lighter.law, change.lighter.article)
    return Reason("lighter_new_law", texts.text("law.reason.lighter_new_law", clause=clause))


def _competing(law: Law, found: list[Candidate]) -> list[Candidate]:
    """Note on each applying norm the others that the same conduct breaks on the same days: the higher fine counts."""
    same = {act.code: {act.code, *act.same_conduct} for act in law.acts}
    noted = []
    for one in found:
        reasons = list(one.reasons)
        named = {one.norm.id, *(reason.other for reason in reasons)}
        for other in found:
            if (
                one.role == other.role == "applies"
                and other.norm.id not in named
                and other.act in same[one.act]
                and _overlap(one.norm, other.norm)
            ):
                named.add(other.norm.id)
                words = texts.text("law.reason.several_norms", other=other.norm.clause)
                reasons.append(Reason("several_norms", words, other.norm.id))
        noted.append(Candidate(one.act, one.norm, one.role, tuple(reasons), one.comparison))
    return noted


def _overlap(norm: Norm, other: Norm) -> bool:
    return (norm.valid_from or date.min) < (other.valid_to or date.max) and (other.valid_from or date.min) < (
        norm.valid_to or date.max
    )


def compare(new: Norm, old: Norm) -> Comparison:
    """How the new norm compares: by both ends of the fine, and by which effects it has more or fewer of.

    ``unknown`` where a range is not known, where one end is lower and the other higher, or where neither has all effects of
    the other.
    """
    if new.fine is None or old.fine is None:
        return "unknown"
    fine = _compare_fines(new.fine, old.fine)
    mine, theirs = set(new.effects), set(old.effects)
    effects: Comparison = (
        "same"
        if mine == theirs
        else "lighter"
        if mine < theirs
        else "heavier"
        if mine > theirs
        else "unknown"
    )
    persons: Comparison = (
        "same" if new.persons == old.persons else "heavier" if old.persons is None else "unknown"
    )
    sides = {side for side in (fine, effects, persons) if side != "same"}
    if not sides:
        return "same"
    return sides.pop() if len(sides) == 1 else "unknown"


def _compare_fines(new: Fine, old: Fine) -> Comparison:
    low, high = (Decimal(new[end]) - Decimal(old[end]) for end in (0, 1))
    if low == high == 0:
        return "same"
    if low <= 0 and high <= 0:
        return "lighter"
    if low >= 0 and high >= 0:
        return "heavier"
    return "unknown"


def _range(fine: Fine | None) -> list[str] | None:
    return None if fine is None else list(fine)
