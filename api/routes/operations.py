"""``/operations``: how the work is that nobody asks for: the time-driven jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import Principal, requires
from api.context import ServicesHere
from api.permissions import Permission
from api.replies import json_reply
from api.routes import READ_PROBLEMS, IfNoneMatch
from api.shapes.operations import Jobs
from store.database import rows
from store.queries import queries

router = APIRouter(prefix="/operations", tags=["operations"])

Reader = Annotated[Principal, requires(Permission.OPERATIONS_READ)]


@router.get("/jobs", response_model=Jobs, summary="Time-driven jobs", responses=READ_PROBLEMS)
def list_jobs(
    request: Request, services: ServicesHere, principal: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """Every job with its last run and its next one, and which process leads. A leader that died is known for 15 seconds more."""
    sql = queries("jobs")
    with services.database.read() as connection, rows(connection) as cursor:
        leader = cursor.execute(sql["leader"]).fetchone()
        standbys = cursor.execute(sql["standbys"]).fetchall()
        items = cursor.execute(sql["every_job"]).fetchall()
    return json_reply(request, {"leader": leader, "standbys": standbys, "items": items, "next": None})
