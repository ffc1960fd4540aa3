"""What applying a sites file would change, record by record, and the digest that binds what was shown to what is applied. Pure.

The changes come from ``store.apply`` itself, run in a transaction that is rolled back: there is no second opinion on what a file
means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from api.console.siteconfig.words import HIDDEN, NOTHING, SECRETS, Record, column_word, value_word
from store.apply import ApplyReport, Change
from store.texts import text

ORDER = ("authority", "gateway", "site", "listing", "outlet", "monitor", "limit", "exemption")


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One column side by side."""

    name: str
    before: str
    after: str
    changed: bool


@dataclass(frozen=True, slots=True)
class RecordDiff:
    """One record side by side. ``action`` is ``added``, ``changed`` or ``closed``."""

    action: str
    action_word: str
    kind_word: str
    owner: str
    title: str
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that would change, and how many records stay."""

    records: tuple[RecordDiff, ...]
    unchanged: int
    digest: str
    new_gateways: tuple[str, ...]
    secrets_taken: tuple[str, ...]

    def count(self, action: str) -> int:
        """How many records are added, changed or closed."""
        return sum(record.action == action for record in self.records)


def diff_of(report: ApplyReport, file: str) -> Diff:
    """The diff of a dry run over the text of a file."""
    ordered = sorted(report.records, key=lambda change: ORDER.index(change.kind))
    return Diff(
        tuple(_record(change) for change in ordered),
        report.unchanged,
        digest_of(report, file),
        tuple(
            change.owner or "" for change in ordered if change.kind == "gateway" and change.action == "added"
        ),
        tuple(change.owner or "" for change in ordered if _takes_secrets(change)),
    )


def digest_of(report: ApplyReport, file: str) -> str:
    """SHA-256 of the file and of every change as it is shown. What changes in the registry meanwhile changes it.

    Of the secrets that are registered only that they change enters, so that nobody can guess them from it.
    """
    shown = [
        [change.kind, change.owner, change.line, _comparable(change.before), _comparable(change.after)]
        for change in report.records
    ]
    content = json.dumps([file, shown, report.unchanged], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _comparable(record: Record | None) -> dict[str, str] | None:
    if record is None:
        return None
    return {
        name: ("set" if value is not None else "none") if name in SECRETS else str(value)
        for name, value in record.items()
        if name not in HIDDEN
    }


def _takes_secrets(change: Change) -> bool:
    """Whether a monitor loses its password or key, as by a file that was exported without them."""
    before, after = change.before, change.after
    return (
        change.kind == "monitor"
        and before is not None
        and after is not None
        and any(before[name] is not None and after[name] is None for name in SECRETS)
    )


def _record(change: Change) -> RecordDiff:
    return RecordDiff(
        change.action,
        text(f"console.siteconfig.action.{change.action}"),
        text(f"console.siteconfig.kind.{change.kind}"),
        change.owner or "",
        _title(change),
        tuple(_fields(change.kind, change.before, change.after)),
    )


def _title(change: Change) -> str:
    record = change.after if change.after is not None else change.before
    assert record is not None
    names: Sequence[str] = {
        "limit": ("factor", "basis", "standard", "clause"),
        "exemption": ("label", "factors"),
        "listing": ("basis",),
        "monitor": ("mn",),
        "gateway": ("id",),
        "authority": ("district",),
    }.get(change.kind, ("name",))
    return " ".join(value_word(name, record[name]) for name in names)


def _fields(kind: str, before: Record | None, after: Record | None) -> list[FieldDiff]:
    names = [name for name in (after or before or {}) if name not in HIDDEN or name == "position"]
    made = [_field(kind, name, before, after) for name in names]
    # The place in the file is worth a word only where it changes.
    return [field for name, field in zip(names, made, strict=True) if name != "position" or field.changed]


def _field(kind: str, name: str, before: Record | None, after: Record | None) -> FieldDiff:
    was = NOTHING if before is None else value_word(name, before[name])
    will = NOTHING if after is None else value_word(name, after[name])
    changed = before is not None and after is not None and before[name] != after[name]
    if changed and name in SECRETS and was == will:
        will = text("console.siteconfig.secret.other")
    return FieldDiff(column_word(name, kind), was, will, changed)
