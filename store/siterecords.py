"""Entries of a sites file as the columns of their tables, and what makes an entry and a stored row the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.model import Bound, Condition, Options
from store.options import options_record
from store.registryrows import condition_of, condition_record
from store.sitesentries import (
    ConditionEntry,
    ExemptionEntry,
    LimitEntry,
    ListingEntry,
    MonitorEntry,
    OutletEntry,
    SiteEntry,
)

Record = Mapping[str, Any]

LIMIT_FIELDS = ("minimum", "maximum", "valid_to", "source")
"""What may change of a limit while it stays the same one."""

EXEMPTION_FIELDS = ("hours_per_event", "hours_per_year", "ceiling", "source", "valid_to")
"""The same of an exemption."""


def site_record(entry: SiteEntry, position: int) -> dict[str, object]:
    """The columns of ``site_version``."""
    return {
        "position": position,
        "name": entry.name,
        "industry": entry.industry,
        "key_unit": entry.key_unit,
        "sample": entry.sample,
        "credit_code": entry.credit_code,
        "permit": entry.permit,
        "note": entry.note,
    }


def outlet_record(entry: OutletEntry, position: int) -> dict[str, object]:
    """The columns of ``outlet_version``."""
    return {
        "position": position,
        "name": entry.name,
        "oxygen_reference": entry.oxygen_reference,
        "factors": list(entry.factors),
        "judged": entry.judged,
        "options": options_record(_options(entry)),
        "note": entry.note,
    }


def monitor_record(entry: MonitorEntry | None) -> dict[str, object] | None:
    """The columns of ``monitor_version``; None when there is no monitor."""
    if entry is None:
        return None
    return {
        "mn": entry.mn,
        "gateway": entry.gateway,
        "protocol": entry.protocol,
        "password": entry.password,
        "sm4_key": entry.sm4_key,
        "previous_sm4_key": entry.previous_sm4_key,
        "timestamps": entry.timestamps,
        "missing_flag": entry.missing_flag,
        "acknowledge_crc": entry.acknowledge_crc,
        "realtime_seconds": entry.cadence.realtime,
        "minute_seconds": entry.cadence.minute,
        "reports_hour": entry.cadence.hour,
        "reports_day": entry.cadence.day,
    }


def limit_record(entry: LimitEntry) -> dict[str, Any]:
    """The columns of ``limit_version``."""
    return {
        "factor": entry.factor,
        "basis": entry.basis,
        "minimum": entry.minimum,
        "maximum": entry.maximum,
        "condition": None if entry.condition is None else condition_record(_condition(entry.condition)),
        "standard": entry.standard,
        "clause": entry.clause,
        "source": entry.source,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


def _condition(entry: ConditionEntry) -> Condition:
    return Condition(entry.factor, entry.above, entry.at_most, entry.built_by, entry.built_from)


def _options(entry: OutletEntry) -> Options:
    return Options(
        bounds=tuple(
            Bound(bound.factor, bound.minimum, bound.maximum, bound.source) for bound in entry.bounds
        ),
        detection=tuple(entry.detection.items()),
        comparison=entry.comparison,
        day_rule=entry.day_rule,
        instant=entry.instant,
        temperature=entry.temperature,
        built=entry.built,
    )


def exemption_record(entry: ExemptionEntry) -> dict[str, Any]:
    """The columns of ``exemption_version``."""
    return {
        "label": entry.label,
        "factors": list(entry.factors),
        "hours_per_event": entry.hours_per_event,
        "hours_per_year": entry.hours_per_year,
        "ceiling": entry.ceiling,
        "source": entry.source,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


def exemption_identity(row: Record) -> tuple[object, ...]:
    """What makes a stored exemption the same as an entry of the file."""
    return (row["label"], tuple(row["factors"]), row["valid_from"])


def listing_record(entry: ListingEntry) -> dict[str, Any]:
    """The columns of ``positive_list_version``."""
    return {
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "basis": entry.basis,
        "level": entry.level,
        "decided_by": entry.decided_by,
        "document": entry.document,
    }


def limit_identity(row: Record) -> tuple[object, ...]:
    """What makes a stored limit the same as an entry of the file: its condition counts by its values, not its text."""
    condition = condition_of(row["condition"])
    return (row["factor"], row["basis"], condition, row["standard"], row["clause"], row["valid_from"])


def entry_identity(entry: LimitEntry) -> tuple[object, ...]:
    """The same of an entry."""
    condition = None if entry.condition is None else _condition(entry.condition)
    return (entry.factor, entry.basis, condition, entry.standard, entry.clause, entry.valid_from)
