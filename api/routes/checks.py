"""``/outlets/{outlet_id}/checks`` and ``/chain-checks``: what vouches for the values of a monitor."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import markread
from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import PROBLEMS, READ_PROBLEMS, Id, IfNoneMatch
from api.routes.data import From, To, find_outlet
from api.routes.marks import FactorWanted
from api.shapes.marks import (
    ChainCheck,
    ChainCheckFiling,
    ChainCheckList,
    Check,
    CheckFiling,
    CheckList,
    decimal_of,
)
from api.wire import window
from api.writes import WriteHere
from store import clock
from store.checkfiling import NewChainCheck, NewCheck, file_chain_check, file_check
from store.checkreads import chain_checks_over, checks_over
from store.database import Connection
from store.registry import load_registry

router = APIRouter(tags=["marks"])

Reader = Annotated[Principal, requires(Permission.MARKS_READ)]
Filer = Annotated[Principal, requires(Permission.MARKS_FILE)]

USUAL, LONGEST = timedelta(days=31), timedelta(days=366)


@router.get(
    "/outlets/{outlet_id}/checks",
    response_model=CheckList,
    summary="Checks of the monitors of an outlet",
    responses=READ_PROBLEMS,
)
def list_checks(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    from_: From = None,
    to: To = None,
    factor: FactorWanted = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Oldest first, with the last check of each factor before the time and the first one after it."""
    start, end = window(from_, to, now=clock.now(), usual=USUAL, longest=LONGEST)
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        found = checks_over(connection, outlet_key, start, end)
        viewer = markread.viewer_of(connection, principal)
    items = [
        markread.check_item(check, outlet_id, viewer) for check in found if factor in (None, check.factor)
    ]
    return json_reply(request, {"items": items, "next": None})


@router.post(
    "/outlets/{outlet_id}/checks",
    response_model=Check,
    status_code=201,
    summary="File a check",
    responses=PROBLEMS,
)
def file_outlet_check(outlet_id: Id, write: WriteHere, principal: Filer, body: CheckFiling) -> Response:
    """The result of a standard check, a comparison, a calibration or a verification. 422 when it cannot be."""

    def do(connection: Connection) -> dict[str, Any]:
        at = clock.now()
        outlet, _ = markread.registered(load_registry(connection, at=at), outlet_id, principal)
        new = NewCheck(
            factor=body.factor,
            kind=body.kind,
            checked_at=body.checked_at,
            passed=body.passed,
            measured=decimal_of(body.measured),
            reference=decimal_of(body.reference),
            note=body.note,
        )
        check = file_check(connection, outlet, new, actor=principal.name, origin=principal.origin, at=at)
        return markread.check_item(check, outlet_id, markread.viewer_of(connection, principal))

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)


@router.get(
    "/outlets/{outlet_id}/chain-checks",
    response_model=ChainCheckList,
    summary="Comparisons along the transmission chain",
    responses=READ_PROBLEMS,
)
def list_chain_checks(
    request: Request,
    outlet_id: Id,
    services: ServicesHere,
    principal: Reader,
    from_: From = None,
    to: To = None,
    factor: FactorWanted = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """By hour; the last one filed for an hour and factor."""
    start, end = window(from_, to, now=clock.now(), usual=USUAL, longest=LONGEST)
    with services.database.read() as connection:
        outlet_key = find_outlet(connection, outlet_id, principal)
        found = chain_checks_over(connection, outlet_key, start, end)
        viewer = markread.viewer_of(connection, principal)
    items = [
        markread.chain_check_item(check, outlet_id, viewer)
        for check in found
        if factor in (None, check.factor)
    ]
    return json_reply(request, {"items": items, "next": None})


@router.post(
    "/outlets/{outlet_id}/chain-checks",
    response_model=ChainCheck,
    status_code=201,
    summary="File what instrument and logger show",
    responses=PROBLEMS,
)
def file_outlet_chain_check(
    outlet_id: Id, write: WriteHere, principal: Filer, body: ChainCheckFiling
) -> Response:
    """For one hour; more than 1 % beside what came here makes the hour invalid (HJ 356 6.2)."""

    def do(connection: Connection) -> dict[str, Any]:
        at = clock.now()
        outlet, _ = markread.registered(load_registry(connection, at=at), outlet_id, principal)
        new = NewChainCheck(
            factor=body.factor,
            start=body.start,
            instrument=Decimal(body.instrument),
            logger=decimal_of(body.logger),
            note=body.note,
        )
        check = file_chain_check(
            connection, outlet, new, actor=principal.name, origin=principal.origin, at=at
        )
        return markread.chain_check_item(check, outlet_id, markread.viewer_of(connection, principal))

    return write.answer(principal, body.model_dump(mode="json"), do, status=201)
