"""Alerts for the connection (联网异常) and for Outfall's own outages."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.book import Book, Subjects
from alerts.cadence import STALE, GatewayLine, OutletLine, Patience, Silence, silence_of
from alerts.kinds import GATEWAY_OFFLINE, INGEST_DOWN, OUTLET_SILENT
from store.clock import BEIJING
from store.database import Connection
from store.model import Registry
from store.queries import queries
from store.settings import Settings

INGEST, BROKER = "ingest", "broker"
"""The causes in ``own_outage``: no ingest process lives, or those that live have lost the broker."""


def watch_connections(
    connection: Connection, registry: Registry, settings: Settings, started: datetime, now: datetime
) -> None:
    """Raise and clear connection alerts in the caller's transaction.

    While ingest itself is down nobody else is called silent, and afterwards silence counts from its return. ``started`` is when
    this process took the watch: an ingest that was stopped together with it gets the same patience before it is called down.
    """
    book = Book(connection, now)
    if _ingest_is_down(book, started):
        return
    lines = _lines(connection, registry)
    said = {
        gateway: GatewayLine(state, since)
        for gateway, state, since in connection.execute(queries("alerts")["gateway_said"])
    }
    patience = Patience(settings.silent_cadences, timedelta(seconds=settings.silent_seconds_least))
    silence = silence_of(lines, said, patience, _excused_until(connection), now)
    _keep_gateways(book, registry, lines, silence)
    _keep_outlets(book, lines, silence)


def _ingest_is_down(book: Book, started: datetime) -> bool:
    """Whether Outfall cannot receive: no ingest lives, or none that lives has the broker. Keeps the record and the alert."""
    sql = queries("alerts")
    row = book.connection.execute(sql["ingest_seen"], {"fresh_from": book.at - STALE}).fetchone()
    seen, connected = row or (None, False)
    if seen is None:
        return False
    alerts = book.open_alerts([INGEST_DOWN])
    cause, since = (INGEST, seen) if book.at - seen > STALE else (BROKER, book.at)
    for known, _ in book.connection.execute(sql["open_outages"]).fetchall():
        if connected or known != cause:
            book.connection.execute(sql["close_outage"], {"cause": known, "at": seen})
    if connected:
        downtime = {"fresh_from": book.at - STALE, "stale_seconds": STALE.total_seconds(), "cause": INGEST}
        book.connection.execute(sql["note_downtime"], downtime)
        for alert in alerts:
            book.clear(alert, "ingest_back")
        return False
    book.connection.execute(sql["open_outage"], {"cause": cause, "from_time": since})
    since = min(row[1] for row in book.connection.execute(sql["open_outages"]) if row[0] == cause)
    if not alerts and book.at - max(since, started) > STALE:
        book.raise_alert(INGEST_DOWN, Subjects(), seen=since, numbers={"since": _text(since), "cause": cause})
    return True


def _excused_until(connection: Connection) -> datetime | None:
    row = connection.execute(queries("alerts")["last_outage"]).fetchone()
    return row[0] if row else None


def _lines(connection: Connection, registry: Registry) -> list[OutletLine]:
    heard: dict[int, datetime] = {
        row[0]: row[1] for row in connection.execute(queries("alerts")["outlet_heard"])
    }
    return [
        OutletLine(
            outlet.key,
            outlet.site_key,
            outlet.monitor.gateway,
            outlet.monitor.cadence,
            heard.get(outlet.key),
        )
        for outlet in registry.outlets()
        if outlet.monitor is not None
    ]


def _keep_gateways(book: Book, registry: Registry, lines: list[OutletLine], silence: Silence) -> None:
    sites: dict[str, set[int]] = {}
    for line in lines:
        sites.setdefault(line.gateway, set()).add(line.site_key)
    open_by_gateway = {alert.subjects.gateway: alert for alert in book.open_alerts([GATEWAY_OFFLINE])}
    for gateway, alert in open_by_gateway.items():
        if gateway not in silence.gateways:
            book.clear(alert, "heard_again")
    for gateway, since in silence.gateways.items():
        if gateway in open_by_gateway:
            continue
        of = sites.get(gateway, set())
        subjects = Subjects(next(iter(of)) if len(of) == 1 else None, None, gateway, None)
        book.raise_alert(GATEWAY_OFFLINE, subjects, seen=since, numbers={"since": _text(since)})


def _keep_outlets(book: Book, lines: list[OutletLine], silence: Silence) -> None:
    gateway_of = {line.outlet_key: line for line in lines}
    open_by_outlet = {alert.subjects.outlet_key: alert for alert in book.open_alerts([OUTLET_SILENT])}
    for outlet_key, alert in open_by_outlet.items():
        if outlet_key in silence.outlets:
            continue
        line = gateway_of.get(outlet_key) if outlet_key is not None else None
        inhibited = line is not None and line.gateway in silence.gateways
        book.clear(alert, "gateway_offline" if inhibited else "heard_again")
    for outlet_key, heard in silence.outlets.items():
        if outlet_key not in open_by_outlet:
            subjects = Subjects(gateway_of[outlet_key].site_key, outlet_key, None, None)
            book.raise_alert(OUTLET_SILENT, subjects, seen=heard, numbers={"since": _text(heard)})


def _text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat()
