"""The items that a mark can name, by category and industry: ``store/marklabels.yaml`` (regulation.md C.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from store import texts
from store.language import language

DEVICE, CONDITION = "device", "condition"
CATEGORIES = (DEVICE, CONDITION)
"""Device marks speak of the monitor, condition marks of the production or the treatment (C.1)."""


@dataclass(frozen=True, slots=True)
class Label:
    """One item of a category in one industry.

    Attributes
    ----------
    local : no rule of the ministry names it; the bureau offers it
    filed : whether people can file it; False = only the state of a device gives it
    source : the rule or standard, with the tag of its certainty
    """

    category: str
    code: str
    name_zh: str
    name_en: str
    industry: str
    local: bool
    filed: bool
    source: str

    @property
    def name(self) -> str:
        """What people read, in the language that texts come in."""
        return self.name_en if language() == "en" else self.name_zh


@cache
def labels_of(industry: str) -> tuple[Label, ...]:
    """Every item that can stand on a mark in this industry, device items first; an unknown industry gets those of ``other``."""
    known = {label.industry for label in _all()}
    wanted = industry if industry in known else "other"
    return tuple(label for label in _all() if label.industry == wanted)


def find_label(industry: str, category: str, code: str) -> Label | None:
    """The item with this code, or None."""
    return next(
        (label for label in labels_of(industry) if (label.category, label.code) == (category, code)), None
    )


def label_name(industry: str, category: str, code: str) -> str:
    """How people read an item; the code itself for one that the catalogue no longer has."""
    label = find_label(industry, category, code)
    return label.name if label else code


def category_name(category: str) -> str:
    """How people read a category."""
    return texts.text(f"marks.category.{category}")


@cache
def _all() -> tuple[Label, ...]:
    text = resources.files("store").joinpath("marklabels.yaml").read_text(encoding="utf-8")
    catalogue: Mapping[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return tuple(
        Label(
            category=category,
            code=entry["code"],
            name_zh=entry["name"],
            name_en=entry["name_en"],
            industry=industry,
            local=standing == "local",
            filed=entry.get("filed", True),
            source=entry["source"],
        )
        for category in CATEGORIES
        for entry in catalogue[category]
        for industry, standing in entry["industries"].items()
    )
