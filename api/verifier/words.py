"""The Chinese words of the verifier, by key: from Outfall's catalogue, or out of the bundle, which holds them as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from string import Formatter
from typing import Any

from store.clock import BEIJING
from store.factors import name_of

BUNDLED = "words.json"
PREFIX = "verifier."


class Words:
    """The words by key, without the leading ``verifier.``."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        self._catalogue = catalogue

    def text(self, key: str, /, **facts: object) -> str:
        """A text with its placeholders filled. Raises KeyError for an unknown key or a missing fact."""
        return self._catalogue[key].format(**{name: self._shown(name, fact) for name, fact in facts.items()})

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._catalogue

    def needs(self, key: str) -> frozenset[str]:
        """The facts that a text speaks of. Raises KeyError for an unknown key."""
        parts = Formatter().parse(self._catalogue[key])
        return frozenset(name for _, name, _, _ in parts if name is not None)

    def _shown(self, name: str, fact: Any) -> Any:
        """A fact for people: codes by their words (``word.<name>.<code>``) where there are some."""
        return (
            self._catalogue.get(f"word.{name}.{fact}")
            if self.has(f"word.{name}.{fact}")
            else _plain(name, fact)
        )


def _plain(name: str, fact: Any) -> Any:
    if isinstance(fact, datetime):
        return f"{fact.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    if name == "factor" and isinstance(fact, str):
        found = name_of(fact)
        return fact if found == fact else f"{found}（{fact}）"
    # Texts out of a package must not act on a terminal.
    return "".join(each if each.isprintable() else "�" for each in fact) if isinstance(fact, str) else fact


def of_catalogue(catalogue: Mapping[str, str]) -> dict[str, str]:
    """The verifier's part of Outfall's catalogue."""
    return {key[len(PREFIX) :]: text for key, text in catalogue.items() if key.startswith(PREFIX)}


def bundled() -> Words:
    """The words that lie in the bundle."""
    text = resources.files("api.verifier").joinpath(BUNDLED).read_text(encoding="utf-8")
    return Words(json.loads(text))
