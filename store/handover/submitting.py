"""Handing a reviewed lead over: the lead becomes submitted, and what goes out is written and signed, in one transaction.

The document is canonical JSON (RFC 8785). Its signature is a C2SP signed note with the key of the evidence log, whose text is::

    outfall/handover/v1
    <key of the hand-over>
    <SHA-256 of the document, hex>
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.handover.connectors import Connector, load_connector
from store.handover.material import Material, material_of
from store.leads.actions import Caller, Step, take_step
from store.leads.clocks import Rules
from store.leads.steps import Action
from store.log.canonical import canonical, utc_text
from store.log.notes import Signer, sign_note
from store.queries import queries

FORMAT, VERSION = "outfall-handover", 1
SIGNED_AS = "outfall/handover/v1"

FURTHER = frozenset({"submitted", "filed"})
"""States in which a lead that was handed over goes to a further receiver without another step."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked: to whom, and a word to go with it."""

    lead_id: int
    connector: str
    note: str | None


def submit(
    connection: Connection, asked: Submission, caller: Caller, at: datetime, *, signer: Signer, rules: Rules
) -> int:
    """Hand a lead over and return the id of the hand-over; it is sent by the delivery job.

    A lead that was handed over may go to further receivers as it is. Raises NotFound ``lead_not_found``, ``connector_not_found``;
    Refused ``sample_configuration``; Conflict ``evidence_missing``, ``evidence_not_ready``, ``evidence_outdated``,
    ``lead_not_reviewed``, ``handed_over``; and what ``store.leads.actions.take_step`` refuses.
    """
    sql = queries("handover")
    connector = load_connector(connection, asked.connector)
    with rows(connection) as cursor:
        found = cursor.execute(sql["lead_to_hand_over"], {"id": asked.lead_id}).fetchone()
    if found is None:
        raise NotFound("There is no such lead.", code="lead_not_found")
    _once(connection, found, connector)
    _sample(found, connector)
    reserved = connection.execute(sql["reserve"]).fetchone()
    assert reserved is not None
    handover_id, key = int(reserved[0]), str(uuid4())
    if found["state"] not in FURTHER:
        detail = {"handover": handover_id, "connector": connector.id, "trial": connector.trial}
        step = Step(Action.SUBMIT, reason=asked.note, detail=detail, changes={"submitted_at": at})
        take_step(connection, asked.lead_id, step, caller, rules=rules, at=at)
    _package(found)
    material = material_of(connection, asked.lead_id)
    if not material.reviewed:
        raise Conflict(
            f"Lead {found['number']} has not passed both reviews as it stands now.",
            code="lead_not_reviewed",
            number=found["number"],
        )
    head = {
        "id": handover_id,
        "key": key,
        "connector": {"id": connector.id, "kind": connector.kind},
        "note": asked.note,
        "submitted_by": caller.name,
        "submitted_at": utc_text(at),
    }
    document = canonical(document_of(material, head, connector))
    digest = hashlib.sha256(document).digest()
    arguments = {
        "id": handover_id,
        "idempotency_key": key,
        "lead_id": asked.lead_id,
        "lead_digest": found["digest"],
        "connector_id": connector.id,
        "evidence_id": found["evidence_id"],
        "trial": connector.trial,
        "note": asked.note,
        "document": document.decode(),
        "document_digest": digest,
        "signature": sign_note(signed_text(key, digest), [signer]).encode(),
        "actor": caller.name,
        "origin": caller.origin,
        "at": at,
    }
    connection.execute(sql["add_handover"], arguments)
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="handover:lead:submit",
        subject=found["number"],
        detail={
            "handover": handover_id,
            "connector": connector.id,
            "trial": connector.trial,
            "sha256": digest.hex(),
        },
    )
    return handover_id


def signed_text(key: str, digest: bytes) -> str:
    """The text of the signed note over a document."""
    return f"{SIGNED_AS}\n{key}\n{digest.hex()}\n"


def document_of(material: Material, head: Mapping[str, Any], connector: Connector) -> dict[str, Any]:
    """The document that is handed over: who hands over what to whom, the lead, who reviewed it, and the evidence package."""
    lead = material.lead
    reviewers = {
        kind: {
            "name": review["reviewer"],
            "display_name": review.get("display_name") or material.names.get(review["reviewer"]),
            "at": review["at"],
            "opinion": review["opinion"],
        }
        for kind in ("technical", "legal")
        if (review := material.review(kind)) is not None
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "trial": connector.trial,
        "sample": material.sample,
        "handover": dict(head),
        "authority": {
            **material.authority,
            "level": lead["authority_level"],
            "decides": lead["authority_name"],
        },
        "party": material.party,
        "outlets": material.outlets,
        "lead": lead,
        "numbers": material.numbers,
        "alerts": material.alerts,
        **material.parts,
        "reviewers": reviewers,
        "papers": material.papers,
        "package": {**(material.package or {}), "goes_along": connector.takes_package},
    }


def _once(connection: Connection, found: Mapping[str, Any], connector: Connector) -> None:
    arguments = {"lead_id": found["id"], "lead_digest": found["digest"], "connector_id": connector.id}
    row = connection.execute(queries("handover")["handed_over"], arguments).fetchone()
    if row is not None:
        raise Conflict(
            f"Lead {found['number']} was handed over to {connector.id} already (hand-over {row[0]}).",
            code="handed_over",
            number=found["number"],
            connector=connector.id,
            handover=row[0],
        )


def _sample(found: Mapping[str, Any], connector: Connector) -> None:
    if (found["sample"] or found["package_sample"]) and not connector.trial:
        raise Refused(
            f"Lead {found['number']} rests on sample configuration, which nobody has checked: it goes to no authority, "
            "only to a connector for trials.",
            code="sample_configuration",
            number=found["number"],
        )


def _package(found: Mapping[str, Any]) -> None:
    number = found["number"]
    if found["evidence_id"] is None or found["package_state"] is None:
        raise Conflict(
            f"Lead {number} has no evidence package: build one of it first.",
            code="evidence_missing",
            number=number,
        )
    if found["package_state"] != "ready":
        raise Conflict(
            f"The evidence package {found['package_number']} of lead {number} is {found['package_state']}, not ready.",
            code="evidence_not_ready",
            number=found["package_number"],
            state=found["package_state"],
        )
    of_it = (found["subject_kind"], found["subject_id"]) == ("lead", str(found["id"]))
    if (
        not of_it
        or found["package_digest"].hex() != found["evidence_digest"]
        or not found["package_reviewed"]
    ):
        raise Conflict(
            f"The evidence package {found['package_number']} is not of lead {number} as it was reviewed: build it anew.",
            code="evidence_outdated",
            number=number,
            package=found["package_number"],
        )
