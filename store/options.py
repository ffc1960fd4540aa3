"""The choices of an outlet as JSON, the way ``outlet_version.options`` keeps them: what is at its default is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from store.model import DEFAULTS, Bound, Options


def options_record(options: Options) -> dict[str, Any]:
    """The options as JSON; decimals are text so that their digits are kept."""
    record: dict[str, Any] = {}
    if options.bounds:
        record["bounds"] = [
            {"factor": bound.factor}
            | given(min=decimal_text(bound.minimum), max=decimal_text(bound.maximum), source=bound.source)
            for bound in options.bounds
        ]
    if options.detection:
        record["detection"] = {factor: decimal_text(limit) for factor, limit in options.detection}
    for name in ("comparison", "day_rule", "instant", "temperature"):
        if getattr(options, name) != getattr(DEFAULTS, name):
            record[name] = getattr(options, name)
    if options.built is not None:
        record["built"] = options.built.isoformat()
    return record


def options_of(record: Mapping[str, Any]) -> Options:
    """The options from their JSON."""
    built = record.get("built")
    return Options(
        bounds=tuple(
            Bound(
                bound["factor"], _decimal(bound.get("min")), _decimal(bound.get("max")), bound.get("source")
            )
            for bound in record.get("bounds", ())
        ),
        detection=tuple((factor, Decimal(limit)) for factor, limit in record.get("detection", {}).items()),
        comparison=record.get("comparison", DEFAULTS.comparison),
        day_rule=record.get("day_rule", DEFAULTS.day_rule),
        instant=record.get("instant", DEFAULTS.instant),
        temperature=record.get("temperature", DEFAULTS.temperature),
        built=None if built is None else date.fromisoformat(built),
    )


def given(**values: Any) -> dict[str, Any]:
    """Only what is not None."""
    return {name: value for name, value in values.items() if value is not None}


def decimal_text(value: Decimal | None) -> str | None:
    """A decimal with all its digits and never an exponent."""
    return None if value is None else format(value, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
