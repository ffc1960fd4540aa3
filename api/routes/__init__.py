"""The routes of ``/api/v1``, one module a subject."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Path, Query

from api.problems import MEDIA_TYPE
from api.shapes.system import Problem

_PROBLEM = {"model": Problem, "content": {MEDIA_TYPE: {}}}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {**_PROBLEM, "description": "What is wrong with the request, as a problem body."},
    "5XX": {
        **_PROBLEM,
        "description": "Outfall or its database cannot answer now; try again after Retry-After.",
    },
}
"""Declared by every router."""

READ_PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The caller has this content (If-None-Match)."},
    **PROBLEMS,
}

Id = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$", description="Id as in the sites file.")]
Code = Annotated[str, Query(max_length=64)]
CursorHere = Annotated[str | None, Query(max_length=512, description="`next` of the page before, unchanged.")]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="ETag of the content the caller has.")
]
