"""What was read from the messages and what was judged from it: readings, device records, refused pieces, period values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from api.evidence.container import EntryWriter
from api.evidence.working import Working
from store.database import rows
from store.log.canonical import canonical, exact_json, plain
from store.queries import queries

_BLOCK = 1 << 18
SPANS = ("hour", "day")

COLUMNS = (
    "outlet_key",
    "kind",
    "factor",
    "data_time",
    "revision",
    "value",
    "minimum",
    "maximum",
    "total",
    "folded",
    "folded_minimum",
    "folded_maximum",
    "flag",
    "status",
    "extra",
    "message_id",
    "received_at",
)
"""Columns of the files of readings."""


def write_readings(work: Working, outlets: dict[int, str]) -> dict[str, int]:
    """Write every revision of the readings of the chosen messages as CSV, a file an outlet and kind; rows by kind."""
    sql = queries("evidence")
    counts: dict[str, int] = {}
    kinds = [
        (key, row[0])
        for key in outlets
        for row in work.connection.execute(sql["reading_kinds"], _span(work, key)).fetchall()
    ]
    for number, (key, kind) in enumerate(kinds):
        path = f"data/readings/{outlets[key]}-{kind}.csv"
        arguments = {**_span(work, key), "kind": kind}
        found = work.connection.execute(queries("read")["reading_factors"], arguments).fetchall()
        factors = sorted(row[0] for row in found)
        with work.spool.entry(path) as writer:
            writer.write(",".join(COLUMNS).encode() + b"\n")
            for place, factor in enumerate(factors):
                work.step("readings", (number + place / len(factors)) / len(kinds))
                _copy_out(work, writer, {**arguments, "factor": factor})
            lines = writer.lines - 1
        work.files[path] = ("reading", lines)
        counts[kind] = counts.get(kind, 0) + lines
    return counts


def _copy_out(work: Working, writer: EntryWriter, arguments: dict[str, Any]) -> None:
    """The readings of one factor: text of the database, which no reading is made an object of."""
    block = bytearray()
    with (
        work.connection.cursor() as cursor,
        cursor.copy(queries("evidence")["copy_out_readings"], arguments) as copy,
    ):
        for data in copy:
            block += data
            if len(block) >= _BLOCK:
                writer.write(bytes(block))
                block.clear()
    writer.write(bytes(block))


def write_device_records(work: Working) -> int:
    """Write the uploads that are no readings; how many."""
    with rows(work.connection) as cursor:
        found = cursor.execute(queries("evidence")["device_records"], _spans(work)).fetchall()
    with work.lines("data/device_records.jsonl", "device_record") as lines:
        for row in found:
            lines.put(canonical({**_plain(row), "body": exact_json(row["body"])}))
    return len(found)


def write_quarantine(work: Working) -> dict[str, int]:
    """Write what was refused of the outlets, without the bytes, which are in the messages; how many by reason."""
    counts: dict[str, int] = {}
    with rows(work.connection) as cursor:
        found = cursor.execute(queries("evidence")["quarantined_pieces"], _spans(work)).fetchall()
    with work.lines("data/quarantine.jsonl", "quarantine") as lines:
        for row in found:
            digest = hashlib.sha256(row.pop("raw")).hexdigest()
            lines.put(canonical({**_plain(row), "sha256": digest}))
            counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    return counts


def write_periods(work: Working, outlets: dict[int, str], take: Callable[[int, bytes], None]) -> None:
    """Write the leaves of every revision of the period values; ``take`` is given each with the key of its outlet."""
    sql = queries("evidence")
    for number, (key, span) in enumerate((key, span) for key in outlets for span in SPANS):
        work.step("periods", number / (2 * len(outlets)))
        found = work.connection.execute(sql["period_ids"], {**_span(work, key), "span": span}).fetchall()
        leaves = work.sealed("period", (row[0] for row in found))
        path = f"data/periods/{outlets[key]}-{span}.jsonl"
        work.write_leaves(path, "period", leaves, partial(take, key))


def _span(work: Working, outlet_key: int) -> dict[str, Any]:
    return {"outlet_key": outlet_key, "from_time": work.place.from_time, "to_time": work.place.to_time}


def _spans(work: Working) -> dict[str, Any]:
    return {
        "outlet_keys": list(work.place.outlet_keys),
        "from_time": work.place.from_time,
        "to_time": work.place.to_time,
    }


def _plain(row: dict[str, Any]) -> dict[str, object]:
    return {name: plain(value) for name, value in row.items()}
