"""What is registered, as values: sites, outlets, monitors, limits, the positive list.

A :class:`Registry` is a snapshot: what was in force at one moment, as it was believed at one moment. Nothing in it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from store.errors import NotFound


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a monitor reports: seconds between realtime and minute frames, and whether hour and day frames come."""

    realtime: int | None
    minute: int | None
    hour: bool
    day: bool


@dataclass(frozen=True, slots=True)
class Monitor:
    """What reports for an outlet (自动监测设备/数采仪), known by its MN.

    Attributes
    ----------
    protocol : ``2005``, ``2017``, ``2025`` (HJ 212 generations), ``json`` or ``neuron``
    password : the PW its frames must carry; None = not checked
    sm4_key, previous_sm4_key : 16 bytes; both are tried during a key rotation
    timestamps : ``start`` as HJ 212 says, or ``end`` for loggers that stamp the end of the period
    missing_flag : what a value without a flag is: ``undetermined`` (hj212.md §10: missing is not N) or ``valid``
    acknowledge_crc : CRC variant of our answers
    """

    outlet_key: int
    mn: str
    gateway: str
    protocol: str
    password: str | None = field(repr=False)
    sm4_key: bytes | None = field(repr=False)
    previous_sm4_key: bytes | None = field(repr=False)
    timestamps: str
    missing_flag: str
    acknowledge_crc: str
    cadence: Cadence


@dataclass(frozen=True, slots=True)
class Condition:
    """When a limit holds.

    Either the daily value of another factor is above, or at most, a value (GB 18918 note on NH3-N), or the plant was built by, or
    from, a day (total phosphorus of GB 18918): then ``factor`` is None and the outlet's construction date decides.
    """

    factor: str | None
    above: Decimal | None
    at_most: Decimal | None
    built_by: date | None = None
    built_from: date | None = None

    def holds(self, values: Mapping[str, Decimal], built: date | None) -> bool | None:
        """Whether it holds for these values of factors and this construction date; None when what it asks for is not known."""
        if self.factor is None:
            if built is None:
                return None
            return (self.built_by is None or built <= self.built_by) and (
                self.built_from is None or built >= self.built_from
            )
        value = values.get(self.factor)
        if value is None:
            return None
        return (self.above is None or value > self.above) and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Limit:
    """A dated limit (限值): exceeded means strictly above ``maximum`` or strictly below ``minimum``."""

    key: int
    outlet_key: int
    factor: str
    basis: str
    minimum: Decimal | None
    maximum: Decimal | None
    condition: Condition | None
    standard: str
    clause: str
    source: str | None
    valid_from: datetime
    valid_to: datetime | None

    def in_force(self, moment: datetime) -> bool:
        """Whether the limit is in force at ``moment``: from is inclusive, to is exclusive."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class Exemption:
    """Lets an exceeded hour under a working-condition mark be exempt (豁免, regulation.md C.5); none is the default.

    Attributes
    ----------
    label : the working-condition label that it applies to, e.g. ``starting``
    hours_per_event, hours_per_year : caps on the marked time; None = no cap of that kind
    ceiling : above this value (in the factor's unit) the hour is exceeded all the same
    source : the document that grants it; without one there is no exemption
    """

    key: int
    outlet_key: int
    label: str
    factors: tuple[str, ...]
    hours_per_event: Decimal | None
    hours_per_year: Decimal | None
    ceiling: Decimal | None
    source: str
    valid_from: datetime
    valid_to: datetime | None

    def in_force(self, moment: datetime) -> bool:
        """Whether the exemption is in force at ``moment``: from is inclusive, to is exclusive."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class Bound:
    """What an instrument or plain sense allows (数据超限值, regulation.md D.1): a value outside is suspicious, not exceeded."""

    factor: str
    minimum: Decimal | None
    maximum: Decimal | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of an outlet that have a default.

    Attributes
    ----------
    bounds : instrument or logic bounds by factor
    detection : factor -> detection limit; values below it are low values (HJ 356-2019 6.1)
    comparison : ``unrounded`` (全数值比较法, the default) or ``rounded`` to the decimals of the limit (修约值比较法), A.1
    day_rule : gas day valid with ``20h`` of valid hours, or with ``75pct_running`` of the running hours (older permits), B.1
    instant : ``alert`` (default) or ``judge``: whether an hourly value may be judged against an instantaneous limit, A.5
    temperature : daily value that a temperature condition takes: ``mean`` (default), ``minimum`` or ``maximum``, A.5
    built : construction date of the plant; decides limits that depend on it
    """

    bounds: tuple[Bound, ...] = ()
    detection: tuple[tuple[str, Decimal], ...] = ()
    comparison: str = "unrounded"
    day_rule: str = "20h"
    instant: str = "alert"
    temperature: str = "mean"
    built: date | None = None


DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Outlet:
    """A stack or a discharge point (排口). ``limits`` and ``exemptions`` are all that are believed, of any valid time."""

    key: int
    id: str
    site_key: int
    site_id: str
    name: str
    medium: str
    oxygen_reference: Decimal | None
    factors: tuple[str, ...]
    judged: bool
    monitor: Monitor | None
    limits: tuple[Limit, ...]
    note: str | None = None
    exemptions: tuple[Exemption, ...] = ()
    options: Options = DEFAULTS


@dataclass(frozen=True, slots=True)
class Listing:
    """One stay on the positive list (正面清单)."""

    key: int
    valid_from: datetime
    valid_to: datetime | None
    basis: str
    decided_by: str
    document: str | None
    level: str = "city"

    def in_force(self, moment: datetime) -> bool:
        """Whether the site is listed at ``moment``."""
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class Site:
    """A polluting unit (排污单位). ``sample`` means: nobody has checked this configuration."""

    key: int
    id: str
    name: str
    industry: str
    key_unit: bool
    sample: bool
    credit_code: str | None
    permit: str | None
    note: str | None
    positive_list: tuple[Listing, ...]
    outlets: tuple[Outlet, ...]

    def listed(self, moment: datetime) -> bool:
        """Whether the site is on the positive list at ``moment``."""
        return any(listing.in_force(moment) for listing in self.positive_list)


@dataclass(frozen=True, slots=True)
class Authority:
    """The bureau that runs Outfall and the one it hands leads to."""

    district: str
    city: str


@dataclass(frozen=True)
class Registry:
    """Everything registered, at one moment."""

    sites: tuple[Site, ...]
    gateways: tuple[str, ...]
    authority: Authority | None

    @cached_property
    def _by_mn(self) -> dict[str, Outlet]:
        return {outlet.monitor.mn: outlet for outlet in self.outlets() if outlet.monitor is not None}

    @cached_property
    def _by_key(self) -> dict[int, Outlet]:
        return {outlet.key: outlet for outlet in self.outlets()}

    def outlets(self) -> Iterator[Outlet]:
        """Every outlet of every site, in the order of the sites file."""
        for site in self.sites:
            yield from site.outlets

    def by_mn(self, mn: str) -> Outlet | None:
        """The outlet whose monitor has this MN, or None."""
        return self._by_mn.get(mn)

    def outlet_by_key(self, key: int) -> Outlet:
        """The outlet with this key. Raises NotFound."""
        try:
            return self._by_key[key]
        except KeyError:
            raise NotFound(f"There is no outlet with key {key}.", code="outlet_not_found") from None

    def outlet(self, outlet_id: str) -> Outlet:
        """The outlet with this id. Raises NotFound."""
        for outlet in self.outlets():
            if outlet.id == outlet_id:
                return outlet
        raise NotFound(f"There is no outlet {outlet_id!r}.", code="outlet_not_found")

    def site(self, site_id: str) -> Site:
        """The site with this id. Raises NotFound."""
        for site in self.sites:
            if site.id == site_id:
                return site
        raise NotFound(f"There is no site {site_id!r}.", code="site_not_found")

    def site_of(self, outlet: Outlet) -> Site:
        """The site that an outlet belongs to."""
        return self.site(outlet.site_id)
