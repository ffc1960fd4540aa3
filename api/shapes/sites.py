"""Shapes of sites and outlets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.shapes import Shape
from api.wire import DecimalText


class Connection(Shape):
    """Whether data come: ``online``, ``offline`` (the gateway), ``silent`` (the outlet), ``no_data`` (never heard)."""

    state: Literal["online", "offline", "silent", "no_data"]
    since: datetime | None


class Condition(Shape):
    """A limit that holds only for daily values of another factor, or only for plants built by, or from, a day."""

    factor: str | None
    above: DecimalText | None
    at_most: DecimalText | None
    built_by: date | None
    built_from: date | None


class LimitRecord(Shape):
    """A dated limit (限值)."""

    limit_id: int
    factor: str
    basis: Literal["hour", "day", "instant"]
    minimum: DecimalText | None
    maximum: DecimalText | None
    condition: Condition | None
    standard: str
    clause: str
    source: str | None
    valid_from: datetime
    valid_to: datetime | None


class LimitInForce(LimitRecord):
    """A limit in force now, beside the latest value. A live value is never judged: verdicts are in the periods."""

    applies: bool | None = Field(description="Whether its condition holds now; null when that is not known.")
    share: DecimalText | None = Field(
        description="Latest value / maximum, rounded to 4 decimals for display."
    )
    beyond: bool | None = Field(description="Whether the latest value is strictly outside the bounds.")


class Latest(Shape):
    """The newest reading of a factor; every value is null when none came yet."""

    factor: str
    name_zh: str | None
    unit: str | None
    kind: Literal["realtime", "minute", "hour"] | None
    time: datetime | None
    value: DecimalText | None
    folded: DecimalText | None
    flag: str | None
    status: str | None
    received_at: datetime | None
    limits: list[LimitInForce]
    share: DecimalText | None = Field(description="The largest share among the limits that apply.")


class Outlet(Shape):
    """An outlet (排口)."""

    id: str
    site: str
    name: str
    medium: Literal["gas", "water"]
    oxygen_reference: DecimalText | None
    judged: bool
    note: str | None
    gateway: str | None
    connection: Connection
    received_at: datetime | None
    open_alerts: int
    latest: list[Latest]


class Cadence(Shape):
    """Seconds between frames, and whether hour and day frames come."""

    realtime: int | None
    minute: int | None
    hour: bool
    day: bool


class Monitor(Shape):
    """What reports for the outlet (自动监测设备/数采仪); secrets are never shown."""

    mn: str
    gateway: str
    protocol: str
    timestamps: str
    missing_flag: str
    cadence: Cadence


class OutletDetail(Outlet):
    """An outlet with its monitor and every limit ever believed in now."""

    site_name: str
    sample: bool
    monitor: Monitor | None
    limits: list[LimitRecord]


class Listing(Shape):
    """A stay on the positive list (正面清单)."""

    valid_from: datetime
    valid_to: datetime | None
    basis: str
    decided_by: str
    document: str | None


class Site(Shape):
    """A site (排污单位)."""

    id: str
    name: str
    industry: str
    industry_zh: str | None
    key_unit: bool
    sample: bool = Field(description="Nobody has checked this configuration (示例配置，未经核实).")
    credit_code: str | None
    permit: str | None
    note: str | None
    positive_list: bool = Field(description="On the positive list now.")
    listings: list[Listing]
    connection: Connection = Field(description="The worst of its outlets.")
    open_alerts: int
    outlets: list[Outlet]


class SiteList(Shape):
    items: list[Site]
    next: str | None
