"""What the page of the retention reads beside the state, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from store.database import Connection
from store.log.places import places_of
from store.queries import queries


def numbers_of_leads(connection: Connection, holds: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The numbers of the leads that are held, by id."""
    ids = [hold["lead_id"] for hold in holds if hold["lead_id"] is not None]
    return dict(
        connection.execute(queries("console_retentionpages")["numbers_of_leads"], {"ids": ids}).fetchall()
    )


def leaves_of_drops(connection: Connection, drops: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """The leaf of the evidence log that records each drop; one of the last seconds has none yet."""
    keys = [str(drop["id"]) for drop in drops]
    found = connection.execute(queries("console_retentionpages")["records"], {"keys": keys}).fetchall()
    records = {int(key): record for record, key in found}
    places = places_of(connection, "record", sorted(records.values())) if records else {}
    return {drop: places[record] for drop, record in records.items() if record in places}
