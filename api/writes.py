"""Writes through the API: one transaction each, answered again and not done again when the Idempotency-Key comes twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request
from starlette.responses import Response

from api.access import Principal
from api.context import Services, ServicesHere
from api.replies import plain
from store.answers import Answer, once
from store.database import Connection


@dataclass(frozen=True, slots=True)
class Write:
    """What every write is asked with; give a route one by the type ``WriteHere``."""

    request: Request
    services: Services
    key: str | None

    def answer(
        self, principal: Principal, content: object, do: Callable[[Connection], Any], *, status: int = 200
    ) -> Response:
        """Do it once a key and answer with what ``do`` gives; a refused write is rolled back and keeps no answer.

        ``content`` is the body as it was asked, JSON-ready: the same key with other content is refused.
        """
        asked = [self.request.method, self.request.url.path, content]
        digest = hashlib.sha256(orjson.dumps(asked, default=plain)).digest()
        with self.services.database.write() as connection:

            def write() -> Answer:
                return status, orjson.loads(orjson.dumps(do(connection), default=plain))

            answered, body = once(connection, actor=principal.name, key=self.key, request=digest, write=write)
        return Response(
            orjson.dumps(body), answered, {"Cache-Control": "no-store"}, media_type="application/json"
        )


def _write(
    request: Request,
    services: ServicesHere,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$")
    ] = None,
) -> Write:
    return Write(request, services, idempotency_key)


WriteHere = Annotated[Write, Depends(_write)]
"""Give a route a write by this type."""
