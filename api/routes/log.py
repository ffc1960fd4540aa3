"""``/log``: checkpoints, keys and proofs of the evidence log, for whoever wants to check a package against it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import body_reply, json_reply, wants
from api.routes import READ_PROBLEMS, CursorHere, IfNoneMatch
from api.shapes.log import (
    Checkpoint,
    CheckpointList,
    ConsistencyProof,
    InclusionProof,
    Leaf,
    LeafKind,
    LogKeyList,
)
from api.wire import cursor_of, number_part, page, read_cursor
from store.clock import BEIJING
from store.database import Connection
from store.errors import NotAllowed, NotFound, Refused
from store.log.keys import public_keys
from store.log.places import name_of, places_of, record_at
from store.log.sealing import StoredCheckpoint, checkpoint_at, checkpoints_before, latest
from store.log.tree import Tree, read_tiles

router = APIRouter(tags=["log"])

Reader = Annotated[Principal, requires(Permission.LOG_READ)]
Size = Annotated[int | None, Query(ge=1, lt=2**63, description="Leaves of the tree; without it the newest.")]
LeafNumber = Annotated[int, Path(ge=0, lt=2**63)]
_NOTE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_TILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "Hashes of 32 bytes each, 256 when the tile is full.",
    }
}


@router.get(
    "/log/checkpoint",
    response_model=Checkpoint,
    summary="A signed head of the log",
    responses={**READ_PROBLEMS, **_NOTE},
)
def get_checkpoint(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    size: Size = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The newest, or an earlier one by its size. As JSON, or as the note alone with `Accept: text/plain`."""
    with services.database.read() as connection:
        found = _head(connection) if size is None else checkpoint_at(connection, size)
    if wants(request, "text/plain"):
        return body_reply(request, found.note.encode(), "text/plain; charset=utf-8")
    return json_reply(request, _shown(found))


@router.get(
    "/log/checkpoints",
    response_model=CheckpointList,
    summary="Checkpoints, newest first",
    responses=READ_PROBLEMS,
)
def list_checkpoints(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: CursorHere = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every sealing signed one."""
    before = read_cursor(cursor, "checkpoints", number_part)[0] if cursor else None
    with services.database.read() as connection:
        fetched, last = page(checkpoints_before(connection, before, limit + 1), limit)
    following = None if last is None else cursor_of("checkpoints", last.size)
    return json_reply(request, {"items": [_shown(one) for one in fetched], "next": following})


@router.get(
    "/log/proof/{leaf}",
    response_model=InclusionProof,
    summary="Proof that a leaf is in the log",
    responses=READ_PROBLEMS,
)
def get_proof(
    request: Request,
    leaf: LeafNumber,
    services: ServicesHere,
    principal: Reader,
    size: Size = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """In the tree of the newest checkpoint, or of an earlier size. 404 for a leaf that the log does not have yet."""
    with services.database.read() as connection:
        tree = _tree(connection, size)
        kind, number = record_at(connection, leaf)
        if leaf >= tree.size:
            raise _sizes_wrong(f"A tree of {tree.size} leaves has no leaf {leaf}.")
        content = {
            "leaf": leaf,
            "leaf_hash": tree.node(0, leaf).hex(),
            "size": tree.size,
            "root": tree.root().hex(),
            "proof": [step.hex() for step in tree.inclusion(leaf)],
            "record": _record(connection, kind, number) if _inner(principal) else None,
        }
    return json_reply(request, content)


@router.get("/log/leaf", response_model=Leaf, summary="Where a record is in the log", responses=READ_PROBLEMS)
def find_leaf(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    kind: LeafKind,
    number: Annotated[int, Query(alias="id", ge=1, lt=2**63)],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Of a message, a period value or a record by its number. For the bureau: a company has its leaves in its package."""
    if not _inner(principal):
        raise NotAllowed("A company cannot look for the leaves of records.", code="not_allowed")
    with services.database.read() as connection:
        leaf = places_of(connection, kind, [number]).get(number)
    if leaf is None:
        raise NotFound(f"No {kind} {number} is sealed.", code="leaf_not_sealed")
    return json_reply(request, {"kind": kind, "id": number, "leaf": leaf})


@router.get(
    "/log/consistency",
    response_model=ConsistencyProof,
    summary="Proof that the log only grew",
    responses=READ_PROBLEMS,
)
def get_consistency(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    first: Annotated[int, Query(ge=1, lt=2**63)],
    second: Size = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """That the tree of `second` leaves (without it the newest checkpoint) begins with that of `first`."""
    with services.database.read() as connection:
        tree = _tree(connection, second)
        if first > tree.size:
            raise _sizes_wrong(f"A tree of {tree.size} leaves does not begin with {first}.")
        content = {
            "first": first,
            "second": tree.size,
            "first_root": Tree(connection, first).root().hex(),
            "second_root": tree.root().hex(),
            "proof": [step.hex() for step in tree.consistency(first)],
        }
    return json_reply(request, content)


@router.get(
    "/log/tile/{level}/{index}",
    response_class=Response,
    summary="A tile of the tree",
    responses={**READ_PROBLEMS, **_TILE},
)
def get_tile(
    request: Request,
    level: Annotated[int, Path(ge=0, le=7)],
    index: LeafNumber,
    services: ServicesHere,
    principal: Reader,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Level 0 holds the leaf hashes, each level above the roots of full tiles below it. The last tile may be partial."""
    with services.database.read() as connection:
        found = read_tiles(connection, [(level, index)]).get((level, index))
    if found is None:
        raise NotFound(f"The log has no tile {index} of level {level}.", code="tile_not_found")
    return body_reply(request, found, "application/octet-stream")


@router.get("/log/keys", response_model=LogKeyList, summary="Public keys of the log", responses=READ_PROBLEMS)
def list_keys(
    request: Request, services: ServicesHere, principal: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """Every key that has signed, oldest first. Compare the one in use with what the bureau published elsewhere."""
    with services.database.read() as connection:
        found = public_keys(connection)
    items = [
        {
            "name": known.key.name,
            "key_id": known.key.key_id.hex(),
            "vkey": known.key.vkey(),
            "since": known.since,
            "retired_at": known.retired_at,
        }
        for known in found
    ]
    return json_reply(request, {"items": items, "next": None})


def _head(connection: Connection) -> StoredCheckpoint:
    found = latest(connection)
    if found is None:
        raise NotFound("Nothing is sealed yet.", code="checkpoint_not_found")
    return found


def _tree(connection: Connection, size: int | None) -> Tree:
    """The tree of a size that the log has reached, or the newest."""
    head = _head(connection)
    if size is not None and size > head.size:
        raise _sizes_wrong(f"The log has {head.size} leaves, not {size}.")
    return Tree(connection, head.size if size is None else size)


def _shown(checkpoint: StoredCheckpoint) -> dict[str, Any]:
    return {
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "note": checkpoint.note,
        "sealed_at": checkpoint.sealed_at.astimezone(BEIJING),
    }


def _record(connection: Connection, kind: str, number: int) -> dict[str, Any]:
    table, key = name_of(connection, number) if kind == "record" else (None, None)
    return {"kind": kind, "id": number, "table": table, "key": key}


def _inner(principal: Principal) -> bool:
    return principal.site_key is None


def _sizes_wrong(message: str) -> Refused:
    return Refused(message, code="sizes_wrong")
