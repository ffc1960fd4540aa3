"""Health, readiness and metrics: for supervisors of processes and for Prometheus."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any

import psycopg
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import problems
from api.access import Requires
from api.context import Services, ServicesHere, services_of
from api.metrics import CONTENT_TYPE
from api.permissions import Permission
from api.routes import PROBLEMS
from api.shapes.system import Health, Readiness
from store.database import rows
from store.migrate import expected_migrations
from store.queries import queries
from store.release import release

logger = logging.getLogger(__name__)

router = APIRouter(tags=["system"], responses=PROBLEMS)

# Services beat every 5 s; three lost beats are no accident.
FRESH_SECONDS = 15.0


@router.get("/healthz", response_model=Health, summary="Whether the process is alive")
async def healthz() -> Health:
    """Answers without the database, so that a restart is not tried where it cannot help."""
    return Health(status="ok", version=release())


@router.get(
    "/readyz",
    response_model=Readiness,
    summary="Whether the whole can work",
    responses={503: {"description": "Something is missing; `checks` says what."}},
)
def readyz(request: Request, services: ServicesHere) -> Any:
    """Database, schema, the ingest process and its broker connection. 503 with the same checks when one of them fails."""
    checks = _checks(services)
    if all(check["ok"] for check in checks.values()):
        return Readiness(ready=True, checks=checks)  # type: ignore[arg-type]
    failing = ", ".join(name for name, check in checks.items() if not check["ok"])
    return problems.problem(
        503,
        "not_ready",
        f"Outfall is not ready: {failing}.",
        instance=request.url.path,
        facts={"failing": failing, "ready": False, "checks": checks},
    )


def _checks(services: Services) -> dict[str, dict[str, Any]]:
    sql = queries("watch")
    checks: dict[str, dict[str, Any]] = {}
    try:
        with services.database.read() as connection, rows(connection) as cursor:
            checks["database"] = {"ok": True, "detail": "answers"}
            applied = {row["migration_id"] for row in cursor.execute(sql["applied_migrations"])}
            missing = sorted(expected_migrations() - applied)
            detail = (
                f"missing: {', '.join(missing)}; run `outfall migrate`"
                if missing
                else "as this release needs"
            )
            checks["schema"] = {"ok": not missing, "detail": detail}
            heartbeats = {row["service"]: row for row in cursor.execute(sql["services"])}
    except psycopg.OperationalError:
        logger.warning("readyz: the database does not answer")
        return {"database": {"ok": False, "detail": "does not answer"}}
    except psycopg.errors.UndefinedTable:
        checks["schema"] = {"ok": False, "detail": "no schema; run `outfall migrate`"}
        return checks
    ingest = heartbeats.get("ingest")
    alive = ingest is not None and ingest["seconds"] < FRESH_SECONDS
    seen = "never seen" if ingest is None else f"last seen {ingest['seconds']:.0f} s ago"
    checks["ingest"] = {"ok": alive, "detail": seen}
    connected = ingest["state"].get("broker_connected") if ingest is not None and alive else None
    told = "unknown" if connected is None else "connected" if connected else "not connected"
    checks["broker"] = {"ok": connected is True, "detail": f"ingest says: {told}"}
    return checks


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Open to callers on this very machine; others need a token whose role may read metrics (operator, admin)."""
    if not _is_local(request):
        await Requires(Permission.METRICS_READ)(request)
    services = services_of(request)
    body = await run_in_threadpool(_scrape, services)
    return Response(body, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _is_local(request: Request) -> bool:
    # A proxy on this machine makes every caller look local; it gives itself away by these headers.
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via")):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _scrape(services: Services) -> bytes:
    sql = queries("watch")
    statements = {
        "ledger": "metrics_ledger",
        "alerts": "metrics_alerts",
        "gateways": "metrics_gateways",
        "waiting": "metrics_waiting",
        "services": "services",
        "jobs": "metrics_jobs",
        "leaders": "metrics_leaders",
        "channels": "metrics_channels",
        "log": "metrics_log",
        "outgoing": "metrics_outgoing",
    }
    try:
        with services.database.read() as connection, rows(connection) as cursor:
            facts = {
                name: cursor.execute(sql[statement]).fetchall() for name, statement in statements.items()
            }
    except psycopg.Error as error:
        logger.warning("metrics: the database does not answer: %s", type(error).__name__)
        return services.metrics.render(None)
    return services.metrics.render(facts)
