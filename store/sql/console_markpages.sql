-- What the pages about marks read. Outlets come from the registry that the caller may see.

-- name: lane_hours
-- Every hour of some outlets and factors in its newest revision, with the worst of its results.
select p.outlet_key, p.factor, p.start, p.revision, p.valid, p.status, p.reasons, p.count, p.expected, v.result, v.compared, v.bound,
       v.multiple
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (start) outlet_key, factor, start, revision, valid, status, reasons, count, expected
    from period_value
    where outlet_key = w.outlet_key and factor = w.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision desc
) p
left join lateral (
    select distinct on (start, revision) start, revision, result, compared, bound, multiple
    from verdict
    where outlet_key = w.outlet_key and factor = w.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision, array_position(array['exceeded', 'exempt', 'undetermined', 'invalid', 'missing'], result)
) v on v.start = p.start and v.revision = p.revision
order by p.outlet_key, p.factor, p.start

-- name: exceeded_days
-- Days of some outlets and factors that are exceeded, each in its newest revision.
select p.outlet_key, p.factor, p.start, v.compared, v.bound, v.multiple
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (start) outlet_key, factor, start, revision
    from period_value
    where outlet_key = w.outlet_key and factor = w.factor and span = 'day' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision desc
) p
join verdict v on v.outlet_key = p.outlet_key and v.factor = p.factor and v.span = 'day' and v.start = p.start
    and v.revision = p.revision and v.start >= %(from_time)s and v.start < %(to_time)s and v.result = 'exceeded'
order by p.outlet_key, p.start, p.factor

-- name: marks_of_outlets
-- Every mark of some outlets that touches a range, withdrawn ones too, oldest first.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = any(%(outlets)s) and m.from_time < %(to_time)s and m.to_time > %(from_time)s
order by m.from_time, m.id

-- name: marks_listed
-- Marks of some outlets, the latest first, after a place. A filter that is NULL does not filter.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason, m.proof
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = any(%(outlets)s) and m.from_time < %(to_time)s and m.to_time > %(from_time)s
  and (%(category)s::text is null or m.category = %(category)s)
  and (%(channel)s::text is null or m.channel = %(channel)s)
  and (%(standing)s::text is null
       or (%(standing)s = 'withdrawn' and w.mark_id is not null)
       or (%(standing)s = 'late' and m.late and w.mark_id is null)
       or (%(standing)s = 'effective' and not m.late and w.mark_id is null))
  and (%(after_time)s::timestamptz is null or (m.from_time, m.id) < (%(after_time)s, %(after_id)s::bigint))
order by m.from_time desc, m.id desc
limit %(most)s

-- name: mark_with_proof
-- One mark of some outlets.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason, m.proof
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.id = %(id)s and m.outlet_key = any(%(outlets)s)

-- name: mark_patterns
-- Hours and days in which the rules noticed something about the marks of some outlets, newest first, with the alert that counts them.
select a.id as alert_id, a.number, a.code, a.outlet_key, a.factor, o.start, o.span, o.numbers, o.noted_at
from alert a join alert_occurrence o on o.alert_id = a.id
where a.code in ('mark_after_exceedance', 'mark_abuse') and a.outlet_key = any(%(outlets)s) and a.condition <> 'pending'
  and o.start >= %(from_time)s and o.start < %(to_time)s and o.withdrawn_at is null
order by o.start desc, a.id desc
limit %(most)s

-- name: checks_listed
-- Checks of the monitors of some outlets, the latest first.
select id, outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at, note
from quality_check
where outlet_key = any(%(outlets)s) and checked_at >= %(from_time)s and checked_at < %(to_time)s
order by checked_at desc, id desc
limit %(most)s

-- name: chain_checks_listed
-- Comparisons along the chain of some outlets, the latest first; what came here for the hour beside them.
select c.id, c.outlet_key, c.factor, c.start, c.instrument, c.logger, c.filed_by, c.received_at, c.note, p.reported_measured as platform
from chain_check c
left join lateral (
    select reported_measured from period_value p
    where p.outlet_key = c.outlet_key and p.factor = c.factor and p.span = 'hour' and p.start = c.start
    order by p.revision desc limit 1
) p on true
where c.outlet_key = any(%(outlets)s) and c.start >= %(from_time)s and c.start < %(to_time)s
order by c.start desc, c.id desc
limit %(most)s
