"""The entries of a channels file: who can be told over what, when, and of which things."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, model_validator

from store import texts
from store.sitestypes import Identifier, Part, Text

Severity = Literal["info", "warning", "serious", "critical"]
Purpose = Literal[
    "raised", "reminder", "escalated", "cleared", "digest", "task", "lead", "disclosed", "operations", "test"
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

NEW = {"new": True}
"""The validation context of a file that is about to be applied."""

SECRET_LEAST = 16
"""A shorter HMAC secret can be guessed."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ADDRESS = re.compile(r"[^\s@<>,;\x00-\x1f]+@[^\s@<>,;\x00-\x1f]+")


def _clock(value: object) -> time:
    # YAML reads an unquoted 18:00 as the number 1080 (sexagesimal); saying so spares a search.
    if not isinstance(value, str):
        raise ValueError('write a time of day as text in quotes, "08:30"')
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'{value!r} is not a time of day; write "08:30"')
    return time.fromisoformat(value)


def _date(value: object) -> date:
    # YAML makes a date of an unquoted 2026-12-01; both ways of writing mean the same.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("write a date as 2026-12-01")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no day of the calendar") from None


def _http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not value.isascii() or any(letter <= " " for letter in value):
        # The address itself is never repeated: its path or query is the key of the channel.
        raise ValueError("is not a web address; write https://...")
    return value


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{value!r} is not a mail address")
    return value


def _kind(value: str, info: ValidationInfo) -> str:
    # Only of a file: a plan that was stored must stay readable when a later release renames a kind.
    if info.context == NEW and not texts.has(f"alerts.{value}.title"):
        raise ValueError(f"{value!r} is no kind of alert")
    return value


TimeOfDay = Annotated[
    time, BeforeValidator(_clock), PlainSerializer(lambda moment: moment.strftime("%H:%M"), return_type=str)
]
Date = Annotated[date, BeforeValidator(_date)]
Url = Annotated[str, AfterValidator(_http_url)]
Secret = Annotated[str, Field(min_length=1, max_length=500)]
Mail = Annotated[str, AfterValidator(_address)]
AlertCode = Annotated[str, AfterValidator(_kind)]


class ChannelEntry(Part):
    """What every channel has. ``per_minute`` may be lower than what the vendor allows, never higher."""

    SECRETS: ClassVar[tuple[str, ...]] = ()
    PER_MINUTE_MOST: ClassVar[int] = 600

    id: Identifier
    per_minute: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=30)] = 10

    @model_validator(mode="after")
    def _within_the_vendor_limit(self) -> ChannelEntry:
        if self.per_minute is not None and self.per_minute > self.PER_MINUTE_MOST:
            raise ValueError(f"per_minute may be at most {self.PER_MINUTE_MOST} for this kind of channel")
        return self

    @property
    def limit(self) -> int:
        """Messages in a minute at the most."""
        return self.per_minute or self.PER_MINUTE_MOST

    def options(self) -> dict[str, Any]:
        """What may be shown."""
        shown = self.model_dump(mode="json", exclude={"id", "kind", *self.SECRETS}) | {
            "per_minute": self.limit
        }
        url = getattr(self, "url", None)
        return shown if url is None else shown | {"address": address_of(url)}

    def secrets(self) -> dict[str, Any]:
        """What nobody may see."""
        return {name: getattr(self, name) for name in self.SECRETS if getattr(self, name) is not None}


def address_of(url: str) -> str:
    """Scheme, host and port of a web address: what may be shown of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


class _Robot(ChannelEntry):
    url: Annotated[Url, Field(repr=False)]

    @model_validator(mode="after")
    def _sealed(self) -> _Robot:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("the address must begin with https://, because it holds the key of the channel")
        return self


class WecomEntry(_Robot):
    """A group robot of 企业微信; the key in the address is its only protection. 20 messages a minute."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url",)
    PER_MINUTE_MOST: ClassVar[int] = 20
    kind: Literal["wecom"]

    @model_validator(mode="after")
    def _has_key(self) -> WecomEntry:
        if "key" not in parse_qs(urlsplit(self.url).query):
            raise ValueError("the address of a WeCom robot ends in ?key=...")
        return self


class DingtalkEntry(_Robot):
    """A custom robot of 钉钉, signed when it has a secret (加签). 20 messages a minute, else it is barred for ten minutes."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url", "secret")
    PER_MINUTE_MOST: ClassVar[int] = 20
    kind: Literal["dingtalk"]
    secret: Secret | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _has_token(self) -> DingtalkEntry:
        if "access_token" not in parse_qs(urlsplit(self.url).query):
            raise ValueError("the address of a DingTalk robot holds ?access_token=...")
        return self


class FeishuEntry(_Robot):
    """A custom robot of 飞书, signed when it has a secret (签名校验). 100 messages a minute and 5 a second."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url", "secret")
    PER_MINUTE_MOST: ClassVar[int] = 100
    kind: Literal["feishu"]
    secret: Secret | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _has_hook(self) -> FeishuEntry:
        if not re.search(r"/hook/[^/]+$", urlsplit(self.url).path):
            raise ValueError("the address of a Feishu robot ends in /hook/...")
        return self


class WebhookEntry(ChannelEntry):
    """Any program that receives JSON; every request is signed with HMAC-SHA256 of the secret."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url", "secret")
    kind: Literal["webhook"]
    url: Annotated[Url, Field(repr=False)]
    secret: Annotated[Secret, Field(repr=False, min_length=SECRET_LEAST)]
    allow_plain_http: bool = False

    @model_validator(mode="after")
    def _sealed(self) -> WebhookEntry:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK and not self.allow_plain_http:
            raise ValueError(
                "the address must begin with https://; in a closed network say allow_plain_http: true"
            )
        return self


class SmtpEntry(ChannelEntry):
    """Mail through a server, over TLS from the first byte (``tls``) or after STARTTLS (``starttls``)."""

    SECRETS: ClassVar[tuple[str, ...]] = ("password",)
    kind: Literal["smtp"]
    host: Text
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["tls", "starttls", "none"] = "tls"
    ca: Text | None = None
    user: Text | None = None
    password: Secret | None = Field(None, repr=False)
    sender: Mail
    recipients: Annotated[tuple[Mail, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _consistent(self) -> SmtpEntry:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password are given together or not at all")
        if self.security == "none" and self.password is not None and self.host not in _LOOPBACK:
            raise ValueError("a password is never sent without TLS: use tls or starttls")
        return self


AnyChannel = Annotated[
    WecomEntry | DingtalkEntry | FeishuEntry | WebhookEntry | SmtpEntry, Field(discriminator="kind")
]


class ShiftEntry(Part):
    """When a route's people are on duty. A shift over midnight belongs to the day it begins on. Beijing time."""

    id: Identifier
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS
    begins: TimeOfDay = Field(alias="from")
    ends: TimeOfDay = Field(alias="to")


MOST_DUTIES = 4000
"""Lines of a roster: a year of two shifts, with room."""


class DutyEntry(Part):
    """Who is on duty (值班) in one shift of one date, and over what they are told.

    The hours are those of the shift; one over midnight belongs to the date it begins on. The date counts and not the days that
    the shift has in a usual week: holidays and working days that were moved are written as they are.
    """

    date: Date
    shift: Identifier
    who: Text
    channels: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class DutyRoster(Part):
    """The roster of duty (值班表). ``fallback`` are the channels that are told when nobody stands in it."""

    fallback: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    roster: Annotated[tuple[DutyEntry, ...], Field(max_length=MOST_DUTIES)] = ()


class QuietEntry(Part):
    """Hours in which messages wait for the morning, except those of the grave severities. Beijing time."""

    begins: TimeOfDay = Field(alias="from")
    ends: TimeOfDay = Field(alias="to")
    exempt: tuple[Severity, ...] = Field(("serious", "critical"), alias="except")

    @model_validator(mode="after")
    def _an_end(self) -> QuietEntry:
        if self.begins == self.ends:
            raise ValueError("quiet hours must end at another time than they begin")
        return self


class RouteEntry(Part):
    """Which things go to which channels. A filter that is not given lets everything through; no channels = for nobody.

    Alerts of severity info are for the record: only a route that names info takes them. ``from_level`` concerns escalations and
    the times of leads: the route takes those of this level and above, 0 being a reminder in time. ``on_duty`` adds the channels
    of whoever is on duty when the message goes out. What a company is told of a lead (``disclosed``) goes over routes that name
    that purpose, and over no others.
    """

    channels: tuple[Identifier, ...]
    purposes: tuple[Purpose, ...] = (
        "raised",
        "reminder",
        "escalated",
        "cleared",
        "digest",
        "task",
        "lead",
    )
    sites: tuple[Identifier, ...] | None = None
    severities: tuple[Severity, ...] = ("warning", "serious", "critical")
    codes: tuple[AlertCode, ...] | None = None
    shifts: tuple[Identifier, ...] | None = None
    through_quiet: bool = False
    on_duty: bool = False
    from_level: Annotated[int, Field(ge=0, le=9)] = 0


class Plan(Part):
    """Routing, shifts, duty and quiet hours. ``default`` are the channels of what no route takes, info excepted."""

    default: tuple[Identifier, ...] = ()
    quiet_hours: QuietEntry | None = None
    shifts: tuple[ShiftEntry, ...] = ()
    duty: DutyRoster | None = None
    routes: tuple[RouteEntry, ...] = ()
