"""The audit trail in words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.console import words
from api.console.auditpages.reads import Beside
from store.auditread import Event
from store.isotime import moment_of
from store.texts import catalogue, has, text

TOKEN = "token:"
LIST_SHOWN = 60
"""Members of a list that a detail shows; how many more there are is said."""

SHORT = 24
"""Letters of a member up to which a list is one line; longer ones stand in lines of their own."""

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "role": ("audit.value.role",),
    "kind": ("audit.value.kind", "tasks.kind", "marks.check", "leads.kind"),
    "category": ("marks.category",),
    "label": ("marks",),
    "outcome": ("tasks.outcome",),
    "source": ("leads.source",),
    "state": ("evidence.state",),
    "paper": ("audit.value.paper",),
    "clock": ("law.clock",),
}
"""Details whose values are codes, and the topics that have words for them."""

_STATES: Mapping[str, str] = {
    "alerts": "console.handling",
    "leads": "leads.state",
    "handover": "handover.state",
}
"""Words of what a step led from and to, by the source of the action."""

_PAGES: Mapping[str, str] = {
    "alert": "/alerts/{}",
    "lead": "/leads/{}",
    "task": "/tasks/{}",
    "package": "/evidence/{}",
}

_PLACES: Mapping[str, str] = {
    "registry": "/sites",
    "notify": "/notifications",
    "people": "/users",
    "retention": "/retention",
    "tasks:sample": "/positive-list",
}
"""The page that shows what an action is about, where its subject has none of its own, by the beginning of the action."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event.

    Attributes
    ----------
    actor, origin, word : who, from where and what in words; ``name`` the user or token as recorded
    subject : what it was done to, as recorded; ``link`` the page that shows it
    facts : details as (name, value)
    leaf : its leaf in the evidence log; None while it is not sealed
    """

    id: int
    at: datetime
    name: str
    actor: str
    origin: str
    action: str
    word: str
    subject: str | None
    link: str | None
    facts: tuple[tuple[str, str], ...]
    leaf: int | None


def event_rows(events: Sequence[Event], beside: Beside) -> list[EventRow]:
    """Events in words."""
    return [event_row(event, beside) for event in events]


def event_row(event: Event, beside: Beside) -> EventRow:
    """One event in words."""
    action = event["action"]
    return EventRow(
        id=event["id"],
        at=event["at"],
        name=event["actor"],
        actor=actor_word(event["actor"], beside.names),
        origin=_word("audit.origin", event["origin"]),
        action=action,
        word=action_word(action),
        subject=event["subject"],
        link=_link(action, event["subject"], beside),
        facts=tuple(facts(action, event["detail"])),
        leaf=beside.leaves.get(event["id"]),
    )


def action_word(action: str) -> str:
    """What was done; the code itself where the catalogue has no word."""
    return _word("audit.action", action.replace(":", "."), otherwise=action)


def actor_word(actor: str, names: Mapping[str, str]) -> str:
    """Who: the name of a person, 令牌 and its name, 系统."""
    if actor.startswith(TOKEN):
        return text("audit.actor.token", name=actor.removeprefix(TOKEN))
    return names.get(actor) or _word("audit.actor", actor)


def facts(action: str, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details of an event as (name, value), the reason first, then by name; what is empty is left out."""
    return [
        (_word("audit.detail", key), _value(action, key, value))
        for key, value in sorted(detail.items(), key=lambda item: (item[0] != "reason", item[0]))
        if value is not None and value != [] and value != {}
    ]


def action_choices(actions: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choice of actions: word of each source with its choices (beginning of an action, word); the first finds all of it."""
    sources = dict.fromkeys(action.partition(":")[0] for action in actions)
    groups = []
    for source in sources:
        word = _word("audit.source", source)
        own = [(action, action_word(action)) for action in actions if action.startswith(f"{source}:")]
        groups.append((word, [(f"{source}:", text("console.auditpages.all_of", source=word)), *own]))
    return groups


def known_actions() -> list[str]:
    """Every action that the catalogue has a word for, in its order."""
    prefix = "audit.action."
    return [key.removeprefix(prefix).replace(".", ":") for key in catalogue() if key.startswith(prefix)]


def _link(action: str, subject: str | None, beside: Beside) -> str | None:
    if subject is not None and subject in beside.things:
        kind, id_ = beside.things[subject]
        return _PAGES[kind].format(id_)
    if subject is not None and subject in beside.outlets:
        return f"/outlets/{subject}"
    return next((page for start, page in _PLACES.items() if action.startswith(start)), None)


def _value(action: str, key: str, value: Any) -> str:
    if isinstance(value, bool):
        return text("audit.yes" if value else "audit.no")
    if isinstance(value, Mapping):
        inner = facts(action, value)
        pairs = [text("audit.pair", name=name, value=shown) for name, shown in inner]
        return text("audit.between_pairs").join(pairs) or text("audit.nothing")
    if isinstance(value, list):
        shown = [_value(action, key, member) for member in value[:LIST_SHOWN]]
        if len(value) > LIST_SHOWN:
            shown.append(text("console.auditpages.more", count=len(value) - LIST_SHOWN))
        lines = any(len(member) > SHORT for member in shown)
        return ("\n" if lines else text("audit.between")).join(shown)
    if isinstance(value, str):
        return _code(action, key, value)
    return json.dumps(value)


def _code(action: str, key: str, value: str) -> str:
    if key == "factor":
        return words.factor_name(value)
    families = _FAMILIES.get(key, ())
    if key in ("from", "to", "was"):
        families = (_STATES.get(action.partition(":")[0], "audit.value"),)
    for family in families:
        if has(f"{family}.{value}"):
            return text(f"{family}.{value}")
    return _stamp(value)


def _stamp(value: str) -> str:
    """A moment as people read it; anything else as it is."""
    try:
        moment = moment_of(value)
    except ValueError:
        return value
    return value if moment.tzinfo is None else words.stamp(moment)


def _word(family: str, code: str, *, otherwise: str | None = None) -> str:
    key = f"{family}.{code}"
    return text(key) if has(key) else otherwise if otherwise is not None else code
