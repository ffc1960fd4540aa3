"""The language that people are spoken to in: Chinese first, English where somebody chose it.

Needs nothing else, so that what is bundled for strangers can ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_language: ContextVar[Language] = ContextVar("language", default="zh")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within the block, and in threads started from it with its context, texts come in this language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> Language:
    """The language that texts come in now; Chinese where nobody chose."""
    return _language.get()
