"""The sections of the console in the order of the head. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.permissions import Permission
from store.texts import text


@dataclass(frozen=True, slots=True)
class Section:
    """One page that the head leads to.

    Attributes
    ----------
    page : what a page gives to ``render`` so that the head shows where one is; the word is the text ``console.nav.<page>``
    group : the menu that it stands in, ``console.nav.group.<group>``; None = in the head itself
    """

    page: str
    path: str
    permission: Permission
    group: str | None = None


SECTIONS = (
    Section("overview", "/", Permission.SITES_READ),
    Section("alerts", "/alerts", Permission.ALERTS_READ),
    Section("tasks", "/tasks", Permission.TASKS_READ),
    Section("leads", "/leads", Permission.LEADS_SEE),
    Section("evidence", "/evidence", Permission.EVIDENCE_READ),
    Section("marks", "/marks", Permission.MARKS_READ),
    Section("quality", "/quality", Permission.LEDGER_READ),
    Section("reports", "/reports", Permission.DATA_READ),
    Section("positivelist", "/positive-list", Permission.TASKS_READ),
    Section("sites", "/sites", Permission.SITES_READ, "config"),
    Section("law", "/law", Permission.LEADS_SEE, "config"),
    Section("notifications", "/notifications", Permission.CHANNELS_READ, "config"),
    Section("users", "/users", Permission.PEOPLE_READ, "config"),
    Section("audit", "/audit", Permission.AUDIT_READ, "system"),
    Section("retention", "/retention", Permission.RETENTION_READ, "system"),
    Section("health", "/health-of-system", Permission.OPERATIONS_READ, "system"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A section as the head shows it."""

    page: str
    path: str
    word: str


@dataclass(frozen=True, slots=True)
class Menu:
    """The head of one caller: links that stand in it, and the groups (word, links) that unfold."""

    links: tuple[Link, ...]
    groups: tuple[tuple[str, tuple[Link, ...]], ...]


def menu_for(may: Callable[[Permission], bool]) -> Menu:
    """The sections that a caller may open. A group of one link would be a menu for nothing; its link stands in the head."""
    links: list[Link] = []
    groups: dict[str, list[Link]] = {}
    for section in SECTIONS:
        if not may(section.permission):
            continue
        link = Link(section.page, section.path, text(f"console.nav.{section.page}"))
        (links if section.group is None else groups.setdefault(section.group, [])).append(link)
    shown: list[tuple[str, tuple[Link, ...]]] = []
    for group, members in groups.items():
        if len(members) == 1:
            links.extend(members)
        else:
            shown.append((text(f"console.nav.group.{group}"), tuple(members)))
    return Menu(tuple(links), tuple(shown))
