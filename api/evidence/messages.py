"""The messages of a package: which ones, which belong together as one stream, and their bytes."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from json.encoder import encode_basestring
from typing import Any

from api.evidence.working import Working, bytes_missing, sealed_by
from store.clock import BEIJING, DAY
from store.database import Connection
from store.errors import LogError
from store.evidence import Place
from store.log.canonical import message_leaf
from store.log.spans import Spans, spans_of
from store.queries import queries

ROUNDS = 500
"""So many messages a stream is followed back at the most: the longest frame has 10,000 bytes."""

_GROUP = 2000


def choose_messages(work: Working, extra: Sequence[int], gap: timedelta) -> tuple[tuple[int, ...], ...]:
    """Note which messages the package holds, and return the chains: messages whose bytes are one stream.

    ``extra`` are numbers of messages that records name. Within ``gap`` a frame goes on in the next message of its gateway.
    """
    sql = queries("evidence")
    place = work.place
    span = {
        "outlet_keys": list(place.outlet_keys),
        "from_time": place.from_time,
        "to_time": place.to_time,
    }
    work.connection.execute(sql["make_messages"])
    times: dict[int, datetime] = dict(work.connection.execute(sql["candidate_messages"], span).fetchall())
    for number in replayed_later(work.connection, place, work.size):
        times.pop(number, None)
    times.update(work.connection.execute(sql["messages_of_pieces"], span).fetchall())
    missing = [number for number in extra if number not in times]
    if missing:
        times.update(work.connection.execute(sql["messages_by_id"], {"ids": missing}).fetchall())
    sealed = work.sealed("message", sorted(times))
    _check_known(work, sorted(times.keys() - sealed.keys()))
    _keep(work, sealed, times)
    work.connection.execute(sql["index_package_messages"])
    if not sealed:
        return ()
    bounds = (min(times.values()), max(times.values()))
    chains, added, received = _chains(work, gap, bounds, frozenset(sealed))
    _keep(work, added, received)
    return chains


def unsealed_messages(connection: Connection, size: int) -> Spans:
    """The messages that a checkpoint does not cover."""
    row = connection.execute(queries("evidence")["unsealed_messages"], {"size": size}).fetchone()
    return spans_of(row[0]) if row is not None else []


def _check_known(work: Working, numbers: Sequence[int]) -> None:
    """What is not sealed yet was noted to be; a reading of any other message cannot be proved."""
    spans = unsealed_messages(work.connection, work.size) if numbers else []
    lows = [low for low, _ in spans]
    for number in numbers:
        place = bisect_right(lows, number) - 1
        if place < 0 or number >= spans[place][1]:
            raise LogError(
                f"Readings name message {number}, which the log does not have: run `outfall log verify`.",
                code="evidence_unproved",
                number=number,
            )


def replayed_later(connection: Connection, place: Place, size: int) -> set[int]:
    """The messages that were refused, and whose readings a replay after the checkpoint has stored."""
    found = connection.execute(
        queries("evidence")["replayed_messages"], {"from_time": place.from_time}
    ).fetchall()
    sealed = sealed_by(connection, size, "record", (record for _, record in found))
    return {number for number, record in found if record not in sealed}


def _keep(work: Working, leaves: Mapping[int, int], times: Mapping[int, datetime]) -> None:
    lines = (f"{number}\t{times[number].isoformat()}\t{leaf}\n" for number, leaf in leaves.items())
    with (
        work.connection.cursor() as cursor,
        cursor.copy(queries("evidence")["copy_package_messages"]) as copy,
    ):
        while block := "".join(islice(lines, _GROUP)):
            copy.write(block)


def _chains(
    work: Working, gap: timedelta, bounds: tuple[datetime, datetime], known: frozenset[int]
) -> tuple[tuple[tuple[int, ...], ...], dict[int, int], dict[int, datetime]]:
    """The chains; the sealed messages of them that are not among the known ones, with their leaves and times of receipt.

    A message that does not begin with a head goes on from the one before it on its gateway's stream; that one may go on itself.
    """
    sql = queries("evidence")
    before: dict[int, int] = {}
    times: dict[int, datetime] = {}
    asked: set[int] = set()
    span = {"earliest": bounds[0], "latest": bounds[1]}
    waiting = work.connection.execute(sql["cut_messages"], span).fetchall()
    for _ in range(ROUNDS):
        asked.update(row[0] for row in waiting)
        found: dict[int, tuple[int, datetime, str]] = {}
        for start in range(0, len(waiting), _GROUP):
            part = waiting[start : start + _GROUP]
            arguments = {
                "ids": [row[0] for row in part],
                "times": [row[1] for row in part],
                "gateways": [row[2] for row in part],
                "gap_seconds": gap.total_seconds(),
            }
            for number, earlier, received_at, gateway, whole in work.connection.execute(
                sql["messages_before"], arguments
            ):
                before[number], times[earlier] = earlier, received_at
                if not whole and earlier not in asked:
                    found[earlier] = (earlier, received_at, gateway)
        waiting = [found[number] for number in sorted(found)]
        if not waiting:
            break
    fresh = sorted(number for number in times if number not in known)
    sealed = work.sealed("message", fresh)
    inside = known | sealed.keys()
    chains: list[list[int]] = []
    chain_of: dict[int, list[int]] = {}
    for number in sorted(before):
        earlier = before[number]
        if earlier not in inside or number not in inside:
            continue
        chain = chain_of.get(earlier)
        if chain is None:
            chain = chain_of[earlier] = [earlier]
            chains.append(chain)
        chain.append(number)
        chain_of[number] = chain
    return tuple(tuple(chain) for chain in chains), sealed, times


def write_messages(work: Working) -> int:
    """Write the leaves and the bytes of the chosen messages by the Beijing day of receipt; how many there are.

    Raises StoreError ``evidence_bytes_missing`` when messages of the log are no longer in the database.
    """
    sql = queries("evidence")
    days = work.connection.execute(sql["message_days"]).fetchall()
    count = 0
    for number, (day, expected) in enumerate(days):
        work.step("messages", number / len(days))
        start = datetime.combine(day, time(), BEIJING)
        found = _write_day(work, start)
        if found != expected:
            raise bytes_missing(expected - found, f"data/messages/{day}.jsonl")
        count += found
    return count


def _write_day(work: Working, start: datetime) -> int:
    name = f"{start:%Y-%m-%d}.jsonl"
    span = {"from_time": start, "to_time": start + DAY}
    found = work.connection.execute(queries("evidence")["messages_of_day"], span).fetchall()
    with (
        work.proved(f"data/messages/{name}", "message") as messages,
        work.lines(f"data/payloads/{name}", "payload", beside=True) as payloads,
    ):
        messages.put([row[0] for row in found], [message_leaf(*row[1:-1]) for row in found])
        payloads.put([_payload_line(row[1], row[-1]) for row in found])
    return len(found)


def _payload_line(number: int, payload: bytes) -> bytes:
    """Canonical JSON of the bytes of a message: as text where they are UTF-8."""
    try:
        text = encode_basestring(payload.decode())
    except UnicodeDecodeError:
        encoded = base64.b64encode(payload).decode("ascii")
        return f'{{"base64":"{encoded}","id":{number}}}'.encode()
    return f'{{"id":{number},"text":{text}}}'.encode()


def message_ids(contents: Sequence[Mapping[str, Any]]) -> list[int]:
    """Numbers of the messages that records name, e.g. checks that a device sent."""
    return sorted({content["message_id"] for content in contents if content.get("message_id") is not None})
