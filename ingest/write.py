"""Storing a batch in one transaction.

The fast way copies readings straight into the hypertable as first revisions. When one of them is there already the database
refuses the copy as a whole; the batch then goes the slow way: a staging table, compared with what is stored, tells new from
known from different. After such a refusal the next batches go the slow way at once, because repetitions come in runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.types.json import Jsonb

from ingest.batch import Batch, FrameReadings, StoredMessage
from ingest.copytext import document
from ingest.findings import RULE, Findings
from ingest.rows import message_rows, quarantine_rows, reading_rows, record_rows, staged_rows
from ingest.tally import Tally
from ingest.touched import touched_ranges
from store.database import Connection
from store.queries import queries

CAUTIOUS_BATCHES = 8
"""Batches that go the slow way after a repetition was met; at full load about a quarter of a second."""

ANALYZE_FROM = 2000
"""Staged readings from which the planner is told their number: below, a wrong plan costs less than the statement."""


@dataclass(slots=True)
class Outcome:
    """What the transaction that was committed has done.

    Attributes
    ----------
    answers : HJ 212 frames to publish, with their gateway, in the order of the frames they answer
    dispositions : frame number in ``batch.frames`` -> accepted, duplicate or conflicting
    outlets : keys of outlets with new readings
    records, readings : how many of each were stored
    """

    answers: list[tuple[str, bytes]] = field(default_factory=list)
    dispositions: list[str] = field(default_factory=list)
    outlets: set[int] = field(default_factory=set)
    records: int = 0
    readings: int = 0
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class _Judged:
    new: int
    different: int


class Writer:
    """Stores batches over one autocommit connection; belongs to one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sql = queries("ingest")
        self._cautious = 0
        connection.execute(self._sql["make_staging"])

    def take_ids(self, count: int) -> list[int]:
        """Numbers for as many messages."""
        rows = self._connection.execute(self._sql["take_message_ids"], {"count": count}).fetchall()
        return [row[0] for row in rows]

    def is_stored(self, message: StoredMessage) -> bool:
        """Whether the transaction that held this message was committed after all, asked after a connection broke during
        commit."""
        arrival = message.arrival
        row = self._connection.execute(
            self._sql["message_is_stored"],
            {"id": message.id, "received_at": arrival.received_at, "digest": arrival.digest},
        ).fetchone()
        return row is not None and bool(row[0])

    def store(
        self, batch: Batch, findings: Findings, *, cause: str = "reading", counted: bool = True
    ) -> Outcome:
        """Store everything of the batch or nothing. ``findings`` are those to write now; the batch's own differences are
        added. With ``counted`` False the ledger is left alone.

        Raises psycopg.Error; then nothing was stored, unless the connection broke during the commit itself: ask ``is_stored``.
        """
        outcome = Outcome()
        with self._connection.transaction():
            self._copy("copy_messages", message_rows(batch.messages))
            differences = Findings()
            judged = self._store_readings(batch.frames, differences)
            self._copy("copy_device_records", record_rows(batch))
            self._copy("copy_quarantine", quarantine_rows(batch))
            _settle(batch, judged, outcome)
            outcome.tally.merge(batch.tally)
            if not counted:
                outcome.tally = Tally()
            self._store_rest(batch, outcome, (findings, differences), cause, judged)
        return outcome

    def _copy(self, name: str, rows: Iterable[str]) -> None:
        block = "".join(rows)
        if block:
            self._copy_block(name, block)

    def _copy_block(self, name: str, block: str) -> None:
        with self._connection.cursor() as cursor, cursor.copy(self._sql[name]) as copy:
            copy.write(block.encode())

    def _store_readings(self, frames: Sequence[FrameReadings], differences: Findings) -> list[_Judged]:
        if not frames:
            return []
        if self._cautious == 0 and not _repeats(frames):
            try:
                with self._connection.transaction():
                    self._copy_block("copy_readings", "".join(reading_rows(frames)))
                return [_Judged(len(frame.items), 0) for frame in frames]
            except psycopg.errors.UniqueViolation:
                self._cautious = CAUTIOUS_BATCHES
        elif self._cautious:
            self._cautious -= 1
        return self._compare_and_store(frames, differences)

    def _compare_and_store(self, frames: Sequence[FrameReadings], differences: Findings) -> list[_Judged]:
        execute = self._connection.execute
        execute(self._sql["clear_staging"])
        rows = list(staged_rows(frames))
        self._copy_block("copy_staged", "".join(rows))
        if len(rows) >= ANALYZE_FROM:
            execute(self._sql["analyze_staged"])
        times = [frame.data_time for frame in frames]
        execute(self._sql["judge_staged"], {"earliest": min(times), "latest": max(times)})
        execute(self._sql["store_judged"])
        judged = {
            number: _Judged(new, different) for number, new, different in execute(self._sql["judged_frames"])
        }
        if any(found.different for found in judged.values()):
            self._note_differences(frames, differences)
        return [judged[number] for number in range(len(frames))]

    def _note_differences(self, frames: Sequence[FrameReadings], differences: Findings) -> None:
        for row in self._connection.execute(self._sql["judged_differences"]):
            number, outlet_key, factor, kind, data_time, revision, before, value, flag_before, flag = row
            differences.notice(
                "resent_value_differs",
                at=data_time,
                gateway=frames[number].origin.gateway,
                outlet_key=outlet_key,
                factor=factor,
                example={
                    "data_time": data_time.isoformat(),
                    "kind": kind,
                    "revision": revision,
                    "before": None if before is None else str(before),
                    "now": None if value is None else str(value),
                    "flag_before": flag_before,
                    "flag": flag,
                },
            )

    def _store_rest(
        self,
        batch: Batch,
        outcome: Outcome,
        findings: Sequence[Findings],
        cause: str,
        judged: Sequence[_Judged],
    ) -> None:
        """The small statements, sent together so that they cost one round trip."""
        with self._connection.pipeline():
            self._count(outcome.tally)
            self._note_states(batch)
            self._keep_tails(batch)
            noticed = sum(self._add_findings(found) for found in findings)
            touched = touched_ranges(
                (frame.origin.outlet_key, frame.kind, frame.data_time)
                for frame, found in zip(batch.frames, judged, strict=True)
                if found.new
            )
            if touched:
                self._run(
                    "touch",
                    outlets=[part.outlet_key for part in touched],
                    from_times=[part.from_time for part in touched],
                    to_times=[part.to_time for part in touched],
                    cause=cause,
                )
                self._run("notify", channel="outfall_touched", payload="")
            if noticed:
                self._run("notify", channel="outfall_finding", payload="")

    def _run(self, name: str, **arguments: object) -> None:
        self._connection.execute(self._sql[name], arguments)

    def _count(self, tally: Tally) -> None:
        rows = list(tally.rows())
        if rows:
            self._run(
                "count_in_ledger",
                hours=[key.hour for key, _, _ in rows],
                gateways=[key.gateway for key, _, _ in rows],
                outlets=[key.outlet_key for key, _, _ in rows],
                dispositions=[key.disposition for key, _, _ in rows],
                reasons=[key.reason for key, _, _ in rows],
                frames=[frames for _, frames, _ in rows],
                readings=[readings for _, _, readings in rows],
            )

    def _note_states(self, batch: Batch) -> None:
        newest: dict[tuple[int, str], list[object]] = {}
        for frame in batch.frames:
            key = (frame.origin.outlet_key, frame.kind)
            known = newest.get(key)
            if known is None:
                newest[key] = [frame.data_time, frame.origin.received_at]
            else:
                known[0] = max(known[0], frame.data_time)  # type: ignore[call-overload]
                known[1] = max(known[1], frame.origin.received_at)  # type: ignore[call-overload]
        if newest:
            keys = sorted(newest)
            self._run(
                "note_outlet_state",
                outlets=[outlet_key for outlet_key, _ in keys],
                kinds=[kind for _, kind in keys],
                data_times=[newest[key][0] for key in keys],
                received=[newest[key][1] for key in keys],
            )
        for gateway in sorted(batch.gateways):
            news = batch.gateways[gateway]
            if news.state is None:
                self._run("note_gateway_heard", gateway=gateway, at=news.heard_at)
            else:
                detail = Jsonb(dict(news.detail), dumps=document)
                self._run(
                    "note_gateway_state", gateway=gateway, state=news.state, at=news.heard_at, detail=detail
                )

    def _keep_tails(self, batch: Batch) -> None:
        for (gateway, channel), tail in sorted(batch.tails.items()):
            if tail is None:
                self._run("drop_tail", gateway=gateway, channel=channel)
            else:
                self._run(
                    "keep_tail",
                    gateway=gateway,
                    channel=channel,
                    tail=tail.data,
                    since=tail.since,
                    message_id=tail.message_id,
                )

    def _add_findings(self, findings: Findings) -> int:
        for key, noticed in findings.items():
            self._run(
                "add_finding",
                code=key.code,
                gateway=key.gateway or None,
                outlet_key=key.outlet_key or None,
                factor=key.factor or None,
                from_time=noticed.from_time,
                to_time=noticed.to_time,
                numbers=Jsonb(noticed.numbers(), dumps=document),
                rule=RULE,
            )
        return len(findings)


def _settle(batch: Batch, judged: Sequence[_Judged], outcome: Outcome) -> None:
    """Name what became of every frame, count it, and collect the answers: each stored or known frame gets the one it asked
    for."""
    for frame, found in zip(batch.frames, judged, strict=True):
        disposition = "conflicting" if found.different else "accepted" if found.new else "duplicate"
        outcome.dispositions.append(disposition)
        outcome.readings += found.new
        origin = frame.origin
        # A frame has one fate, its readings may have several: a split or corrected frame holds known, new and differing ones.
        fates = {
            "accepted": found.new - found.different,
            "conflicting": found.different,
            "duplicate": len(frame.items) - found.new,
        }
        for fate, readings in fates.items():
            if readings or fate == disposition:
                outcome.tally.add(
                    origin.received_at,
                    origin.gateway,
                    origin.outlet_key,
                    fate,
                    frames=int(fate == disposition),
                    readings=readings,
                )
        if found.new:
            outcome.outlets.add(origin.outlet_key)
    for record in batch.records:
        origin = record.origin
        outcome.tally.add(origin.received_at, origin.gateway, origin.outlet_key, "accepted")
    outcome.records = len(batch.records)
    outcome.answers = answers_of(batch)


def answers_of(batch: Batch) -> list[tuple[str, bytes]]:
    """The HJ 212 frames to publish once the batch is stored, with their gateway."""
    answers = [(frame.origin.gateway, frame.answer) for frame in batch.frames if frame.answer is not None]
    answers += [
        (record.origin.gateway, record.answer) for record in batch.records if record.answer is not None
    ]
    return answers


def _repeats(frames: Sequence[FrameReadings]) -> bool:
    """Whether two frames speak of the same moment, so that one of them may repeat or correct the other."""
    keys = {(frame.origin.outlet_key, frame.kind, frame.data_time) for frame in frames}
    return len(keys) < len(frames)
