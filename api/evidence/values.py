"""What was read from the messages and what was judged from it: readings, device records, refused pieces, period values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from psycopg.types.multirange import Multirange

from api.evidence.container import EntryWriter, Spool
from api.evidence.working import Working
from store.database import Connection, rows
from store.evidence import Place
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


def write_readings(
    connection: Connection,
    place: Place,
    outlets: Mapping[int, str],
    left_out: Multirange[int],
    spool: Spool,
    check: Callable[[], None],
) -> dict[str, int]:
    """Write every revision of the readings of the chosen messages as CSV, a file an outlet and kind; rows by path.

    ``left_out``: messages whose readings are not in the package. Runs beside the rest of the collecting, on a connection that
    sees the same state; ``check`` is called now and then, and may raise to stop it.
    """
    sql = queries("evidence")
    lines: dict[str, int] = {}
    kinds = [
        (key, row[0])
        for key in outlets
        for row in connection.execute(sql["reading_kinds"], _span(place, key)).fetchall()
    ]
    for key, kind in kinds:
        path = f"data/readings/{outlets[key]}-{kind}.csv"
        arguments = {**_span(place, key), "kind": kind, "left_out": left_out}
        found = connection.execute(queries("read")["reading_factors"], arguments).fetchall()
        factors = sorted(row[0] for row in found)
        with spool.entry(path) as writer:
            writer.write(",".join(COLUMNS).encode() + b"\n")
            for factor in factors:
                check()
                _copy_out(connection, writer, {**arguments, "factor": factor})
            lines[path] = writer.lines - 1
    return lines


def _copy_out(connection: Connection, writer: EntryWriter, arguments: dict[str, Any]) -> None:
    """The readings of one factor: text of the database, which no reading is made an object of."""
    block = bytearray()
    with (
        connection.cursor() as cursor,
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
        lines.put([canonical({**_plain(row), "body": exact_json(row["body"])}) for row in found])
    return len(found)


def write_quarantine(work: Working) -> dict[str, int]:
    """Write what was refused of the outlets, without the bytes, which are in the messages; how many by reason."""
    counts: dict[str, int] = {}
    with rows(work.connection) as cursor:
        found = cursor.execute(queries("evidence")["quarantined_pieces"], _spans(work)).fetchall()
    with work.lines("data/quarantine.jsonl", "quarantine") as lines:
        for row in found:
            row["sha256"] = hashlib.sha256(row.pop("raw")).hexdigest()
            counts[row["reason"]] = counts.get(row["reason"], 0) + 1
        lines.put([canonical(_plain(row)) for row in found])
    return counts


def write_periods(work: Working, outlets: dict[int, str], take: Callable[[int, bytes], None]) -> None:
    """Write the leaves of every revision of the period values; ``take`` is given each with the key of its outlet."""
    sql = queries("evidence")
    for number, (key, span) in enumerate((key, span) for key in outlets for span in SPANS):
        work.step("periods", number / (2 * len(outlets)))
        found = work.connection.execute(
            sql["period_ids"], {**_span(work.place, key), "span": span}
        ).fetchall()
        leaves = work.sealed("period", (row[0] for row in found))
        path = f"data/periods/{outlets[key]}-{span}.jsonl"
        work.write_leaves(path, "period", leaves, partial(take, key))


def _span(place: Place, outlet_key: int) -> dict[str, Any]:
    return {"outlet_key": outlet_key, "from_time": place.from_time, "to_time": place.to_time}


def _spans(work: Working) -> dict[str, Any]:
    return {
        "outlet_keys": list(work.place.outlet_keys),
        "from_time": work.place.from_time,
        "to_time": work.place.to_time,
    }


def _plain(row: dict[str, Any]) -> dict[str, object]:
    return {name: plain(value) for name, value in row.items()}
