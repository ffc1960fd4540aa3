"""What the selects of the forms of leads offer, as (value, word). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.console.leads.offers import Offer
from api.console.words import minute
from store.leads.records import SUSPENSIONS
from store.model import Site
from store.texts import text

Option = tuple[str | int, str]


def site_options(sites: Iterable[Site], first: str) -> list[Option]:
    """The units, and before them the choice of none."""
    return [("", text(first)), *((site.id, site.name) for site in sites)]


def lead_options(
    lead: Mapping[str, Any], connectors: Iterable[Mapping[str, Any]], offers: Mapping[str, Offer]
) -> dict[str, Any]:
    """The selects of the page of a lead."""
    parts = [part for part, step in (("evidence", "attach"), ("record", "record")) if offers[step].possible]
    return {
        "part_options": [(part, text(f"console.leads.part.{part}")) for part in parts],
        "suspend_options": [(why, text(f"console.leads.suspend.{why}")) for why in SUSPENSIONS],
        "talk_options": [("", "—"), *((one["id"], _held(one)) for one in reversed(lead["talks"]))],
        "discussion_options": [
            ("", "—"),
            *((one["id"], _held(one)) for one in reversed(lead["discussions"])),
        ],
        "connector_options": [(one["id"], connector_word(one)) for one in connectors],
    }


def connector_word(connector: Mapping[str, Any]) -> str:
    """A connector by its kind and id; one for trials says so."""
    key = "trial" if connector["trial"] else "formal"
    kind = text(f"handover.kind.{connector['kind']}")
    return text(f"console.leads.handover.connector_{key}", kind=kind, id=connector["id"])


def task_options(tasks: Iterable[Mapping[str, Any]]) -> list[Option]:
    """The tasks that a lead can be raised of."""
    return [("", "—"), *((one["id"], f"{one['number']} {minute(one['created_at'])}") for one in tasks)]


def medium_options() -> list[Option]:
    """Gas, water, or both."""
    return [
        ("", text("console.leads.law.both")),
        *((one, text(f"console.medium.{one}")) for one in ("gas", "water")),
    ]


def _held(one: Mapping[str, Any]) -> str:
    return f"{minute(one['held_at'])} {one['place']}"
