"""The tables against their records in the log, and bytes against their digests: set by set, in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from store.database import Connection
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Progress, Report
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose rows are records of the log."""

    table: str
    key: tuple[str, ...]
    left_out: tuple[str, ...]
    grows_only: bool


def watched_tables(connection: Connection) -> list[Watched]:
    """Every watched table, from the triggers that watch it."""
    found = connection.execute(queries("logverify")["watched_tables"]).fetchall()
    return [Watched(table, tuple(key), tuple(left_out), grows) for table, key, left_out, grows in found]


def check_rows(connection: Connection, gaps: Gaps, report: Report, progress: Progress) -> None:
    """Compare everything that can be compared without a leaf. The connection is in a snapshot (``logverify.begin``)."""
    sql_ = queries("logverify")
    tables = watched_tables(connection)
    _check_triggers(connection, tables, report)
    advance = progress("records", sum(_count(connection, watched.table) for watched in tables))
    for watched in tables:
        _check_table(connection, watched, gaps, report)
        advance(_count(connection, watched.table))
    advance = progress("digests", _count(connection, "message"))
    for code, statement, table in (
        ("digest_wrong", "message_digests", "message"),
        ("verdict_orphan", "orphan_verdicts", "verdict"),
    ):
        for key, stored, expected in connection.execute(sql_[statement]):
            report.differ(code, table, key, "digest" if code == "digest_wrong" else None, stored, expected)
    report.checked["message"] = _count(connection, "message")
    advance(report.checked["message"])


def _count(connection: Connection, table: str) -> int:
    statement = sql.SQL(queries("logverify")["count_rows"]).format(table=sql.Identifier(table))
    return int(connection.execute(statement).fetchall()[0][0])


def _check_triggers(connection: Connection, tables: list[Watched], report: Report) -> None:
    """A table that is no longer watched would not be missed: its records say that it was."""
    for table, trigger in connection.execute(queries("logverify")["disabled_triggers"]):
        report.differ("trigger_disabled", table, trigger)
    for (table,) in connection.execute(queries("logverify")["unnoted_tables"]).fetchall():
        report.differ("watch_gone", table, "*")
    known = {watched.table for watched in tables}
    for (kind,) in connection.execute(queries("logverify")["record_kinds"]).fetchall():
        if kind not in known:
            report.differ("watch_gone", kind, "*")


def _check_table(connection: Connection, watched: Watched, gaps: Gaps, report: Report) -> None:
    names = {
        "table": sql.Identifier(watched.table),
        "kind": sql.Literal(watched.table),
        "left_out": sql.Literal(list(watched.left_out)),
        "key": sql.SQL(" || '/' || ").join(
            sql.SQL("(to_jsonb(t) ->> {})").format(sql.Literal(column)) for column in watched.key
        ),
    }
    statement = sql.SQL(queries("logverify")["differing_records"]).format(**names)
    with connection.cursor(name="verify_records") as cursor:
        cursor.execute(statement)
        for key, row, content in cursor:
            _name(watched, key, row, content, gaps, report)
    report.checked["row"] += _count(connection, watched.table)
    if "content" in watched.left_out:
        digests = sql.SQL(queries("logverify")["content_digests"]).format(**names)
        for number, stored, expected in connection.execute(digests).fetchall():
            report.differ("digest_wrong", watched.table, number, "digest", stored, expected)
    if watched.grows_only:
        rewritten = sql.SQL(queries("logverify")["rewritten"]).format(**names)
        for key, versions in connection.execute(rewritten):
            report.differ("rewritten", watched.table, key, None, versions, 1)


def _name(
    watched: Watched, key: str, row: str | None, content: str | None, gaps: Gaps, report: Report
) -> None:
    if row is None:
        if content is not None and _was_dropped(watched.table, json.loads(content), gaps):
            report.unverifiable["record_dropped"] += 1
            return
        report.differ("row_gone", watched.table, key, None, None, content)
    elif content is None:
        report.differ("record_absent", watched.table, key, None, row, None)
    else:
        for column, stored, expected in _columns(_read(row), _read(content)):
            report.differ("row_differs", watched.table, key, column, stored, expected)


def _read(text: str) -> dict[str, Any]:
    """A row as it was written: a number stays the digits that it had."""
    found: dict[str, Any] = json.loads(text, parse_float=str, parse_int=str)
    return found


def _columns(row: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The columns whose text differs; a number keeps its digits."""
    for column, expected in content.items():
        stored, wanted = _text(row.get(column)), _text(expected)
        if stored != wanted:
            yield column, stored, wanted


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _was_dropped(table: str, content: Mapping[str, Any], gaps: Gaps) -> bool:
    received = content.get("received_at")
    return isinstance(received, str) and gaps.has(table, datetime.fromisoformat(received))
