"""The kinds of values a sites file is written in: decimals and dates as text, identifiers, factor codes."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from store.clock import BEIJING

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
FactorCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,20}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]


def _decimal_text(value: object) -> Decimal:
    if not isinstance(value, str):
        raise ValueError('write the number as text in quotes, "200", so that its decimals are kept')
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a decimal number") from None
    if not number.is_finite() or len(value) > 40:
        raise ValueError(f"{value!r} is not a finite number of at most 40 characters")
    return number


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=BEIJING)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=BEIJING)
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f'{value!r} is not a date; write "2014-03-01" or "2014-03-01T00:00:00+08:00"'
            ) from None
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=BEIJING)
    raise ValueError('write a date as text, "2014-03-01"')


def _sm4_key(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[0-9A-Fa-f]{32}", value):
        raise ValueError("an SM4 key is 32 hexadecimal digits (16 bytes)")
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f'{value!r} is not a day; write "2005-12-31"') from None
    raise ValueError('write a day as text, "2005-12-31"')


Number = Annotated[Decimal, BeforeValidator(_decimal_text)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Key = Annotated[str | None, AfterValidator(_sm4_key)]


class Part(BaseModel):
    """A mapping of the file: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
