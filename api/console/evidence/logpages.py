"""The evidence log: its head, keys and attestations, where a record is in it, and proofs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.evidence.logview import (
    Consistency,
    Inclusion,
    attestation_rows,
    consistency_view,
    inclusion_view,
    record_words,
)
from api.console.pages import render
from api.context import ServicesHere
from api.permissions import Permission
from store.database import Connection, rows
from store.errors import NotAllowed, NotFound, Refused
from store.log.keys import public_keys
from store.log.places import name_of, places_of, record_at
from store.log.sealing import checkpoints_before, latest
from store.log.tree import Tree
from store.queries import queries
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/evidence/log")

LogReader = Annotated[Principal, requires(Permission.LOG_READ)]
# A field of the form that was left empty comes as an empty text.
Number = Annotated[Annotated[int, Field(ge=0, lt=2**63)] | Literal[""], Query()]

CHECKPOINTS_SHOWN = 20
ATTESTATIONS_SHOWN = 20
KINDS = ("message", "period", "record")


@router.get("")
def log(
    request: Request,
    services: ServicesHere,
    principal: LogReader,
    leaf: Number = "",
    kind: Literal["message", "period", "record"] = "message",
    number: Number = "",
    size: Number = "",
    first: Number = "",
    second: Number = "",
) -> Response:
    """The log as it stands.

    With ``leaf``, or with ``kind`` and ``number``, the inclusion proof of a leaf; with ``first`` the proof that it only grew.
    """
    model: dict[str, Any] = {"newest": None, "inclusion": None, "consistency": None}
    with services.database.read() as connection:
        head = latest(connection)
        if head is not None:
            with rows(connection) as cursor:
                sql = queries("console_evidence")
                arguments = {"most": ATTESTATIONS_SHOWN}
                attestations = cursor.execute(sql["attestations"], arguments).fetchall()
                outgoing = cursor.execute(sql["outgoing"]).fetchall()
            model = {
                "newest": head,
                "keys": public_keys(connection),
                "attestations": attestation_rows(attestations),
                "outgoing": outgoing,
                "checkpoints": checkpoints_before(connection, None, CHECKPOINTS_SHOWN),
                "inclusion": _inclusion(
                    connection, principal, leaf, kind, number, size or head.size, head.size
                ),
                "consistency": _consistency(connection, first, second or head.size, head.size),
            }
    return render(
        request,
        "evidence/log.html",
        principal,
        page="evidence",
        kind_options=[(one, text(f"console.evidence.log.kind_name.{one}")) for one in KINDS],
        asked={"leaf": leaf, "kind": kind, "number": number, "size": size, "first": first, "second": second},
        inner=principal.site_key is None,
        **model,
    )


def _inclusion(
    connection: Connection,
    principal: Principal,
    leaf: int | Literal[""],
    kind: str,
    number: int | Literal[""],
    size: int,
    newest: int,
) -> Inclusion | None:
    inner = principal.site_key is None
    if leaf == "":
        if number == "":
            return None
        if not inner:
            raise NotAllowed("A company cannot look for the leaves of records.", code="not_allowed")
        place = places_of(connection, kind, [number]).get(number)
        if place is None:
            raise Refused(f"No {kind} {number} is sealed.", code="record_not_sealed", number=number)
        leaf = place
    if size > newest or leaf >= size:
        raise Refused(f"A tree of {size} leaves has no leaf {leaf}.", code="log_sizes_wrong", most=newest)
    try:
        kind, found = record_at(connection, leaf)
    except NotFound as error:
        raise Refused(error.message, code="log_sizes_wrong", most=newest) from error
    tree = Tree(connection, size)
    words = ""
    if inner:
        table, key = name_of(connection, found) if kind == "record" else (None, None)
        words = record_words(kind, found, table, key)
    return inclusion_view(leaf, tree.node(0, leaf), tree.size, tree.root(), tree.inclusion(leaf), words)


def _consistency(
    connection: Connection, first: int | Literal[""], second: int, newest: int
) -> Consistency | None:
    if first == "":
        return None
    if not 1 <= first <= second <= newest:
        raise Refused(
            f"A tree of {second} leaves does not begin with {first}.", code="log_sizes_wrong", most=newest
        )
    tree = Tree(connection, second)
    return consistency_view(
        first, second, Tree(connection, first).root(), tree.root(), tree.consistency(first)
    )
