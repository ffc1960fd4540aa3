"""The units of the worked cases, and the shorthands to put data in and take verdicts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from store.checkfiling import NewChainCheck, NewCheck, file_chain_check, file_check
from store.clock import BEIJING, DAY, HOUR
from store.markfiling import file_mark
from store.markrules import NewMark
from tests.integration.alerts.plant import Plant

PM, SO2, NOX, O2 = "a34013", "a21026", "a21002", "a19001"
COD, NH3, TP, PH, TEMPERATURE, FLOW = "w01018", "w21003", "w21011", "w01001", "w01010", "w00000"

EIGHT = datetime(2026, 5, 6, 8, tzinfo=BEIJING)
THAT_DAY = datetime(2026, 5, 6, tzinfo=BEIJING)

_GAS = "cadence: {realtime: null, minute: 60, hour: true, day: true}"
_WATER = "cadence: {realtime: null, minute: null, hour: true, day: true}"
_KILN_LIMITS = """
          - {factor: a34013, basis: hour, max: "30", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
          - {factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
          - {factor: a21002, basis: hour, max: "400", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}"""
_WATER_LIMITS = """
          - {factor: w01018, basis: day, max: "50", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01"}
          - {factor: w21003, basis: day, max: "5", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01",
             condition: {factor: w01010, above: "12"}}
          - {factor: w21003, basis: day, max: "8", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01",
             condition: {factor: w01010, at_most: "12"}}
          - {factor: w21011, basis: day, max: "1", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01",
             condition: {built_by: "2005-12-31"}}
          - {factor: w21011, basis: day, max: "0.5", standard: GB 18918-2002, clause: 表1 一级A, from: "2003-07-01",
             condition: {built_from: "2006-01-01"}}
          - {factor: w01001, basis: day, min: "6", max: "9", standard: GB 18918-2002, clause: 表1, from: "2003-07-01"}"""


def _gas(outlet: str, number: int, reference: str, limits: str, more: str = "") -> str:
    return f"""
      - id: {outlet}
        name: {outlet}
        medium: gas
        oxygen_reference: {reference}
        monitor: {{mn: "8888888000000900000001{number:02d}", gateway: gw-gas, protocol: "2017", {_GAS}}}
        factors: [a34013, a21026, a21002, a19001]
{more}        limits:{limits}"""


def _water(outlet: str, number: int, more: str) -> str:
    return f"""
      - id: {outlet}
        name: {outlet}
        medium: water
        monitor: {{mn: "8888888000000900000002{number:02d}", gateway: gw-water, protocol: "2017", {_WATER}}}
        factors: [w01018, w21003, w21011, w01001, w01010, w00000]
{more}        limits:{_WATER_LIMITS}"""


_EXEMPT = """        exemptions:
          - {label: starting, factors: [a21002], hours_per_event: "2", hours_per_year: "5", ceiling: "800",
             source: 示例许可证, from: "2026-01-01", to: "2026-07-01"}
"""

_CEMENT = (
    _gas("kiln", 1, "10", _KILN_LIMITS)
    + _gas("exempt", 2, "10", _KILN_LIMITS, _EXEMPT)
    + _gas("head", 3, "null", _KILN_LIMITS)
)
_POWER = _gas("boiler", 4, "6", _KILN_LIMITS.replace('"200"', '"35"')) + _gas(
    "older", 5, "6", _KILN_LIMITS, "        day_rule: 75pct_running\n"
)
_PLANT = (
    _water("old", 1, '        built: "2005-12-31"\n')
    + _water("new", 2, '        built: "2006-01-01"\n')
    + _water("unknown", 3, "")
    + _water("rounded", 4, "        comparison: rounded\n")
)

WORLD = f"""
authority: {{district: 测试区局, city: 测试市局}}
gateways: [{{id: gw-gas}}, {{id: gw-water}}]
sites:
  - id: worked-cement
    name: 算例水泥
    industry: cement
    key_unit: true
    sample: true
    outlets:{_CEMENT}
  - id: worked-power
    name: 算例热电
    industry: thermal_power
    key_unit: true
    sample: true
    outlets:{_POWER}
  - id: worked-wwtp
    name: 算例污水厂
    industry: municipal_wwtp
    key_unit: true
    sample: true
    outlets:{_PLANT}
"""


@dataclass(frozen=True, slots=True)
class Got:
    """The newest judged period of a factor."""

    valid: bool
    status: str
    reasons: tuple[str, ...]
    reported: Decimal | None
    measured: Decimal | None
    folded: Decimal | None
    exempted: Decimal | None
    results: tuple[str, ...]
    verdict_reasons: tuple[str, ...]
    multiple: Decimal | None


class Worked(Plant):
    """The plant with the units of the worked cases."""

    def build(self) -> Worked:
        self.apply(WORLD)
        self.worker.registry = self.registry
        self._keys = {outlet.id: outlet.key for outlet in self.worker.registry.outlets()}
        return self

    def key(self, outlet_id: str) -> int:
        return self._keys[outlet_id]

    def put(self, outlet: str, factor: str, at: datetime, value: str | None, **more: Any) -> None:
        """A reading that came in time, a minute after the end of its period."""
        length = timedelta(minutes=1) if more.get("kind") == "minute" else HOUR
        self.send(factor, at, value, outlet=outlet, received_at=at + length + timedelta(minutes=1), **more)

    def hour(
        self, outlet: str, at: datetime, values: Mapping[str, str | None], status: str = "normal"
    ) -> None:
        """Hour frames of several factors."""
        for factor, value in values.items():
            self.put(outlet, factor, at, value, status=status)

    def minutes(self, outlet: str, at: datetime, factor: str, *runs: tuple[int, str, str]) -> None:
        """Minute values in runs of (how many, value, status)."""
        place = 0
        for count, value, status in runs:
            for _ in range(count):
                moment = at + timedelta(minutes=place)
                self.put(outlet, factor, moment, value, status=status, kind="minute", touch=False)
                place += 1
        self.touch(at, at + HOUR, outlet=outlet, cause="sweep")

    def water_day(
        self,
        outlet: str,
        factor: str,
        values: Mapping[int, str],
        volumes: Mapping[int, str] | None = None,
        *,
        day: datetime = THAT_DAY,
    ) -> None:
        """Hour values of a water day, with m3 by the hour; without volumes every hour has 100 m3."""
        flows = dict.fromkeys(range(24), "100") if volumes is None else volumes
        for number, volume in flows.items():
            self.put(outlet, FLOW, day + number * HOUR, "1", total=volume)
        for number, value in values.items():
            self.put(outlet, factor, day + number * HOUR, value)

    def got(self, outlet: str, factor: str, start: datetime, span: str = "hour") -> Got:
        """What came out, judged long after."""
        self.judge(start + DAY + 14 * HOUR)
        (row,) = self.ask("worked", outlet_key=self.key(outlet), factor=factor, start=start, span=span)
        return Got(
            row["valid"],
            row["status"],
            tuple(row["reasons"]),
            row["reported_measured"],
            row["after_marking_measured"],
            row["after_marking_folded"],
            row["after_exemption_folded"],
            tuple(row["results"] or ()),
            tuple(row["verdict_reasons"] or ()),
            row["multiple"],
        )

    def mark(
        self, outlet: str, label: str, factor: str | None, begin: datetime, end: datetime, filed_at: datetime
    ) -> None:
        """A mark filed by the company."""
        category = "device" if label in ("fault", "calibration", "maintenance") else "condition"
        file_mark(
            self.connection,
            self.registry.outlet(outlet),
            self.registry.site_of(self.registry.outlet(outlet)).industry,
            NewMark(category, label, factor, begin, end, "算例"),
            actor="company",
            origin="test",
            at=filed_at,
        )

    def check(self, outlet: str, factor: str, checked_at: datetime, passed: bool) -> None:
        """A standard check, filed."""
        new = NewCheck(factor, "standard", checked_at, passed)
        file_check(
            self.connection,
            self.registry.outlet(outlet),
            new,
            actor="company",
            origin="test",
            at=checked_at + HOUR,
        )

    def chain(self, outlet: str, factor: str, start: datetime, instrument: str) -> None:
        """What the instrument showed for an hour."""
        new = NewChainCheck(factor, start, Decimal(instrument))
        file_chain_check(
            self.connection,
            self.registry.outlet(outlet),
            new,
            actor="officer",
            origin="test",
            at=start + 2 * HOUR,
        )
