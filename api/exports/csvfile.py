"""A table as CSV (RFC 4180, UTF-8 with byte order mark), sent while it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from datetime import datetime

from starlette.responses import StreamingResponse

from api.exports.names import disposition
from api.exports.sheet import Column, Marked, Sheet
from api.exports.values import beijing, beijing_day, exact, text_of

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads Chinese as GBK."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_ONCE = 500


def csv_response(filename: str, sheet: Sheet) -> StreamingResponse:
    """The table: headings (with units in brackets, since CSV has one row of headings), rows, then the notes as last rows.

    Times are Beijing times as ``2026-01-01 08:00:00``, decimals every digit as they are.
    """
    return StreamingResponse(
        _in_this_context(csv_text(sheet)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition(filename), "Cache-Control": "private, no-store"},
    )


def _in_this_context(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces are made after the route returned, yet in its context: words come in the language of the request."""
    context = copy_context()
    return iter(lambda: context.run(next, pieces, None), None)


def csv_text(sheet: Sheet) -> Iterator[str]:
    """The text of the file in pieces. Every row has as many fields as there are columns."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([guarded(heading(column)) for column in sheet.columns])
    for number, row in enumerate(sheet.rows):
        writer.writerow([_field(column, value) for column, value in zip(sheet.columns, row, strict=True)])
        if number % _ROWS_AT_ONCE == _ROWS_AT_ONCE - 1:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    for note in sheet.notes:
        writer.writerow(_padded(guarded(note), len(sheet.columns)))
    yield buffer.getvalue()


def heading(column: Column) -> str:
    """The heading with its unit: ``颗粒物 (mg/m³)``."""
    return f"{column.heading} ({column.unit})" if column.unit else column.heading


def guarded(text: str) -> str:
    """The text as a spreadsheet takes it for text: with an apostrophe before what would be a formula, else unchanged.

    Texts come from outside (names, reasons, answers of companies), and a formula in one would run at whoever opens the file.
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _field(column: Column, value: object) -> str:
    if isinstance(value, Marked):
        shown = _field(column, value.value)
        return f"{shown} {value.sign}".strip() if value.sign else shown
    if value is None:
        return ""
    if column.kind == "time" and (moment := beijing(value)) is not None:
        return _stamp(moment)
    if column.kind == "day" and (day := beijing_day(value)) is not None:
        return day.isoformat()
    text = text_of(value)
    if column.kind in ("decimal", "int") and (exact(value) is not None or _long_number(text)):
        return text
    return guarded(text)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds" if moment.microsecond else "seconds")


def _long_number(text: str) -> bool:
    """A number that no float holds is a number all the same, and nothing in it could be a formula."""
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()


def _padded(text: str, fields: int) -> Sequence[str]:
    return [text, *[""] * (fields - 1)]
