"""Whether readings, device records and refused pieces follow from the bytes of the messages (re-decoding)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from api.verifier.believed import Believed
from api.verifier.deriving import (
    HIDDEN,
    WHOLE,
    Derived,
    Deriver,
    digest_of,
    reading_text,
    sorted_json,
    stored_message,
    upload_text,
)
from api.verifier.description import Description
from api.verifier.ledger import Entry, Ledger
from api.verifier.outcome import Check, Malformed
from api.verifier.payloads import payload_lines
from api.verifier.plainjson import read_object
from api.verifier.readings import (
    EXTRA,
    FACTOR,
    FLAG,
    FOLDER,
    KINDS,
    MESSAGE,
    RECEIVED,
    STATUS,
    TIME,
    VALUE,
    Order,
    Readings,
    lines_of,
)
from api.verifier.records import Records, message_files
from api.verifier.sources import Source
from ingest.batch import StoredMessage

RECORDS_FILE = "data/device_records.jsonl"
QUARANTINE_FILE = "data/quarantine.jsonl"
SETTLED_MOST = 5000
"""Messages that are looked at once more when they leave something open; of an honest package there are few."""

Step = Callable[[int], None]


class Redecoding:
    """Decodes every message and compares; :meth:`run` gives the three checks and fills ``readings`` by outlet."""

    def __init__(
        self, source: Source, description: Description, records: Records, believed: Believed, step: Step
    ) -> None:
        self._source = source
        self._description = description
        self._records = records
        self._believed = believed
        self._step = step
        self.readings: dict[int, Readings] = {key: Readings() for key in description.outlets}
        self._checks = {name: Check(name) for name in ("redecoding", "uploads", "refused")}
        self._ledgers = {name: Ledger(once=name == "redecoding") for name in self._checks}
        self._encrypted: set[int] = set()
        self._refused = _read_refused(source)
        listed: dict[int, list[tuple[str, str]]] = {}
        for entry in self._refused:
            listed.setdefault(entry.message_id, []).append((entry.digest[1], entry.digest[2]))
        self._deriver = Deriver(description, listed)
        self._any_settings = Deriver(description, listed, any_settings=True)
        self._chain_of = self._chains()

    def run(self) -> list[Check]:
        """Make the checks. Raises Malformed."""
        for unit in self._units(None):
            self._give(self._deriver.derive(unit, self._believed.state(self._state(unit))))
            self._step(len(unit))
        self._list_readings()
        self._list_uploads()
        for entry in self._refused:
            self._ledgers["refused"].list(entry)
        self._settle()
        return [self._close(name, check) for name, check in self._checks.items()]

    def _chains(self) -> dict[int, tuple[int, ...]]:
        """Message -> the chain that it belongs to."""
        found: dict[int, tuple[int, ...]] = {}
        for listed in self._description.chains:
            chain = tuple(listed)
            known = [self._records.messages.get(number) for number in chain]
            streams = {(message.gateway, message.channel) for message in known if message is not None}
            if (
                None in known
                or len(streams) != 1
                or sorted(set(chain)) != list(chain)
                or found.keys() & set(chain)
            ):
                self._checks["redecoding"].fail("chain_malformed", ids=str(chain)[:200])
                continue
            found.update(dict.fromkeys(chain, chain))
        return found

    def _units(self, wanted: set[int] | None) -> Iterator[list[StoredMessage]]:
        """Messages that are one stream, with their bytes: nearly always one; only those units that hold a wanted message."""
        waiting: dict[tuple[int, ...], list[StoredMessage]] = {}
        days = list(message_files(self._source))
        if wanted is not None:
            whole = {member for number in wanted for member in self._chain_of.get(number, (number,))}
            files = {
                self._records.messages[number].file for number in whole if number in self._records.messages
            }
            days = [day for day in days if f"data/messages/{day}.jsonl" in files]
        for day in days:
            for number, payload in payload_lines(self._source, day):
                if wanted is not None and number not in whole:
                    continue
                record = self._records.messages.get(number)
                if record is None:
                    continue
                message = stored_message(number, record.received_at, record.gateway, record.channel, payload)
                chain = self._chain_of.get(number)
                if chain is None:
                    yield [message]
                    continue
                waiting.setdefault(chain, []).append(message)
                if number == chain[-1]:
                    yield waiting.pop(chain)
        yield from waiting.values()

    def _state(self, unit: list[StoredMessage]) -> int:
        return self._believed.number(unit[-1].arrival.received_at)

    def _give(self, derived: Derived) -> None:
        for name, found in _given(derived).items():
            give = self._ledgers[name].give
            for digest, message_id, due in found:
                give(digest, message_id, due)
        self._encrypted |= derived.encrypted

    def _list_readings(self) -> None:
        known = {
            f"{FOLDER}{name}-{kind}.csv" for name in self._description.outlets.values() for kind in KINDS
        }
        for file in self._source.names(FOLDER):
            if file not in known:
                self._checks["redecoding"].fail("file_not_expected", file=file)
        for key, name in self._description.outlets.items():
            for kind in KINDS:
                file = f"{FOLDER}{name}-{kind}.csv"
                if file in self._source:
                    self._list_file(key, kind, file)

    def _list_file(self, outlet_key: int, kind: str, file: str) -> None:
        check, ledger, messages = (
            self._checks["redecoding"],
            self._ledgers["redecoding"],
            self._records.messages,
        )
        order, keep = Order(check, file), self.readings[outlet_key].keep
        begin = [str(outlet_key), kind]
        for line in lines_of(self._source, file):
            columns = line.columns
            revision = order.next(line)
            text = columns[MESSAGE]
            message = messages.get(int(text)) if text.isdigit() and len(text) < 20 else None
            if columns[:2] != begin or message is None or message.told != columns[RECEIVED]:
                check.fail("reading_of_no_message", file=file, line=line.number, message=text[:20])
                continue
            try:
                digest = digest_of(_text_of(columns))
                keep(kind, columns, revision, message.received_at)
            except (ValueError, ArithmeticError):
                check.fail(
                    "readings_malformed", file=file, line=line.number, why="a value is no number or no time"
                )
                continue
            shown = {"factor": columns[FACTOR], "time": columns[TIME], "value": columns[VALUE]}
            ledger.list(Entry(message.id, digest, file, line.number, shown))
            if not line.number % 1000:
                self._step(0)

    def _list_uploads(self) -> None:
        for number, document in _documents(self._source, RECORDS_FILE):
            try:
                text = upload_text(
                    document["message_id"],
                    document["outlet_key"],
                    document["cn"],
                    document["data_time"],
                    document["body"],
                )
                shown: dict[str, object] = {
                    "cn": str(document["cn"])[:20],
                    "time": str(document["data_time"])[:40],
                }
                entry = Entry(int(document["message_id"]), digest_of(text), RECORDS_FILE, number, shown)
            except (KeyError, TypeError, ValueError) as error:
                raise Malformed(
                    "record_malformed", file=RECORDS_FILE, line=number, why=str(error)[:200]
                ) from None
            self._ledgers["uploads"].list(entry)

    def _settle(self) -> None:
        """Try the messages that leave something open with what was believed at other moments, and with other settings."""
        owed = {name: list(ledger.owed()) for name, ledger in self._ledgers.items()}
        waiting = {name: {entry.digest for entry in ledger.waiting} for name, ledger in self._ledgers.items()}
        open_ = {entry.message_id for ledger in self._ledgers.values() for entry in ledger.waiting}
        open_ |= {message_id for found in owed.values() for _, message_id in found}
        explained: dict[tuple[str, Any, int], str] = {}
        excused: dict[int, str] = {}
        for unit in self._units(set(sorted(open_)[:SETTLED_MOST])) if open_ else ():
            for way, derived in self._other_ways(unit):
                fits = True
                for name, found in _given(derived).items():
                    ledger = self._ledgers[name]
                    for digest, message_id, due in found:
                        # What the usual way gives too is not explained by another one.
                        if digest in waiting[name] and digest not in ledger.given:
                            explained.setdefault((name, digest, message_id), way)
                        elif due and digest not in waiting[name] and not ledger.knows(digest):
                            fits = False
                if fits:
                    for message in unit:
                        excused.setdefault(message.id, way)
            self._step(0)
        for name, check in self._checks.items():
            self._name_open(name, check, explained, owed[name], excused)

    def _other_ways(self, unit: list[StoredMessage]) -> Iterator[tuple[str, Derived]]:
        usual = self._state(unit)
        for number in self._believed.others(unit[-1].arrival.received_at):
            yield "state", self._deriver.derive(unit, self._believed.state(number))
        yield "settings", self._any_settings.derive(unit, self._believed.state(usual))

    def _name_open(
        self,
        name: str,
        check: Check,
        explained: Mapping[tuple[str, Any, int], str],
        owed: Iterable[tuple[Any, int]],
        excused: Mapping[int, str],
    ) -> None:
        later = locked = 0
        for entry in self._ledgers[name].waiting:
            way = explained.get((name, entry.digest, entry.message_id))
            if way == "state":
                later += 1
            elif way == "settings":
                check.doubt("decoded_with_other_settings", message=entry.message_id, count=1)
            elif entry.message_id in self._encrypted:
                locked += 1
            else:
                facts = {"file": entry.file, "line": entry.line, "message": entry.message_id, **entry.shown}
                check.fail(f"{name}_not_from_message", **facts)
        for message_id, count in sorted(Counter(message_id for _, message_id in owed).items()):
            way = excused.get(message_id)
            if way == "state":
                check.doubt("decoded_with_another_state", message=message_id, count=count)
            elif way == "settings":
                check.doubt("decoded_with_other_settings", message=message_id, count=count)
            else:
                check.fail(f"{name}_left_out", message=message_id, count=count)
        if locked:
            check.doubt("encrypted", count=locked, messages=len(self._encrypted))
        check.say(later=later)

    def _close(self, name: str, check: Check) -> Check:
        ledger = self._ledgers[name]
        check.say(count=ledger.listed, messages=len(self._records.messages))
        if name == "refused":
            unseen = Counter(
                entry.digest[1] for entry in self._refused if entry.digest[1] in {*HIDDEN, WHOLE}
            )
            for reason, count in sorted(unseen.items()):
                check.doubt("refused_unseen", reason=reason, count=count)
        if not ledger.listed and not ledger.given:
            check.skip()
        return check


def _given(derived: Derived) -> dict[str, list[tuple[Any, int, bool]]]:
    """By check: digest, message, and whether it is due."""
    refused = [((number, reason, sha256), number, due) for number, reason, sha256, due in derived.refused]
    return {"redecoding": list(derived.readings), "uploads": list(derived.uploads), "refused": refused}


def _text_of(columns: list[str]) -> str:
    head = f"{columns[0]}\x1f{columns[1]}\x1f{columns[TIME]}\x1f"
    extra = columns[EXTRA]
    return reading_text(
        head,
        columns[FACTOR],
        tuple(columns[VALUE : VALUE + 4]),
        tuple(columns[VALUE + 4 : FLAG]),
        columns[FLAG],
        columns[STATUS],
        _sorted_extra(extra) if extra else "",
    )


@lru_cache(maxsize=4096)
def _sorted_extra(text: str) -> str:
    return sorted_json(json.loads(text))


def _documents(source: Source, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if file in source:
        for number, line in enumerate(source.lines(file), 1):
            yield number, read_object(line, file=file, line=number)


def _read_refused(source: Source) -> list[Entry]:
    found = []
    for number, document in _documents(source, QUARANTINE_FILE):
        try:
            message_id, reason, sha256 = document["message_id"], document["reason"], document["sha256"]
            if not isinstance(message_id, int) or not isinstance(reason, str) or not isinstance(sha256, str):
                raise TypeError("no number, reason or digest")
        except (KeyError, TypeError) as error:
            raise Malformed(
                "record_malformed", file=QUARANTINE_FILE, line=number, why=str(error)[:200]
            ) from None
        shown: dict[str, object] = {"reason": reason[:40], "time": str(document.get("received_at"))[:40]}
        found.append(Entry(message_id, (message_id, reason, sha256), QUARANTINE_FILE, number, shown))
    return found
