"""The evidence log in words: heads, keys, what others signed, and proofs that are checked while they are shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.log.merkle import verify_consistency, verify_inclusion
from store.texts import text


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody else signed or stamped of a checkpoint. ``told_time``: the time that it tells."""

    size: int
    word: str
    source: str
    told_time: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a leaf is in the tree of a size. ``holds``: the root was reached again from leaf and proof."""

    leaf: int
    leaf_hash: str
    size: int
    root: str
    proof: tuple[str, ...]
    holds: bool
    record: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the larger tree begins with the smaller one. ``holds``: both roots were reached again from the proof."""

    first: int
    second: int
    first_root: str
    second_root: str
    proof: tuple[str, ...]
    holds: bool


def attestation_rows(found: Iterable[Mapping[str, Any]]) -> list[Attestation]:
    """Stamps and cosignatures, newest first."""
    return [
        Attestation(
            row["size"],
            text(f"console.evidence.log.attestation.{row['kind']}"),
            row["source"],
            row["told_time"],
            row["received_at"],
        )
        for row in found
    ]


def inclusion_view(
    leaf: int, leaf_hash: bytes, size: int, root: bytes, proof: Sequence[bytes], record: str
) -> Inclusion:
    """A proof, and whether it holds."""
    return Inclusion(
        leaf,
        leaf_hash.hex(),
        size,
        root.hex(),
        tuple(step.hex() for step in proof),
        verify_inclusion(leaf_hash, leaf, size, proof, root),
        record,
    )


def consistency_view(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> Consistency:
    """A proof, and whether it holds."""
    return Consistency(
        first,
        second,
        first_root.hex(),
        second_root.hex(),
        tuple(step.hex() for step in proof),
        verify_consistency(first, second, proof, first_root, second_root),
    )


def record_words(kind: str, number: int, table: str | None, key: str | None) -> str:
    """What a leaf is of."""
    if kind != "record":
        return text(f"console.evidence.log.kind.{kind}", number=number)
    return text("console.evidence.log.kind.record", number=number, table=table, key=key)
