"""``/positive-list``: the list as of a day, its history, and what keeps it honest."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from alerts.tasks.sampling import draw_sample, publish_sample
from api.access import Principal, requires
from api.console.answers import done
from api.console.days import end_of_day
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.console.positivelist import reads, views
from api.console.scope import visible_registry
from api.console.taskpages.reads import visit_counts
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.registry import load_registry
from store.tasks import Caller

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Reader = Annotated[Principal, requires(Permission.TASKS_READ)]
Handler = Annotated[Principal, requires(Permission.TASKS_HANDLE)]
Day = Annotated[str, Query(max_length=20)]
Words = Annotated[str, Form(max_length=400)]


@router.get("/positive-list")
def positive_list(
    request: Request,
    services: ServicesHere,
    principal: Reader,
    at: Day = "",
    site: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The units as of the end of a day (now, when none is given); the history of all or of one."""
    now = clock.now()
    moment = end_of_day(at, now) or now
    inner = principal.site_key is None
    with services.database.read() as connection:
        named = visible_registry(connection, principal, now)
        # Units of today and those of that day: a stay may be older than the unit's registration here.
        registry = views.joined(named, visible_registry(connection, principal, moment))
        visits = visit_counts(connection, registry, services.settings, site_key=principal.site_key, at=moment)
        off_site = reads.off_site_done(connection, site_key=principal.site_key, at=moment)
        records = reads.records(connection, site_key=principal.site_key, site=site or None, at=now)
        proposals = reads.proposals(connection) if inner else []
        samples = reads.samples(connection) if inner else []
    return render(
        request,
        "positivelist/list.html",
        principal,
        page="positivelist",
        at=at,
        moment=moment,
        asked=moment < now,
        units=views.unit_rows(registry, visits, off_site, proposals, moment),
        records=views.record_rows(records, named),
        proposals=views.proposal_rows(proposals, named),
        samples=views.sample_rows(samples, named),
        site=site,
        sites=[(one.id, one.name) for one in named.sites],
        notice_hours=services.settings.sample_notice_hours,
        percent=services.settings.sample_percent,
        company=not inner,
    )


@router.post("/positive-list/samples")
def publish(
    request: Request, services: ServicesHere, principal: Handler, period: Words = "", seed: Words = ""
) -> Response:
    """Make the seed and the candidates of a period public; nothing of the draw can be chosen afterwards."""
    now = clock.now()
    with services.database.write() as connection:
        registry = load_registry(connection, at=now)
        publish_sample(connection, registry, period.strip(), seed.strip() or None, _caller(principal), now)
    return done(request, "/positive-list#samples", said="positivelist.published")


@router.post("/positive-list/samples/draw")
def draw(request: Request, services: ServicesHere, principal: Handler, period: Words = "") -> Response:
    """Draw the units of a period; each gets its visit."""
    now = clock.now()
    with services.database.write() as connection:
        registry = load_registry(connection, at=now)
        draw_sample(connection, registry, services.settings, period, _caller(principal), now)
    return done(request, "/positive-list#samples", said="positivelist.drawn")


def _caller(principal: Principal) -> Caller:
    return Caller(principal.name, principal.origin)
