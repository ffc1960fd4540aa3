"""Delivery: takes messages out of the outbox and over their channels, within every channel's limits.

An attempt has three steps, and no transaction is open while a channel is talked to: *take* (the message is on its way and the
attempt counts against the limit, for all processes together), *send*, *record* (the proof, and what follows from it). A process
that dies between take and record leaves a message that is sent again after its lease: delivered at least once, never lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.notify.answers import PAUSE, Outcome, Result
from alerts.notify.limits import REMEMBERED, channel_wait, limits_of, message_wait, room_at
from alerts.notify.merging import merge_old
from alerts.notify.requests import Letter
from alerts.notify.sending import send
from alerts.notify.wording import stamp
from alerts.telling import tell_operations
from store.channels import Channel
from store.clock import BEIJING, now
from store.database import Connection, connect, rows
from store.queries import queries
from store.settings import Settings
from store.texts import text

log = logging.getLogger(__name__)

RUN_SECONDS = 10.0
"""A run that has work for longer leaves the rest to the next one, which sees new channels."""

CHANNELS_AT_ONCE = 8

Send = Callable[[Channel, Letter, datetime], Outcome]


def deliver(connection: Connection, settings: Settings) -> int:
    """Send what is due over every channel that is in order; how many messages were taken.

    ``connection`` must be in autocommit mode. Any number of processes may do so at once.
    """
    return Delivery(settings).run(connection)


@dataclass(frozen=True, slots=True)
class _Taken:
    letter: Letter
    attempts: int
    at: datetime


class Delivery:
    """Delivery with its clock and its way of sending, which tests replace."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = now, send: Send = send) -> None:
        self._settings = settings
        self._clock = clock
        self._send = send

    def run(self, connection: Connection) -> int:
        """One round over all channels, each in a thread of its own: a slow one holds no other up."""
        at = self._clock()
        self._give_up(connection, at)
        with rows(connection) as cursor:
            found = cursor.execute(queries("notify")["due_channels"], {"at": at}).fetchall()
        channels = [Channel(**row) for row in found]
        if not channels:
            return 0
        with ThreadPoolExecutor(min(len(channels), CHANNELS_AT_ONCE), "deliver") as threads:
            return sum(threads.map(self._run_channel, channels))

    def attempt(
        self, connection: Connection, channel: Channel, *, message: int | None = None
    ) -> Outcome | None:
        """Send the next message of a channel, or the one asked for; None when none is due or the limits leave no room.

        A message that is asked for is tried although the channel rests, because a person waits for it.
        """
        taken = self._take(connection, channel, message)
        if taken is None:
            return None
        began = time.monotonic()
        outcome = self._send(channel, taken.letter, taken.at)
        self._record(connection, channel, taken, outcome, round((time.monotonic() - began) * 1000))
        return outcome

    def _run_channel(self, channel: Channel) -> int:
        """Until nothing is due, a limit is reached, or the channel does not take a message."""
        taken = 0
        until = time.monotonic() + RUN_SECONDS
        with connect(self._settings.database(), name="deliver", autocommit=True) as connection:
            while time.monotonic() < until:
                outcome = self.attempt(connection, channel)
                if outcome is None or outcome.result in (Result.CHANNEL, Result.TOO_FAST):
                    break
                taken += outcome.ok
        return taken

    def _take(self, connection: Connection, channel: Channel, message: int | None) -> _Taken | None:
        sql, at = queries("notify"), self._clock()
        name = {"channel_id": channel.id}
        with connection.transaction(), rows(connection) as cursor:
            state = cursor.execute(sql["lock_channel_state"], name).fetchone()
            assert state is not None
            blocked = state["blocked_until"] is not None and state["blocked_until"] > at
            attempts = [moment for moment in state["attempts"] if moment > at - REMEMBERED]
            if (blocked and message is None) or room_at(limits_of(channel), attempts, at) > at:
                return None
            cursor.execute(sql["drop_obsolete"], {**name, "at": at})
            if state["failures"] == 0 and message is None:
                merge_old(connection, channel.id, timedelta(minutes=self._settings.notify_merge_minutes), at)
            row = cursor.execute(sql["next_message"], {**name, "at": at, "id": message}).fetchone()
            if row is None:
                return None
            cursor.execute(sql["take_message"], {"id": row["id"], "until": at + _lease(channel)})
            cursor.execute(sql["keep_attempts"], {**name, "attempts": [*attempts, at]})
        letter = Letter(
            row["id"],
            row["purpose"],
            row["title"],
            row["body"],
            None if row["link"] is None else f"{self._console()}{row['link']}",
            row["facts"],
            row["created_at"],
        )
        return _Taken(letter, row["attempts"] + 1, at)

    def _record(
        self, connection: Connection, channel: Channel, taken: _Taken, outcome: Outcome, milliseconds: int
    ) -> None:
        sql, at, message = queries("notify"), self._clock(), taken.letter.delivery
        name = {"channel_id": channel.id}
        with connection.transaction():
            proof = {
                "outbox_id": message,
                "at": at,
                "ok": outcome.ok,
                "status": outcome.status,
                "answer": outcome.answer,
                "milliseconds": milliseconds,
            }
            connection.execute(sql["note_delivery"], proof)
            if outcome.result is Result.TAKEN:
                connection.execute(sql["finish_message"], {"id": message, "at": at})
                connection.execute(sql["channel_works"], {**name, "at": at})
                return
            log.warning(
                "channel %s did not take message %d (%s): %s",
                channel.id,
                message,
                outcome.result,
                outcome.status,
            )
            again = at + message_wait(taken.attempts) if outcome.result is Result.MESSAGE else at
            connection.execute(sql["return_message"], {"id": message, "not_before": again})
            if outcome.result is Result.TOO_FAST:
                connection.execute(sql["channel_pauses"], {**name, "until": at + (outcome.wait or PAUSE)})
            elif outcome.result is Result.CHANNEL:
                self._channel_fails(connection, channel, outcome, at)

    def _channel_fails(
        self, connection: Connection, channel: Channel, outcome: Outcome, at: datetime
    ) -> None:
        """The channel rests, the longer the more often it failed; one that is down for long is told of over the others."""
        sql = queries("notify")
        with rows(connection) as cursor:
            state = cursor.execute(sql["channel_state"], {"channel_id": channel.id}).fetchone()
            assert state is not None
            until = at + channel_wait(state["failures"] + 1)
            arguments = {"channel_id": channel.id, "at": at, "until": until}
            state = cursor.execute(sql["channel_fails"], arguments).fetchone()
            assert state is not None
        since = state["failing_since"]
        if at - since < timedelta(minutes=self._settings.notify_down_minutes):
            return
        body = text(
            "notify.channel_down_body", since=stamp(since), failures=state["failures"], status=outcome.status
        )
        title = text("notify.channel_down", channel=channel.id)
        key = f"channel_down:{channel.id}:{since.astimezone(BEIJING).isoformat()}"
        tell_operations(connection, key, title, body, at)

    def _give_up(self, connection: Connection, at: datetime) -> None:
        before = at - timedelta(days=self._settings.notify_give_up_days)
        given_up: dict[str, int] = {}
        with connection.transaction():
            for (channel,) in connection.execute(queries("notify")["give_up"], {"at": at, "before": before}):
                given_up[channel] = given_up.get(channel, 0) + 1
            for channel, count in given_up.items():
                log.error("%d messages for channel %s are given up after %s", count, channel, at - before)
                key = f"given_up:{channel}:{at.astimezone(BEIJING):%Y-%m-%d}"
                title = text("notify.given_up", channel=channel)
                tell_operations(connection, key, title, text("notify.given_up_body", count=count), at)

    def _console(self) -> str:
        settings = self._settings
        return settings.public_url or f"http://{settings.http_host}:{settings.http_port}"


def _lease(channel: Channel) -> timedelta:
    """How long nobody else sends a message that an attempt has: connecting, sending and reading may each take the timeout.

    A server that answers in drops for even longer may get the message twice, with the same delivery number.
    """
    return 3 * timedelta(seconds=channel.options["timeout_seconds"]) + timedelta(seconds=10)
