"""Making a page from a template. Texts come from the catalogue, times and numbers from ``words``."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import Principal
from api.console import words
from api.console.answers import sentence_said
from api.console.navigation import Menu, menu_for
from api.console.platform import since_words
from api.permissions import Permission
from store import clock
from store.language import language
from store.texts import plain, text

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
STREAM_PATH = "/api/v1/stream"


@cache
def environment() -> Environment:
    """The templates with the functions that they use. Everything is escaped; an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        t=text,
        raw=plain,
        language=language,
        ago=words.ago,
        factor_name=words.factor_name,
        factor_unit=words.factor_unit,
        stamp=words.stamp,
        day=words.day_label,
        minute=words.minute,
        remaining=words.remaining,
        static=static_path,
        since_words=since_words,
        stream_path=STREAM_PATH,
        stream_name=stream_name,
    )
    return made


def stream_name(principal: Principal) -> str:
    """What the shared event stream of a session is called: pages of one session meet in it, and nobody else's."""
    return hashlib.sha256(f"{principal.name} {principal.csrf}".encode()).hexdigest()[:16]


@cache
def static_path(name: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep the file."""
    file = STATIC / name
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"/static/{name}?v={digest}"


def render(
    request: Request,
    template: str,
    principal: Principal | None,
    *,
    status: int = 200,
    **model: Any,
) -> HTMLResponse:
    """A page or a fragment. Nothing of it may be kept by a browser or a proxy."""
    context = {
        "principal": principal,
        "page": None,
        "now": clock.now(),
        "said": sentence_said(request),
        "menu": Menu((), ()) if principal is None else menu_for(principal.may),
        "may": lambda permission: principal is not None and principal.may(Permission(permission)),
        "authority": None if principal is None else principal.authority,
        "may_see_alerts": principal is not None and principal.may(Permission.ALERTS_READ),
        "may_acknowledge": principal is not None and principal.may(Permission.ALERTS_ACKNOWLEDGE),
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **model,
    }
    body = environment().get_template(template).render(context)
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})
