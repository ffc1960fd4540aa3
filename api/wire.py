"""How values look on the wire: decimals as text, moments as ISO 8601 with offset, opaque cursors."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BeforeValidator, Field, WithJsonSchema

from store.clock import BEIJING
from store.errors import DecodeError

# '+' in a query string that was not escaped arrives as a blank; nothing else can stand there.
_MOMENT = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<offset>Z|[+\- ]\d\d:\d\d)", re.ASCII
)
_EARLIEST = datetime(1970, 1, 1, tzinfo=BEIJING)
_LATEST = datetime(2200, 1, 1, tzinfo=BEIJING)

Row = TypeVar("Row")

DecimalText = Annotated[
    str, Field(pattern=r"^-?\d+(\.\d+)?$", description="Decimal in normal notation, digits as stored.")
]


def decimal_text(value: Decimal | None) -> str | None:
    """A decimal in normal notation with every digit it has: never ``1E+2``, trailing zeros kept."""
    return None if value is None else format(value, "f")


def parse_moment(text: object) -> datetime:
    """A moment from a query: ISO 8601 with an offset, between 1970 and 2200, in Beijing time.

    Raises ValueError with the way to write it.
    """
    if isinstance(text, datetime):
        return text
    match = _MOMENT.fullmatch(str(text))
    if match is None:
        raise ValueError("write a time with its offset, like 2026-01-01T00:00:00+08:00")
    try:
        moment = datetime.fromisoformat(match["local"] + match["offset"].replace(" ", "+"))
        inside = _EARLIEST <= moment < _LATEST
    except (ValueError, OverflowError) as error:
        raise ValueError(f"this time does not exist: {error}") from None
    if not inside:
        raise ValueError("this time is outside 1970 to 2200")
    return moment.astimezone(BEIJING)


Moment = Annotated[
    datetime,
    BeforeValidator(parse_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00+08:00"]}),
]
"""A query parameter that is a moment with its offset."""


def window(
    start: datetime | None, end: datetime | None, *, now: datetime, usual: timedelta, longest: timedelta
) -> tuple[datetime, datetime]:
    """The half-open time [start, end) that a query asks for; ``end`` defaults to now, ``start`` to ``usual`` before it.

    Raises DecodeError ``span_reversed`` and ``span_too_long``.
    """
    end = end or (now if start is None else min(start + longest, now + timedelta(days=1)))
    start = start or end - usual
    if start >= end:
        raise DecodeError("'from' must be before 'to'.", code="span_reversed")
    if end - start > longest:
        raise DecodeError(
            f"At most {longest.days} days can be asked for at once; ask for shorter times one after the other.",
            code="span_too_long",
            days=longest.days,
        )
    return start, end


def cursor_of(kind: str, *place: str | int | datetime) -> str:
    """An opaque cursor: the place after which the next page begins."""
    values = [kind, *(item.isoformat() if isinstance(item, datetime) else item for item in place)]
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def read_cursor(text: str, kind: str, *parts: Callable[[Any], Any]) -> list[Any]:
    """The place in a cursor of this kind, each part through its converter.

    Raises DecodeError ``cursor_malformed`` for anything that this endpoint did not hand out.
    """
    try:
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or values[:1] != [kind] or len(values) != len(parts) + 1:
            raise ValueError("not of this list")
        return [convert(value) for convert, value in zip(parts, values[1:], strict=True)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise DecodeError(
            "The cursor is none of this list: take 'next' of the page before, unchanged.",
            code="cursor_malformed",
        ) from error


def text_part(value: Any) -> str:
    """A text in a cursor. Raises ValueError."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not text")
    return value


def number_part(value: Any) -> int:
    """A key in a cursor. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError("not a key")
    return value


def page(fetched: Sequence[Row], limit: int) -> tuple[Sequence[Row], Row | None]:
    """The rows of a page out of ``limit + 1`` fetched ones, and the row to continue after (None = this was the last page)."""
    if len(fetched) <= limit:
        return fetched, None
    return fetched[:limit], fetched[limit - 1]
