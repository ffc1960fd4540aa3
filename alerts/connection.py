"""Alerts for the connection (联网异常) and for Outfall's own outages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts.book import Book, OpenAlert, Subjects
from alerts.cadence import STALE, GatewayLine, OutletLine, Patience, Silence, silence_of
from alerts.kinds import DATA_MISSING, GATEWAY_OFFLINE, INGEST_DOWN, OUTLET_SILENT, SITE_OFFLINE
from alerts.lives import lives_of
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
    book = Book(connection, now, lives_of(settings))
    if _ingest_is_down(book, started):
        return
    lines = _lines(connection, registry)
    said = {
        gateway: GatewayLine(state, since)
        for gateway, state, since in connection.execute(queries("alerts")["gateway_said"])
    }
    patience = Patience(settings.silent_cadences, timedelta(seconds=settings.silent_seconds_least))
    silence = silence_of(lines, said, patience, _excused_until(connection), now)
    sites = _keep_sites(book, silence)
    gateways = _keep_gateways(book, registry, lines, silence, sites)
    _keep_outlets(book, lines, silence, gateways, sites)


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
        alert = book.raise_alert(
            INGEST_DOWN, Subjects(), seen=since, numbers={"since": _text(since), "cause": cause}
        )
        # Who was called silent while we did not know yet that it was us.
        book.inhibit(alert, [OUTLET_SILENT, GATEWAY_OFFLINE, SITE_OFFLINE, DATA_MISSING], since)
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


def _keep_sites(book: Book, silence: Silence) -> dict[int, OpenAlert]:
    """The open alerts of sites that are off-line as a whole, by site."""
    standing: dict[int, OpenAlert] = {}
    for alert in book.open_alerts([SITE_OFFLINE]):
        site_key = alert.subjects.site_key
        if site_key is not None and site_key in silence.sites:
            book.seen_again(alert)
            standing[site_key] = alert
        else:
            book.clear(alert, "heard_again")
    for site_key, since in silence.sites.items():
        if site_key not in standing:
            standing[site_key] = book.raise_alert(
                SITE_OFFLINE, Subjects(site_key), seen=since, numbers={"since": _text(since)}
            )
    return standing


def _keep_gateways(
    book: Book,
    registry: Registry,
    lines: list[OutletLine],
    silence: Silence,
    offline_sites: Mapping[int, OpenAlert],
) -> dict[str, OpenAlert]:
    """The open alerts of gateways that are off-line, by gateway. Those of an off-line site give way to the site's."""
    sites: dict[str, set[int]] = {}
    for line in lines:
        sites.setdefault(line.gateway, set()).add(line.site_key)
    standing: dict[str, OpenAlert] = {}
    for alert in book.open_alerts([GATEWAY_OFFLINE]):
        gateway = alert.subjects.gateway
        if gateway is not None and gateway in silence.gateways:
            book.seen_again(alert)
            standing[gateway] = alert
            continue
        wider = _of_site(offline_sites, sites.get(gateway or "", set()))
        book.clear(alert, "site_offline" if wider else "heard_again", by=wider)
    for gateway, since in silence.gateways.items():
        if gateway not in standing:
            of = sites.get(gateway, set())
            subjects = Subjects(next(iter(of)) if len(of) == 1 else None, None, gateway, None)
            standing[gateway] = book.raise_alert(
                GATEWAY_OFFLINE, subjects, seen=since, numbers={"since": _text(since)}
            )
    return standing


def _of_site(offline_sites: Mapping[int, OpenAlert], sites: set[int]) -> OpenAlert | None:
    """The alert of an off-line site, when all these sites are off-line."""
    if not sites or not sites <= offline_sites.keys():
        return None
    return offline_sites[min(sites)]


def _keep_outlets(
    book: Book,
    lines: list[OutletLine],
    silence: Silence,
    gateways: Mapping[str, OpenAlert],
    offline_sites: Mapping[int, OpenAlert],
) -> None:
    line_of = {line.outlet_key: line for line in lines}
    open_outlets: set[int] = set()
    for alert in book.open_alerts([OUTLET_SILENT]):
        outlet_key = alert.subjects.outlet_key
        if outlet_key is not None and outlet_key in silence.outlets:
            book.seen_again(alert)
            open_outlets.add(outlet_key)
            continue
        line = None if outlet_key is None else line_of.get(outlet_key)
        wider = None
        if line is not None:
            wider = gateways.get(line.gateway) or offline_sites.get(line.site_key)
        book.clear(alert, wider.code if wider else "heard_again", by=wider)
    for outlet_key, heard in silence.outlets.items():
        if outlet_key not in open_outlets:
            subjects = Subjects(line_of[outlet_key].site_key, outlet_key, None, None)
            book.raise_alert(OUTLET_SILENT, subjects, seen=heard, numbers={"since": _text(heard)})


def _text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).isoformat()
