-- What the transmission of many outlets over one span is counted from: a page shows all of them at once.

-- name: begun
-- Start of the earliest judged hour of each outlet.
select w.outlet_key, min(f.start)
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select p.start from period_value p
    where p.outlet_key = w.outlet_key and p.factor = w.factor and p.span = 'hour' order by p.start limit 1
) f
group by w.outlet_key

-- name: hours
-- The hours of the span, each in its newest revision.
select w.outlet_key, w.factor, p.start, p.valid, p.status, p.reasons
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (p.start) p.start, p.valid, p.status, p.reasons
    from period_value p
    where p.outlet_key = w.outlet_key and p.factor = w.factor and p.span = 'hour' and p.start >= %(earliest)s and p.start < %(latest)s
    order by p.start, p.revision desc
) p

-- name: receipts
-- When the data of each hour first came, of the kind that hours are due as.
select w.outlet_key, w.factor, r.hour, r.received_at
from unnest(%(outlets)s::integer[], %(factors)s::text[], %(kinds)s::reading_kind[]) as w (outlet_key, factor, kind)
cross join lateral (
    select date_trunc('hour', data_time) as hour, min(received_at) as received_at
    from reading
    where outlet_key = w.outlet_key and kind = w.kind and factor = w.factor and data_time >= %(earliest)s and data_time < %(latest)s
    group by 1
) r

-- name: marks
-- The marks that touch the span, withdrawn and late ones too.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = any(%(outlets)s) and m.from_time < %(latest)s and m.to_time > %(earliest)s
order by m.from_time, m.id

-- name: checked
-- Outlets with a check of a monitor in the span.
select distinct outlet_key from quality_check
where outlet_key = any(%(outlets)s) and checked_at >= %(earliest)s and checked_at < %(latest)s
