"""Bodies of answers: JSON with ETag, tables as CSV with a byte order mark and as XLSX."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import Query, Request
from starlette.responses import Response, StreamingResponse

from api.exports import XLSX, Column, Kind, Sheet, guarded, xlsx_response
from api.wire import decimal_text
from store.errors import DecodeError

# The answer depends on who asks and must be asked for anew each time; If-None-Match makes that cheap.
_CACHE_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept"}

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as GBK

Table = Literal["csv", "xlsx"]

Format = Annotated[
    Literal["json", "csv", "xlsx"] | None,
    Query(
        alias="format",
        description="csv and xlsx give everything at once; without it the Accept header decides.",
    ),
]
"""The query parameter of a read that is also answered as a table."""

TABLES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}
"""What such a route declares beside its JSON."""

XLSX_ROWS = 100_000
"""Rows of an answer as XLSX: the file is made before it is sent, and so many take the server a good part of a minute."""


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


def table_wanted(request: Request, asked: str | None) -> Table | None:
    """Which table the answer is, or None for JSON: by ``?format=``, else by the Accept header."""
    if asked is not None:
        return asked if asked in ("csv", "xlsx") else None  # type: ignore[return-value]
    if wants(request, "text/csv"):
        return "csv"
    return "xlsx" if wants(request, XLSX) else None


def wants(request: Request, media_type: str) -> bool:
    """Whether the Accept header names this type before any other."""
    return request.headers.get("Accept", "").split(",")[0].split(";")[0].strip() == media_type


def table_reply(
    form: Table,
    stem: str,
    columns: Sequence[str],
    kinds: Mapping[str, Kind],
    table: Iterable[Sequence[object]],
) -> StreamingResponse:
    """A table under the file name ``stem``: the same columns and values in both forms.

    ``kinds`` says which columns are numbers and times in XLSX; the others are texts. Raises DecodeError ``table_too_long`` for a
    workbook of more than XLSX_ROWS rows; a CSV has no bound of its own.
    """
    if form == "csv":
        return csv_reply(f"{stem}.csv", columns, table)
    headings = [Column(name, kind=kinds.get(name, "text")) for name in columns]
    return xlsx_response(f"{stem}.xlsx", [Sheet("", headings, _bounded(table))])


def _bounded(table: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    for number, row in enumerate(table):
        if number >= XLSX_ROWS:
            raise DecodeError(
                f"A workbook has {XLSX_ROWS} rows at the most; ask for a shorter time, or for format=csv.",
                code="table_too_long",
                most=XLSX_ROWS,
            )
        yield row


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
    return text if isinstance(value, Number) else guarded(text)
