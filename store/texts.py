"""The Chinese texts that people read, by key.

The catalogue is ``store/texts/*.yaml``: file name and keys joined by dots make the key, ``alerts.exceedance_hour.title``.
Placeholders are ``{name}``. Code never holds Chinese sentences of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml


@cache
def catalogue() -> Mapping[str, str]:
    """Every text by its full key. Raises ValueError on a value that is not text or a key that occurs twice."""
    texts: dict[str, str] = {}
    for file in sorted(resources.files("store").joinpath("texts").iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yaml"):
            topic = file.name.removesuffix(".yaml")
            _collect(topic, yaml.safe_load(file.read_text(encoding="utf-8")) or {}, texts)
    return texts


def _collect(prefix: str, node: object, into: dict[str, str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _collect(f"{prefix}.{key}", value, into)
    elif isinstance(node, str):
        into[prefix] = node
    else:
        raise ValueError(f"the text {prefix!r} must be quoted text, not {node!r}")


def has(key: str) -> bool:
    """Whether the catalogue has this key."""
    return key in catalogue()


def text(key: str, /, **facts: object) -> str:
    """The text with its placeholders filled. Raises KeyError for an unknown key or a missing fact."""
    return catalogue()[key].format(**facts)
