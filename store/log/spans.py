"""Sets of numbers as half-open spans: how the ids of many records are named in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

Spans = list[tuple[int, int]]
"""Half-open, in order, apart from each other."""

Ids = Iterable[int] | Multirange[int]
"""What a caller may name ids with: numbers in any order, a ``range``, or a multirange of the database."""


def spans_of(ids: Ids) -> Spans:
    """The spans that these ids are."""
    if isinstance(ids, range) and ids.step == 1:
        return [(ids.start, ids.stop)] if ids else []
    if isinstance(ids, Multirange):
        return joined((_end(part.lower), _end(part.upper)) for part in ids)
    return joined((number, number + 1) for number in ids)


def joined(parts: Iterable[tuple[int, int]]) -> Spans:
    """One set out of parts in any order that may touch and overlap."""
    spans: Spans = []
    for low, high in sorted(parts):
        if spans and low <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(high, spans[-1][1])
        else:
            spans.append((low, high))
    return spans


def count(spans: Spans) -> int:
    """How many numbers they hold."""
    return sum(high - low for low, high in spans)


def numbers(spans: Spans) -> Iterator[int]:
    """The numbers one by one, in order."""
    for low, high in spans:
        yield from range(low, high)


def split(spans: Spans, first: int) -> tuple[Spans, Spans]:
    """The first so many numbers, and the rest."""
    begin: Spans = []
    for place, (low, high) in enumerate(spans):
        if high - low > first:
            if first:
                begin.append((low, low + first))
            return begin, [(low + first, high), *spans[place + 1 :]]
        begin.append((low, high))
        first -= high - low
    return begin, []


def slices(spans: Spans, most: int) -> Iterator[Spans]:
    """The same in pieces of at most so many numbers."""
    while spans:
        piece, spans = split(spans, most)
        yield piece


def missing(spans: Spans, found: Sequence[int], most: int) -> list[int]:
    """The first so many numbers of the spans that were not found."""
    known = set(found)
    absent: list[int] = []
    for number in numbers(spans):
        if number not in known:
            absent.append(number)
            if len(absent) == most:
                break
    return absent


def multirange(spans: Spans) -> Multirange[int]:
    """As the database has it."""
    return Multirange([Range(low, high) for low, high in spans])


def _end(bound: int | None) -> int:
    if bound is None:
        raise ValueError("a set of ids has both ends")
    return bound
