"""Stretches of leaves: where a set of records stands in the log, and one digest over their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from store.database import Connection
from store.log.spans import Spans, count, joined
from store.log.tiles import HASH, WIDTH
from store.queries import queries


def leaves_of(runs: Iterable[tuple[int, Spans]], ids: Spans) -> Spans:
    """The leaves of some numbers, given runs of (first leaf, numbers of the run). Raises ValueError when one is in no run."""
    found: Spans = []
    for first, numbers in runs:
        leaf = first
        for low, high in numbers:
            for wanted_low, wanted_high in ids:
                start, end = max(low, wanted_low), min(high, wanted_high)
                if start < end:
                    found.append((leaf + start - low, leaf + end - low))
            leaf += high - low
    if count(found) != count(ids):
        raise ValueError("not every number has one leaf")
    return joined(found)


def digest_of_leaves(connection: Connection, leaves: Spans) -> bytes | None:
    """SHA-256 of the hashes of some leaves, one after the other; None when a tile of them is not there."""
    digest = hashlib.sha256()
    for low, high in leaves:
        expected = low
        bounds = {"first": low // WIDTH, "last": (high - 1) // WIDTH}
        with connection.cursor(name="leaf_hashes") as cursor:
            cursor.execute(queries("retention")["leaf_hashes"], bounds)
            for index, hashes in cursor:
                begin = index * WIDTH
                start, end = max(low, begin), min(high, begin + len(hashes) // HASH)
                if start != expected:
                    return None
                digest.update(hashes[(start - begin) * HASH : (end - begin) * HASH])
                expected = end
        if expected != high:
            return None
    return digest.digest()
