"""An outlet with its series and tables, as a report tells of it (shape: ``api.evidence.facts``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.judgement.factors import FOLDED
from api.evidence.periodbook import GRAVEST_FIRST, PeriodBook, Ruling, Value
from api.evidence.records import Records
from api.evidence.working import Working
from store.clock import BEIJING, DAY, HOUR
from store.evidence import Place
from store.factors import find_factor, name_of
from store.texts import text

Row = Mapping[str, Any]
LENGTHS = {"hour": HOUR, "day": DAY}


def outlet_facts(key: int, work: Working, records: Records, book: PeriodBook) -> dict[str, Any]:
    """An outlet; beside what the report reads the member ``key``."""
    outlet = records.newest["outlet"][str(key)]
    version = _held(records, "outlet_version", key, work.place)
    monitor = _held(records, "monitor_version", key, work.place)
    oxygen = decimal_of(version.get("oxygen_reference"))
    limits = _limits(key, work.place, records, book)
    gas = outlet["medium"] == "gas" and oxygen is not None
    series = [
        _series(key, factor, span, limits, work, book, folded=gas and factor in FOLDED)
        for factor, span in _judged(key, version.get("factors", []), limits, book)
    ]
    return {
        "key": key,
        "id": outlet["id"],
        "name": version.get("name", outlet["id"]),
        "medium": outlet["medium"],
        "oxygen_reference": oxygen,
        "mn": monitor.get("mn"),
        "series": series,
        "transmission": None,
        "messages": None,
        "exceedances": _exceedances(key, records, book),
        "revised": [
            {
                "start": change.value.start,
                "span": change.span,
                "factor": change.factor,
                "name": name_of(change.factor),
                "revision": change.value.revision,
                "was": change.was,
                "became": change.value.result,
                "computed_at": change.value.computed_at,
            }
            for change in sorted(
                book.changes.get(key, []),
                key=lambda change: (change.value.start, change.factor, change.value.revision),
            )
        ],
        "marks": _marks(key, work.place, records),
        "checks": _checks(key, records),
        "exemptions": [
            {
                "label": row["label"],
                "factors": list(row["factors"]),
                "hours_per_event": decimal_of(row["hours_per_event"]),
                "hours_per_year": decimal_of(row["hours_per_year"]),
                "ceiling": decimal_of(row["ceiling"]),
                "source": row["source"],
                "from": moment_of(row["valid_from"]),
                "to": moment_of(row["valid_to"]),
            }
            for row in _touching(_of(records, "exemption_version", key), work.place)
        ],
    }


def _judged(
    key: int, registered: Iterable[str], limits: Mapping[str, list[Row]], book: PeriodBook
) -> list[tuple[str, str]]:
    """The factors with the spans that are judged, in the order of registration, hours before days."""
    spans = {
        (factor, row["basis"]) for factor, rows in limits.items() for row in rows if row["basis"] in LENGTHS
    }
    for (outlet, span, factor), values in book.newest.items():
        if outlet == key and any(
            ruling.limit is not None for value in values.values() for ruling in value.rulings
        ):
            spans.add((factor, span))
    order = {factor: place for place, factor in enumerate(registered)}
    return sorted(spans, key=lambda one: (order.get(one[0], len(order)), one[0], one[1] == "day"))


def _series(
    key: int,
    factor: str,
    span: str,
    limits: Mapping[str, list[Row]],
    work: Working,
    book: PeriodBook,
    *,
    folded: bool,
) -> dict[str, Any]:
    known = find_factor(factor)
    values = book.newest.get((key, span, factor), {})
    end = min(work.place.to_time, work.head.checkpoint.sealed_at.astimezone(BEIJING))
    points = [
        _point(start, values.get(start), folded=folded)
        for start in _starts(work.place.from_time, end, LENGTHS[span])
    ]
    results = [point["result"] for point in points]
    return {
        "factor": factor,
        "name": name_of(factor),
        "unit": (known.unit if known else None) or "",
        "decimals": known.decimals if known else None,
        "span": span,
        "folded": folded,
        "limits": [_limit(row) for row in limits.get(factor, []) if row["basis"] == span],
        "points": points,
        "summary": {result: results.count(result) for result in GRAVEST_FIRST},
    }


def _starts(begin: datetime, end: datetime, length: timedelta) -> Iterable[datetime]:
    """The periods that have ended by ``end``."""
    start = begin
    while start + length <= end:
        yield start
        start += length


def _point(start: datetime, value: Value | None, *, folded: bool) -> dict[str, Any]:
    if value is None:
        return {"start": start, "reported": None, "judged": None, "result": "missing", "multiple": None}
    deciding = value.deciding
    return {
        "start": start,
        "reported": value.reported[folded],
        "judged": deciding.compared if deciding else None,
        "result": value.result,
        "multiple": deciding.multiple if deciding else None,
    }


def _exceedances(key: int, records: Records, book: PeriodBook) -> list[dict[str, Any]]:
    found: list[tuple[datetime, str, int, dict[str, Any]]] = []
    for (outlet, span, factor), values in book.newest.items():
        if outlet != key:
            continue
        for value in values.values():
            for ruling in value.rulings:
                if ruling.result in ("exceeded", "exempt"):
                    row = _exceedance(factor, span, value, ruling, records)
                    found.append((value.start, factor, ruling.limit or 0, row))
    return [row for *_, row in sorted(found, key=lambda one: one[:3])]


def _exceedance(factor: str, span: str, value: Value, ruling: Ruling, records: Records) -> dict[str, Any]:
    known = find_factor(factor)
    limit = records.newest.get("limit_version", {}).get(str(ruling.limit), {})
    reported = value.reported if value.reported != (None, None) else value.recomputed
    return {
        "start": value.start,
        "span": span,
        "factor": factor,
        "name": name_of(factor),
        "unit": (known.unit if known else None) or "",
        "measured": reported[0],
        "folded": reported[1],
        "compared": ruling.compared,
        "bound": ruling.bound,
        "side": ruling.side,
        "multiple": ruling.multiple,
        "standard": limit.get("standard", ""),
        "clause": limit.get("clause", ""),
        "result": ruling.result,
        "reasons": list(ruling.reasons),
        "revision": value.revision,
    }


def _limits(key: int, place: Place, records: Records, book: PeriodBook) -> dict[str, list[Row]]:
    """By factor: what a verdict names, and what was believed at the checkpoint to be in force in the period."""
    named = {
        ruling.limit
        for (outlet, _, _), values in book.newest.items()
        if outlet == key
        for value in values.values()
        for ruling in value.rulings
    }
    believed = _touching(_of(records, "limit_version", key), place)
    chosen = {row["key"]: row for row in believed}
    chosen.update({row["key"]: row for row in _of(records, "limit_version", key) if row["key"] in named})
    found: dict[str, list[Row]] = {}
    for row in sorted(chosen.values(), key=lambda row: (moment_of(row["valid_from"]), row["key"])):
        found.setdefault(row["factor"], []).append(row)
    return found


def _limit(row: Row) -> dict[str, Any]:
    return {
        "key": row["key"],
        "basis": row["basis"],
        "minimum": decimal_of(row["minimum"]),
        "maximum": decimal_of(row["maximum"]),
        "standard": row["standard"],
        "clause": row["clause"],
        "source": row["source"],
        "condition": _condition(row["condition"]),
        "from": moment_of(row["valid_from"]),
        "to": moment_of(row["valid_to"]),
    }


def _condition(condition: Row | None) -> str | None:
    """When a limit holds, in words."""
    if not condition:
        return None
    name = name_of(condition["factor"]) if condition.get("factor") else ""
    said = [
        text(f"evidence.condition.{which}", name=name, value=value)
        for which, value in sorted(condition.items())
        if which != "factor"
    ]
    return text("evidence.condition.and").join(said)


def _marks(key: int, place: Place, records: Records) -> list[dict[str, Any]]:
    withdrawn = records.newest.get("mark_withdrawal", {})
    found = []
    for row in _of(records, "mark", key):
        begin, end = moment_of(row["from_time"]), moment_of(row["to_time"])
        assert begin is not None and end is not None
        if begin >= place.to_time or end <= place.from_time:
            continue
        taken_back = withdrawn.get(str(row["id"]), {})
        found.append(
            {
                **{name: row[name] for name in ("id", "category", "label", "factor", "reason", "channel")},
                "factor_name": name_of(row["factor"]) if row["factor"] else None,
                "from": begin,
                "to": end,
                "filed_by": row["filed_by"],
                "received_at": moment_of(row["received_at"]),
                "deadline": moment_of(row["deadline"]),
                "late": row["late"],
                "withdrawn_at": moment_of(taken_back.get("withdrawn_at")),
                "withdrawn_reason": taken_back.get("reason"),
            }
        )
    return sorted(found, key=lambda mark: (mark["from"], mark["id"]))


def _checks(key: int, records: Records) -> list[dict[str, Any]]:
    found = [
        {
            "kind": row["kind"],
            "factor": row["factor"],
            "name": name_of(row["factor"]),
            "at": moment_of(row["checked_at"]),
            "passed": row["passed"],
            "detail": _detail("check", row, "reference", "measured"),
            "id": row["id"],
        }
        for row in _of(records, "quality_check", key)
    ]
    found += [
        {
            "kind": "chain",
            "factor": row["factor"],
            "name": name_of(row["factor"]),
            "at": moment_of(row["start"]),
            # Whether the platform differs is judged for each hour; the report shows the values.
            "passed": True,
            "detail": _detail("chain", row, "instrument", "logger"),
            "id": row["id"],
        }
        for row in _of(records, "chain_check", key)
    ]
    found.sort(key=lambda check: (check["at"], check["kind"], check["id"]))
    return [{name: value for name, value in check.items() if name != "id"} for check in found]


def _detail(kind: str, row: Row, *columns: str) -> str | None:
    said = [
        text(f"evidence.{kind}.{name}", value=decimal_of(row[name]))
        for name in columns
        if row[name] is not None
    ]
    said += [row["note"]] if row.get("note") else []
    return text("evidence.condition.and").join(said) or None


def _of(records: Records, table: str, outlet_key: int) -> list[Row]:
    return [row for row in records.rows(table) if row["outlet_key"] == outlet_key]


def _touching(rows: Iterable[Row], place: Place) -> list[Row]:
    """The versions that were believed at the checkpoint and held on some day of the period."""
    found = []
    for row in rows:
        begin, end = moment_of(row["valid_from"]), moment_of(row["valid_to"])
        assert begin is not None
        if row["recorded_to"] is None and begin < place.to_time and (end is None or end > place.from_time):
            found.append(row)
    return sorted(found, key=lambda row: (datetime.fromisoformat(row["valid_from"]), row["key"]))


def _held(records: Records, table: str, outlet_key: int, place: Place) -> Row:
    """The last version that held in the period; empty when none did."""
    touching = _touching(_of(records, table, outlet_key), place)
    if touching:
        return touching[-1]
    believed = [row for row in _of(records, table, outlet_key) if row["recorded_to"] is None]
    return believed[-1] if believed else {}


def moment_of(said: str | None) -> datetime | None:
    """A moment of a record in Beijing time."""
    return None if said is None else datetime.fromisoformat(said).astimezone(BEIJING)


def decimal_of(said: str | int | None) -> Decimal | None:
    """A number of a record with every digit."""
    return None if said is None else Decimal(said)
