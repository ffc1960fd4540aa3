"""The records of a package: registry, marks, checks, findings, alerts, tasks, messages to people, leads, accesses.

A record is a row of a table as it was each time it was written. All versions up to the checkpoint are taken, also earlier ones.
What follows from a record (the events of an alert) follows from those that the checkpoint covers, so that a package of an old
checkpoint is the same whenever it is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.evidence.leads import choose_leads
from api.evidence.working import Working
from store.clock import BEIJING
from store.log.canonical import exact_json
from store.queries import queries

_AT_ONCE = 2000
_IN_ALERTS = ("alert_event", "alert_occurrence", "attachment", "task", "routing_decision", "outbox")
_REGISTRY = ("outlet_version", "monitor_version", "limit_version", "exemption_version")

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record that the checkpoint covers."""

    number: int
    leaf: int
    key: str
    content: Content


@dataclass(slots=True)
class Records:
    """The records that were chosen.

    Attributes
    ----------
    leaves : number of a record -> its leaf, by table
    newest : newest content of each row, by table and key
    """

    work: Working
    leaves: dict[str, dict[int, int]] = field(default_factory=dict)
    newest: dict[str, dict[str, Content]] = field(default_factory=dict)
    _newest_ids: dict[tuple[str, str], int] = field(default_factory=dict)

    def find(self, statement: str, **arguments: Any) -> list[Sealed]:
        """The records that a statement of ``evidencerecords.sql`` gives and the checkpoint covers; they are not kept by this."""
        found = self.work.connection.execute(queries("evidencerecords")[statement], arguments).fetchall()
        sealed = self.work.sealed("record", (row[0] for row in found))
        return [
            Sealed(number, sealed[number], key, exact_json(content))
            for number, key, content in found
            if number in sealed
        ]

    def take(self, table: str, statement: str, **arguments: Any) -> list[Sealed]:
        """The same, and all of them belong to the package."""
        found = self.find(statement, **arguments)
        for record in found:
            self._keep(table, record)
        return found

    def _keep(self, table: str, record: Sealed) -> None:
        self.leaves.setdefault(table, {})[record.number] = record.leaf
        if record.number >= self._newest_ids.get((table, record.key), 0):
            self._newest_ids[table, record.key] = record.number
            self.newest.setdefault(table, {})[record.key] = record.content

    def whole_rows(self, table: str, keys: Iterable[str]) -> None:
        """Take every version of some rows, whatever the version was that made them belong."""
        for part in portions_of(sorted(set(keys))):
            self.take(table, "by_keys", kind=table, keys=part)

    def rows(self, table: str) -> list[Content]:
        """Newest content of each row of a table, by number or key."""
        found = self.newest.get(table, {})
        return [found[key] for key in sorted(found, key=lambda key: (len(key), key))]


def choose_records(work: Working) -> Records:
    """Choose everything that belongs to the outlets, the period and the subject."""
    records = Records(work)
    outlets = [str(key) for key in work.place.outlet_keys]
    place = {"outlets": outlets, "site_key": str(work.place.site_key)}
    span = {"from_time": work.place.from_time, "to_time": work.place.to_time}
    _registry(records, place)
    _said(records, outlets, span)
    leads = choose_leads(records, work.place, span)
    alerts = {record.key for record in records.find("alerts", **place, **span)} | leads.alerts
    if work.place.kind == "alert":
        alerts.add(work.place.id)
    _alerts(records, alerts, {**place, **span}, leads.tasks)
    _accesses(records, outlets, span)
    return records


def _registry(records: Records, place: Mapping[str, Any]) -> None:
    records.whole_rows("site", [place["site_key"]])
    records.whole_rows("outlet", place["outlets"])
    for table in ("site_version", "positive_list_version"):
        records.take(table, "of_site", kind=table, site_key=place["site_key"])
    for table in _REGISTRY:
        records.take(table, "of_outlets", kind=table, outlets=place["outlets"])
    records.take("authority_version", "whole", kind="authority_version")
    records.whole_rows("gateway", (row["gateway"] for row in records.rows("monitor_version")))


def _said(records: Records, outlets: list[str], span: Mapping[str, datetime]) -> None:
    """Marks, checks, what was noticed, what was refused."""
    begin, end = span["from_time"], span["to_time"]
    since = begin
    if records.rows("exemption_version"):
        # As the judgement loads them: quotas count the calendar year, and an event may have begun before it.
        since = datetime(begin.astimezone(BEIJING).year - 1, 1, 1, tzinfo=BEIJING)
    records.take("mark", "marks", outlets=outlets, since=since, to_time=end)
    records.whole_rows("mark_withdrawal", records.newest.get("mark", {}))
    _checks(records, outlets, begin, end)
    records.take("chain_check", "chain_checks", outlets=outlets, **span)
    gateways = sorted({row["gateway"] for row in records.rows("monitor_version")})
    records.take("finding", "findings", outlets=outlets, gateways=gateways, **span)
    records.take("quarantine", "quarantined", outlets=outlets, **span)
    pieces = sorted(records.newest.get("quarantine", {}))
    if pieces:
        records.take("quarantine_replay", "replays", pieces=pieces)
    records.take("own_outage", "outages", **span)


def _checks(records: Records, outlets: list[str], begin: datetime, end: datetime) -> None:
    """The checks of the period, and of each outlet and factor those of the last moment before and of the first after."""
    found = records.find("checks", outlets=outlets)
    moments: dict[tuple[int, str], list[datetime]] = {}
    for record in found:
        moments.setdefault(_checked(record), []).append(_moment(record))
    wanted: set[tuple[tuple[int, str], datetime]] = set()
    for monitored, times in moments.items():
        chosen = {moment for moment in times if begin <= moment < end}
        chosen.update(sorted(moment for moment in times if moment < begin)[-1:])
        chosen.update(sorted(moment for moment in times if moment >= end)[:1])
        wanted.update((monitored, moment) for moment in chosen)
    kept = {record.key for record in found if (_checked(record), _moment(record)) in wanted}
    records.whole_rows("quality_check", kept)


def _checked(record: Sealed) -> tuple[int, str]:
    return record.content["outlet_key"], record.content["factor"]


def _moment(record: Sealed) -> datetime:
    return datetime.fromisoformat(record.content["checked_at"])


def _alerts(records: Records, alerts: set[str], span: Mapping[str, Any], tasks: frozenset[str]) -> None:
    """Alerts with their histories, the tasks that they led to, and who was told of them."""
    records.whole_rows("alert", alerts)
    known = sorted(records.newest.get("alert", {}))
    for part in portions_of(known):
        for table in _IN_ALERTS:
            records.take(table, "of_alerts", kind=table, alerts=part)
        records.take("digest", "digests", site_key=span["site_key"], alerts=[f"[{key}]" for key in part])
    records.take("task", "tasks", **span)
    records.whole_rows("task", {*records.newest.get("task", {}), *tasks})
    for part in portions_of(sorted(records.newest.get("task", {}))):
        for table in ("task_event", "outbox"):
            records.take(table, "of_tasks", kind=table, tasks=part)
    for part in portions_of(sorted(records.newest.get("outbox", {}))):
        records.take("delivery", "deliveries", messages=part)


def _accesses(records: Records, outlets: list[str], span: Mapping[str, datetime]) -> None:
    records.take("audit_event", "accesses", outlets=outlets, **span)
    for table in ("log_key", "log_attestation"):
        records.take(table, "whole", kind=table)


def write_records(records: Records) -> None:
    """Write the leaves of the chosen records, a file a table, by number."""
    work = records.work
    tables = sorted(table for table, leaves in records.leaves.items() if leaves)
    for count, table in enumerate(tables):
        work.step("records", count / len(tables))
        work.write_leaves(f"data/records/{table}.jsonl", "record", records.leaves[table])


def portions_of(keys: list[str]) -> Iterable[list[str]]:
    """Keys in lists that a statement can take."""
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
