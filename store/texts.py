"""The texts that people read, by key: Chinese first, English as the second language.

The catalogue is ``store/texts/*.yaml``: file name and keys joined by dots make the key, ``alerts.exceedance_hour.title``. English
stands in ``store/texts/en`` under the same keys; what it lacks is said in Chinese. Placeholders are ``{name}``. Code never holds
sentences of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from store.language import Language, language


@cache
def catalogue(of: Language = "zh") -> Mapping[str, str]:
    """Every text by its full key. Raises ValueError on a value that is not text or a key that occurs twice."""
    texts: dict[str, str] = {}
    folder = resources.files("store").joinpath("texts")
    if of != "zh":
        folder = folder.joinpath(of)
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yaml"):
            topic = file.name.removesuffix(".yaml")
            _collect(topic, yaml.safe_load(file.read_text(encoding="utf-8")) or {}, texts)
    return texts


def _collect(prefix: str, node: object, into: dict[str, str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _collect(f"{prefix}.{key}", value, into)
    elif not isinstance(node, str):
        raise ValueError(f"the text {prefix!r} must be quoted text, not {node!r}")
    elif prefix in into:
        raise ValueError(f"the text {prefix!r} stands in the catalogue twice")
    else:
        into[prefix] = node


def has(key: str) -> bool:
    """Whether the catalogue has this key."""
    return key in catalogue()


def plain(key: str) -> str:
    """The text with its placeholders as they are. Raises KeyError for an unknown key."""
    spoken = language()
    if spoken != "zh" and key in catalogue(spoken):
        return catalogue(spoken)[key]
    return catalogue()[key]


def text(key: str, /, **facts: object) -> str:
    """The text with its placeholders filled. Raises KeyError for an unknown key or a missing fact."""
    return plain(key).format(**facts)
