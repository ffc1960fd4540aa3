"""The web application: API, event stream and console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api import problems
from api.console import errors as console_errors
from api.console import routes as console
from api.context import POOL_SIZE, Database, Services
from api.evidence.checkdesk import CheckDesk
from api.evidence.worker import Worker
from api.guesses import Guesses
from api.heartbeat import Heartbeat
from api.live import Hub
from api.metrics import Metrics
from api.openid.config import config_of
from api.openid.provider import provider_of
from api.routes import (
    alerts,
    audit,
    checks,
    data,
    evidence,
    handling,
    handover,
    law,
    leadpapers,
    leads,
    leadsteps,
    log,
    marks,
    messages,
    notifications,
    operations,
    positivelist,
    quarantine,
    retention,
    sites,
    statistics,
    stream,
    system,
    tasks,
)
from api.shell import API_PREFIX, Shell
from store import clock
from store.database import pool
from store.release import release
from store.settings import Settings

DESCRIPTION = """\
Outfall (排口): pollution-source monitoring and alerting.

Lists answer `{"items": [...], "next": cursor|null}`. Judged values are decimal strings exactly as stored. Times are ISO 8601
with offset, Beijing time; times in queries need an offset. Errors are RFC 9457 problem bodies whose `code` never changes.
Send a bearer token, or the session cookie of the console; a write with the cookie repeats the session's CSRF token in
`X-CSRF-Token`.
"""

TAGS = [
    {"name": "sites", "description": "Sites (排污单位) and outlets (排口) with their latest values."},
    {
        "name": "data",
        "description": "Readings, period values with verdicts, and the loss ledger of an outlet.",
    },
    {"name": "quarantine", "description": "What could not be used (隔离), and its replay."},
    {"name": "marks", "description": "Marks (标记) of periods and checks (核查) of monitors."},
    {"name": "alerts", "description": "Alerts (预警) and what is done about them."},
    {
        "name": "leads",
        "description": "Enforcement leads (执法线索), their reviews and times, and the law as dated records.",
    },
    {"name": "tasks", "description": "Tasks (核查任务), visits, and the positive list (正面清单)."},
    {"name": "notifications", "description": "Channels, messages, and the proofs of their delivery."},
    {"name": "handover", "description": "Handing leads (执法线索) over, receipts, and the printed set."},
    {"name": "log", "description": "The evidence log (证据日志): checkpoints, keys and proofs."},
    {"name": "audit", "description": "Who wrote what, and who read evidence."},
    {"name": "retention", "description": "How long raw data are kept, and legal holds (留存冻结)."},
    {"name": "evidence", "description": "Evidence packages (证据包): what a stranger can check offline."},
    {"name": "live", "description": "Server-sent events."},
    {"name": "operations", "description": "The work that time drives."},
    {"name": "system", "description": "Health, readiness and metrics."},
]


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings; the database is opened when it starts and may come up later than the API.

    Raises SettingsError when no database is named, and when sign-in by OpenID is configured wrongly.
    """
    database_url = settings.database()
    metrics = Metrics()
    openid = provider_of(config_of(settings))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        connections = pool(database_url, name="api", size=POOL_SIZE)
        database = Database(connections)
        builder = Worker(settings, database.write)
        guesses = Guesses(settings.address_failures)
        checks = CheckDesk(settings)
        hub = Hub(database_url, metrics)
        services = Services(settings, database, hub, metrics, builder, checks, guesses, openid)
        app.state.services = services
        builder.start()
        background = [
            asyncio.create_task(services.hub.run()),
            asyncio.create_task(Heartbeat(services.database, clock.now()).run()),
        ]
        try:
            yield
        finally:
            services.hub.close()
            await run_in_threadpool(builder.stop)
            await run_in_threadpool(checks.close)
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await run_in_threadpool(connections.close)

    app = FastAPI(
        title="Outfall",
        version=release(),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=f"{API_PREFIX}/openapi.json",
        # The interactive pages load scripts from elsewhere, which the content security policy forbids.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    problems.install(app)
    console_errors.install(app)
    app.add_middleware(
        Shell,
        metrics=metrics,
        attachment_bytes=settings.attachment_bytes,
        check_bytes=settings.check_bytes,
    )
    include_routes(app)
    return app


def include_routes(app: FastAPI) -> None:
    """Every router of the API and of the console. Health and metrics stand at the root too, where supervisors look for them."""
    for part in (
        sites,
        data,
        messages,
        statistics,
        marks,
        checks,
        alerts,
        handling,
        tasks,
        leads,
        leadsteps,
        leadpapers,
        law,
        positivelist,
        quarantine,
        notifications,
        evidence,
        handover,
        log,
        audit,
        retention,
        stream,
        operations,
        system,
    ):
        app.include_router(part.router, prefix=API_PREFIX)
    app.include_router(system.router, include_in_schema=False)
    app.include_router(console.router)
