"""The kinds of alert and how grave they are.

No norm fixes severities: they are product rules (``[P]`` in the words of regulation.md). *info* is for the record, *warning*
wants an officer today, *serious* at once, *critical* means that Outfall itself is blind.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

EXCEEDANCE = {"hour": "exceedance_hour", "day": "exceedance_day"}
DATA_MISSING = "data_missing"
OUTLET_SILENT = "outlet_silent"
GATEWAY_OFFLINE = "gateway_offline"
SITE_OFFLINE = "site_offline"
INGEST_DOWN = "ingest_down"
RULE_FAILED = "rule_failed"

SERIOUS_MULTIPLE = Decimal(1)
"""Twice the limit and more is serious: exceedance multiple (C - L) / L of 1."""

SEVERITIES: Mapping[str, str] = {
    "exceedance_hour": "warning",
    "exceedance_day": "warning",
    "data_missing": "warning",
    "outlet_silent": "warning",
    "gateway_offline": "serious",
    "site_offline": "serious",
    "ingest_down": "critical",
    "low_transmission": "warning",
    "resent_value_differs": "warning",
    "clock_skew": "info",
    "gateway_security": "serious",
    "data_undecodable": "warning",
    "flood": "warning",
    "minute_forecast": "warning",
    "hour_forecast": "warning",
    "bound_minute": "info",
    "bound_hour": "warning",
    "bound_day": "warning",
    "abnormal_negative": "warning",
    "abnormal_zero": "warning",
    "abnormal_over_range": "warning",
    "abnormal_constant": "serious",
    "device_maintenance": "info",
    "data_missing_day": "warning",
    "exceed_instant": "warning",
    "recomputed_differs": "serious",
    "mark_after_exceedance": "warning",
    "mark_abuse": "serious",
    "rule_failed": "critical",
}
"""Every code of an alert with the severity it is raised with."""

OF_FINDING: Mapping[str, str] = {
    "resent_value_differs": "resent_value_differs",
    "clock_skew": "clock_skew",
    "foreign_mn": "gateway_security",
    "unknown_mn": "gateway_security",
    "wrong_password": "gateway_security",
    "undecodable": "data_undecodable",
    "flood": "flood",
}
"""The alert that a finding of ingest belongs to."""


def severity(code: str, numbers: Mapping[str, Any]) -> str:
    """The severity of an alert with these numbers."""
    multiple = numbers.get("multiple")
    if multiple is not None and Decimal(multiple) >= SERIOUS_MULTIPLE:
        return "serious"
    return SEVERITIES[code]
