"""What the report of a package tells (``api.evidence.report.render``): one dictionary, made from the records that the package holds.

Moments are aware datetimes in Beijing time, measured and compared numbers are Decimal or None, words are codes of the catalogues
except where people typed them. Lists are in the order of printing: by time, then id. Nothing depends on when or where it is built.

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
    alerts      [{number, code, outlet (name)|None, factor (name)|None, first_seen, last_seen, count, condition, handling, severity,
                  events: [{at, action, by, comment|None}]}]
    lead        None or {number, state, title, kind, found_at, drafted_by, facts, statement: [{at, by, text}],
                  events: [{at, action, by, comment|None}], clocks: [{kind, due, basis|None, met_at|None}],
                  legal: [{title, article, text|None, fine|None, from, to|None, conflict|None}]}
    accesses    how often evidence of this place was built, seen or fetched before the checkpoint
    limits_of_proof  [code of papers.yaml ``cannot.*``]      beyond those that always hold
    unjudged_hours   [moment]                   hours with data that were not judged when the checkpoint was signed

An outlet::

    id, name, medium: gas|water, oxygen_reference|None, mn|None
    series      [{factor, name, unit, decimals|None, span: hour|day, folded: bool, limits: [limit], points: [point], summary: {result: n}}]
                one a factor and span that has a limit or a verdict; limit: {key, basis, minimum|None, maximum|None, standard, clause,
                source|None, condition|None, from, to|None}; point, one for every hour or day of the period: {start, reported|None,
                judged|None, result, multiple|None}
    transmission None or {due, received, due_valid, valid}   hours of the period (regulation.md D.3)
    messages    None or {received, accepted, duplicate, conflicting, quarantined}   the loss ledger is no part of the log: None
    exceedances [{start, span, factor, name, unit, measured|None, folded|None, compared, bound, side: max|min, multiple|None, standard,
                  clause, result: exceeded|exempt, reasons: [code], revision}]
    revised     [{start, span, factor, name, revision, was, became, computed_at}]   results that changed
    marks       [{id, category, label, factor|None, factor_name|None, from, to, reason, channel, filed_by, received_at, deadline, late,
                  withdrawn_at|None, withdrawn_reason|None}]
    checks      [{kind, factor|None, name|None, at, passed, detail|None}]    ``kind`` chain: a comparison along the transmission chain
    exemptions  [{label, factors: [code], hours_per_event|None, hours_per_year|None, ceiling|None, source, from, to|None}]
"""

from __future__ import annotations
