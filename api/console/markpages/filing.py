"""``/marks/file``: the form of a mark with a preview of what it would change; withdrawing a mark."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import Response

from api import markread
from api.access import Principal, requires
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.markpages import effects, reads, views
from api.console.markpages.effectviews import preview_view
from api.console.markpages.scene import Scene, scene_of
from api.console.pages import render
from api.console.spans import minute_field, minute_given
from api.context import Services, ServicesHere
from api.permissions import Permission
from store import clock
from store.clock import HOUR
from store.database import Connection
from store.errors import NotFound, Refused
from store.markfiling import file_mark, withdraw_mark
from store.markrules import NewMark, clocks_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Filer = Annotated[Principal, requires(Permission.MARKS_FILE)]
MarkId = Annotated[int, Path(ge=1, lt=2**63)]

MOST_FILES = 20
_UNNAMED = "…"


@dataclass(frozen=True, slots=True)
class Given:
    """The fields of the form as they were typed."""

    outlet: str
    item: str
    factor: str
    first: str
    last: str
    reason: str

    def mark(self, proof: tuple[tuple[str, str], ...] = (), *, previewing: bool = False) -> NewMark:
        """The mark that they say. Raises Refused ``mark_label_not_chosen``, ``local_time_wrong``."""
        category, colon, label = self.item.partition(":")
        if not colon:
            raise Refused("Choose what the mark says.", code="mark_label_not_chosen")
        return NewMark(
            category=category,
            label=label,
            factor=self.factor or None,
            from_time=minute_given(self.first),
            to_time=minute_given(self.last),
            # What a mark changes does not hang on its reason; it may be written last.
            reason=self.reason or (_UNNAMED if previewing else ""),
            proof=proof,
        )


Typed = Annotated[str, Form(max_length=64)]


def typed(
    outlet: Typed = "",
    item: Typed = "",
    factor: Typed = "",
    first: Annotated[str, Form(alias="from", max_length=32)] = "",
    last: Annotated[str, Form(alias="to", max_length=32)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Given:
    """The fields of a form that was sent."""
    return Given(outlet, item, factor, first, last, reason.replace("\r\n", "\n"))


TypedHere = Annotated[Given, Depends(typed)]


@router.get("/marks/file")
def form(
    request: Request,
    services: ServicesHere,
    principal: Filer,
    outlet: str = "",
    item: str = "",
    factor: str = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
) -> Response:
    """The form for one outlet. A stretch that needs a mark fills it in; else the hour before this one stands there."""
    now = clock.now()
    end = clock.hour_start(now)
    with services.database.read() as connection:
        scene = scene_of(connection, principal, now)
        if not scene.places:
            raise NotFound("There is no outlet that reports.", code="outlet_not_found")
        place = scene.place(outlet or scene.places[0].outlet.id)
        given = Given(
            place.outlet.id,
            item,
            factor if factor in place.outlet.factors else "",
            _time(first, end - HOUR),
            _time(last, end),
            "",
        )
        return _form(request, services, connection, scene, place, given, None)


@router.post("/marks/preview")
def preview(request: Request, services: ServicesHere, principal: Filer, given: TypedHere) -> Response:
    """The form again, with what the mark would change. Nothing is written."""
    now = clock.now()
    with services.database.read() as connection:
        scene = scene_of(connection, principal, now)
        place = scene.place(given.outlet)
        new = given.mark(previewing=True)
        found = effects.preview(
            connection, services.settings, place.outlet, place.site.industry, new, scene.now
        )
        return _form(request, services, connection, scene, place, given, preview_view(found, new))


def _form(
    request: Request,
    services: Services,
    connection: Connection,
    scene: Scene,
    place: views.Place,
    given: Given,
    previewed: Any,
) -> Response:
    parts = []
    try:
        start, end = minute_given(given.first), minute_given(given.last)
        if timedelta(0) < end - start <= timedelta(days=31):
            parts = list(
                effects.parts_of(
                    connection, clocks_of(services.settings), place.outlet.key, start, end, scene.now
                )
            )
    except Refused:
        pass  # the form says it when it is sent
    return render(
        request,
        "markpages/file.html",
        scene.principal,
        page="marks",
        authority=scene.authority,
        place=place,
        scene=scene,
        given=given,
        latest=minute_field(scene.now),
        parts=parts,
        groups=views.items_of(place.site.industry),
        exemptions=[
            views.exemption_words(one, place.site.industry)
            for one in place.outlet.exemptions
            if one.in_force(scene.now)
        ],
        preview=previewed,
        clock_time=services.settings.mark_deadline,
        clock_days=services.settings.mark_deadline_days,
        most_files=MOST_FILES,
        now=scene.now,
    )


def _time(text: str, usual: datetime) -> str:
    try:
        return minute_field(minute_given(text)) if text else minute_field(usual)
    except Refused:
        return minute_field(usual)


@router.post("/marks/file")
def file(
    request: Request,
    services: ServicesHere,
    principal: Filer,
    given: TypedHere,
    proof: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """File the mark. Of the documents names and digests are kept with the mark; they themselves stay with the filer."""
    at = clock.now()
    new = given.mark(_digests(proof or []))
    with services.database.write() as connection:
        scene = scene_of(connection, principal, at)
        place = scene.place(given.outlet)
        marks = file_mark(
            connection,
            place.outlet,
            place.site.industry,
            new,
            actor=principal.name,
            origin=principal.origin,
            at=at,
            clocks=clocks_of(services.settings),
        )
    late = sum(mark.late for mark in marks)
    said = "filed" if not late else "filed_late" if late == len(marks) else "filed_partly_late"
    return done(request, f"/marks/list?outlet={place.outlet.id}", f"markpages.{said}")


def _digests(files: list[UploadFile]) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 of each document. Raises Refused ``too_many_files``."""
    named = [file for file in files if file.filename]
    if len(named) > MOST_FILES:
        raise Refused(
            f"At most {MOST_FILES} documents go with a mark.", code="too_many_files", most=MOST_FILES
        )
    return tuple(
        ((file.filename or "")[-200:], hashlib.sha256(file.file.read()).hexdigest()) for file in named
    )


@router.post("/marks/{mark_id}/withdraw")
def withdraw(
    request: Request,
    services: ServicesHere,
    principal: Filer,
    mark_id: MarkId,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Take a mark back; its hours are judged again without it."""
    with services.database.write() as connection:
        scene = scene_of(connection, principal, clock.now())
        mark = withdraw_mark(
            connection,
            mark_id,
            actor=principal.name,
            origin=principal.origin,
            reason=reason,
            at=clock.now(),
            site_key=principal.site_key,
        )
        place = scene.by_key.get(mark.outlet_key)
    path = "/marks/list" if place is None else f"/marks/list?outlet={place.outlet.id}"
    return done(request, path, "markpages.withdrawn")


@router.get("/marks/{mark_id:int}")
def one_mark(
    request: Request,
    services: ServicesHere,
    principal: Annotated[Principal, requires(Permission.MARKS_READ)],
    mark_id: MarkId,
) -> Response:
    """One mark with everything that is known of it. Raises NotFound ``mark_not_found``."""
    with services.database.read() as connection:
        scene = scene_of(connection, principal, clock.now())
        found = reads.mark(connection, [place.outlet for place in scene.places], mark_id)
        if found is None:
            raise NotFound(f"There is no mark {mark_id}.", code="mark_not_found")
        viewer = markread.viewer_of(connection, principal)
    row = views.mark_row(found, scene.by_key[found.mark.outlet_key], viewer, files=scene.files)
    return render(
        request,
        "markpages/mark.html",
        principal,
        page="marks",
        authority=scene.authority,
        row=row,
        tabs=scene.tabs("list"),
        now=scene.now,
    )
