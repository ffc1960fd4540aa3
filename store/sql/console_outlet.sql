-- What the page of an outlet reads. Values of charts come as float8, which is for drawing only; tables read numbers as they are stored.
-- Times of points are milliseconds since 1970.

-- name: chart_readings
-- A series that is drawn whole: the newest revision of each reading.
select (extract(epoch from data_time) * 1000)::bigint, shown::float8, flag, status
from (
    select distinct on (data_time) data_time, case when %(folds)s then coalesce(folded, value) else value end as shown, flag,
           status::text as status
    from reading
    where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = %(factor)s
      and data_time >= %(from)s and data_time < %(to)s
    order by data_time, revision desc
) r
order by data_time

-- name: chart_count
-- How many readings a series has, counted no further than %(most)s.
select count(*) from (
    select from reading
    where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = %(factor)s
      and data_time >= %(from)s and data_time < %(to)s
    limit %(most)s
) r

-- name: chart_thinned
-- A series that is too long to be drawn whole, in one pass: of each bucket of time, apart by status and flag so that no mark is lost, how
-- many readings there are, the smallest and the largest (value, milliseconds), the last moment, and every turn in it: a reading before
-- which there was none, one of another status, or none for longer than the gap, as (milliseconds, distance to the one before).
with superseded as materialized (
    select data_time, max(revision) as revision from reading
    where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = %(factor)s
      and data_time >= %(from)s and data_time < %(to)s and revision > 1
    group by data_time
)
select status::text, flag, count(*), min(array[shown, at]) filter (where shown is not null) as least,
       max(array[shown, -at]) filter (where shown is not null) as most, max(at) as last,
       array_agg(array[at, coalesce(distance, 0)]) filter (where distance is null or distance > %(gap)s or status <> status_before) as turns
from (
    select at, shown, flag, status, at - lag(at) over w as distance, lag(status) over w as status_before
    from (
        select r.data_time, (date_part('epoch', r.data_time) * 1000)::int8 as at, r.flag, r.status,
               (case when %(folds)s then coalesce(r.folded, r.value) else r.value end)::float8 as shown
        from reading r
        left join superseded s on s.data_time = r.data_time
        where r.outlet_key = %(outlet)s and r.kind = %(kind)s::reading_kind and r.factor = %(factor)s
          and r.data_time >= %(from)s and r.data_time < %(to)s and (s.revision is null or s.revision = r.revision)
    ) newest
    window w as (order by data_time)
) sent
group by (at - %(start)s) / %(bucket)s, status, flag

-- name: chart_periods
-- A series of hours or days: the newest revision of each period with its three columns and the worst verdict on it, beside the reading
-- that was sent for it. What has only one of both is there too.
with p as (
    select distinct on (start) start, revision, valid, status,
           case when %(folds)s then coalesce(reported_folded, reported_measured) else reported_measured end as reported,
           case when %(folds)s then coalesce(after_marking_folded, after_marking_measured) else after_marking_measured end as after_marking,
           case when %(folds)s then coalesce(after_exemption_folded, after_exemption_measured) else after_exemption_measured end
               as after_exemption
    from period_value
    where outlet_key = %(outlet)s and factor = %(factor)s and span = %(kind)s and start >= %(from)s and start < %(to)s
    order by start, revision desc
), v as (
    select distinct on (start, revision) start, revision, result, compared
    from verdict
    where outlet_key = %(outlet)s and factor = %(factor)s and span = %(kind)s and start >= %(from)s and start < %(to)s
    order by start, revision, (result = 'exceeded') desc
), r as (
    select distinct on (data_time) data_time, flag, status::text as status,
           case when %(folds)s then coalesce(folded, value) else value end as sent
    from reading
    where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = %(factor)s
      and data_time >= %(from)s and data_time < %(to)s
    order by data_time, revision desc
)
select (extract(epoch from coalesce(p.start, r.data_time)) * 1000)::int8,
       (case when p.start is null or (p.reported is null and r.status = 'normal') then r.sent else p.reported end)::float8,
       p.after_marking::float8, p.after_exemption::float8, p.valid, coalesce(p.status, r.status), v.result, v.compared::float8,
       r.flag, r.status, p.start is not null
from p
full join r on r.data_time = p.start
left join v on v.start = p.start and v.revision = p.revision
order by 1

-- name: mark_stretches
-- Times under marks of an outlet that speak of a factor, those that touch joined. Withdrawn ones are left out, late ones told apart; of
-- automatic ones what filed marks of the same category leave over (regulation.md C.1). A mark lies within one Beijing day.
with standing as (
    select m.category, m.label, m.late, m.channel, tstzrange(greatest(m.from_time, %(from)s), least(m.to_time, %(to)s)) as stretch
    from mark m
    where m.outlet_key = %(outlet)s and m.from_time < %(to)s and m.to_time > %(from)s
      and m.from_time >= %(from)s::timestamptz - interval '1 day'
      and (m.factor is null or m.factor = %(factor)s)
      and not exists (select from mark_withdrawal w where w.mark_id = m.id)
), filed as (
    select category, range_agg(stretch) as stretches from standing where channel = 'manual' and not late group by category
), joined as (
    select s.category, s.label, s.late, range_agg(s.stretch) filter (where s.channel = 'manual' or s.label = 'standard_check') as kept,
           range_agg(s.stretch) filter (where s.channel = 'automatic' and s.label <> 'standard_check') as automatic
    from standing s group by s.category, s.label, s.late
)
select category, label, late, (extract(epoch from lower(stretch)) * 1000)::int8 as begins, (extract(epoch from upper(stretch)) * 1000)::int8 as ends
from joined j
left join filed f using (category)
cross join unnest(coalesce(kept, '{}') + (coalesce(automatic, '{}') - coalesce(f.stretches, '{}'))) as stretch
order by begins, category, label

-- name: newest_marks
-- The marks of an outlet that touch a time, newest first, late and withdrawn ones too.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by, m.received_at,
       m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = %(outlet)s and m.from_time < %(to)s and m.to_time > %(from)s
  and m.from_time >= %(from)s::timestamptz - interval '1 day'
order by m.from_time desc, m.id desc
limit %(most)s

-- name: strip_cells
-- What became of the periods of a factor, counted by Beijing hour or day: the newest revision, the worst verdict.
select case when %(by_hour)s then start else date_trunc('day', start, 'Asia/Shanghai') end as cell, valid, status, result, count(*) as periods
from (
    select distinct on (p.start) p.start, p.valid, p.status, v.result
    from period_value p
    left join verdict v
        on v.outlet_key = %(outlet)s and v.factor = %(factor)s and v.span = %(span)s and v.start >= %(from)s and v.start < %(to)s
           and v.start = p.start and v.revision = p.revision
    where p.outlet_key = %(outlet)s and p.factor = %(factor)s and p.span = %(span)s and p.start >= %(from)s and p.start < %(to)s
    order by p.start, p.revision desc, (v.result = 'exceeded') desc nulls last
) p
group by cell, valid, status, result
order by cell

-- name: table_readings
-- The newest readings of some factors before a moment, newest first; of each factor as many as a page has rows.
select f.factor, r.data_time, r.value, r.folded, r.flag, r.status, r.revision
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (data_time) data_time, value, folded, flag, status::text as status, revision
    from reading
    where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = f.factor
      and data_time >= %(from)s and data_time < %(before)s
    order by data_time desc, revision desc
    limit %(most)s
) r
order by r.data_time desc

-- name: table_periods
-- The newest periods of some factors before a moment, newest first, each with the worst verdict on it.
select f.factor, p.*, v.result
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (start) start as data_time, revision, reported_measured, reported_folded, after_marking_measured,
           after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status
    from period_value
    where outlet_key = %(outlet)s and span = %(kind)s and factor = f.factor and start >= %(from)s and start < %(before)s
    order by start desc, revision desc
    limit %(most)s
) p
left join lateral (
    select result from verdict
    where outlet_key = %(outlet)s and factor = f.factor and span = %(kind)s and start = p.data_time and revision = p.revision
    order by (result = 'exceeded') desc
    limit 1
) v on true
order by p.data_time desc

-- name: verdict_page
-- The newest revision of the newest periods of an outlet and factor before a moment.
select distinct on (start) start, revision, reported_measured, reported_folded, recomputed_measured, recomputed_folded,
       after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status, reasons, count,
       expected
from period_value
where outlet_key = %(outlet)s and factor = %(factor)s and span = %(span)s and start < %(before)s
order by start desc, revision desc
limit %(most)s

-- name: verdicts_between
-- The verdicts of an outlet and factor in a time, every revision, newest first; the caller picks the one of its period value.
select start, revision, limit_key, result, basis, bound, bound_side, compared, multiple, reasons
from verdict
where outlet_key = %(outlet)s and factor = %(factor)s and span = %(span)s and start >= %(from)s and start < %(to)s
order by start desc, revision desc, (result = 'exceeded') desc

-- name: limit_records
-- Every limit of an outlet that was ever believed: verdicts name the record that they were made with.
select key, outlet_key, factor, basis, minimum, maximum, condition, standard, clause, source, valid_from, valid_to, recorded_from,
       recorded_to
from limit_version
where outlet_key = %(outlet)s
order by factor, basis, valid_from desc, recorded_from desc, key desc

-- name: device_records
-- The newest upload of each command that is no reading.
select distinct on (cn) cn, data_time, received_at, message_id, body
from device_record
where outlet_key = %(outlet)s and received_at >= %(since)s
order by cn, received_at desc
