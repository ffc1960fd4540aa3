"""What Python 3.9 and 3.10 lack of what the bundled modules use. Imported first in the bundle; newer Pythons stay as they are."""

from __future__ import annotations

import bisect
import builtins
import dataclasses
import datetime
import enum
import importlib
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any


class StrEnum(str, enum.Enum):  # noqa: UP042 - for Pythons without it
    """``enum.StrEnum`` of Python 3.11."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> str:
        return name.lower()


def pairwise(items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """``itertools.pairwise`` of Python 3.10."""
    first, second = itertools.tee(items)
    next(second, None)
    return _zip(first, second)


def bisect_right(
    a: Sequence[Any],
    x: Any,
    lo: int = 0,
    hi: int | None = None,
    *,
    key: Callable[[Any], Any] | None = None,
) -> int:
    """``bisect.bisect_right`` with the ``key`` of Python 3.10."""
    if key is None:
        return _bisect_right(a, x, lo, len(a) if hi is None else hi)
    high = len(a) if hi is None else hi
    while lo < high:
        middle = (lo + high) // 2
        if x < key(a[middle]):
            high = middle
        else:
            lo = middle + 1
    return lo


def strict_zip(*iterables: Iterable[Any], strict: bool = False) -> Iterator[tuple[Any, ...]]:
    """``zip`` with the ``strict`` of Python 3.10."""
    return _same_length(iterables) if strict else _zip(*iterables)


def _same_length(iterables: tuple[Iterable[Any], ...]) -> Iterator[tuple[Any, ...]]:
    missing = object()
    for items in itertools.zip_longest(*iterables, fillvalue=missing):
        if any(item is missing for item in items):
            raise ValueError("zip() arguments differ in length")
        yield items


def plain_dataclass(cls: Any = None, *, slots: bool = False, kw_only: bool = False, **options: Any) -> Any:
    """``dataclasses.dataclass`` that passes over ``slots``, which saves memory only, and refuses ``kw_only``."""
    if kw_only:
        raise TypeError("kw_only is not available here")
    made = _dataclass(**options)
    return made if cls is None else made(cls)


def compile_pattern(pattern: Any, flags: Any = 0) -> Any:
    """``re.compile`` that takes a possessive quantifier (Python 3.11) as the plain one: slower where nothing matches, no more."""
    try:
        return _compile(pattern, flags)
    except re.error:
        return _compile(plain_repeats(pattern), flags)


def plain_repeats(pattern: str) -> str:
    """A pattern with plain quantifiers in the place of possessive ones. It matches the same where no choice depends on them."""
    return re.sub(r"(?<!\\)([*+?}])\+", r"\1", pattern)


_zip = builtins.zip
_bisect_right = bisect.bisect_right
_dataclass = dataclasses.dataclass
_compile = re.compile

PROVIDED = {
    "enum.StrEnum": StrEnum,
    "itertools.pairwise": pairwise,
    "datetime.UTC": datetime.timezone.utc,  # noqa: UP017
    "typing.LiteralString": str,
}
"""Names that are set where they are missing; beside them ``zip``, ``bisect_right`` and ``dataclass`` learn newer arguments."""


def provide() -> None:
    """Add what is missing."""
    for name, value in PROVIDED.items():
        module, _, attribute = name.partition(".")
        if not hasattr(importlib.import_module(module), attribute):
            setattr(importlib.import_module(module), attribute, value)
    if sys.version_info < (3, 11):  # noqa: UP036
        re.compile = compile_pattern  # type: ignore[assignment]
    if sys.version_info < (3, 10):  # noqa: UP036
        builtins.zip = strict_zip  # type: ignore[misc, assignment]
        bisect.bisect_right = bisect_right
        dataclasses.dataclass = plain_dataclass
