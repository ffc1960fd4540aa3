"""What kind of lead the alerts of a code make. Pure; a person can choose another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

KINDS = ("falsification", "exceedance", "device", "abnormal", "missing")
"""The gravest first: a lead of several alerts is of the gravest kind among them."""

KIND_OF: Mapping[str, str] = MappingProxyType(
    {
        "exceedance_hour": "exceedance",
        "exceedance_day": "exceedance",
        "exceed_instant": "exceedance",
        "minute_forecast": "exceedance",
        "hour_forecast": "exceedance",
        "data_missing": "missing",
        "data_missing_day": "missing",
        "low_transmission": "missing",
        "outlet_silent": "missing",
        "gateway_offline": "missing",
        "site_offline": "missing",
        "bound_minute": "abnormal",
        "bound_hour": "abnormal",
        "bound_day": "abnormal",
        "abnormal_negative": "abnormal",
        "abnormal_zero": "abnormal",
        "abnormal_over_range": "abnormal",
        "abnormal_constant": "falsification",
        "mark_after_exceedance": "falsification",
        "mark_abuse": "falsification",
        "resent_value_differs": "falsification",
        "recomputed_differs": "falsification",
        "gateway_security": "falsification",
        "device_maintenance": "device",
        "clock_skew": "device",
        "data_undecodable": "device",
        "flood": "device",
    }
)
"""By code of the alert, as D.1 and D.4 group them; suspicions are leads for verification, never findings."""


def kind_of(codes: Iterable[str]) -> str:
    """The kind of a lead of alerts with these codes; ``abnormal`` where none says more."""
    kinds = {KIND_OF.get(code, "abnormal") for code in codes}
    return next((kind for kind in KINDS if kind in kinds), "abnormal")
