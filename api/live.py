"""Live events: one LISTEN connection, fanned out to every open event stream.

A slow reader never holds the others up: its queue is bounded, and when it is full it is emptied and the reader told to fetch
anew (``resync``). A company hears of its own site only.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from api.metrics import Metrics
from store.database import CONNECT_SECONDS
from store.handling.visible import PUBLIC_EVENTS
from store.queries import queries

logger = logging.getLogger(__name__)

QUEUE_EVENTS = 100  # about a minute at the rate of ingest, two events a second
KEPT_EVENTS = 500  # for a reader that comes back with Last-Event-ID
MOST_STREAMS = 200
_LONGEST_PAUSE = 10.0

RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``sites``: keys of the sites that it concerns; outlets of a ``readings`` event by site are in ``outlets``."""

    id: str
    name: str
    payload: Mapping[str, Any]
    sites: frozenset[int]
    outlets: Mapping[str, int] = field(default_factory=dict)

    def data_for(self, site_key: int | None) -> str | None:
        """The data line for a reader that sees one site only (None = all); None when the event is not for it."""
        if site_key is None or self.name == RESYNC:
            return orjson.dumps(self.payload).decode()
        if site_key not in self.sites:
            return None
        payload = dict(self.payload)
        if "outlets" in payload:
            payload["outlets"] = [
                outlet for outlet in payload["outlets"] if self.outlets.get(outlet) == site_key
            ]
        return orjson.dumps(payload).decode()


@dataclass(frozen=True, slots=True)
class Scopes:
    """Which site outlets and gateways belong to."""

    outlets: Mapping[str, int]
    gateways: Mapping[str, frozenset[int]]

    def sites_of(self, payload: Mapping[str, Any]) -> frozenset[int]:
        """Keys of the sites that a payload names by outlet or gateway."""
        named = [payload[name] for name in ("outlet",) if isinstance(payload.get(name), str)]
        named += [name for name in payload.get("outlets") or () if isinstance(name, str)]
        sites = {self.outlets[name] for name in named if name in self.outlets}
        if isinstance(payload.get("gateway"), str):
            sites |= self.gateways.get(payload["gateway"], frozenset())
        return frozenset(sites)


class Subscription:
    """The queue of one reader. ``owner``: whose it is (``Principal.owner``), so that it ends with what it was opened by."""

    def __init__(self, site_key: int | None, owner: str = "") -> None:
        self.site_key = site_key
        self.owner = owner
        self._queue: deque[Event | None] = deque()
        self._wake = asyncio.Event()

    def put(self, event: Event | None) -> bool:
        """Queue an event (None = the stream ends); False when the queue was full and has been emptied."""
        fits = len(self._queue) < QUEUE_EVENTS
        if not fits:
            self._queue.clear()
            self._queue.append(Event("", RESYNC, {"event": RESYNC}, frozenset()))
        self._queue.append(event)
        self._wake.set()
        return fits

    async def events(self) -> AsyncIterator[Event]:
        """The events as they come; ends when the hub closes."""
        while True:
            while self._queue:
                event = self._queue.popleft()
                if event is None:
                    return
                yield event
            self._wake.clear()
            await self._wake.wait()


class Hub:
    """Everything is used from the event loop only."""

    def __init__(self, database_url: str, metrics: Metrics) -> None:
        self._url = database_url
        self._metrics = metrics
        self._run_id = secrets.token_hex(4)  # ids of another run of the process mean nothing here
        self._count = 0
        self._kept: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._subscriptions: set[Subscription] = set()
        self._scopes = Scopes({}, {})
        self._closed = False
        self.listening = asyncio.Event()

    def subscribe(
        self, site_key: int | None, last_event_id: str | None, owner: str = ""
    ) -> Subscription | None:
        """Open a stream; None when too many are open.

        A reader that was here before gets what it missed, or ``resync`` when that is no longer known.
        """
        if len(self._subscriptions) >= MOST_STREAMS:
            return None
        subscription = Subscription(site_key, owner)
        if last_event_id:
            for event in self._missed_since(last_event_id):
                subscription.put(event)
        if self._closed:
            subscription.put(None)
        self._subscriptions.add(subscription)
        self._metrics.streams.set(len(self._subscriptions))
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """The reader is gone."""
        self._subscriptions.discard(subscription)
        self._metrics.streams.set(len(self._subscriptions))

    def close(self) -> None:
        """End every stream; readers come back to the next process."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.put(None)

    def end_of(self, owner: str) -> None:
        """End the streams of a user or token; those that may still listen come back by themselves."""
        ended = {subscription for subscription in self._subscriptions if subscription.owner == owner}
        # Out of the set, so that no later event can push the end out of a full queue.
        self._subscriptions -= ended
        for subscription in ended:
            subscription.put(None)

    async def run(self) -> None:
        """Listen until cancelled; connect again, with growing pauses, when the database goes away."""
        pause = 0.5
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                first = (str(error).strip().splitlines() or [type(error).__name__])[0]
                logger.warning("event stream: the database is away, next try in %.1f s: %s", pause, first)
            if self.listening.is_set():
                pause = 0.5
                self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        sql = queries("read")
        async with await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            row_factory=dict_row,
            application_name="outfall-api-live",
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        ) as connection:
            for statement in ("listen_live", "listen_registry", "listen_identity"):
                await connection.execute(sql[statement])
            await self._load_scopes(connection)
            # What happened before we listened is unknown.
            self._publish({"event": RESYNC}, frozenset())
            self.listening.set()
            while True:
                heard = [notify async for notify in connection.notifies(timeout=60, stop_after=1)]
                for notify in heard:
                    if notify.channel == "outfall_registry":
                        await self._load_scopes(connection)
                        self._publish({"event": "registry"}, frozenset(self._scopes.outlets.values()))
                    elif notify.channel == "outfall_identity":
                        self.end_of(notify.payload)
                    else:
                        await self._hear(connection, notify.payload)

    async def _load_scopes(self, connection: psycopg.AsyncConnection[dict[str, Any]]) -> None:
        sql = queries("read")
        outlets = await (await connection.execute(sql["outlet_scopes"])).fetchall()
        gateways = await (await connection.execute(sql["gateway_scopes"])).fetchall()
        self._scopes = Scopes(
            {row["id"]: row["site_key"] for row in outlets},
            {row["gateway"]: frozenset(row["site_keys"]) for row in gateways},
        )

    async def _hear(self, connection: psycopg.AsyncConnection[dict[str, Any]], text: str) -> None:
        try:
            payload = orjson.loads(text)
        except orjson.JSONDecodeError:
            payload = None
        if not isinstance(payload, dict) or not isinstance(payload.get("event"), str):
            logger.warning("event stream: a notification that is no event was dropped: %.80r", text)
            return
        sites = self._scopes.sites_of(payload)
        if payload["event"] == "alert" and payload.get("action") not in PUBLIC_EVENTS:
            sites = frozenset()
        elif payload["event"] == "alert" and isinstance(payload.get("id"), int):
            found = await connection.execute(queries("read")["alert_scope"], {"id": payload["id"]})
            row = await found.fetchone()
            sites = frozenset({row["site_key"]}) if row and row["site_key"] is not None else frozenset()
        self._publish(payload, sites)

    def _publish(self, payload: Mapping[str, Any], sites: frozenset[int]) -> None:
        self._count += 1
        event = Event(
            f"{self._run_id}-{self._count}", payload["event"], payload, sites, outlets=self._scopes.outlets
        )
        self._kept.append(event)
        for subscription in self._subscriptions:
            if not subscription.put(event):
                self._metrics.stream_drops.inc()

    def _missed_since(self, last_event_id: str) -> list[Event]:
        run_id, _, number = last_event_id.partition("-")
        if (
            run_id == self._run_id
            and number.isascii()
            and number.isdigit()
            and int(number[:12]) <= self._count
        ):
            missed = self._count - int(number[:12])
            if missed <= min(len(self._kept), QUEUE_EVENTS - 1):
                return list(self._kept)[len(self._kept) - missed :]
        return [Event(f"{self._run_id}-{self._count}", RESYNC, {"event": RESYNC}, frozenset())]
