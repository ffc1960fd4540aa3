"""Shapes of the evidence log: checkpoints, proofs, keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.shapes import Shape

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, hexadecimal.")]
LeafKind = Literal["message", "period", "record"]


class Checkpoint(Shape):
    """A signed head of the log (检查点)."""

    size: int = Field(description="Leaves.")
    root: Hash
    note: str = Field(description="The C2SP signed note; with `Accept: text/plain` the answer is this alone.")
    sealed_at: datetime


class CheckpointList(Shape):
    items: list[Checkpoint]
    next: str | None


class LoggedRecord(Shape):
    """What a leaf is of."""

    kind: LeafKind
    id: int
    table: str | None = Field(description="Of a record: its table.")
    key: str | None = Field(description="Of a record: the primary key of its row.")


class InclusionProof(Shape):
    """Proof of RFC 9162 2.1.3 that a leaf is in the tree of this size."""

    leaf: int
    leaf_hash: Hash
    size: int
    root: Hash
    proof: list[Hash]
    record: LoggedRecord | None = Field(description="What the leaf is of; null for a company.")


class Leaf(Shape):
    """Where a record is in the log."""

    kind: LeafKind
    id: int
    leaf: int


class ConsistencyProof(Shape):
    """Proof of RFC 9162 2.1.4 that the second tree begins with the first."""

    first: int
    second: int
    first_root: Hash
    second_root: Hash
    proof: list[Hash]


class LogKey(Shape):
    """A public key that signs, or has signed, the log."""

    name: str = Field(description="Origin of the log.")
    key_id: Annotated[str, Field(pattern="^[0-9a-f]{8}$")]
    vkey: str = Field(description="C2SP verifier key.")
    since: datetime
    retired_at: datetime | None


class LogKeyList(Shape):
    items: list[LogKey]
    next: str | None
