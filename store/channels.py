"""Channels in the database: applying a channels file, and reading what is in use. Secrets are read only to be sent with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from store import audit
from store.channelsentries import Plan
from store.channelsfile import ChannelsFile
from store.database import Connection, rows
from store.errors import ChannelsFileError, NotFound
from store.queries import queries


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to tell people. ``secrets`` never shows itself."""

    id: str
    kind: str
    options: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)

    @property
    def per_minute(self) -> int:
        """Messages in a minute at the most."""
        return int(self.options["per_minute"])


@dataclass
class Applied:
    """What applying a channels file changed, one line each."""

    changes: list[str]
    unchanged: int


def load_channels(connection: Connection) -> tuple[Channel, ...]:
    """The channels in use, by id."""
    with rows(connection) as cursor:
        return tuple(Channel(**row) for row in cursor.execute(queries("notify")["channels"]))


def load_channel(connection: Connection, channel_id: str) -> Channel:
    """One channel in use. Raises NotFound ``channel_not_found``."""
    for channel in load_channels(connection):
        if channel.id == channel_id:
            return channel
    raise NotFound(f"There is no channel {channel_id!r}.", code="channel_not_found", channel=channel_id)


def channel_standings(connection: Connection, at: datetime) -> list[dict[str, Any]]:
    """Every channel in use for people: id, kind, address, per_minute, state, failing_since, blocked_until, last_ok, waiting.

    ``state`` is ``untried``, ``working``, ``failing`` (the last attempt failed) or ``resting`` (it asked for a pause).
    """
    with rows(connection) as cursor:
        found = cursor.execute(queries("notify")["standings"]).fetchall()
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "address": address_shown(row["kind"], row["options"]),
            "per_minute": row["options"]["per_minute"],
            "state": _state(row, at),
            "failures": row["failures"] or 0,
            "failing_since": row["failing_since"],
            "blocked_until": row["blocked_until"],
            "last_ok": row["last_ok"],
            "waiting": row["waiting"],
            "since": row["since"],
        }
        for row in found
    ]


def address_shown(kind: str, options: Mapping[str, Any]) -> str:
    """What may be shown of the address of a channel: scheme, host and port."""
    return f"smtp://{options['host']}:{options['port']}" if kind == "smtp" else str(options["address"])


def _state(row: Mapping[str, Any], at: datetime) -> str:
    if row["failures"]:
        return "failing"
    if row["blocked_until"] is not None and row["blocked_until"] > at:
        return "resting"
    return "untried" if row["last_ok"] is None else "working"


def apply_channels(
    connection: Connection, file: ChannelsFile, *, actor: str, origin: str, at: datetime
) -> Applied:
    """Make the file what holds, in one transaction with an audit entry: what changed is closed and opened anew.

    Messages that wait for a channel that is gone stay in the outbox, and go when it is back. Raises ChannelsFileError
    ``channels_file_wrong`` when a route names a site that was never registered.
    """
    sql = queries("notify")
    applied = Applied([], 0)
    with connection.transaction():
        connection.execute(sql["lock_channels"])
        check_sites(connection, file)
        current = {channel.id: channel for channel in load_channels(connection)}
        for entry in file.channels:
            wanted = Channel(entry.id, entry.kind, entry.options(), entry.secrets())
            known = current.pop(entry.id, None)
            if known == wanted:
                applied.unchanged += 1
                continue
            if known is not None:
                connection.execute(sql["close_channel"], {"id": entry.id, "at": at})
            connection.execute(
                sql["open_channel"],
                {
                    "id": wanted.id,
                    "kind": wanted.kind,
                    "options": Jsonb(dict(wanted.options)),
                    "secrets": Jsonb(dict(wanted.secrets)),
                    "at": at,
                },
            )
            # A new address or secret is tried at once, whatever became of the old one.
            connection.execute(sql["forget_trouble"], {"channel_id": entry.id})
            applied.changes.append(f"channel {entry.id}: {'opened' if known is None else 'changed'}")
        for channel_id in current:
            connection.execute(sql["close_channel"], {"id": channel_id, "at": at})
            applied.changes.append(f"channel {channel_id}: ended")
        _apply_plan(connection, file, applied, actor, at)
        if applied.changes:
            audit.record(
                connection,
                actor=actor,
                origin=origin,
                action="notify:channels:apply",
                detail={"changes": applied.changes},
            )
    return applied


def _apply_plan(
    connection: Connection, file: ChannelsFile, applied: Applied, actor: str, at: datetime
) -> None:
    sql = queries("notify")
    wanted = file.plan()
    known = connection.execute(sql["plan_in_force"]).fetchone()
    # Compared as plans: what a later release adds to them changes nothing of an old one.
    if known is not None and Plan.model_validate(known[0]) == wanted:
        applied.unchanged += 1
        return
    connection.execute(sql["close_plan"], {"at": at})
    stored = Jsonb(wanted.model_dump(mode="json", by_alias=True))
    connection.execute(sql["open_plan"], {"plan": stored, "actor": actor, "at": at})
    applied.changes.append(f"plan: {'opened' if known is None else 'changed'}")


def check_sites(connection: Connection, file: ChannelsFile) -> None:
    """Whether every site that a route names was ever registered. Raises ChannelsFileError ``channels_file_wrong``."""
    known = {row[0] for row in connection.execute(queries("notify")["site_ids"])}
    for number, route in enumerate(file.routes, 1):
        for site in route.sites or ():
            if site not in known:
                raise ChannelsFileError(
                    f"Route {number} names the site {site!r}, which is not registered; apply the sites file first. "
                    "Nothing was applied."
                )
