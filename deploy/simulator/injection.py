"""Sending what scenarios ask for at once, over lines of their own beside those of the gateways."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from deploy.simulator.episodes import Episode
from deploy.simulator.faulty import Message
from deploy.simulator.instruments import Station
from deploy.simulator.link import Broker, Link
from deploy.simulator.loggers import logger
from deploy.simulator.plans import Plan
from store.errors import OutfallError

#: A broker that takes this long to let us in or to confirm is given up.
PATIENCE_SECONDS = 60.0


def send(
    plans: Sequence[Plan],
    episodes: Sequence[Episode],
    *,
    gateways: Mapping[str, str],
    broker: Broker,
    seed: int,
    now: int,
    stop: threading.Event,
) -> int:
    """Send the records and messages of the plans; returns the number of messages that the broker confirmed.

    Raises OutfallError when the broker refuses, or does not answer within a minute.
    """
    messages = [message for one in plans for message in _messages(one, episodes, seed, now)]
    for name in dict.fromkeys(message.gateway for message in messages):
        own = [message for message in messages if message.gateway == name]
        _send(Link(name, gateways[name], broker, announce=False), own, stop)
    return len(messages)


def _messages(plan: Plan, episodes: Sequence[Episode], seed: int, now: int) -> list[Message]:
    one = logger(Station(plan.source, seed, episodes), seed)
    resent = [
        Message(plan.source.gateway, one.topic, frame.payload)
        for record in plan.again
        for frame in one.frames(record, late=True, sent_at=max(now, record.due))
    ]
    return [*resent, *plan.messages]


def _send(link: Link, messages: Sequence[Message], stop: threading.Event) -> None:
    link.open()
    try:
        heard = time.monotonic()
        waiting = list(reversed(messages))
        outstanding = -1
        while (waiting or link.outstanding) and not stop.is_set():
            while waiting and link.publish(waiting[-1].topic, waiting[-1].payload):
                waiting.pop()
            link.wait(0.2)
            link.settle()
            if link.outstanding != outstanding:
                outstanding, heard = link.outstanding, time.monotonic()
            if time.monotonic() - heard > PATIENCE_SECONDS or (link.refusal and not link.connected):
                raise OutfallError(
                    f"The broker does not take the messages of gateway {link.gateway}: {link.refusal or 'no answer'}.",
                    code="broker_refuses",
                )
    finally:
        link.close()
