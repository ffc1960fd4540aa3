"""What the report of a package (``api.evidence.report.render``) tells: one dictionary, made from the records in the package.

Moments are aware datetimes in Beijing time, measured and compared numbers are Decimal or None, words are codes of the catalogues
but where people typed them. Lists are in the order of printing: by time, then id. Nothing depends on when or where it is built.

::

    package     {identifier, release}
    subject     {kind: lead|alert|outlet, number|None, title|None}
    authority   {district, city}
    site        {id, name, industry, credit_code|None, permit|None, key_unit}
    period      {from, to}                      whole Beijing days, ``to`` exclusive
    as_of       {origin, size, root (hex), time, key_id (hex), stamps: [{source, told_time}]}
    sample      bool                            示例配置
    reviewed    bool                            False: 未审核
    reviews     [{step: technical|legal, by, at, opinion|None, outcome: passed|returned}]
    counts      {messages, readings, quarantined, periods, revisions, records}
    outlets     [outlet]                        see below
    alerts      [{number, code, outlet (name)|None, factor (name)|None, first_seen, last_seen, count, condition, handling,
                  severity, events: [{at, action, by, comment|None}]}]
    lead        None or {number, state, title, kind, found_at, drafted_by, facts, statement: [{at, by, text}],
                  events: [{at, action, by, comment|None}], clocks: [{kind, due|None, basis|None, met_at|None}],
                  legal: [{title, article, text|None, fine|None, from|None, to|None, conflict|None}]}
    accesses    how often evidence of this place was asked for, built, seen or fetched before the checkpoint
    limits_of_proof  [code of papers.yaml ``cannot_*``]      beyond those that always hold
    unjudged_hours   [moment]                   hours with data that were not judged when the checkpoint was signed

An outlet::

    id, name, medium: gas|water, oxygen_reference|None, mn|None
    series      [{factor, name, unit, decimals|None, span: hour|day, folded, limits: [limit], points: [point],
                  summary: {result: n}}]
                one a factor and span that has a limit or a verdict by one
                limit: {key, basis, minimum|None, maximum|None, standard, clause, source|None, condition|None, from, to|None}
                point, one for every hour or day of the period that had ended: {start, reported|None, judged|None, result,
                multiple|None}
    transmission, messages   None: neither is a record of the log
    exceedances [{start, span, factor, name, unit, measured|None, folded|None, compared, bound, side: max|min, multiple|None,
                  standard, clause, result: exceeded|exempt, reasons: [code], revision}]
    revised     [{start, span, factor, name, revision, was, became, computed_at}]   results that changed
    marks       [{id, category, label, factor|None, factor_name|None, from, to, reason, channel, filed_by, received_at, deadline,
                  late, withdrawn_at|None, withdrawn_reason|None}]    those that touch the period
    checks      [{kind, factor|None, name|None, at, passed, detail|None}]    ``kind`` chain: a comparison along the transmission
    exemptions  [{label, factors: [code], hours_per_event|None, hours_per_year|None, ceiling|None, source, from, to|None}]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.evidence.factsof import outlet_facts
from api.evidence.history import alert_facts, lead_facts, reviews
from api.evidence.leads import reviewed
from api.evidence.periodbook import PeriodBook
from api.evidence.proofs import Stamp
from api.evidence.records import Records
from api.evidence.working import Working
from store.clock import BEIJING
from store.log.notes import parse_note

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What a report needs beyond the records."""

    identifier: str
    release: str
    sample: bool
    counts: Mapping[str, int]
    stamps: Sequence[Stamp]
    unjudged: Sequence[datetime]


def make_facts(work: Working, records: Records, book: PeriodBook, told: Told) -> Facts:
    """The facts of the report, from the records that were chosen and the period values that were written."""
    place, head = work.place, work.head.checkpoint
    outlets = [outlet_facts(key, work, records, book) for key in place.outlet_keys]
    names = {outlet["key"]: outlet["name"] for outlet in outlets}
    authority = _current(records, "authority_version")
    site = records.newest["site"][str(place.site_key)]
    version = _current(records, "site_version")
    lead = lead_facts(records, place)
    return {
        "package": {"identifier": told.identifier, "release": told.release},
        "subject": {
            "kind": place.kind,
            "number": place.number,
            "title": lead["title"] if lead is not None else None,
        },
        "authority": {"district": authority.get("district", ""), "city": authority.get("city", "")},
        "site": {
            "id": site["id"],
            "name": version.get("name", site["id"]),
            "industry": version.get("industry", "other"),
            "credit_code": version.get("credit_code"),
            "permit": version.get("permit"),
            "key_unit": version.get("key_unit", False),
        },
        "period": {"from": place.from_time, "to": place.to_time},
        "as_of": {
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "time": head.sealed_at.astimezone(BEIJING).replace(microsecond=0),
            "key_id": parse_note(work.head.note).signatures[-1].key_id.hex(),
            "stamps": [
                {"source": stamp.source, "told_time": stamp.told_time.astimezone(BEIJING)}
                for stamp in told.stamps
                if stamp.told_time is not None
            ],
        },
        "sample": told.sample,
        "reviewed": reviewed(records, place),
        "reviews": reviews(records, place),
        "counts": dict(told.counts),
        "outlets": outlets,
        "alerts": [alert_facts(records, alert, names) for alert in _by_time(records, "alert", "raised_at")],
        "lead": lead,
        "accesses": len(records.newest.get("audit_event", {})),
        "limits_of_proof": [],
        "unjudged_hours": list(told.unjudged),
    }


def is_sample(records: Records) -> bool:
    """Whether the configuration of the site is a sample, as it was believed at the checkpoint."""
    return any(
        version["sample"] for version in records.rows("site_version") if version["recorded_to"] is None
    )


def _current(records: Records, table: str) -> Mapping[str, Any]:
    """What was believed last, at the checkpoint, of what holds now."""
    believed = [row for row in records.rows(table) if row["recorded_to"] is None]
    return max(believed, key=lambda row: datetime.fromisoformat(row["valid_from"]), default={})


def _by_time(records: Records, table: str, column: str) -> list[Mapping[str, Any]]:
    return sorted(records.rows(table), key=lambda row: (datetime.fromisoformat(row[column]), int(row["id"])))
