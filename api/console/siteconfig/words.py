"""The columns of registry records in words: for the pages of records and for the diff. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.console import words
from api.console.bound import bounds_text, condition_text
from store.clock import BEIJING
from store.registryrows import condition_of
from store.texts import has, text

Record = Mapping[str, Any]

SECRETS = frozenset({"password", "sm4_key", "previous_sm4_key"})
"""Columns of a monitor that are never shown: only whether there is one, and whether it changes."""

HIDDEN = frozenset({"key", "position", "id", "site_key", "outlet_key"})
"""Columns that say nothing to people."""

NOTHING = "—"


def moment_word(moment: datetime | None) -> str:
    """A date where the moment is a midnight of Beijing, else to the minute; an open end is said so."""
    if moment is None:
        return text("console.siteconfig.open_end")
    local = moment.astimezone(BEIJING)
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return words.day_label(moment) if midnight else words.minute(moment)


def column_word(column: str, kind: str = "") -> str:
    """The name of a column, in the sense that records of this kind have it: the basis of a limit is no basis of a listing."""
    own = f"console.siteconfig.column.{kind}_{column}"
    key = own if has(own) else f"console.siteconfig.column.{column}"
    return text(key) if has(key) else column


def value_word(column: str, value: Any) -> str:
    """A value in words. Of secrets it says whether there is one."""
    if column in SECRETS:
        return text(f"console.siteconfig.secret.{'none' if value is None else 'set'}")
    if column == "valid_to":
        return moment_word(value)
    if value is None or value == "":
        return NOTHING
    return _given(column, value)


def _given(column: str, value: Any) -> str:
    if isinstance(value, bool):
        return text(f"console.siteconfig.{'yes' if value else 'no'}")
    if isinstance(value, datetime):
        return moment_word(value)
    if isinstance(value, Decimal):
        return words.plain(value)
    if column == "condition":
        condition = condition_of(value)
        return NOTHING if condition is None else condition_text(condition)
    if column == "factor":
        return words.factor_name(value)
    if column == "factors":
        return "、".join(words.factor_name(code) for code in value)
    if column == "options":
        return "；".join(f"{name} {content}" for name, content in sorted(value.items())) or NOTHING
    catalogue = f"console.siteconfig.value.{column}.{value}"
    if column == "label":
        catalogue = f"marks.{value}"
    return text(catalogue) if has(catalogue) else str(value)


def bounds_word(record: Record) -> str:
    """The bounds of a limit: ``≤ 200``."""
    return bounds_text(record["minimum"], record["maximum"])
