"""Values of the registry for tests that need no database."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from store.clock import BEIJING
from store.model import Cadence, Condition, Limit, Monitor, Outlet, Site
from store.settings import load_settings

SETTINGS = load_settings(home=Path("/nonexistent"), silent_cadences=5, silent_seconds_least=180)
NOW = datetime(2026, 1, 15, 14, 5, 9, tzinfo=BEIJING)


def limit(factor: str = "a21026", maximum: str | None = "200", **given: object) -> Limit:
    """A limit of the standard's form; ``given`` replaces fields."""
    fields: dict[str, object] = {
        "key": 1,
        "outlet_key": 7,
        "factor": factor,
        "basis": "hour",
        "minimum": None,
        "maximum": None if maximum is None else Decimal(maximum),
        "condition": None,
        "standard": "GB 4915-2013",
        "clause": "表1",
        "source": None,
        "valid_from": datetime(2014, 3, 1, tzinfo=BEIJING),
        "valid_to": None,
    }
    return Limit(**(fields | given))  # type: ignore[arg-type]


def warm(above: str | None = None, at_most: str | None = None) -> Condition:
    """A condition on the water temperature."""
    return Condition(
        "w01010",
        None if above is None else Decimal(above),
        None if at_most is None else Decimal(at_most),
    )


def monitor(realtime: int | None = 60) -> Monitor:
    """A monitor that reports at this interval."""
    return Monitor(
        outlet_key=7,
        mn="888888800000010000000001",
        gateway="gw-one",
        protocol="2017",
        password="a-password",
        sm4_key=None,
        previous_sm4_key=None,
        timestamps="start",
        missing_flag="undetermined",
        acknowledge_crc="hj212",
        cadence=Cadence(realtime, 600, True, True),
    )


def outlet(*limits: Limit, medium: str = "gas", folds: bool = True, **given: object) -> Outlet:
    """An outlet with these limits."""
    fields: dict[str, object] = {
        "key": 7,
        "id": "kiln-tail",
        "site_key": 3,
        "site_id": "cement",
        "name": "窑尾",
        "medium": medium,
        "oxygen_reference": Decimal(10) if folds else None,
        "factors": ("a21026", "a01012"),
        "judged": True,
        "monitor": monitor(),
        "limits": limits,
    }
    return Outlet(**(fields | given))  # type: ignore[arg-type]


def site(*outlets: Outlet) -> Site:
    """A site with these outlets."""
    return Site(
        key=3,
        id="cement",
        name="某水泥厂（虚构）",
        industry="cement",
        key_unit=True,
        sample=True,
        credit_code=None,
        permit=None,
        note=None,
        positive_list=(),
        outlets=outlets,
    )
