"""What a password may be. Pure.

NIST SP 800-63B, 5.1.1.2: a length, not the name, none of the commonest; no rules on kinds of letters.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import pairwise

from store.errors import Conflict
from store.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD


def check(password: str, *, names: tuple[str, ...] = ()) -> None:
    """Refuse a password that is guessed first.

    Parameters
    ----------
    names : user name and name as shown; a password is none of them, with or without figures around it

    Raises Conflict ``password_length``, ``password_is_name`` and ``password_common``.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Conflict(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            code="password_length",
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
    lower = password.lower()
    core = _core(lower)
    if any(_is_name(lower, core, name.lower()) for name in names):
        raise Conflict("A password is not the name of its user.", code="password_is_name")
    if lower in _common() or core in _common() or _monotonous(lower):
        raise Conflict("This password is one of those that are guessed first.", code="password_common")


def _core(text: str) -> str:
    """What is left without the figures and signs that people put around and between words."""
    return "".join(letter for letter in text if letter.isalpha())


def _is_name(password: str, core: str, name: str) -> bool:
    if not name:
        return False
    repeated = name * (len(core) // len(name))
    return password == name or (core != "" and core in (_core(name), repeated))


def _monotonous(text: str) -> bool:
    """One sign, two signs by turns, or a run of neighbours: aaaaaaaaaa, ababababab, 0123456789, 9876543210."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(set(text)) <= 2 or steps in ({1}, {-1}) or steps in ({1, -9}, {-1, 9})


@cache
def _common() -> frozenset[str]:
    file = resources.files("store").joinpath("identity", "commonpasswords.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
