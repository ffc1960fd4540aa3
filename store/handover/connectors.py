"""Connectors in the database: applying a connectors file, and reading what is in use. Secrets are read only to be sent with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from store import audit
from store.database import Connection, rows
from store.errors import NotFound
from store.handover.file import HandoverFile
from store.queries import queries
from store.tasks import Caller


@dataclass(frozen=True, slots=True)
class Connector:
    """Where leads can be handed over to. ``secrets`` never shows itself."""

    id: str
    kind: str
    options: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)

    @property
    def trial(self) -> bool:
        """Whether it is for trials: sample configuration may go there."""
        return bool(self.options["trial"])

    @property
    def takes_package(self) -> bool:
        """Whether the file of the package goes along."""
        return bool(self.options["package"] == "along")


@dataclass
class Applied:
    """What applying a connectors file changed, one line each."""

    changes: list[str]
    unchanged: int


def load_connectors(connection: Connection) -> tuple[Connector, ...]:
    """The connectors in use, by id."""
    with rows(connection) as cursor:
        return tuple(Connector(**row) for row in cursor.execute(queries("handover")["connectors"]))


def load_connector(connection: Connection, connector_id: str) -> Connector:
    """One connector in use. Raises NotFound ``connector_not_found``."""
    for connector in load_connectors(connection):
        if connector.id == connector_id:
            return connector
    raise NotFound(
        f"There is no connector {connector_id!r} for handing over.",
        code="connector_not_found",
        connector=connector_id,
    )


def connector_standings(connection: Connection) -> list[dict[str, Any]]:
    """Every connector in use for people: id, kind, its options with the address, counts by state, and the last answer."""
    with rows(connection) as cursor:
        found = cursor.execute(queries("handover")["standings"]).fetchall()
    return [{**{name: row[name] for name in row if name != "options"}, **row["options"]} for row in found]


def apply_connectors(connection: Connection, file: HandoverFile, caller: Caller, at: datetime) -> Applied:
    """Make the file what holds, in one transaction with an audit entry: what changed is closed and opened anew.

    What waits for a connector that is gone stays, and goes when it is back; what waits for one that changed is tried at once.
    """
    sql = queries("handover")
    applied = Applied([], 0)
    with connection.transaction():
        connection.execute(sql["lock_connectors"])
        current = {connector.id: connector for connector in load_connectors(connection)}
        for entry in file.connectors:
            wanted = Connector(entry.id, entry.kind, entry.options(), entry.secrets())
            known = current.pop(entry.id, None)
            if known == wanted:
                applied.unchanged += 1
                continue
            if known is not None:
                connection.execute(sql["close_connector"], {"id": entry.id, "at": at})
            arguments = {
                "id": wanted.id,
                "kind": wanted.kind,
                "options": Jsonb(dict(wanted.options)),
                "secrets": Jsonb(dict(wanted.secrets)),
                "at": at,
            }
            connection.execute(sql["open_connector"], arguments)
            connection.execute(sql["try_again"], {"connector_id": entry.id, "at": at})
            applied.changes.append(f"connector {entry.id}: {'opened' if known is None else 'changed'}")
        for connector_id in current:
            connection.execute(sql["close_connector"], {"id": connector_id, "at": at})
            applied.changes.append(f"connector {connector_id}: ended")
        if applied.changes:
            audit.record(
                connection,
                actor=caller.name,
                origin=caller.origin,
                action="handover:connectors:apply",
                detail={"changes": applied.changes},
            )
    return applied
