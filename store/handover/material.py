"""What is handed over of a lead (regulation.md G): the lead with everything that belongs to it, as the evidence log has it.

Rows of evidence are taken from their records in the log, not from the tables: what the receiver reads is what is sealed, digit by
digit, with times in UTC. The names of unit and outlets are those believed now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from store.database import Connection, rows
from store.errors import NotFound
from store.log.canonical import exact_json, plain, utc_text
from store.queries import queries

PARTS = {
    "reviews": "lead_review",
    "events": "lead_event",
    "statements": "lead_statement",
    "talks": "lead_talk",
    "discussions": "lead_discussion",
    "clocks": "lead_clock",
    "extensions": "lead_extension",
    "suspensions": "lead_suspension",
    "tasks": "lead_task",
}
"""Part of the material, and the table whose rows it holds."""


@dataclass(frozen=True, slots=True)
class Material:
    """A lead as it is handed over and printed; all of it JSON-ready.

    Attributes
    ----------
    authority : ``{district, city}`` of the sites file
    party : the unit: id, name, industry, key_unit, credit_code, permit, sample, positive_list
    outlets : id, name, medium, mn
    lead : the row of the lead
    numbers : what was taken of the judged data: periods, verdicts, marks, limits
    alerts : what it was raised from
    parts : rows by the names of ``PARTS``
    papers : papers of the lead and of its alerts: name, media_type, sha256, bytes, filed_at, filed_by, where
    package : the evidence package; None when there is none
    names : how the users that are named are called
    """

    authority: dict[str, Any]
    party: dict[str, Any]
    outlets: list[dict[str, Any]]
    lead: dict[str, Any]
    numbers: dict[str, Any] | None
    alerts: list[dict[str, Any]]
    parts: dict[str, list[dict[str, Any]]]
    papers: list[dict[str, Any]]
    package: dict[str, Any] | None
    names: dict[str, str]

    @property
    def reviewed(self) -> bool:
        """Whether both reviews of the present content signed it off."""
        return all(self.review(kind) is not None for kind in ("technical", "legal"))

    def review(self, kind: str) -> dict[str, Any] | None:
        """The review of this kind that signed the present content off; None when the last one did not."""
        of_kind = [
            review
            for review in self.parts["reviews"]
            if (review["kind"], review["digest"]) == (kind, self.lead["digest"])
        ]
        return of_kind[-1] if of_kind and of_kind[-1]["result"] == "sign" else None

    @property
    def sample(self) -> bool:
        """Whether any of it is sample configuration."""
        return bool(self.lead["sample"] or self.party["sample"] or (self.package or {}).get("sample"))


def material_of(connection: Connection, lead_id: int) -> Material:
    """Everything of a lead. Raises NotFound ``lead_not_found``."""
    sql = queries("handover")
    found = connection.execute(sql["lead_record"], {"key": str(lead_id)}).fetchone()
    if found is None:
        raise NotFound("There is no such lead.", code="lead_not_found")
    lead = _bytes_as_hex(exact_json(found[0]))
    arguments = {"id": lead_id}
    with rows(connection) as cursor:
        party = cursor.execute(sql["party"], arguments).fetchone()
        assert party is not None
        outlets = cursor.execute(sql["places"], arguments).fetchall()
        alerts = cursor.execute(sql["alerts_of"], arguments).fetchall()
        attached = cursor.execute(sql["attachments_of"], arguments).fetchall()
        filed = cursor.execute(sql["papers_of"], arguments).fetchall()
        package = cursor.execute(sql["package_of"], arguments).fetchone()
    parts = {name: _records(connection, table, lead_id) for name, table in PARTS.items()}
    authority = party.pop("authority") or {"district": lead["authority_name"], "city": lead["authority_name"]}
    people = {person for name in PARTS for row in parts[name] for person in _people(row)} | set(_people(lead))
    named = connection.execute(sql["names_of"], {"names": sorted(people)}).fetchall()
    return Material(
        authority=authority,
        party=_plain(party),
        outlets=[_plain(outlet) for outlet in outlets],
        lead=lead,
        numbers=_numbers(connection, lead),
        alerts=[_plain(alert) for alert in alerts],
        parts=parts,
        papers=[
            *({**_paper(row), "where": row["part"], "alert": None} for row in filed),
            *({**_paper(row), "where": "alert", "alert": row["alert"]} for row in attached),
        ],
        package=None if package is None else _package(package),
        names=dict(named),
    )


def _records(connection: Connection, table: str, lead_id: int) -> list[dict[str, Any]]:
    arguments = {"kind": table, "lead": str(lead_id)}
    found = connection.execute(queries("handover")["lead_records"], arguments)
    return [_bytes_as_hex(exact_json(row[0])) for row in found]


def _numbers(connection: Connection, lead: dict[str, Any]) -> dict[str, Any] | None:
    if lead["snapshot_id"] is None:
        return None
    arguments = {"kind": "lead_snapshot", "key": str(lead["snapshot_id"])}
    found = connection.execute(queries("handover")["record_of"], arguments).fetchone()
    return None if found is None else _bytes_as_hex(exact_json(found[0]))


def _paper(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "media_type": row["media_type"],
        "sha256": row["digest"].hex(),
        "bytes": row["bytes"],
        "filed_at": utc_text(row["filed_at"]),
        "filed_by": row["filed_by"],
    }


def _package(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "identifier": row["identifier"],
        "state": row["state"],
        "sample": row["sample"],
        "reviewed": row["reviewed"],
        "bytes": row["bytes"],
        "sha256": None if row["digest"] is None else row["digest"].hex(),
        "built_at": None if row["finished_at"] is None else utc_text(row["finished_at"]),
        "checkpoint": None
        if row["root"] is None
        else {
            "size": row["size"],
            "root": row["root"].hex(),
            "note": row["note"],
            "sealed_at": utc_text(row["sealed_at"]),
        },
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}


def _bytes_as_hex(content: Any) -> Any:
    """The columns of a record; a digest stands in jsonb as ``\\x...`` and is told as plain hex."""
    return {
        name: value.removeprefix("\\x") if name == "digest" and isinstance(value, str) else value
        for name, value in content.items()
    }


_PEOPLE = (
    "actor",
    "reviewer",
    "created_by",
    "handler",
    "recorded_by",
    "basis_by",
    "made_by",
    "added_by",
    "approved_by",
)


def _people(row: dict[str, Any]) -> list[str]:
    return [row[name] for name in _PEOPLE if isinstance(row.get(name), str)]
