"""Answers to forms: where the page goes after a write, and the sentence that it then shows."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from store.texts import has, text

SAID = "said"
"""The name in the address under which a page is told what to say: a key of the catalogue, never a sentence."""


def done(request: Request, path: str, said: str | None = None) -> Response:
    """Go to ``path`` after a write and say there ``console.<topic>.said.<name>`` of ``said`` = ``<topic>.<name>``.

    A browser without script is redirected (303); htmx is told to go there.
    """
    if said is not None:
        address = urlsplit(path)
        query = "&".join(part for part in (address.query, urlencode({SAID: said})) if part)
        path = address._replace(query=query).geturl()
    if "HX-Request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path, "Cache-Control": "no-store"})
    return RedirectResponse(path, status_code=303)


def sentence_said(request: Request) -> str | None:
    """The sentence that the address asks the page to say; None when it asks for none that exists."""
    topic, dot, name = request.query_params.get(SAID, "").partition(".")
    key = f"console.{topic}.said.{name}"
    return text(key) if dot and has(key) else None
