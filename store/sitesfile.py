"""The sites file: what the bureau says about its units, as YAML.

Reading checks everything and reports every error with its line; a file with one error is refused whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from store.clock import BEIJING
from store.errors import SitesFileError
from store.located_yaml import LocatedError, load_located

FILE_BYTES_MOST = 4 * 1024 * 1024

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


Number = Annotated[Decimal, BeforeValidator(_decimal_text)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Key = Annotated[str | None, AfterValidator(_sm4_key)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AuthorityEntry(_Part):
    """Who runs Outfall and who receives leads."""

    district: Text
    city: Text


class GatewayEntry(_Part):
    """An MQTT client; its id is its broker user name."""

    id: Identifier


class CadenceEntry(_Part):
    """Seconds between realtime and minute frames; whether hour and day frames come."""

    realtime: Annotated[int, Field(ge=1, le=86400)] | None = None
    minute: Annotated[int, Field(ge=60, le=3600)] | None = None
    hour: bool = True
    day: bool = True


class MonitorEntry(_Part):
    """What reports for an outlet."""

    mn: Annotated[str, Field(min_length=1, max_length=64)]
    gateway: Identifier
    protocol: Literal["2005", "2017", "2025", "json", "neuron"]
    password: Annotated[str, Field(max_length=64)] | None = Field(None, repr=False)
    sm4_key: Key = Field(None, repr=False)
    previous_sm4_key: Key = Field(None, repr=False)
    timestamps: Literal["start", "end"] = "start"
    missing_flag: Literal["undetermined", "valid"] = "undetermined"
    acknowledge_crc: Literal["hj212", "modbus_be", "modbus_le"] = "hj212"
    cadence: CadenceEntry = CadenceEntry()


class ConditionEntry(_Part):
    """When the limit holds: the daily mean of ``factor`` is above or at most a value."""

    factor: FactorCode
    above: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> ConditionEntry:
        if (self.above is None) == (self.at_most is None):
            raise ValueError("a condition needs exactly one of above and at_most")
        return self


class LimitEntry(_Part):
    """A dated limit."""

    factor: FactorCode
    basis: Literal["hour", "day", "instant"]
    minimum: Number | None = Field(None, alias="min")
    maximum: Number | None = Field(None, alias="max")
    condition: ConditionEntry | None = None
    standard: Text
    clause: Text
    source: Text | None = None
    valid_from: Moment = Field(alias="from")
    valid_to: Moment | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _bounds_and_dates(self) -> LimitEntry:
        if self.minimum is None and self.maximum is None:
            raise ValueError("a limit needs max, min or both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"min {self.minimum} is above max {self.maximum}")
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("a limit must end after it begins")
        return self

    def identity(self) -> tuple[object, ...]:
        """What makes it the same limit when the file is applied again."""
        return (self.factor, self.basis, self.condition, self.standard, self.clause, self.valid_from)


class OutletEntry(_Part):
    """A stack or a discharge point."""

    id: Identifier
    name: Text
    medium: Literal["gas", "water"]
    oxygen_reference: Annotated[Decimal | None, Field(gt=0, lt=21)] = None
    judged: bool = True
    monitor: MonitorEntry | None = None
    factors: Annotated[tuple[FactorCode, ...], Field(min_length=1, max_length=100)]
    limits: tuple[LimitEntry, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> OutletEntry:
        if len(set(self.factors)) != len(self.factors):
            raise ValueError("a factor is listed twice")
        for limit in self.limits:
            if limit.factor not in self.factors:
                raise ValueError(f"there is a limit for {limit.factor}, which is not among the factors")
        if self.oxygen_reference is not None and self.medium != "gas":
            raise ValueError("oxygen_reference belongs to gas outlets only")
        if self.oxygen_reference is not None and "a19001" not in self.factors:
            raise ValueError("an outlet that folds (oxygen_reference) must measure oxygen, a19001")
        _no_overlap(self.limits)
        return self


class ListingEntry(_Part):
    """A stay on the positive list."""

    valid_from: Moment = Field(alias="from")
    valid_to: Moment | None = Field(None, alias="to")
    basis: Text
    decided_by: Text
    document: Text | None = None

    @model_validator(mode="after")
    def _dates(self) -> ListingEntry:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("a listing must end after it begins")
        return self


class SiteEntry(_Part):
    """A polluting unit."""

    id: Identifier
    name: Text
    industry: Literal["cement", "thermal_power", "municipal_wwtp", "township_wwtp", "other"]
    key_unit: bool
    sample: bool
    credit_code: Text | None = None
    permit: Text | None = None
    note: Text | None = None
    positive_list: tuple[ListingEntry, ...] = ()
    outlets: Annotated[tuple[OutletEntry, ...], Field(max_length=200)] = ()


class SitesFile(_Part):
    """The whole file."""

    authority: AuthorityEntry
    gateways: tuple[GatewayEntry, ...]
    sites: tuple[SiteEntry, ...]

    @model_validator(mode="after")
    def _references(self) -> SitesFile:
        _unique("gateway", (gateway.id for gateway in self.gateways))
        _unique("site", (site.id for site in self.sites))
        outlets = [outlet for site in self.sites for outlet in site.outlets]
        _unique("outlet", (outlet.id for outlet in outlets))
        monitors = [outlet.monitor for outlet in outlets if outlet.monitor is not None]
        _unique("MN", (monitor.mn for monitor in monitors))
        known = {gateway.id for gateway in self.gateways}
        for monitor in monitors:
            if monitor.gateway not in known:
                raise ValueError(
                    f"gateway {monitor.gateway!r} of MN {monitor.mn} is not listed under gateways"
                )
        return self


def _unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} occurs twice")
        seen.add(value)


def _no_overlap(limits: tuple[LimitEntry, ...]) -> None:
    """Two limits of one standard clause for the same factor, basis and condition may not hold at the same time."""
    groups: dict[tuple[object, ...], list[LimitEntry]] = {}
    for limit in limits:
        groups.setdefault(
            (limit.factor, limit.basis, limit.condition, limit.standard, limit.clause), []
        ).append(limit)
    for group in groups.values():
        ordered = sorted(group, key=lambda limit: limit.valid_from)
        for earlier, later in pairwise(ordered):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                raise ValueError(
                    f"two limits for {later.factor} ({later.standard} {later.clause}) overlap from "
                    f"{later.valid_from.date()}: give the earlier one a `to`"
                )


def read_sites_file(text: str) -> SitesFile:
    """Read and check a sites file.

    Raises SitesFileError whose message lists every error as ``line N: where: what is wrong``, one a line; its facts carry the
    same as ``errors``.
    """
    if len(text.encode("utf-8", "replace")) > FILE_BYTES_MOST:
        raise SitesFileError(
            "The sites file is larger than 4 MiB; split the district into several installations."
        )
    try:
        located = load_located(text)
    except LocatedError as error:
        raise _refusal(error.errors) from error
    if not isinstance(located.value, dict):
        raise _refusal([(1, "", "the file must be a mapping with authority, gateways and sites")])
    try:
        return SitesFile.model_validate(located.value)
    except ValidationError as error:
        raise _refusal([_describe(item, located.lines) for item in error.errors()]) from error


def _describe(item: Any, lines: Mapping[tuple[str | int, ...], int]) -> tuple[int, str, str]:
    path = tuple(item["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    where = ".".join(str(part) for part in path)
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "there is no such key; check its spelling"
    elif item["type"] == "missing":
        message = "is missing"
    elif item["type"] == "string_type":
        message = f'must be text; put it in quotes, "{item["input"]}"'
    return lines.get(known, 1), where, message


def _refusal(errors: list[tuple[int, str, str]]) -> SitesFileError:
    ordered = sorted(errors)
    listed = "\n".join(
        f"  line {line}: {where + ': ' if where else ''}{message}" for line, where, message in ordered
    )
    count = "1 error" if len(ordered) == 1 else f"{len(ordered)} errors"
    return SitesFileError(
        f"The sites file has {count}; nothing was applied.\n{listed}",
        errors=[{"line": line, "where": where, "message": message} for line, where, message in ordered],
    )
