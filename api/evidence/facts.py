"""What the report of a package tells: one plain dictionary, made from the records that the package holds and from nothing else.

Everything is JSON-ready: text, whole numbers, true/false, None, lists and dictionaries. Moments are ISO 8601 with +08:00 (Beijing),
numbers that were measured or compared are decimal text exactly as stored, codes are those of the catalogues (``store/texts``,
``store/factors.csv``, ``store/marklabels.yaml``); the wording is the report's. Lists are in the order that is said; nothing depends
on when or where the package is built.

``facts``::

    identifier      "outlet-test-kiln-20261101-20261130-184467"   name of the package
    release         "0.4.0"
    subject         {kind: "lead"|"alert"|"outlet", id: str, number: str|None}
    site            {id, name, industry, key_unit: bool, sample: bool, credit_code|None, permit|None, note|None}
    authority       {district, city} or None
    period          {from, to, days: int}       whole Beijing days, ``to`` exclusive
    asked           {from, to}                  what was asked for, or what the alert or lead spans
    sample          bool     some site is 示例配置
    reviewed        bool     the lead passed both reviews (False for an alert or an outlet)
    checkpoint      {origin, size: int, root: hex, sealed_at, key_id: hex8}
    keys            [{name, key_id: hex8, vkey, since, retired_at|None}]
    stamps          [{size: int, told_time|None, source}]     RFC 3161 stamps in the package
    earlier         [{size: int, sealed_at}]                  earlier checkpoints in the package
    rules           {hour_judged_on, day_judged_on, water_day_weighting}
    unjudged_hours  [moment]     hours with data that were not judged when the checkpoint was signed
    counts          {messages, payload_bytes, quarantined: {reason: int}, device_records, readings: {kind: rows of every revision},
                     periods: {span: revisions}, records: {table: rows}}
    positive_list   [{from, to|None, basis, level, decided_by, document|None}]     believed at the checkpoint, touching the period
    outlets         [outlet, ...]   by id; see below
    marks           [{id: int, outlet: id, category, label, factor|None, from, to, reason, channel, filed_by, received_at, deadline,
                      late: bool, withdrawn_at|None, withdrawn_by|None, withdrawn_reason|None, standing: "effective"|"late"|"withdrawn"}]
                    by from, id; those that touch the period (the package may hold older ones that quotas count)
    checks          [{id, outlet, factor, kind, checked_at, passed: bool, measured|None, reference|None, source, filed_by, received_at}]
    chain_checks    [{id, outlet, factor, start, instrument, logger|None, filed_by, received_at}]
    findings        [{id, outlet|None, code, factor|None, from, to, found_at, numbers: {}, rule}]
    alerts          [{id: int, number, code, severity, outlet|None, factor|None, condition, handling, first_seen, last_seen, raised_at,
                      cleared_at|None, count: int, clause|None, late: bool,
                      events: [{at, actor, action, reason|None, detail: {}}],
                      attachments: [{id, name, media_type, digest: hex, filed_by, filed_at, by_company: bool}]}]     by raised_at
    tasks           [{id, number, kind, reason, statement|None, state, outcome|None, created_at, created_by, alert: number|None,
                      events: [{at, actor, action, reason|None, detail: {}}]}]
    notifications   [{id, channel, purpose, title, created_at, alert: number|None, deliveries: [{at, ok: bool, status}]}]
    leads           {table: [newest content of each row, by key]}     every table whose name begins with ``lead``; the columns as they
                    are in the table, numbers and moments as in the leaf (UTC text)
    accesses        [{at, actor, origin, action, subject|None}]       reads and builds of evidence before the checkpoint

An outlet::

    id, name, medium: "gas"|"water", oxygen_reference|None, judged: bool, note|None
    monitor         {mn, gateway, protocol} or None
    factors         [{code, name (Chinese), unit}]
    limits          [{key: int, factor, basis: "hour"|"day"|"instant", minimum|None, maximum|None, condition: {}|None, standard, clause,
                      source|None, from, to|None}]       those that a verdict of the package names or that were in force, by factor, from
    exemptions      [{key, label, factors: [code], hours_per_event|None, hours_per_year|None, ceiling|None, source, from, to|None}]
    series          [{factor: code, span: "hour"|"day", folds: bool, counts: {result: int}, values: [value, ...]}]
                    hours before days, factors in the order of ``factors``; ``counts`` counts the verdicts of the newest revisions
    exceedances     [{factor, span, start, result: "exceeded"|"exempt", compared, bound, side: "max"|"min", multiple|None, basis,
                      limit: key|None, reasons: [code], rule, revision: int}]     by start, factor

A value (newest revision of a period value as of the checkpoint)::

    start           moment
    reported, recomputed, after_marking, after_exemption      [measured|None, folded|None] each
    valid           bool
    status          normalised status, ``missing`` when nothing came
    reasons         [code]
    count, expected int
    revision        int      1 = never revised
    result          the gravest result of its verdicts: exceeded, exempt, undetermined, invalid, missing, compliant, no_limit; None = no verdict
    verdicts        [{limit: key|None, result, basis, bound|None, side|None, compared|None, multiple|None, reasons: [code]}]
"""

from __future__ import annotations
