-- Marks of periods, checks of monitors, comparisons along the transmission chain (regulation.md B, C).

-- name: marks_over
-- Every mark that touches a range, late and withdrawn ones too, oldest first.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = %(outlet_key)s and m.from_time < %(to_time)s and m.to_time > %(from_time)s
order by m.from_time, m.id

-- name: checks_over
-- The checks in a range, and of each factor the last one before it and the first one after it, oldest first.
with wanted as (
    select distinct factor from quality_check where outlet_key = %(outlet_key)s
), found as (
    select q.* from quality_check q
    where q.outlet_key = %(outlet_key)s and q.checked_at >= %(from_time)s and q.checked_at < %(to_time)s
    union
    select b.* from wanted w cross join lateral (
        select * from quality_check q
        where q.outlet_key = %(outlet_key)s and q.factor = w.factor and q.checked_at < %(from_time)s
        order by q.checked_at desc, q.passed limit 1
    ) b
    union
    select a.* from wanted w cross join lateral (
        select * from quality_check q
        where q.outlet_key = %(outlet_key)s and q.factor = w.factor and q.checked_at >= %(to_time)s
        order by q.checked_at, q.passed limit 1
    ) a
)
select id, outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at
from found order by checked_at, id

-- name: chain_checks_over
-- Comparisons along the transmission chain of the hours in a range; the last one filed for an hour counts.
select distinct on (start, factor) id, outlet_key, factor, start, instrument, logger, filed_by, received_at
from chain_check
where outlet_key = %(outlet_key)s and start >= %(from_time)s and start < %(to_time)s
order by start, factor, id desc
