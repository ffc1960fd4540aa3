"""``/health-of-system``: how Outfall itself is."""

from __future__ import annotations

import platform
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.errors import ConsoleRoute
from api.console.health import checks, views
from api.console.health.reads import gather
from api.console.pages import render
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.migrate import expected_migrations
from store.release import release

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Operator = Annotated[Principal, requires(Permission.OPERATIONS_READ)]


@router.get("/health-of-system")
def health(request: Request, services: ServicesHere, principal: Operator) -> Response:
    """Every part with its state, its threshold and what to do. A part that cannot be read says so and leaves the others."""
    now = clock.now()
    settings = services.settings
    with services.database.read() as connection:
        found = gather(connection, settings.home, now)
    lines = checks.checks(found, settings, expected_migrations())
    return render(
        request,
        "health/health.html",
        principal,
        page="health",
        checks=sorted(lines, key=lambda line: -checks.rank(line.state)),
        overall=checks.worst([line.state for line in lines]),
        failed=found.failed,
        processes=views.process_rows(found),
        gateways=views.gateway_rows(found),
        jobs=views.job_rows(found),
        outages=views.outage_rows(found),
        sizes=views.size_rows(found),
        sealing=views.sealing_facts(found),
        retention=views.retention_facts(found, settings),
        versions=views.version_facts(found, release(), platform.python_version()),
        now=now,
    )
