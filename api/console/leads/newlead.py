"""The form of a new lead. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.console.alertview import figures, kind_word
from api.console.leads.board import outlet_name
from api.console.words import factor_name, minute
from api.shapes.leadsteps import RaiseLead
from store.leads.subjects import NewLead
from store.model import Registry


def new_lead(asked: RaiseLead) -> NewLead:
    """What the store raises a lead of."""
    given = asked.model_dump()
    acts = given.pop("acts")
    return NewLead(
        alert_ids=tuple(given.pop("alerts")),
        task_id=given.pop("task"),
        site_id=given.pop("site"),
        outlet_ids=tuple(given.pop("outlets")),
        factors=tuple(given.pop("factors")),
        start=given.pop("from_time"),
        end=given.pop("to_time"),
        acts=None if not acts else tuple(acts),
        **given,
    )


def alert_words(alerts: Iterable[Mapping[str, Any]], registry: Registry) -> dict[int, str]:
    """An alert in one line: number, kind, outlet, factor, value against limit, when it was seen first."""
    return {one["id"]: " ".join(filter(None, _parts(one, registry))) for one in alerts}


def _parts(alert: Mapping[str, Any], registry: Registry) -> Iterable[str]:
    yield alert["number"]
    yield kind_word(alert["code"])
    if alert["outlet_key"] is not None:
        yield outlet_name(registry, alert["outlet_key"])
    if alert["factor"] is not None:
        yield factor_name(alert["factor"])
    yield figures(alert["numbers"], alert["factor"])
    yield minute(alert["first_seen"])
