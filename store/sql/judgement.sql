-- What the judgement reads and writes: touched hours, readings in their newest revision, period values and verdicts.

-- name: listen_touched
-- Hear of touched hours, findings and registry changes.
listen outfall_touched;
listen outfall_finding;
listen outfall_registry

-- name: notify_live
-- Tell the event stream; delivered when the transaction commits.
select pg_notify('outfall_live', %(payload)s)

-- name: waiting_outlets
-- Outlets with touched hours: those with hours that have ended first, then the longest waiting. News of the running hour alone are
-- gathered for a second: they change with every frame, and a verdict comes with the end of the hour.
select outlet_key from touched group by outlet_key
having min(from_time) < date_trunc('hour', clock_timestamp()) or min(touched_at) < clock_timestamp() - interval '1 second'
order by min(from_time) >= date_trunc('hour', clock_timestamp()), min(touched_at)

-- name: try_outlet
-- One process judges an outlet at a time; released at the end of the transaction.
select pg_try_advisory_xact_lock(781402027, %(outlet_key)s)

-- name: claim_touched
-- Take the oldest data times first. What the transaction cannot finish it puts back.
with claimed as (
    select id from touched where outlet_key = %(outlet_key)s
    order by from_time, id limit %(most)s
    for update skip locked
)
delete from touched t using claimed c where t.id = c.id
returning t.from_time, t.to_time, t.cause

-- name: put_back
-- Hours that are left for the next transaction.
insert into touched (outlet_key, from_time, to_time, cause) values (%(outlet_key)s, %(from_time)s, %(to_time)s, %(cause)s)

-- name: drop_touched
-- Hours of an outlet that is no longer registered are not judged.
delete from touched where outlet_key = %(outlet_key)s

-- name: first_period
-- When the judgement of an outlet begins: nothing is missing before its first data.
select min(f.start) from unnest(%(factors)s::text[]) as k(factor)
cross join lateral (
    select p.start from period_value p
    where p.outlet_key = %(outlet_key)s and p.factor = k.factor and p.span = 'hour'
    order by p.start limit 1
) f

-- name: readings
-- Readings of one kind in some windows, oldest first and each revision after the one before it.
-- The outer bounds let TimescaleDB leave out the chunks that cannot hold any of them.
select r.factor, r.data_time, r.revision, r.value, r.folded, r.total, r.status::text
from unnest(%(froms)s::timestamptz[], %(tos)s::timestamptz[]) as w(from_time, to_time)
cross join lateral (
    select * from reading
    where outlet_key = %(outlet_key)s and kind = %(kind)s::reading_kind and factor = any(%(factors)s)
      and data_time >= w.from_time and data_time < w.to_time
      and data_time >= %(earliest)s and data_time < %(latest)s
) r
order by r.data_time, r.revision

-- name: periods
-- Every revision of the period values of an outlet in a range, the newest of each last.
select factor, start, revision, reported_measured, reported_folded, recomputed_measured, recomputed_folded,
       after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded,
       valid, status, reasons, count, expected, inputs, rule
from period_value
where outlet_key = %(outlet_key)s and span = %(span)s and factor = any(%(factors)s)
  and start >= %(earliest)s and start < %(latest)s
order by revision

-- name: verdicts
-- The verdicts of those period values.
select factor, start, revision, limit_key, result, basis, bound, bound_side, compared, multiple, reasons, rule
from verdict
where outlet_key = %(outlet_key)s and span = %(span)s and factor = any(%(factors)s)
  and start >= %(earliest)s and start < %(latest)s
order by revision, limit_key nulls first

-- name: copy_periods
-- New revisions of period values.
copy period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured,
                   recomputed_folded, after_marking_measured, after_marking_folded, after_exemption_measured,
                   after_exemption_folded, valid, status, reasons, count, expected, inputs, rule, computed_at) from stdin

-- name: copy_verdicts
-- The verdicts on them.
copy verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple,
              reasons, rule, computed_at) from stdin

-- name: days_due
-- Days to compute (again) once their hours are settled.
insert into day_due as d (outlet_key, day, touched_at)
select %(outlet_key)s, day, clock_timestamp() from unnest(%(days)s::timestamptz[]) as day
on conflict (outlet_key, day) do update set touched_at = excluded.touched_at, wait_until = null

-- name: outlets_with_settled_days
-- Outlets whose touched hours are all judged and that have days which ended long enough ago and have been quiet for a moment.
select distinct d.outlet_key from day_due d
where d.day <= %(ended_before)s
  and coalesce(d.wait_until, d.touched_at + make_interval(secs => %(quiet_seconds)s)) <= clock_timestamp()
  and not exists (select from touched t where t.outlet_key = d.outlet_key)

-- name: claim_days
-- Take settled days of an outlet, oldest first.
with claimed as (
    select outlet_key, day from day_due
    where outlet_key = %(outlet_key)s and day <= %(ended_before)s
      and coalesce(wait_until, touched_at + make_interval(secs => %(quiet_seconds)s)) <= clock_timestamp()
    order by day limit %(most)s
    for update skip locked
)
delete from day_due d using claimed c where d.outlet_key = c.outlet_key and d.day = c.day
returning d.day, d.wait_until is not null as waited

-- name: wait_for_days
-- Days that have absent hours are looked at again after a longer quiet; data that come meanwhile end the waiting.
insert into day_due (outlet_key, day, touched_at, wait_until)
select %(outlet_key)s, day, clock_timestamp(), clock_timestamp() + make_interval(secs => %(absent_seconds)s)
from unnest(%(days)s::timestamptz[]) as day
on conflict (outlet_key, day) do nothing

-- name: drop_days
-- Days of an outlet that is no longer registered are not judged.
delete from day_due where outlet_key = %(outlet_key)s
