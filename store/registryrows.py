"""From rows of the registry to its values. Pure: a row is a mapping by column name, wherever it was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from store.model import Cadence, Condition, Exemption, Limit, Monitor, Outlet
from store.options import decimal_text, given, options_of


def outlet_of(
    row: Mapping[str, Any],
    site_id: str,
    monitor: Monitor | None,
    limits: tuple[Limit, ...],
    exemptions: tuple[Exemption, ...],
) -> Outlet:
    """An outlet from its row and what belongs to it."""
    return Outlet(
        key=row["key"],
        id=row["id"],
        site_key=row["site_key"],
        site_id=site_id,
        name=row["name"],
        medium=row["medium"],
        oxygen_reference=row["oxygen_reference"],
        factors=tuple(row["factors"]),
        judged=row["judged"],
        monitor=monitor,
        limits=limits,
        note=row["note"],
        exemptions=exemptions,
        options=options_of(row["options"]),
    )


def monitor_of(row: Mapping[str, Any]) -> Monitor:
    """A monitor from its row."""
    return Monitor(
        outlet_key=row["outlet_key"],
        mn=row["mn"],
        gateway=row["gateway"],
        protocol=row["protocol"],
        password=row["password"],
        sm4_key=bytes.fromhex(row["sm4_key"]) if row["sm4_key"] else None,
        previous_sm4_key=bytes.fromhex(row["previous_sm4_key"]) if row["previous_sm4_key"] else None,
        timestamps=row["timestamps"],
        missing_flag=row["missing_flag"],
        acknowledge_crc=row["acknowledge_crc"],
        cadence=Cadence(
            row["realtime_seconds"], row["minute_seconds"], row["reports_hour"], row["reports_day"]
        ),
    )


def limit_of(row: Mapping[str, Any]) -> Limit:
    """A limit from its row."""
    return Limit(**{**row, "condition": condition_of(row["condition"])})


def exemption_of(row: Mapping[str, Any]) -> Exemption:
    """An exemption from its row."""
    return Exemption(**{**row, "factors": tuple(row["factors"])})


def condition_of(stored: Mapping[str, str] | None) -> Condition | None:
    """The condition of a limit from its stored JSON."""
    if stored is None:
        return None
    above, at_most = stored.get("above"), stored.get("at_most")
    built_by, built_from = stored.get("built_by"), stored.get("built_from")
    return Condition(
        stored.get("factor"),
        None if above is None else Decimal(above),
        None if at_most is None else Decimal(at_most),
        None if built_by is None else date.fromisoformat(built_by),
        None if built_from is None else date.fromisoformat(built_from),
    )


def condition_record(condition: Condition) -> dict[str, str]:
    """A condition as JSON; the way back is :func:`condition_of`."""
    return given(
        factor=condition.factor,
        above=decimal_text(condition.above),
        at_most=decimal_text(condition.at_most),
        built_by=condition.built_by and condition.built_by.isoformat(),
        built_from=condition.built_from and condition.built_from.isoformat(),
    )
