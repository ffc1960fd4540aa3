"""The random on-site sample that keeps the positive list honest (design.md §5): a draw that anybody can repeat.

The seed and the candidates are published before the draw, and the draw uses nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

ALGORITHM = "sha256-lowest/1"


def draw(seed: str, candidates: Iterable[str], count: int) -> tuple[str, ...]:
    """The ``count`` candidates with the lowest rank, lowest first; the order and repetitions of ``candidates`` do not matter.

    The rank of a unit is SHA-256 of the UTF-8 text ``seed|unit``. Raises ValueError for a negative count or an empty seed.
    """
    if count < 0:
        raise ValueError(f"a sample cannot have {count} units")
    if not seed:
        raise ValueError("a draw needs a seed")
    return tuple(sorted(set(candidates), key=lambda unit: (rank(seed, unit), unit))[:count])


def rank(seed: str, unit: str) -> str:
    """SHA-256 of ``seed|unit`` in lower-case hexadecimal: ``printf '%s' "seed|unit" | sha256sum`` gives the same."""
    return hashlib.sha256(f"{seed}|{unit}".encode()).hexdigest()


def size(candidates: int, percent: int) -> int:
    """How many units a sample of ``percent`` of the candidates has: rounded up, so that a short list has one too."""
    return -(-candidates * percent // 100)
