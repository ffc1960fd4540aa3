"""The entries of a sites file: what each may say, and what makes it contradict itself."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from store.marklabels import CONDITION, labels_of
from store.sitestypes import Day, FactorCode, Identifier, Key, Moment, Number, Part, Text


class AuthorityEntry(Part):
    """Who runs Outfall and who receives leads."""

    district: Text
    city: Text


class GatewayEntry(Part):
    """An MQTT client; its id is its broker user name."""

    id: Identifier


class CadenceEntry(Part):
    """Seconds between realtime and minute frames; whether hour and day frames come."""

    realtime: Annotated[int, Field(ge=1, le=86400)] | None = None
    minute: Annotated[int, Field(ge=60, le=3600)] | None = None
    hour: bool = True
    day: bool = True


class MonitorEntry(Part):
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


class ConditionEntry(Part):
    """When the limit holds: the daily value of ``factor`` is above or at most a value, or when the plant was built."""

    factor: FactorCode | None = None
    above: Number | None = None
    at_most: Number | None = None
    built_by: Day | None = None
    built_from: Day | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> ConditionEntry:
        given = [self.above, self.at_most, self.built_by, self.built_from]
        if sum(bound is not None for bound in given) != 1:
            raise ValueError("a condition needs exactly one of above, at_most, built_by and built_from")
        by_factor = self.above is not None or self.at_most is not None
        if by_factor != (self.factor is not None):
            raise ValueError("above and at_most need a factor; built_by and built_from have none")
        return self


class LimitEntry(Part):
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


class ExemptionEntry(Part):
    """Lets exceeded hours under a working-condition mark be exempt; the document that grants it must be named."""

    label: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    factors: Annotated[tuple[FactorCode, ...], Field(min_length=1, max_length=100)]
    hours_per_event: Annotated[Number, Field(gt=0)] | None = None
    hours_per_year: Annotated[Number, Field(gt=0)] | None = None
    ceiling: Annotated[Number, Field(gt=0)] | None = None
    source: Text
    valid_from: Moment = Field(alias="from")
    valid_to: Moment | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _dates(self) -> ExemptionEntry:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("an exemption must end after it begins")
        return self

    def identity(self) -> tuple[object, ...]:
        """What makes it the same exemption when the file is applied again."""
        return (self.label, self.factors, self.valid_from)


class BoundEntry(Part):
    """What an instrument or plain sense allows for a factor."""

    factor: FactorCode
    minimum: Number | None = Field(None, alias="min")
    maximum: Number | None = Field(None, alias="max")
    source: Text | None = None

    @model_validator(mode="after")
    def _order(self) -> BoundEntry:
        if self.minimum is None and self.maximum is None:
            raise ValueError("a bound needs max, min or both")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"min {self.minimum} is above max {self.maximum}")
        return self


class OutletEntry(Part):
    """A stack or a discharge point."""

    id: Identifier
    name: Text
    medium: Literal["gas", "water"]
    oxygen_reference: Annotated[Decimal | None, Field(gt=0, lt=21)] = None
    judged: bool = True
    monitor: MonitorEntry | None = None
    factors: Annotated[tuple[FactorCode, ...], Field(min_length=1, max_length=100)]
    limits: tuple[LimitEntry, ...] = ()
    exemptions: tuple[ExemptionEntry, ...] = ()
    bounds: tuple[BoundEntry, ...] = ()
    detection: dict[FactorCode, Annotated[Number, Field(gt=0)]] = Field(default_factory=dict)
    comparison: Literal["unrounded", "rounded"] = "unrounded"
    day_rule: Literal["20h", "75pct_running"] = "20h"
    instant: Literal["alert", "judge"] = "alert"
    temperature: Literal["mean", "minimum", "maximum"] = "mean"
    built: Day | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> OutletEntry:
        if len(set(self.factors)) != len(self.factors):
            raise ValueError("a factor is listed twice")
        named = [("a limit", limit.factor) for limit in self.limits]
        named += [("a bound", bound.factor) for bound in self.bounds]
        named += [("a detection limit", factor) for factor in self.detection]
        named += [("an exemption", factor) for entry in self.exemptions for factor in entry.factors]
        for what, factor in named:
            if factor not in self.factors:
                raise ValueError(f"there is {what} for {factor}, which is not among the factors")
        if self.oxygen_reference is not None and self.medium != "gas":
            raise ValueError("oxygen_reference belongs to gas outlets only")
        if self.oxygen_reference is not None and "a19001" not in self.factors:
            raise ValueError("an outlet that folds (oxygen_reference) must measure oxygen, a19001")
        if self.day_rule != "20h" and self.medium != "gas":
            raise ValueError("day_rule belongs to gas outlets only")
        if len({bound.factor for bound in self.bounds}) != len(self.bounds):
            raise ValueError("a factor has two bounds; give min and max in one entry")
        _no_overlap(self.limits)
        _no_overlapping_exemptions(self.exemptions)
        return self


class ListingEntry(Part):
    """A stay on the positive list."""

    valid_from: Moment = Field(alias="from")
    valid_to: Moment | None = Field(None, alias="to")
    basis: Text
    decided_by: Text
    document: Text | None = None
    level: Literal["district", "city", "province", "national"] = "city"

    @model_validator(mode="after")
    def _dates(self) -> ListingEntry:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("a listing must end after it begins")
        return self


class SiteEntry(Part):
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

    @model_validator(mode="after")
    def _labels_can_be_filed(self) -> SiteEntry:
        """Only a filed mark opens an exemption (C.1), so its label must be one that this industry can file."""
        labels = sorted(
            label.code for label in labels_of(self.industry) if label.filed and label.category == CONDITION
        )
        for outlet in self.outlets:
            for exemption in outlet.exemptions:
                if exemption.label not in labels:
                    raise ValueError(
                        f"outlet {outlet.id} has an exemption for {exemption.label!r}, which no mark of a "
                        f"{self.industry} can name; there are: {', '.join(labels)}"
                    )
        return self

    @model_validator(mode="after")
    def _one_listing_at_a_time(self) -> SiteEntry:
        ordered = sorted(self.positive_list, key=lambda entry: entry.valid_from)
        for earlier, later in pairwise(ordered):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                raise ValueError(
                    f"two stays on the positive list overlap from {later.valid_from.date()}: give the earlier one a `to`"
                )
        return self


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


def _no_overlapping_exemptions(exemptions: tuple[ExemptionEntry, ...]) -> None:
    """Two exemptions for the same label and factor may not hold at the same time: whose quota would be used?"""
    groups: dict[tuple[str, str], list[ExemptionEntry]] = {}
    for entry in exemptions:
        for factor in entry.factors:
            groups.setdefault((entry.label, factor), []).append(entry)
    for (label, factor), group in groups.items():
        for earlier, later in pairwise(sorted(group, key=lambda entry: entry.valid_from)):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                raise ValueError(
                    f"two exemptions for {factor} under {label} overlap from {later.valid_from.date()}: "
                    "give the earlier one a `to`"
                )
