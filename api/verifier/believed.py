"""The registry as it was believed at any moment, out of the records of a package."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from api.verifier.outcome import Malformed
from api.verifier.records import Records
from store.isotime import moment_of
from store.model import Exemption, Limit, Monitor, Outlet, Registry, Site
from store.registryrows import exemption_of, limit_of, monitor_of, outlet_of

TABLES = ("site_version", "outlet_version", "monitor_version", "limit_version", "exemption_version")
_AXES = ("valid_from", "valid_to", "recorded_from", "recorded_to")
_NUMBERS = ("oxygen_reference", "minimum", "maximum", "hours_per_event", "hours_per_year", "ceiling")
_LIMIT = (
    "key",
    "outlet_key",
    "factor",
    "basis",
    "minimum",
    "maximum",
    "condition",
    "standard",
    "clause",
    "source",
)
_EXEMPTION = (
    "key",
    "outlet_key",
    "label",
    "factors",
    "hours_per_event",
    "hours_per_year",
    "ceiling",
    "source",
)
_SECRETS = {"password": None, "sm4_key": None, "previous_sm4_key": None}
"""What no package holds."""

HEARD_WITHIN = timedelta(minutes=5)
"""Ingest reads the registry once a minute even when it is not told of a change."""

Row = Mapping[str, Any]


def number_of(value: object) -> Decimal | None:
    """A numeric column of a record: an integer, or decimal text. Raises ValueError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"{value!r} is no number")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def time_of(value: object) -> datetime | None:
    """A time column of a record. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no time")
    moment = moment_of(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return moment


class Believed:
    """The states of the registry; state n holds from ``moments[n - 1]`` on, state 0 before the first.

    ``sm4_keys`` are keys by MN that somebody gave, at most two: no package holds them. Raises Malformed ``registry_malformed``.
    """

    def __init__(self, records: Records, sm4_keys: Mapping[str, Sequence[bytes]]) -> None:
        self._sm4_keys = sm4_keys
        self._states: dict[int, Registry] = {}
        try:
            self._rows = {table: [_row(content) for content in records.newest(table)] for table in TABLES}
            self._sites = {content["key"]: content for content in records.newest("site")}
            self._outlets = {content["key"]: content for content in records.newest("outlet")}
            axes = {row[axis] for rows in self._rows.values() for row in rows for axis in _AXES}
            self.moments = sorted(moment for moment in axes if moment is not None)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _malformed(error) from None

    def number(self, moment: datetime) -> int:
        """Number of the state at a moment."""
        return bisect_right(self.moments, moment)

    def others(self, moment: datetime) -> Iterator[int]:
        """The other states that something received at a moment may have been decoded with, the likeliest first.

        Ingest hears of a change a moment later; and what waited, or was replayed, was decoded with a later one.
        """
        number = self.number(moment)
        if number > 0 and moment - self.moments[number - 1] < HEARD_WITHIN:
            yield number - 1
        yield from range(number + 1, len(self.moments) + 1)

    def state(self, number: int) -> Registry:
        """The registry in a state. Raises Malformed ``registry_malformed``."""
        if number not in self._states:
            try:
                self._states[number] = self._make(number)
            except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
                raise _malformed(error) from None
        return self._states[number]

    def _make(self, number: int) -> Registry:
        if not number:
            return Registry((), (), None)
        moment = self.moments[number - 1]

        def valid(table: str) -> list[Row]:
            return [row for row in believed(table) if _holds(row, "valid", moment)]

        def believed(table: str) -> list[Row]:
            return [row for row in self._rows[table] if _holds(row, "recorded", moment)]

        monitors = {row["outlet_key"]: self._monitor(row) for row in valid("monitor_version")}
        limits = _grouped(believed("limit_version"), _limit, ("factor", "basis", "valid_from", "key"))
        exemptions = _grouped(believed("exemption_version"), _exemption, ("label", "valid_from", "key"))
        outlets: dict[int, list[Outlet]] = {}
        for row in sorted(valid("outlet_version"), key=lambda row: row["position"]):
            key = row["outlet_key"]
            site_key = self._outlets[key]["site_key"]
            whole = {**self._outlets[key], **row, "key": key}
            site_id = self._sites[site_key]["id"]
            made = outlet_of(
                whole,
                site_id,
                monitors.get(key),
                tuple(limits.get(key, ())),
                tuple(exemptions.get(key, ())),
            )
            outlets.setdefault(site_key, []).append(made)
        sites = tuple(self._site(row, outlets.get(row["site_key"], [])) for row in valid("site_version"))
        return Registry(sites, (), None)

    def _monitor(self, row: Row) -> Monitor:
        keys = [key.hex() for key in self._sm4_keys.get(row["mn"], ())]
        known = dict(zip(("sm4_key", "previous_sm4_key"), keys))  # noqa: B905 - Python 3.9
        return monitor_of({**row, **_SECRETS, **known})

    def _site(self, row: Row, outlets: Sequence[Outlet]) -> Site:
        columns = ("name", "industry", "key_unit", "sample", "credit_code", "permit", "note")
        told = {name: row[name] for name in columns}
        key = row["site_key"]
        return Site(key=key, id=self._sites[key]["id"], positive_list=(), outlets=tuple(outlets), **told)


def _row(content: Row) -> dict[str, Any]:
    row = dict(content)
    for name in _AXES:
        row[name] = time_of(row[name])
    for name in _NUMBERS:
        if name in row:
            row[name] = number_of(row[name])
    return row


def _holds(row: Row, axis: str, moment: datetime) -> bool:
    begin, end = row[f"{axis}_from"], row[f"{axis}_to"]
    return bool(begin <= moment and (end is None or moment < end))


def _grouped(rows: list[Row], make: Any, order: Sequence[str]) -> dict[int, list[Any]]:
    """What the rows are, by outlet, each in the order in which the registry gives it."""
    found: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: [row[name] for name in order]):
        found.setdefault(row["outlet_key"], []).append(make(row))
    return found


def _limit(row: Row) -> Limit:
    return limit_of({name: row[name] for name in (*_LIMIT, "valid_from", "valid_to")})


def _exemption(row: Row) -> Exemption:
    return exemption_of({name: row[name] for name in (*_EXEMPTION, "valid_from", "valid_to")})


def _malformed(error: Exception) -> Malformed:
    return Malformed("registry_malformed", why=f"{type(error).__name__}: {error}"[:200])
