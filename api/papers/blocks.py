"""The pieces a paper is made of, as the templates take them: heading, paragraph, list, pairs, table, drawing, commands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from store.texts import text

Block = dict[str, Any]
Cell = str | Mapping[str, str]


def heading(words: str, level: int = 1) -> Block:
    """A heading; those of level 1 are numbered and stand in the contents."""
    return {"kind": "heading", "text": words, "level": level}


def paragraph(words: str) -> Block:
    """Running text."""
    return {"kind": "paragraph", "text": words}


def note(words: str, *, of_next: bool = False) -> Block:
    """Small text that explains what stands above it, or below it and then stays on its page."""
    return {"kind": "note", "text": words, "sticky": of_next}


def listed(items: Iterable[str]) -> Block:
    """A numbered list of sentences."""
    return {"kind": "list", "items": list(items)}


def pairs(rows: Iterable[tuple[str, str]]) -> Block:
    """What a thing is, by name and value."""
    return {"kind": "pairs", "rows": [list(row) for row in rows]}


def commands(lines: Iterable[str]) -> Block:
    """Lines to be typed, or digests to be compared: in letters of one width."""
    return {"kind": "commands", "lines": list(lines)}


def drawing(facts: Mapping[str, Any], alt: str, title: str | None = None, aside: str = "") -> Block:
    """A drawing of ``api.papers.svg`` with the words for who cannot see it; ``aside`` stands at the right of its title."""
    return {"kind": "drawing", "drawing": dict(facts), "alt": alt, "title": title, "aside": aside}


def table(
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Cell]],
    *,
    right: Iterable[int] = (),
    center: Iterable[int] = (),
) -> Block:
    """A table over the whole width: titles with their shares of it, and which columns are set to the right or centred."""
    sides = {**dict.fromkeys(right, "right"), **dict.fromkeys(center, "center")}
    return {
        "kind": "table",
        "columns": [
            {"title": title, "share": share, "align": sides.get(number, "left")}
            for number, (title, share) in enumerate(columns)
        ],
        "rows": [[{"text": cell} if isinstance(cell, str) else dict(cell) for cell in row] for row in rows],
    }


def signatures(places: Iterable[tuple[str, str, str]]) -> Block:
    """Room to sign and seal: what for, who, and what stands under the line."""
    return {
        "kind": "signatures",
        "places": [{"title": title, "who": who, "below": below} for title, who, below in places],
    }


def strong(words: str) -> Cell:
    """A cell that stands out."""
    return {"text": words, "tone": "strong"}


def faint(words: str) -> Cell:
    """A cell that stands back."""
    return {"text": words, "tone": "faint"}


def table_or_none(
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Cell]],
    *,
    most: int,
    where: str,
    right: Iterable[int] = (),
    center: Iterable[int] = (),
) -> list[Block]:
    """A table of the first ``most`` rows and a note of how many more are where; or the sentence that there are none."""
    if not rows:
        return [note(text("papers.page.rows_none"))]
    made = [table(columns, rows[:most], right=right, center=center)]
    if len(rows) > most:
        made.append(note(text("papers.page.more", count=len(rows) - most, where=where)))
    return made
