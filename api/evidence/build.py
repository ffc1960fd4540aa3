"""Building a package: everything is read as of one checkpoint, written into a bag, signed and packed (design.md 6).

Memory does not grow with the period: rows are streamed into a spool beside the finished file, and only what a report tells of is
kept.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from api.evidence.aside import Aside, begin_reading, outlet_ids
from api.evidence.bag import close_bag
from api.evidence.container import Spool, pack
from api.evidence.describe import description, leaflet
from api.evidence.facts import Told, is_sample, make_facts
from api.evidence.heads import take_head
from api.evidence.leads import reviewed
from api.evidence.messages import choose_messages, message_ids, write_messages
from api.evidence.periodbook import PeriodBook
from api.evidence.plan import identifier_of
from api.evidence.plans import Plans, Progress
from api.evidence.proofs import write_proofs
from api.evidence.records import Records, choose_records, write_records
from api.evidence.report import render
from api.evidence.values import write_device_records, write_periods, write_quarantine
from api.evidence.working import Working
from api.verifier.bundle import bundle
from ingest.admission import Terms
from store.clock import BEIJING
from store.database import connect
from store.evidence import Built, Order, finish, name_package, unjudged_of
from store.log.canonical import canonical
from store.log.keys import load_signer, sync_folder
from store.log.notes import sign_note
from store.queries import queries
from store.release import release
from store.settings import Settings

_MODE = 0o600
PART = ".part"

# What can be attached (store.handling.attachments); the machine's own list of endings would not be the same everywhere.
_ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "text/csv": "csv",
    "text/plain": "txt",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known of a package once it is collected."""

    identifier: str
    sealed_at: datetime
    sample: bool
    reviewed: bool


def evidence_folder(settings: Settings) -> Path:
    """Where finished packages lie."""
    return settings.evidence_folder()


def build(settings: Settings, order: Order, progress: Progress) -> Built | None:
    """Build a claimed package, put its file in place and say so; None when another builder has taken it meanwhile.

    Raises OutfallError with the reason that it cannot be built, OSError when the folder cannot be written, and what ``progress``
    raises.
    """
    url = settings.database()
    with connect(url, name="evidence-head", autocommit=True) as connection:
        plans = Plans(settings, order, load_signer(settings, connection), progress)
        head, unjudged = take_head(plans, connection)
        identifier = identifier_of(order.place, head.checkpoint.size)
        # A package of this name that was built before has said it, and nobody can know it any more.
        said_before = unjudged_of(connection, identifier)
        unjudged = unjudged if said_before is None else said_before
        name_package(connection, order, size=head.checkpoint.size, identifier=identifier, unjudged=unjudged)
    folder = evidence_folder(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        _spool(settings) as spool,
        _spool(settings) as beside,
        connect(url, name="evidence") as reader,
    ):
        begin_reading(reader)
        work = Working(reader, order.place, head, spool, plans.step)
        aside = Aside(settings, beside)
        said = _collect(plans, work, aside, identifier, unjudged)
        reader.rollback()
        return _put_in_place(plans, work.spool, folder, said)


@contextmanager
def _spool(settings: Settings) -> Iterator[Spool]:
    with (
        tempfile.TemporaryFile(dir=evidence_folder(settings)) as file,
        Spool(cast(BinaryIO, file), most_bytes=settings.evidence_bytes) as spool,
    ):
        yield spool


def _collect(
    plans: Plans, work: Working, aside: Aside, identifier: str, unjudged: Sequence[datetime]
) -> _Said:
    plans.step("records", 0)
    outlets = outlet_ids(work.connection, work.place)
    terms = Terms.of(plans.settings)
    book = PeriodBook()
    with aside.reading(work) as readings:
        records = choose_records(work)
        named = message_ids(records.rows("quality_check"))
        chains = choose_messages(work, named, terms.partial_frame)
        write_records(records)
        _attachments(work, records)
        messages = write_messages(work)
        quarantined = write_quarantine(work)
        write_device_records(work)
        write_periods(work, outlets, book.take)
        plans.step("proofs", 0)
        stamps = write_proofs(work, records, plans.signer.key)
        plans.step("readings", 0)
        rows = readings()
    plans.step("report", 0)
    sealed_at = work.head.checkpoint.sealed_at
    said = _Said(identifier, sealed_at, is_sample(records), reviewed(records, work.place))
    counts = {
        "messages": messages,
        "readings": sum(rows.values()),
        "quarantined": sum(quarantined.values()),
        "periods": book.periods,
        "revisions": book.revisions,
        "records": sum(map(len, records.leaves.values())),
    }
    told = Told(identifier, release(), said.sample, counts, stamps, unjudged)
    facts = make_facts(work, records, book, told)
    work.add("data/report.pdf", "report", render(facts), lines=False)
    site = records.newest["site"][str(work.place.site_key)]["id"]
    described = {
        **description(plans, work, chains, terms, identifier, unjudged),
        "site": {"id": site, "key": work.place.site_key, "name": facts["site"]["name"]},
        "outlets": [{"id": outlets[key], "key": key} for key in work.place.outlet_keys],
        "sample": said.sample,
        "reviewed": said.reviewed,
    }
    work.spool.add("data/package.json", canonical(described) + b"\n")
    work.spool.add("README.txt", leaflet(facts).encode())
    work.spool.add("verify.pyz", bundle())
    return said


def _attachments(work: Working, records: Records) -> None:
    """The bytes of the papers whose records were chosen."""
    for table, prefix in (("attachment", ""), ("lead_paper", "lead-")):
        statement = queries("evidence")[f"{table}_content"]
        for row in records.rows(table):
            found = work.connection.execute(statement, {"id": row["id"]}).fetchone()
            if found is not None:
                path = f"data/attachments/{prefix}{row['id']}-1.{_ENDINGS.get(row['media_type'], 'bin')}"
                work.add(path, "attachment", found[0], lines=False)


def _put_in_place(plans: Plans, spool: Spool, folder: Path, said: _Said) -> Built | None:
    """Close and sign the bag, write the file, and let it appear with the commit that says it is ready."""
    plans.step("packing", 0)
    order = plans.order

    def sign(words: str) -> bytes:
        return sign_note(words, [plans.signer]).encode().encode()

    fields = {
        "Bag-Software-Agent": f"Outfall {release()}",
        "External-Identifier": said.identifier,
        "Bagging-Date": f"{said.sealed_at.astimezone(BEIJING):%Y-%m-%d}",
    }
    close_bag(spool, fields, sign)
    with _temporary(folder / f"{order.number}.zip") as (path, file):
        packed = pack(spool, said.identifier, file, sign)
        file.flush()
        os.fsync(file.fileno())
        plans.step("packing", 0.9)
        built = Built(packed.size, packed.digest, f"{order.number}.zip", said.sample, said.reviewed)
        with connect(plans.settings.database(), name="evidence-end") as connection:
            # The row is locked from here on: a builder that was thought dead cannot put its file over that of the one after it.
            if not finish(connection, order, built):
                return None
            path.replace(folder / built.file_name)
            sync_folder(folder)
    return built


@contextmanager
def _temporary(final: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside the final one that nobody else can read; gone at the end unless it was put in place."""
    path = final.with_name(f"{final.name}.{secrets.token_hex(4)}{PART}")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)
