"""Readings, device records and quarantine against the messages they came in."""

from __future__ import annotations

from api.logcheck.believed import load_believed
from api.logcheck.redecoding import Redecoding
from api.logcheck.repetitions import Repetitions
from api.logcheck.sources import Sources
from ingest.admission import Terms
from store.database import Connection
from store.log.verifying.gaps import Gaps
from store.log.verifying.report import Progress, Report
from store.queries import queries

ODD_CODES = {
    "no_predecessor": "revision_gap",
    "repeated": "reading_repeated",
    "order": "revision_order",
}


def check_readings(
    connection: Connection,
    terms: Terms,
    gaps: Gaps,
    report: Report,
    progress: Progress,
    *,
    since: int = 0,
) -> None:
    """Decode every message again and compare. The connection is in a read-only snapshot (``logverify.begin``).

    With ``since`` only the messages whose leaves are not below it; what their streams began with is not known then.
    """
    first = None
    if since > 0:
        found = connection.execute(queries("logverify")["first_message_since"], {"since": since}).fetchone()
        first = 2**62 if found is None or found[0] is None else found[0]
    sources = Sources(connection, first)
    advance = progress("readings", sources.messages)
    redecoding = Redecoding(load_believed(connection), terms, gaps, report, whole=first is None)
    repetitions = Repetitions(connection, gaps, report)
    done = 0
    for taken in sources.taken():
        repetitions.add(redecoding.take(taken))
        done += 1
        if done % 1000 == 0:
            advance(1000)
    advance(done % 1000)
    redecoding.finish()
    repetitions.finish()
    _check_revisions(connection, gaps, report)


def _check_revisions(connection: Connection, gaps: Gaps, report: Report) -> None:
    """Further revisions must have come one after the other, each with another value."""
    sql = queries("logverify")
    replayed = {row[0] for row in connection.execute(sql["replayed_messages"])}
    for row in connection.execute(sql["odd_revisions"]):
        outlet_key, kind, factor, data_time, revision, message_id, before, odd = row
        if odd == "order" and (message_id in replayed or before in replayed):
            continue
        key = f"{outlet_key}/{kind}/{factor}/{data_time.isoformat()}/{revision}"
        stored = revision if odd != "order" else f"{message_id} after {before}"
        report.differ(ODD_CODES[odd], "reading", key, "revision", stored)
