"""Sites and outlets as the API shows them, from the registry and the newest rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from api.console.connection import connection_state
from api.wire import decimal_text
from store import texts
from store.factors import find_factor
from store.model import Limit, Outlet, Site
from store.settings import Settings

Row = Mapping[str, Any]
Item = dict[str, Any]

# What is newest wins; of two readings of one time the finer one.
_KINDS = ("realtime", "minute", "hour")
_WORST_FIRST = ("offline", "silent", "no_data", "online")
_SHARE_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Present:
    """How things are: the newest rows, by the keys they are looked up with.

    Attributes
    ----------
    latest : newest reading by (outlet key, factor)
    received : outlet_state rows by outlet key and kind
    gateways : gateway_state rows by gateway
    open_alerts : number of active alerts by (site key, outlet key or None)
    """

    at: datetime
    settings: Settings
    latest: Mapping[tuple[int, str], Row]
    received: Mapping[int, Mapping[str, Row]]
    gateways: Mapping[str, Row]
    open_alerts: Mapping[tuple[int | None, int | None], int]


def newest(found: Sequence[Row]) -> dict[tuple[int, str], Row]:
    """The newest of the readings of each outlet and factor over the kinds."""
    best: dict[tuple[int, str], Row] = {}
    for row in sorted(found, key=lambda row: (row["data_time"], -_KINDS.index(row["kind"]))):
        best[row["outlet_key"], row["factor"]] = row
    return best


def site_item(site: Site, present: Present) -> Item:
    """A site with its outlets."""
    outlets = [outlet_item(outlet, present) for outlet in site.outlets]
    connections = [outlet["connection"] for outlet in outlets] or [{"state": "no_data", "since": None}]
    industry = f"console.industry.{site.industry}"
    return {
        "id": site.id,
        "name": site.name,
        "industry": site.industry,
        "industry_zh": texts.text(industry) if texts.has(industry) else None,
        "key_unit": site.key_unit,
        "sample": site.sample,
        "credit_code": site.credit_code,
        "permit": site.permit,
        "note": site.note,
        "positive_list": site.listed(present.at),
        "listings": [
            {
                "valid_from": listing.valid_from,
                "valid_to": listing.valid_to,
                "basis": listing.basis,
                "decided_by": listing.decided_by,
                "document": listing.document,
            }
            for listing in site.positive_list
        ],
        "connection": min(connections, key=lambda item: _WORST_FIRST.index(item["state"])),
        "open_alerts": sum(
            number for (site_key, _), number in present.open_alerts.items() if site_key == site.key
        ),
        "outlets": outlets,
    }


def outlet_item(outlet: Outlet, present: Present) -> Item:
    """An outlet with the newest value of each of its factors."""
    received = present.received.get(outlet.key, {})
    monitor = outlet.monitor
    gateway = present.gateways.get(monitor.gateway) if monitor else None
    state = connection_state(monitor, received, gateway, present.settings, present.at)
    values = {
        factor: row["value"]
        for factor in outlet.factors
        if (row := present.latest.get((outlet.key, factor))) is not None and row["value"] is not None
    }
    return {
        "id": outlet.id,
        "site": outlet.site_id,
        "name": outlet.name,
        "medium": outlet.medium,
        "oxygen_reference": decimal_text(outlet.oxygen_reference),
        "judged": outlet.judged,
        "note": outlet.note,
        "gateway": monitor.gateway if monitor else None,
        "connection": {"state": state.state, "since": state.since},
        "received_at": max((row["received_at"] for row in received.values()), default=None),
        "open_alerts": present.open_alerts.get((outlet.site_key, outlet.key), 0),
        "latest": [_latest(outlet, factor, values, present) for factor in outlet.factors],
    }


def outlet_detail(outlet: Outlet, site: Site, present: Present) -> Item:
    """An outlet with its monitor (no secrets) and every limit believed now."""
    monitor = outlet.monitor
    return outlet_item(outlet, present) | {
        "site_name": site.name,
        "sample": site.sample,
        "monitor": None
        if monitor is None
        else {
            "mn": monitor.mn,
            "gateway": monitor.gateway,
            "protocol": monitor.protocol,
            "timestamps": monitor.timestamps,
            "missing_flag": monitor.missing_flag,
            "cadence": {
                "realtime": monitor.cadence.realtime,
                "minute": monitor.cadence.minute,
                "hour": monitor.cadence.hour,
                "day": monitor.cadence.day,
            },
        },
        "limits": [_limit_record(limit) for limit in outlet.limits],
    }


def _latest(outlet: Outlet, factor: str, values: Mapping[str, Decimal], present: Present) -> Item:
    row = present.latest.get((outlet.key, factor))
    known = find_factor(factor)
    compared = _compared(outlet, row)
    limits = [
        _limit_in_force(outlet, limit, compared, values)
        for limit in outlet.limits
        if limit.factor == factor and limit.in_force(present.at)
    ]
    shares = [Decimal(limit["share"]) for limit in limits if limit["applies"] and limit["share"] is not None]
    names = ("kind", "flag", "status", "received_at")
    return {
        "factor": factor,
        "name_zh": known.name_zh if known else None,
        "unit": known.unit if known else None,
        **{name: row[name] if row else None for name in names},
        "time": row["data_time"] if row else None,
        "value": decimal_text(row["value"]) if row else None,
        "folded": decimal_text(row["folded"]) if row else None,
        "limits": limits,
        "share": decimal_text(max(shares, default=None)),
    }


def _compared(outlet: Outlet, row: Row | None) -> Decimal | None:
    """The value to hold against a limit: folded where the outlet has a reference oxygen, and only while the status is normal."""
    if row is None or row["status"] != "normal":
        return None
    value: Decimal | None = row["value"]
    if outlet.oxygen_reference is not None and row["folded"] is not None:
        value = row["folded"]
    return value if value is not None and value.is_finite() else None


def _limit_in_force(
    outlet: Outlet, limit: Limit, compared: Decimal | None, values: Mapping[str, Decimal]
) -> Item:
    share = None
    beyond = None
    if compared is not None:
        above = limit.maximum is not None and compared > limit.maximum
        below = limit.minimum is not None and compared < limit.minimum
        beyond = above or below
        if limit.maximum:
            share = (compared / limit.maximum).quantize(_SHARE_PLACES, ROUND_HALF_EVEN)
    return _limit_record(limit) | {
        "applies": limit.condition is None or limit.condition.holds(values, outlet.options.built),
        "share": decimal_text(share),
        "beyond": beyond,
    }


def _limit_record(limit: Limit) -> Item:
    condition = limit.condition
    return {
        "limit_id": limit.key,
        "factor": limit.factor,
        "basis": limit.basis,
        "minimum": decimal_text(limit.minimum),
        "maximum": decimal_text(limit.maximum),
        "condition": None
        if condition is None
        else {
            "factor": condition.factor,
            "above": decimal_text(condition.above),
            "at_most": decimal_text(condition.at_most),
            "built_by": condition.built_by,
            "built_from": condition.built_from,
        },
        "standard": limit.standard,
        "clause": limit.clause,
        "source": limit.source,
        "valid_from": limit.valid_from,
        "valid_to": limit.valid_to,
    }
