"""The history of an alert as one line: what the condition did and what people did, with who, when, why and the papers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.console import alertview
from store.handling.visible import event_for_company
from store.texts import has, text

CONDITION_STEPS = frozenset(
    {
        "raised",
        "pending",
        "activated",
        "counted",
        "withdrawn",
        "flapped",
        "quieting",
        "cleared",
        "inhibited",
        "digested",
    }
)
"""Steps of the condition itself; all others are steps of people, or of Outfall for them."""

BY_THEMSELVES = frozenset({"counted", "digested", "withdrawn"})
"""Steps that come by the dozen: the same one after the other is one entry with how often."""

PLACES = {"B": 1, "KB": 1024, "MB": 1024**2}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the alert with the address it is fetched from. ``digest`` are the first characters of its SHA-256."""

    path: str
    name: str
    size: str
    digest: str
    public: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``lane``: ``condition`` or ``handling``; ``until``: of the last one where several of a kind are one entry.

    ``lines`` say more, ``inner`` that the company does not see it, ``to`` the state that it led to.
    """

    at: datetime
    lane: str
    action: str
    word: str
    actor: str
    reason: str | None
    lines: tuple[str, ...]
    papers: tuple[Paper, ...]
    inner: bool
    to: str | None
    times: int = 1
    until: datetime | None = None


def timeline(
    alert_id: int,
    events: Iterable[Mapping[str, Any]],
    papers: Sequence[Mapping[str, Any]],
    *,
    for_company: bool,
) -> list[Entry]:
    """The entries in the order of time. A company's hold what it may know, without who in the bureau did it."""
    left = list(papers)
    entries: list[Entry] = []
    for event in events:
        seen = event_for_company(event) if for_company else event
        if seen is None:
            continue
        row = alertview.event_row(event, for_company=for_company)
        detail: Mapping[str, Any] = seen["detail"]
        entry = Entry(
            at=row.at,
            lane="condition" if row.action in CONDITION_STEPS else "handling",
            action=row.action,
            word=row.word,
            actor=row.actor,
            reason=row.reason,
            lines=_lines(row.action, detail),
            papers=_papers_of(alert_id, row.action, detail, left),
            inner=not for_company and event_for_company(event) is None,
            to=_state_word(detail.get("to"), row.action),
        )
        _add(entries, entry)
    return entries


def paper_of(alert_id: int, row: Mapping[str, Any]) -> Paper:
    """One row of ``attachments`` in words."""
    return Paper(
        path=f"/api/v1/alerts/{alert_id}/attachments/{row['id']}",
        name=row["name"],
        size=size_words(int(row["bytes"])),
        digest=row["sha256"][:12],
        public=row["public"],
    )


def size_words(count: int) -> str:
    """A size in the largest unit that leaves a whole number: 512 B, 34 KB, 3 MB."""
    unit = next(one for one in ("MB", "KB", "B") if count >= PLACES[one] or one == "B")
    return f"{-(-count // PLACES[unit])} {unit}"


def _add(entries: list[Entry], entry: Entry) -> None:
    last = entries[-1] if entries else None
    if (
        last is not None
        and entry.action in BY_THEMSELVES
        and (last.action, last.actor, last.reason) == (entry.action, entry.actor, entry.reason)
    ):
        entries[-1] = replace(last, times=last.times + 1, until=entry.at, lines=entry.lines)
        return
    entries.append(entry)


def _lines(action: str, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """What the detail of a step adds to its word."""
    found: list[str] = []
    if action == "assigned" and detail.get("to"):
        found.append(text("console.alertwork.line.assigned", who=detail["to"]))
    if action == "answered" and detail.get("measures"):
        found.append(text("console.alertwork.line.measures", measures=detail["measures"]))
    if action == "escalated" and detail.get("level"):
        key = f"console.alertwork.level.{detail['level']}"
        found.append(text(key) if has(key) else text("console.alertwork.level.other", level=detail["level"]))
    if action == "counted" and detail.get("count"):
        found.append(text("console.alertwork.line.count", count=detail["count"]))
    return tuple(found)


def _state_word(state: object, action: str) -> str | None:
    """The state that a step of people led to, where its word does not say it already."""
    if not isinstance(state, str) or action in (
        "verified",
        "closed",
        "made_lead",
        "assigned",
        "notified",
        "answered",
    ):
        return None
    key = f"console.handling.{state}"
    return text(key) if has(key) else None


def _papers_of(
    alert_id: int, action: str, detail: Mapping[str, Any], left: list[Mapping[str, Any]]
) -> tuple[Paper, ...]:
    """The paper that a step filed, taken out of those that are left: the same bytes may be filed twice."""
    if action != "attached":
        return ()
    for row in left:
        if row["sha256"] == detail.get("sha256") and row["name"] == detail.get("name"):
            left.remove(row)
            return (paper_of(alert_id, row),)
    return ()
