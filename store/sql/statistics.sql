-- What the statistics read, and what is published of them.

-- name: facts
-- Period values of some factors in a range, each in its newest revision.
select p.factor, p.start, p.revision, p.valid, p.status, p.after_marking_measured, p.after_marking_folded, p.reported_measured,
       p.volume, p.reasons
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (p.start) p.factor, p.start, p.revision, p.valid, p.status, p.after_marking_measured,
           p.after_marking_folded, p.reported_measured, (p.inputs ->> 'volume')::numeric as volume, p.reasons
    from period_value p
    where p.outlet_key = %(outlet_key)s and p.factor = f.factor and p.span = %(span)s
      and p.start >= %(earliest)s and p.start < %(latest)s
    order by p.start, p.revision desc
) p

-- name: results
-- Results of the verdicts on period values of a range, of every revision.
select factor, start, revision, array_agg(result)
from verdict
where outlet_key = %(outlet_key)s and factor = any(%(factors)s) and span = %(span)s
  and start >= %(earliest)s and start < %(latest)s
group by factor, start, revision

-- name: receipts
-- When the data of each hour first came: hour frames where the monitor sends them, else what hours are made from.
select factor, date_trunc('hour', data_time), min(received_at)
from reading
where outlet_key = %(outlet_key)s and kind = %(kind)s::reading_kind and factor = any(%(factors)s)
  and data_time >= %(earliest)s and data_time < %(latest)s
group by 1, 2

-- name: day_receipts
-- When the day frame of each day first came.
select factor, data_time, min(received_at)
from reading
where outlet_key = %(outlet_key)s and kind = 'day' and factor = any(%(factors)s)
  and data_time >= %(earliest)s and data_time < %(latest)s
group by 1, 2

-- name: published
-- The newest revision of what was published of an outlet for some spans of one name.
select distinct on (factor, start) factor, start, revision, numbers, rule, computed_at
from statistic
where outlet_key = %(outlet_key)s and span = %(span)s and start = any(%(starts)s)
order by factor, start, revision desc

-- name: publish
-- A further revision of the statistics of one factor and span.
insert into statistic (outlet_key, factor, span, start, revision, numbers, rule, computed_at)
values (%(outlet_key)s, %(factor)s, %(span)s, %(start)s, %(revision)s, %(numbers)s, %(rule)s, %(at)s)

-- name: notice_low_transmission
-- One finding an outlet and day, however often the day is looked at. It comes with its alert and is not taken up again.
with found as (
    insert into finding (code, outlet_key, from_time, to_time, found_at, numbers, evidence, rule)
    select 'low_transmission', %(outlet_key)s, %(from_time)s, %(to_time)s, %(at)s, %(numbers)s, %(evidence)s, %(rule)s
    where not exists (
        select from finding
        where code = 'low_transmission' and outlet_key = %(outlet_key)s and from_time = %(from_time)s
    )
    returning id
)
insert into finding_handled (finding_id, alert_id, handled_at)
select f.id, (select max(o.alert_id) from alert_occurrence o join alert a on a.id = o.alert_id
              where a.code = 'low_transmission' and a.outlet_key = %(outlet_key)s and o.start = %(from_time)s), %(at)s
from found f
