"""Writing the registry back as a sites file that can be applied again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml

from store.clock import BEIJING
from store.model import Condition, Exemption, Limit, Listing, Monitor, Outlet, Registry, Site
from store.options import decimal_text, given, options_record
from store.registryrows import condition_record


def export_sites(registry: Registry, *, secrets: bool) -> str:
    """The registry as the YAML of a sites file.

    Without ``secrets`` the passwords and SM4 keys of monitors are left out and the first line says so: applying such a file
    would take them away.
    """
    document = {
        "authority": {
            "district": registry.authority.district if registry.authority else "",
            "city": registry.authority.city if registry.authority else "",
        },
        "gateways": [{"id": gateway} for gateway in registry.gateways],
        "sites": [_site(site, secrets) for site in registry.sites],
    }
    head = (
        "" if secrets else "# Exported without passwords and SM4 keys: add them before applying this file.\n"
    )
    return head + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=130)


def _site(site: Site, secrets: bool) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "industry": site.industry,
        "key_unit": site.key_unit,
        "sample": site.sample,
        "credit_code": site.credit_code,
        "permit": site.permit,
        **given(note=site.note),
        "positive_list": [_listing(listing) for listing in site.positive_list],
        "outlets": [_outlet(outlet, secrets) for outlet in site.outlets],
    }


def _outlet(outlet: Outlet, secrets: bool) -> dict[str, Any]:
    return {
        "id": outlet.id,
        "name": outlet.name,
        "medium": outlet.medium,
        "oxygen_reference": None if outlet.oxygen_reference is None else str(outlet.oxygen_reference),
        "judged": outlet.judged,
        **given(note=outlet.note),
        "monitor": None if outlet.monitor is None else _monitor(outlet.monitor, secrets),
        "factors": list(outlet.factors),
        **options_record(outlet.options),
        "limits": [_limit(limit) for limit in outlet.limits],
        **given(exemptions=[_exemption(entry) for entry in outlet.exemptions] or None),
    }


def _monitor(monitor: Monitor, secrets: bool) -> dict[str, Any]:
    kept = (
        given(
            password=monitor.password,
            sm4_key=monitor.sm4_key.hex() if monitor.sm4_key else None,
            previous_sm4_key=monitor.previous_sm4_key.hex() if monitor.previous_sm4_key else None,
        )
        if secrets
        else {}
    )
    cadence = monitor.cadence
    return {
        "mn": monitor.mn,
        "gateway": monitor.gateway,
        "protocol": monitor.protocol,
        **kept,
        "timestamps": monitor.timestamps,
        "missing_flag": monitor.missing_flag,
        "acknowledge_crc": monitor.acknowledge_crc,
        "cadence": {
            "realtime": cadence.realtime,
            "minute": cadence.minute,
            "hour": cadence.hour,
            "day": cadence.day,
        },
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "factor": limit.factor,
        "basis": limit.basis,
        **given(
            min=decimal_text(limit.minimum),
            max=decimal_text(limit.maximum),
            condition=_condition(limit.condition),
        ),
        "standard": limit.standard,
        "clause": limit.clause,
        **given(source=limit.source),
        "from": _moment(limit.valid_from),
        **given(to=None if limit.valid_to is None else _moment(limit.valid_to)),
    }


def _condition(condition: Condition | None) -> dict[str, str] | None:
    if condition is None:
        return None
    return condition_record(condition)


def _exemption(entry: Exemption) -> dict[str, Any]:
    return {
        "label": entry.label,
        "factors": list(entry.factors),
        **given(
            hours_per_event=decimal_text(entry.hours_per_event),
            hours_per_year=decimal_text(entry.hours_per_year),
            ceiling=decimal_text(entry.ceiling),
        ),
        "source": entry.source,
        "from": _moment(entry.valid_from),
        **given(to=None if entry.valid_to is None else _moment(entry.valid_to)),
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "from": _moment(listing.valid_from),
        **given(to=None if listing.valid_to is None else _moment(listing.valid_to)),
        "basis": listing.basis,
        "level": listing.level,
        "decided_by": listing.decided_by,
        **given(document=listing.document),
    }


def _moment(value: datetime) -> str:
    return value.astimezone(BEIJING).isoformat()
