"""The delivery of hand-overs, step by step so that each can be killed at any moment.

*Take* (a lock that ends with the connection; the attempt is counted), *send* (no transaction is open), *record* (the receipt and
what follows from it, in one transaction). A process that dies between send and record leaves a hand-over that waits: it is sent
again under the same key, the receiver makes one case of it, and there is one receipt.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from alerts.handover.answers import Answer, wait_after
from alerts.handover.sending import Parcel, send
from alerts.handover.telling import tell_refused, tell_stuck
from store.clock import now
from store.database import Connection, connect, rows
from store.handover.connectors import Connector, load_connectors
from store.queries import queries
from store.settings import Settings

log = logging.getLogger(__name__)

CONNECTORS_AT_ONCE = 4
STUCK_FAILURES = 6
"""After so many failures in a row people are told: with the waits in between, a quarter of an hour."""

Send = Callable[[Connector, Parcel, datetime], Answer]


def hand_over(connection: Connection, settings: Settings) -> int:
    """Send what is due to every receiver; how many were received. Any number of processes may do so at once.

    ``connection`` must be in autocommit mode.
    """
    return Delivery(settings).run(connection)


class Delivery:
    """Delivery with its clock and its way of sending, which tests replace."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = now, send: Send = send) -> None:
        self._settings = settings
        self._clock = clock
        self._send = send

    def run(self, connection: Connection) -> int:
        """One round: each receiver in a thread of its own, so that a slow one holds no other up."""
        due: dict[str, list[int]] = defaultdict(list)
        for handover_id, connector_id in connection.execute(
            queries("handover")["due"], {"at": self._clock()}
        ):
            due[connector_id].append(handover_id)
        connectors = {
            connector.id: connector for connector in load_connectors(connection) if connector.id in due
        }
        if not connectors:
            return 0
        with ThreadPoolExecutor(min(len(connectors), CONNECTORS_AT_ONCE), "handover") as threads:
            return sum(
                threads.map(
                    lambda connector: self._run_connector(connector, due[connector.id]), connectors.values()
                )
            )

    def _run_connector(self, connector: Connector, due: list[int]) -> int:
        """One after the other, until the receiver does not answer as it should."""
        received = 0
        with connect(self._settings.database(), name="handover", autocommit=True) as connection:
            for handover_id in due:
                answer = self.attempt(connection, connector, handover_id)
                received += answer is not None and answer.kind == "accepted"
                if answer is not None and answer.kind == "failed":
                    break
        return received

    def attempt(self, connection: Connection, connector: Connector, handover_id: int) -> Answer | None:
        """Send one hand-over; None when another process is at it or it waits no longer. The connection is in autocommit mode."""
        sql = queries("handover")
        turn = connection.execute(sql["take_turn"], {"id": handover_id}).fetchone()
        if not (turn and turn[0]):
            return None
        try:
            with rows(connection) as cursor:
                row = cursor.execute(sql["to_send"], {"id": handover_id}).fetchone()
            if row is None or row["connector_id"] != connector.id:
                return None
            connection.execute(sql["begin_attempt"], {"id": handover_id})
            began = time.monotonic()
            answer = self._try(connector, row)
            self._record(connection, row, answer, round((time.monotonic() - began) * 1000))
            return answer
        finally:
            connection.execute(sql["end_turn"], {"id": handover_id})

    def _try(self, connector: Connector, row: dict[str, Any]) -> Answer:
        package = self._settings.evidence_folder() / row["file_name"] if connector.takes_package else None
        if package is not None and (
            row["package_state"] != "ready" or not _whole(package, row["package_bytes"])
        ):
            return Answer("refused", "package_file_missing", str(row["file_name"]))
        parcel = Parcel(
            key=row["idempotency_key"],
            document=row["document"].encode(),
            signature=row["signature"],
            document_digest=row["document_digest"].hex(),
            package_digest=row["package_digest"].hex(),
            package=package,
        )
        try:
            return self._send(connector, parcel, self._clock())
        except OSError as error:
            return Answer("failed", "package_unreadable", error.strerror or type(error).__name__)

    def _record(self, connection: Connection, row: dict[str, Any], answer: Answer, milliseconds: int) -> None:
        sql, at, handover_id = queries("handover"), self._clock(), row["id"]
        receipt = {
            "handover_id": handover_id,
            "at": at,
            "outcome": answer.kind,
            "status": answer.status,
            "answer": answer.text,
            "headers": Jsonb(dict(answer.headers)),
            "case_number": answer.case_number,
            "milliseconds": milliseconds,
        }
        with connection.transaction():
            connection.execute(sql["note_receipt"], receipt)
            if answer.kind == "accepted":
                connection.execute(sql["finish"], {"id": handover_id, "state": "delivered", "at": at})
                log.info("hand-over %d of lead %s was received", handover_id, row["lead"])
                return
            log.warning("hand-over %d was not received (%s): %s", handover_id, answer.kind, answer.status)
            if answer.kind == "refused":
                connection.execute(sql["finish"], {"id": handover_id, "state": "refused", "at": at})
                tell_refused(connection, row, answer, at)
                return
            wait = answer.wait or wait_after(row["failures"] + 1)
            connection.execute(sql["put_off"], {"id": handover_id, "not_before": at + wait})
            if row["failures"] + 1 == STUCK_FAILURES:
                tell_stuck(connection, row, answer, at)


def _whole(package: Path, size: int) -> bool:
    """Whether the file of the package lies there with all its bytes."""
    return package.is_file() and package.stat().st_size == size
