"""Everything of ``outfall log verify`` in one snapshot of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.logcheck.readings import check_readings
from ingest.admission import Terms
from store.database import Connection
from store.log.keys import key_file, read_key
from store.log.notes import Signer, VerifierKey
from store.log.verifying.gaps import load_gaps
from store.log.verifying.heads import Outside, check_log
from store.log.verifying.report import KEPT_MOST, Progress, Report, unheard
from store.log.verifying.rows import check_rows
from store.queries import queries
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified.

    Attributes
    ----------
    trusted : keys that the caller knows from elsewhere; one of them must have signed the log
    since : leaves below this size are taken as verified before; tables are compared whole all the same
    decode : whether the messages are decoded again, which takes most of the time
    kept_most : differences that are kept of each code; all are counted
    """

    trusted: Sequence[VerifierKey] = ()
    since: int = 0
    decode: bool = True
    kept_most: int = KEPT_MOST


def verify(connection: Connection, settings: Settings, asked: Asked, progress: Progress = unheard) -> Report:
    """Verify the whole log against the stored bytes. The connection must be fresh: the transaction becomes a snapshot.

    Raises psycopg.Error when the database goes away, and SettingsError when the key file cannot be read.
    """
    report = Report(asked.kept_most)
    kept = settings.checkpoint_file or settings.home / "log" / "checkpoints.txt"
    private = read_key(key_file(settings))
    outside = Outside.of(asked.trusted, kept)
    connection.execute(queries("logverify")["begin"])
    outside = replace(outside, trusted=[*asked.trusted, *_own_keys(connection, private)])
    gaps = load_gaps(connection)
    with _part("rows", report):
        check_rows(connection, gaps, report, progress)
    with _part("log", report):
        check_log(connection, gaps, outside, report, progress, since=asked.since)
    if asked.decode:
        with _part("readings", report):
            check_readings(connection, Terms.of(settings), gaps, report, progress, since=asked.since)
    return report


@contextmanager
def _part(name: str, report: Report) -> Iterator[None]:
    """A part of the work. A value that can be stored and not be read, a time without end for one, ends this part alone."""
    try:
        yield
    except (psycopg.DataError, psycopg.errors.InFailedSqlTransaction) as error:
        report.differ("unreadable", name, "*", None, str(error).strip().splitlines()[0])


def _own_keys(connection: Connection, private: Ed25519PrivateKey | None) -> list[VerifierKey]:
    """The public side of the key file, which the database cannot have changed; none where this machine does not sign."""
    names = [row[0] for row in connection.execute(queries("logverify")["key_names"])]
    return [] if private is None else [Signer(name, private).key for name in names]
