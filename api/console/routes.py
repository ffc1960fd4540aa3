"""The pages of the console, and its scripts and styles."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from api.console import login, openid, preferences
from api.console.account import pages as accountpages
from api.console.alerts import pages as alertpages
from api.console.auditpages import pages as auditpages
from api.console.errors import ConsoleRoute
from api.console.evidence import router as evidence_router
from api.console.health import pages as healthpages
from api.console.leads import router as leads_router
from api.console.markpages import pages as markpages
from api.console.notifications import pages as notificationpages
from api.console.outlet import exports as outletexports
from api.console.outlet import pages as outletpages
from api.console.outlet import readingpages
from api.console.overview import pages as overviewpages
from api.console.pages import STATIC
from api.console.positivelist import pages as positivelistpages
from api.console.quality import pages as qualitypages
from api.console.reports import pages as reportpages
from api.console.retentionpages import pages as retentionpages
from api.console.siteconfig import applying as siteapplying
from api.console.siteconfig import pages as siteconfigpages
from api.console.taskpages import asking as taskasking
from api.console.taskpages import pages as taskpages
from api.console.unit import pages as unitpages
from api.console.users import pages as userpages

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
router.include_router(login.router)
router.include_router(openid.router)
router.include_router(preferences.router)
router.include_router(accountpages.router)
router.include_router(userpages.router)
router.include_router(outletpages.router)
router.include_router(outletexports.router)
router.include_router(readingpages.router)
router.include_router(overviewpages.router)
router.include_router(alertpages.router)
router.include_router(notificationpages.router)
router.include_router(unitpages.router)
router.include_router(healthpages.router)
router.include_router(auditpages.router)
router.include_router(markpages.router)
router.include_router(qualitypages.router)
router.include_router(retentionpages.router)
router.include_router(leads_router)
router.include_router(evidence_router)
router.include_router(reportpages.router)
# Asking first: /tasks/new is no number of a task.
router.include_router(taskasking.router)
router.include_router(taskpages.router)
router.include_router(positivelistpages.router)
# Applying first: /config/sites/export.yaml is no id of a unit.
router.include_router(siteapplying.router)
router.include_router(siteconfigpages.router)

_files = StaticFiles(directory=STATIC)


@router.get("/static/{path:path}")
async def static_file(request: Request, path: str) -> Response:
    """Scripts, styles and pictures; their address changes with their content, so a browser may keep them for a year."""
    response = await _files.get_response(path, request.scope)
    if "v" in request.query_params:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
