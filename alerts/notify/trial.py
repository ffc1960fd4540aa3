"""A test message over one channel, at once and with its answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from alerts.notify.answers import Outcome
from alerts.notify.delivery import Delivery
from alerts.notify.wording import Message
from alerts.telling import Post, queue
from store.channels import load_channel
from store.clock import now
from store.database import Connection
from store.errors import Conflict
from store.queries import queries
from store.settings import Settings
from store.texts import text


def try_channel(
    connection: Connection, settings: Settings, channel_id: str, clock: Callable[[], datetime] = now
) -> Outcome:
    """Send a test message, also over a channel that rests after failures; its limit is kept.

    ``connection`` must be in autocommit mode. Raises NotFound ``channel_not_found`` and Conflict ``channel_at_limit``.
    """
    channel, at = load_channel(connection, channel_id), clock()
    key = f"test:{secrets.token_hex(8)}"
    message = Message(text("notify.title.test", channel=channel_id), text("notify.test_body"), None)
    queue(connection, Post("test", key, message, {}), {channel_id: at}, at)
    row = connection.execute(queries("notify")["find_message"], {"dedupe": f"{key}:{channel_id}"}).fetchone()
    assert row is not None
    outcome = Delivery(settings, clock=clock).attempt(connection, channel, message=row[0])
    if outcome is None:
        raise Conflict(
            f"Channel {channel_id!r} has sent as many messages as it may in a minute, or the message is on its way already; "
            "it goes as soon as there is room.",
            code="channel_at_limit",
            channel=channel_id,
        )
    if not outcome.ok:
        # Who tests has seen the answer; hours later the message would only puzzle its readers.
        connection.execute(queries("notify")["drop_message"], {"id": row[0], "at": clock()})
    return outcome
