"""``/marks/checks``: checks of monitors and comparisons along the transmission chain, filed and listed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from api import markread
from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.markpages import checkviews, reads
from api.console.markpages.scene import outlets_of, scene_of
from api.console.pages import render
from api.console.spans import day_field, days_given, last_day_field, minute_field, minute_given
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.checkfiling import KINDS, NewChainCheck, NewCheck, file_chain_check, file_check
from store.clock import HOUR
from store.errors import Refused
from store.texts import text

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.MARKS_READ)]
Filer = Annotated[Principal, requires(Permission.MARKS_FILE)]
Typed = Annotated[str, Form(max_length=64)]
Note = Annotated[str, Form(max_length=4000)]

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
LIST_DAYS, LONGEST_DAYS = 31, 366


@router.get("/marks/checks")
def checks(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    site: str = "",
    outlet: str = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
) -> Response:
    """Both lists, and for one outlet the forms to file."""
    now = clock.now()
    start, end = days_given(first, last, now=now, usual=LIST_DAYS, longest=LONGEST_DAYS)
    with services.database.read() as connection:
        scene = scene_of(connection, principal, now)
        chosen = scene.chosen(site, outlet)
        viewer = markread.viewer_of(connection, principal)
        found = reads.checks(connection, outlets_of(chosen), start, end)
        chain = reads.chain_checks(connection, outlets_of(chosen), start, end)
    return render(
        request,
        "markpages/checks.html",
        principal,
        page="marks",
        authority=scene.authority,
        tabs=scene.tabs("checks"),
        scene=scene,
        site=site,
        outlet=outlet,
        first_day=day_field(start),
        last_day=last_day_field(end),
        rows=checkviews.check_rows(found, scene.by_key, viewer),
        chain=checkviews.chain_rows(chain, scene.by_key, viewer),
        most=reads.CHECKS_SHOWN,
        place=chosen[0] if len(chosen) == 1 else None,
        kinds=[(kind, text(f"marks.check.{kind}")) for kind in KINDS],
        latest=minute_field(now),
        last_hour=minute_field(clock.hour_start(now) - HOUR),
        now=now,
    )


@router.post("/marks/checks")
def file_one(
    request: Request,
    services: ServicesHere,
    principal: Filer,
    outlet: Typed = "",
    factor: Typed = "",
    kind: Typed = "",
    checked_at: Typed = "",
    passed: Typed = "",
    measured: Typed = "",
    reference: Typed = "",
    note: Note = "",
) -> Response:
    """File the result of a check; the hours that it vouches for are judged again."""
    at = clock.now()
    new = NewCheck(
        factor=factor,
        kind=kind,
        checked_at=minute_given(checked_at),
        passed=_passed(passed),
        measured=_number(measured),
        reference=_number(reference),
        note=note,
    )
    with services.database.write() as connection:
        place = scene_of(connection, principal, at).place(outlet)
        file_check(connection, place.outlet, new, actor=principal.name, origin=principal.origin, at=at)
    return done(request, f"/marks/checks?outlet={place.outlet.id}", "markpages.check_filed")


@router.post("/marks/chain-checks")
def file_chain(
    request: Request,
    services: ServicesHere,
    principal: Filer,
    outlet: Typed = "",
    factor: Typed = "",
    start: Typed = "",
    instrument: Typed = "",
    logger: Typed = "",
    note: Note = "",
) -> Response:
    """File what instrument and logger show for one hour."""
    at = clock.now()
    shown = _number(instrument)
    if shown is None:
        raise Refused("Give what the instrument shows.", code="chain_check_incomplete")
    new = NewChainCheck(
        factor=factor, start=minute_given(start), instrument=shown, logger=_number(logger), note=note
    )
    with services.database.write() as connection:
        place = scene_of(connection, principal, at).place(outlet)
        file_chain_check(connection, place.outlet, new, actor=principal.name, origin=principal.origin, at=at)
    return done(request, f"/marks/checks?outlet={place.outlet.id}", "markpages.chain_filed")


def _number(typed: str) -> Decimal | None:
    given = typed.strip()
    if not given:
        return None
    if not _NUMBER.fullmatch(given):
        raise Refused("A value of a check must be a number.", code="check_value_impossible")
    return Decimal(given)


def _passed(typed: str) -> bool:
    if typed not in ("yes", "no"):
        raise Refused("Say whether the check was passed.", code="check_result_missing")
    return typed == "yes"
