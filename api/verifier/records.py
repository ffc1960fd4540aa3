"""The records of a package: every line is a leaf of the log, listed with its place and hash; what they say is kept for later."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from api.verifier.outcome import Check, Malformed
from api.verifier.plainjson import read_object
from api.verifier.sources import Source
from store.isotime import moment_of
from store.log.merkle import leaf_hash

KINDS = {"data/messages/": "message", "data/periods/": "period", "data/records/": "record"}
TIMES = {"message": "received_at", "period": "computed_at", "record": "recorded_at"}
LEAVES = "data/log/leaves/"
_LISTED = re.compile(rb"(0|[1-9][0-9]{0,17}) ([0-9a-f]{64})")
_MESSAGE = re.compile(
    rb'\{"channel":"([a-z0-9]+)","gateway":"([a-z0-9-]+)","id":(0|[1-9][0-9]{0,17}),"kind":"message",'
    rb'"packet_id":(?:null|[0-9]{1,5}),"received_at":"([0-9T:.+-]+)","sha256":"([0-9a-f]{64})"\}'
)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Message(NamedTuple):
    """A message record. ``told`` is the time of receipt as its leaf has it."""

    id: int
    received_at: datetime
    told: str
    gateway: str
    channel: str
    sha256: str
    file: str


class Row(NamedTuple):
    """A row of a table as it was at some moment."""

    id: int
    key: str
    recorded_at: datetime
    content: dict[str, Any]


class Timed(NamedTuple):
    """When a record says that it came to be, and where it is in the log."""

    leaf: int
    moment: datetime
    file: str
    id: int


@dataclass
class Records:
    """Everything that the leaves of a package say.

    Attributes
    ----------
    leaves : leaf -> hash as it is listed
    messages : by number, in the order of the files
    periods : leaves of the period values by (outlet key, span)
    tables : rows by table, in the order of recording
    times : when each record says that it came to be
    """

    leaves: dict[int, bytes] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    periods: dict[tuple[int, str], list[dict[str, Any]]] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    times: list[Timed] = field(default_factory=list)

    def newest(self, table: str) -> list[dict[str, Any]]:
        """The newest content of each row of a table."""
        found: dict[str, Row] = {}
        for row in self.tables.get(table, ()):
            if row.key not in found or row.id > found[row.key].id:
                found[row.key] = row
        return [row.content for row in found.values()]


def check_records(source: Source, records: Records, step: Callable[[int], None]) -> Check:
    """Read every record, hash it, and hold it against the hash that is listed for it; fills ``records``."""
    check = Check("records")
    total = 0
    for name in source.names("data/", ".jsonl"):
        kind = next((kind for prefix, kind in KINDS.items() if name.startswith(prefix)), None)
        if kind is None:
            continue
        try:
            total += _read(check, source, name, kind, records, step)
        except Malformed as error:
            check.fail(error.code, **error.facts)
    expected = {f"{LEAVES}{name[5:]}.txt" for name in source.names("data/", ".jsonl") if _kind(name)}
    for name in source.names(LEAVES):
        if name not in expected:
            check.fail("leaves_without_records", file=name)
    if not total:
        check.fail("no_records")
    check.say(count=total)
    return check


def _kind(name: str) -> str | None:
    return next((kind for prefix, kind in KINDS.items() if name.startswith(prefix)), None)


def _read(
    check: Check, source: Source, name: str, kind: str, records: Records, step: Callable[[int], None]
) -> int:
    listed = source.lines(f"{LEAVES}{name[5:]}.txt")
    number = wrong = 0
    for number, line in enumerate(source.lines(name), 1):
        step(1)
        place = next(listed, None)
        match = _LISTED.fullmatch(place) if place is not None else None
        if match is None:
            check.fail("leaf_not_listed", file=name, line=number)
            continue
        leaf, told = int(match[1]), bytes.fromhex(match[2].decode())
        if leaf in records.leaves:
            check.fail("leaf_twice", file=name, line=number, leaf=leaf)
        records.leaves[leaf] = told
        if leaf_hash(line) != told:
            wrong += 1
            check.fail("record_changed", file=name, line=number, leaf=leaf, id=_id_of(line))
        try:
            _keep(records, kind, name, number, leaf, _document(kind, line, name, number))
        except Malformed as error:
            check.fail(error.code, **error.facts)
    if next(listed, None) is not None:
        check.fail("leaves_left_over", file=name)
    if number and wrong == number:
        check.fail("leaves_of_another", file=name)
    return number


def _document(kind: str, line: bytes, file: str, number: int) -> dict[str, Any]:
    """What a line says. Nearly all are messages of one shape, which need not go the long way."""
    match = _MESSAGE.fullmatch(line) if kind == "message" else None
    if match is None:
        return read_object(line, file=file, line=number)
    channel, gateway, message_id, received_at, digest = match.groups()
    return {
        "channel": channel.decode(),
        "gateway": gateway.decode(),
        "id": int(message_id),
        "kind": kind,
        "received_at": received_at.decode(),
        "sha256": digest.decode(),
    }


_SHOWN_ID = re.compile(rb'"(?:id|key)":"?([0-9A-Za-z/._-]{1,40})')


def _id_of(line: bytes) -> str:
    """What a line that differs calls itself, for people."""
    found = _SHOWN_ID.search(line)
    return found[1].decode() if found else "?"


def _keep(records: Records, kind: str, file: str, line: int, leaf: int, document: dict[str, Any]) -> None:
    try:
        if document["kind"] != kind:
            raise ValueError(f"a {kind} is expected")
        moment = _moment(document[TIMES[kind]])
        if moment.tzinfo is None:
            raise ValueError("a time has no offset")
        number = document["id"]
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError("the id is no number")
        records.times.append(Timed(leaf, moment, file, number))
        if kind == "message":
            _keep_message(records, file, moment, number, document)
        elif kind == "period":
            place = (document["outlet_key"], document["span"])
            records.periods.setdefault(place, []).append(document)
        else:
            table, content = document["table"], document["content"]
            if file != f"data/records/{table}.jsonl" or not isinstance(content, dict):
                raise ValueError("it belongs into another file")
            records.tables.setdefault(table, []).append(Row(number, str(document["key"]), moment, content))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise Malformed("record_malformed", file=file, line=line, why=why) from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # an older Python knows fewer spellings
        return moment_of(text)


def _keep_message(
    records: Records, file: str, moment: datetime, number: int, document: dict[str, Any]
) -> None:
    gateway, channel, digest = document["gateway"], document["channel"], document["sha256"]
    if not isinstance(gateway, str) or not isinstance(channel, str) or not _DIGEST.fullmatch(digest):
        raise ValueError("gateway, channel or digest is missing")
    if number in records.messages:
        raise ValueError("the message is there twice")
    # One day has few gateways and many messages: the same text is kept once.
    records.messages[number] = Message(
        number, moment, document["received_at"], sys.intern(gateway), sys.intern(channel), digest, file
    )


def message_files(source: Source) -> Iterator[str]:
    """The days of messages, without folder and ending."""
    for name in source.names("data/messages/", ".jsonl"):
        yield name[len("data/messages/") : -len(".jsonl")]
