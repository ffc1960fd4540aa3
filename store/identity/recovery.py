"""Recovery codes (恢复码): ten, shown once, each serves once in the place of a code of the app."""

from __future__ import annotations

import secrets

COUNT = 10
_GROUPS, _LETTERS = 4, 4
# No letters that look alike, because they are written down by hand: no 0 o 1 l i.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_codes() -> tuple[str, ...]:
    """Ten codes of 79 random bits each, as ``abcd-efgh-jkmn-pqrs``."""
    return tuple(_code() for _ in range(COUNT))


def plain(typed: str) -> str | None:
    """A typed code without case, spaces and dashes; None when it cannot be one."""
    letters = "".join(letter for letter in typed.lower() if letter not in " -\u3000\t")
    fits = len(letters) == _GROUPS * _LETTERS and set(letters) <= set(_ALPHABET)
    return letters if fits else None


def _code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
