"""Applying a sites file: what changed is closed and opened anew, what is gone ends now, and an audit entry says who did it.

Everything happens in the caller's transaction. A version that changes from now on (a name, a monitor) is *ended* and a new one
opened. A limit or a listing whose own dates are in the file is *disbelieved* when the file says otherwise about the same dates:
it is then judged as if it had always been so. See store/migrations/0001_registry.sql for the two time axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Cursor
from psycopg.types.json import Jsonb

from store.database import Connection, rows
from store.errors import Conflict
from store.queries import queries
from store.siterecords import (
    EXEMPTION_FIELDS,
    LIMIT_FIELDS,
    Record,
    entry_identity,
    exemption_identity,
    exemption_record,
    limit_identity,
    limit_record,
    listing_record,
    monitor_record,
    outlet_record,
    site_record,
)
from store.sitesentries import OutletEntry, SiteEntry
from store.sitesfile import SitesFile


@dataclass(frozen=True, slots=True)
class Change:
    """One record that an apply opens, changes or ends.

    Attributes
    ----------
    kind : ``authority``, ``gateway``, ``site``, ``outlet``, ``monitor``, ``limit``, ``exemption`` or ``listing``
    owner : id of the site, outlet or gateway that it belongs to; None of the authority
    before, after : the record as it is believed now and as the file says it, by column; None = there is none. They hold the
        passwords and keys of monitors and are for comparison, not for showing
    line : the change as one readable line
    """

    kind: str
    owner: str | None
    before: Record | None
    after: Record | None
    line: str

    @property
    def action(self) -> str:
        """``added``, ``changed`` or ``closed``."""
        if self.before is None:
            return "added"
        return "closed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What an apply did, and how many records stayed as they were."""

    records: tuple[Change, ...]
    unchanged: int

    @property
    def changes(self) -> tuple[str, ...]:
        """One readable line a change."""
        return tuple(record.line for record in self.records)


def apply_sites(
    connection: Connection, sites_file: SitesFile, *, actor: str, at: datetime, origin: str = "cli"
) -> ApplyReport:
    """Make the registry say what the file says, from ``at`` on.

    Raises Conflict when an outlet would move to another site or change its medium: those are new outlets with new ids.
    """
    with connection.transaction(), rows(connection) as cursor:
        work = _Apply(cursor, at)
        cursor.execute(work.sql["lock_registry"])
        work.authority(sites_file)
        work.gateways(sites_file)
        work.sites(sites_file)
        if work.changes:
            cursor.execute(
                work.sql["audit"],
                {
                    "actor": actor,
                    "origin": origin,
                    "action": "registry:sites:apply",
                    "subject": None,
                    "detail": Jsonb({"changes": [change.line for change in work.changes]}),
                },
            )
            cursor.execute(work.sql["announce"])
        return ApplyReport(tuple(work.changes), work.unchanged)


class _Apply:
    """One run over a file; collects what it changed."""

    def __init__(self, cursor: Cursor[dict[str, Any]], at: datetime) -> None:
        self.cursor = cursor
        self.at = at
        self.sql = queries("registry")
        self.changes: list[Change] = []
        self.unchanged = 0

    def note(
        self, kind: str, owner: str | None, before: Record | None, after: Record | None, line: str
    ) -> None:
        self.changes.append(Change(kind, owner, before, after, line))

    def fetch(self, statement: str, /, **arguments: object) -> list[dict[str, Any]]:
        return self.cursor.execute(self.sql[statement], arguments).fetchall()

    def run(self, statement: str, /, **arguments: object) -> None:
        stored = {
            name: Jsonb(value) if isinstance(value, dict) else value for name, value in arguments.items()
        }
        self.cursor.execute(self.sql[statement], {"at": self.at, **stored})

    def authority(self, sites_file: SitesFile) -> None:
        wanted = {"district": sites_file.authority.district, "city": sites_file.authority.city}
        current = self.fetch("current_authority")
        self.version("authority", None, "authority", current[0] if current else None, wanted, {})

    def gateways(self, sites_file: SitesFile) -> None:
        known = {row["id"] for row in self.fetch("gateways_in_use")}
        wanted = [gateway.id for gateway in sites_file.gateways]
        for gateway_id in wanted:
            if gateway_id not in known:
                self.run("keep_gateway", id=gateway_id)
                self.note(
                    "gateway", gateway_id, None, {"id": gateway_id}, f"gateway {gateway_id}: registered"
                )
        for gateway_id in sorted(known - set(wanted)):
            self.note("gateway", gateway_id, {"id": gateway_id}, None, f"gateway {gateway_id}: retired")
        self.run("retire_gateways", ids=wanted)

    def sites(self, sites_file: SitesFile) -> None:
        sites = {row["site_key"]: row for row in self.fetch("current_sites")}
        outlets = {row["outlet_key"]: row for row in self.fetch("current_outlets")}
        monitors = {row["outlet_key"]: row for row in self.fetch("current_monitors")}
        limits = self.fetch("current_limits")
        exemptions = self.fetch("current_exemptions")
        listings = self.fetch("current_listings")
        position = 0
        for place, entry in enumerate(sites_file.sites):
            site_key = self.fetch("identify_site", id=entry.id)[0]["key"]
            wanted = site_record(entry, place)
            known = sites.pop(site_key, None)
            self.version("site", entry.id, f"site {entry.id}", known, wanted, {"site_key": site_key})
            self.listings(entry, site_key, [row for row in listings if row["site_key"] == site_key])
            for outlet in entry.outlets:
                position += 1
                key = self.outlet_key(outlet, site_key)
                name = f"outlet {outlet.id}"
                owner = {"outlet_key": key}
                described = outlet_record(outlet, position)
                self.version("outlet", outlet.id, name, outlets.pop(key, None), described, owner)
                monitor = monitor_record(outlet.monitor)
                reporting = monitors.pop(key, None)
                self.version("monitor", outlet.id, f"monitor of {name}", reporting, monitor, owner)
                self.limits(outlet, key, [row for row in limits if row["outlet_key"] == key])
                self.exemptions(outlet, key, [row for row in exemptions if row["outlet_key"] == key])
        self.end_removed(sites, outlets, monitors)
        self.end_rules(outlets, limits, exemptions)

    def end_removed(
        self, sites: Mapping[int, Record], outlets: Mapping[int, Record], monitors: Mapping[int, Record]
    ) -> None:
        """End what the file no longer names: sites, outlets and monitors."""
        for key, row in sites.items():
            self.version("site", row["id"], f"site {row['name']}", row, None, {"site_key": key})
        for key, row in outlets.items():
            self.version("outlet", row["id"], f"outlet {row['name']}", row, None, {"outlet_key": key})
        for key, row in monitors.items():
            self.version("monitor", row["id"], f"monitor {row['mn']}", row, None, {"outlet_key": key})

    def end_rules(
        self,
        removed: Mapping[int, Record],
        limits: list[dict[str, Any]],
        exemptions: list[dict[str, Any]],
    ) -> None:
        """End the open limits and exemptions of outlets that are gone."""
        for kind, rows_ in (("limit", limits), ("exemption", exemptions)):
            for row in rows_:
                if row["outlet_key"] in removed and row["valid_to"] is None:
                    self.run(f"end_{kind}", key=row["key"])
                    outlet = removed[row["outlet_key"]]["id"]
                    what = row["label"] if kind == "exemption" else f"{row['factor']} {row['standard']}"
                    self.note(kind, outlet, row, None, f"{kind} {outlet} {what}: ended")

    def outlet_key(self, outlet: OutletEntry, site_key: int) -> int:
        found = self.fetch("identify_outlet", id=outlet.id, site_key=site_key, medium=outlet.medium)[0]
        if (found["site_key"], found["medium"]) != (site_key, outlet.medium):
            raise Conflict(
                f"Outlet {outlet.id!r} is registered at another site or with another medium; its history would become wrong. "
                "Give the new outlet an id of its own.",
                code="outlet_identity_changed",
            )
        return int(found["key"])

    def version(
        self,
        kind: str,
        of: str | None,
        what: str,
        current: Record | None,
        wanted: Record | None,
        owner: Record,
    ) -> None:
        """Bring one versioned thing to ``wanted`` (None = it is gone)."""
        if (
            current is not None
            and wanted is not None
            and all(current[name] == wanted[name] for name in wanted)
        ):
            self.unchanged += 1
            return
        if current is not None:
            self.run(f"end_{kind}", key=current["key"])
        if wanted is not None:
            self.run(f"open_{kind}", **owner, **wanted)
        if current is not None and wanted is not None:
            names = ", ".join(name for name in wanted if current[name] != wanted[name])
            self.note(kind, of, current, wanted, f"{what}: changed ({names})")
        elif wanted is not None:
            self.note(kind, of, None, wanted, f"{what}: opened")
        elif current is not None:
            self.note(kind, of, current, None, f"{what}: ended")

    def limits(self, outlet: OutletEntry, key: int, current: list[dict[str, Any]]) -> None:
        known = {limit_identity(row): row for row in current}
        earliest: list[datetime] = []
        for entry in outlet.limits:
            row = known.pop(entry_identity(entry), None)
            wanted = limit_record(entry)
            name = f"limit {outlet.id} {entry.factor} {entry.basis} {entry.standard} {entry.clause}"
            if row is not None and all(row[field] == wanted[field] for field in LIMIT_FIELDS):
                self.unchanged += 1
                continue
            if row is not None:
                self.run("disbelieve_limit", key=row["key"])
            self.run("open_limit", outlet_key=key, **wanted)
            done = "opened" if row is None else "changed"
            self.note("limit", outlet.id, row, wanted, f"{name}: {done}")
            earliest.append(entry.valid_from)
        for row in known.values():
            if row["valid_to"] is None or row["valid_to"] > self.at:
                self.run("end_limit", key=row["key"])
                name = f"limit {outlet.id} {row['factor']} {row['standard']} {row['clause']}"
                self.note("limit", outlet.id, row, None, f"{name}: ended")
        if earliest:
            self.run("touch_for_rule", outlet_key=key, from_time=min(earliest), cause="limit")

    def exemptions(self, outlet: OutletEntry, key: int, current: list[dict[str, Any]]) -> None:
        known = {exemption_identity(row): row for row in current}
        changed: list[datetime] = []
        for entry in outlet.exemptions:
            row = known.pop(entry.identity(), None)
            wanted = exemption_record(entry)
            if row is not None and all(row[field] == wanted[field] for field in EXEMPTION_FIELDS):
                self.unchanged += 1
                continue
            if row is not None:
                self.run("disbelieve_exemption", key=row["key"])
            self.run("open_exemption", outlet_key=key, **wanted)
            done = "opened" if row is None else "changed"
            self.note("exemption", outlet.id, row, wanted, f"exemption {outlet.id} {entry.label}: {done}")
            changed.append(entry.valid_from)
        for row in known.values():
            if row["valid_to"] is None or row["valid_to"] > self.at:
                self.run("end_exemption", key=row["key"])
                self.note("exemption", outlet.id, row, None, f"exemption {outlet.id} {row['label']}: ended")
        if changed:
            self.run("touch_for_rule", outlet_key=key, from_time=min(changed), cause="exemption")

    def listings(self, site: SiteEntry, key: int, current: list[dict[str, Any]]) -> None:
        known = {row["valid_from"]: row for row in current}
        for entry in site.positive_list:
            row = known.pop(entry.valid_from, None)
            wanted = listing_record(entry)
            if row is not None and all(row[name] == value for name, value in wanted.items()):
                self.unchanged += 1
                continue
            if row is not None:
                self.run("disbelieve_listing", key=row["key"])
            self.run("open_listing", site_key=key, **wanted)
            line = f"positive list {site.id} from {entry.valid_from.date()}: recorded"
            self.note("listing", site.id, row, wanted, line)
        for row in known.values():
            if row["valid_to"] is None or row["valid_to"] > self.at:
                self.run("end_listing", key=row["key"])
                line = f"positive list {site.id} from {row['valid_from'].date()}: ended"
                self.note("listing", site.id, row, None, line)
