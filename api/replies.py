"""Bodies of answers: JSON with ETag, CSV with a byte order mark."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Request
from starlette.responses import Response, StreamingResponse

from api.wire import decimal_text

# The answer depends on who asks and must be asked for anew each time; If-None-Match makes that cheap.
_CACHE_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept"}

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as GBK
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def json_reply(request: Request, content: Any) -> Response:
    """An answer to a read: 200 with its ETag, or 304 without a body when the caller has this very content."""
    return body_reply(request, orjson.dumps(content, default=plain))


def body_reply(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """The same for content that is bytes already."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_CACHE_HEADERS, "ETag": etag}
    if _known(request.headers.get("If-None-Match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def plain(value: object) -> object:
    """The JSON form of a decimal, which orjson does not know: text with every digit. Raises TypeError for anything else."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _known(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in given or etag in given


def wants_csv(request: Request, asked: str | None) -> bool:
    """Whether the answer is CSV: by ``?format=csv``, else by the Accept header."""
    if asked is not None:
        return asked == "csv"
    return wants(request, "text/csv")


def wants(request: Request, media_type: str) -> bool:
    """Whether the Accept header names this type before any other."""
    return request.headers.get("Accept", "").split(",")[0].split(";")[0].strip() == media_type


def csv_reply(filename: str, columns: Sequence[str], table: Iterable[Sequence[object]]) -> StreamingResponse:
    """UTF-8 CSV with byte order mark, sent while it is read."""
    return StreamingResponse(
        _csv(columns, table),
        media_type="text/csv; charset=utf-8",
        headers={
            **_CACHE_HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}",
        },
    )


def _csv(columns: Sequence[str], table: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(_BYTE_ORDER_MARK)
    writer.writerow(columns)
    for number, row in enumerate(table):
        writer.writerow([_cell(value) for value in row])
        if number % 500 == 499:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


class Number(str):
    """Text that is a number and may begin with a minus sign in a table."""

    __slots__ = ()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    text = str(value)
    # Texts come from outside; a spreadsheet must not take one for a formula.
    if not isinstance(value, Number) and text.startswith(_FORMULA_STARTS):
        return "'" + text
    return text
