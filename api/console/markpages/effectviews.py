"""The preview of a mark in words: which hours come out otherwise, which stay exceeded and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.console import words
from api.console.markpages.effects import MOST_HOURS, Effect, Preview
from api.console.outletview import reason_word
from store.marklabels import CONDITION
from store.markrules import NewMark
from store.texts import text

EFFECTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One hour of a factor before and after."""

    label: str
    factor: str
    before: str
    before_word: str
    after: str
    after_word: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What the page shows of a preview. ``said`` are the sentences above the table; ``late`` = nothing can take effect."""

    late: bool
    said: tuple[str, ...]
    rows: tuple[EffectRow, ...]
    hidden: int


def preview_view(found: Preview, new: NewMark) -> PreviewView:
    """Sentences and rows. What is exempt or stays exceeded is said apart from what turns invalid."""
    said: list[str] = []
    late = [part for part in found.parts if part.late]
    if found.late:
        said.append(text("console.markpages.preview.late"))
    elif late:
        said.append(text("console.markpages.preview.partly_late", late=len(late), days=len(found.parts)))
    if not found.late:
        for result in ("invalid", "exempt"):
            hours = found.turning(result)
            if hours:
                said.append(
                    text(
                        f"console.markpages.preview.{result}",
                        values=len(hours),
                        hours=len({effect.start for effect in hours}),
                    )
                )
        if new.category == CONDITION and found.kept:
            said.append(text("console.markpages.preview.kept", values=len(found.kept)))
        if not found.changed and not found.kept:
            said.append(text("console.markpages.preview.nothing"))
        if found.judged < found.hours:
            said.append(text("console.markpages.preview.first", hours=MOST_HOURS, all=found.hours))
    shown = [] if found.late else [*found.changed, *found.kept]
    rows = _rows(sorted(shown, key=lambda effect: (effect.start, effect.factor))[:EFFECTS_SHOWN])
    return PreviewView(found.late, tuple(said), rows, max(0, len(shown) - EFFECTS_SHOWN))


def _rows(effects: Iterable[Effect]) -> tuple[EffectRow, ...]:
    return tuple(
        EffectRow(
            label=words.hour_label(effect.start),
            factor=words.factor_name(effect.factor),
            before=effect.before,
            before_word=result_word(effect.before),
            after=effect.after,
            after_word=result_word(effect.after),
            reasons=tuple(reason_word(code) for code in effect.reasons),
        )
        for effect in effects
    )


def result_word(result: str) -> str:
    """A result as people read it; an hour that nothing judges is valid."""
    return text("console.markpages.valid") if result == "valid" else text(f"console.result.{result}")
