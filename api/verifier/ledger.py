"""What a package lists beside what its messages give: readings, uploads or refused pieces, by their digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """Something that the package lists and that no message gave so far."""

    message_id: int
    digest: Any
    file: str
    line: int
    shown: Mapping[str, object]


@dataclass
class Ledger:
    """What the package lists of one sort, beside what the messages give.

    Attributes
    ----------
    once : whether the same thing can be listed once only: a repeated reading changes nothing, a repeated upload is another one
    given : digest -> messages that gave it and are not accounted for (negative: the package need not list it)
    waiting : what is listed and was not given
    """

    once: bool
    given: dict[Any, Any] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)
    listed: int = 0

    def give(self, digest: Any, message_id: int, due: bool) -> None:
        """A message gives this."""
        number = message_id if due else -message_id
        # Nearly everything is given once, and there is a lot of it: a bare number takes the least room.
        before = self.given.get(digest)
        if before is None:
            self.given[digest] = number
        else:
            self.given[digest] = (*_numbers(before), number)

    def list(self, entry: Entry) -> None:
        """The package lists this."""
        self.listed += 1
        found = _numbers(self.given.get(entry.digest, ()))
        mine = [number for number in found if abs(number) == entry.message_id]
        if not mine:
            self.waiting.append(entry)
        elif self.once:
            self.given[entry.digest] = ()
        else:
            rest = list(found)
            rest.remove(mine[0])
            self.given[entry.digest] = tuple(rest)

    def owed(self) -> Iterator[tuple[Any, int]]:
        """What was given, is due, and is not listed: digest and message."""
        for digest, found in self.given.items():
            for number in _numbers(found):
                if number > 0:
                    yield digest, number

    def knows(self, digest: Any) -> bool:
        """Whether the package lists this as often as it was given."""
        return self.given.get(digest) == ()


def _numbers(found: Any) -> tuple[int, ...]:
    return (found,) if isinstance(found, int) else found
