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
-- Of one factor and moment one statement counts: the last of its source, and the failed one where the sources differ.
with wanted as (
    select distinct factor from quality_check where outlet_key = %(outlet_key)s
), moments as (
    select factor, checked_at from quality_check
    where outlet_key = %(outlet_key)s and checked_at >= %(from_time)s and checked_at < %(to_time)s
    union
    select w.factor, b.checked_at from wanted w cross join lateral (
        select max(q.checked_at) as checked_at from quality_check q
        where q.outlet_key = %(outlet_key)s and q.factor = w.factor and q.checked_at < %(from_time)s
    ) b
    union
    select w.factor, a.checked_at from wanted w cross join lateral (
        select min(q.checked_at) as checked_at from quality_check q
        where q.outlet_key = %(outlet_key)s and q.factor = w.factor and q.checked_at >= %(to_time)s
    ) a
), last_said as (
    select distinct on (q.factor, q.checked_at, q.kind, q.source) q.*
    from quality_check q join moments m using (factor, checked_at)
    where q.outlet_key = %(outlet_key)s
    order by q.factor, q.checked_at, q.kind, q.source, q.id desc
), counted as (
    select distinct on (factor, checked_at) * from last_said order by factor, checked_at, passed, id desc
)
select id, outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at
from counted order by checked_at, id

-- name: chain_checks_over
-- Comparisons along the transmission chain of the hours in a range; the last one filed for an hour counts.
select distinct on (start, factor) id, outlet_key, factor, start, instrument, logger, filed_by, received_at
from chain_check
where outlet_key = %(outlet_key)s and start >= %(from_time)s and start < %(to_time)s
order by start, factor, id desc

-- name: lock_marks
-- One filing at a time for an outlet, so that two at once cannot say the same twice.
select pg_advisory_xact_lock(781402031, %(outlet_key)s)

-- name: overlapping_mark
-- A filed mark that says the same of the same time. A mark of every factor speaks of each of them.
select m.id, m.from_time, m.to_time
from mark m
where m.outlet_key = %(outlet_key)s and m.category = %(category)s and m.label = %(label)s and m.channel = 'manual'
  and (m.factor is null or %(factor)s::text is null or m.factor = %(factor)s)
  and m.from_time < %(to_time)s and m.to_time > %(from_time)s
  and not exists (select from mark_withdrawal w where w.mark_id = m.id)
order by m.from_time limit 1

-- name: data_received_at
-- When the last data of a period came for the first time; a re-sent value does not open the marking again.
select max(received_at) from reading
where outlet_key = %(outlet_key)s and kind in ('hour', 'minute') and revision = 1
  and (%(factor)s::text is null or factor = %(factor)s)
  and data_time >= date_trunc('hour', %(from_time)s::timestamptz) and data_time < %(to_time)s

-- name: add_mark
-- A statement, as it was filed.
insert into mark (outlet_key, category, label, factor, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline,
                  late, proof)
values (%(outlet_key)s, %(category)s, %(label)s, %(factor)s, %(from_time)s, %(to_time)s, %(reason)s, %(channel)s, %(filed_by)s,
        %(origin)s, %(at)s, %(deadline)s, %(late)s, %(proof)s)
returning id, outlet_key, category, label, factor, from_time, to_time, reason, channel, filed_by, received_at, deadline, late,
          null::timestamptz as withdrawn_at

-- name: mark
-- One mark.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.id = %(id)s

-- name: lock_mark
-- One mark that is about to be withdrawn; site_key narrows it to the outlets of one company.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m
join outlet o on o.key = m.outlet_key
left join mark_withdrawal w on w.mark_id = m.id
where m.id = %(id)s and (%(site_key)s::integer is null or o.site_key = %(site_key)s)
for update of m

-- name: withdraw
-- Take marks back.
insert into mark_withdrawal (mark_id, withdrawn_at, withdrawn_by, origin, reason)
select id, %(at)s, %(actor)s, %(origin)s, %(reason)s from unnest(%(ids)s::bigint[]) as id

-- name: touch_marked
-- Have the marked hours judged again. Where an exemption hangs on the label, the later hours under it too: what they may use of the
-- quota of the event or the year is now more or less.
with later as (
    select m.from_time, m.to_time from mark m
    where %(category)s = 'condition' and m.category = 'condition'
      and m.outlet_key = %(outlet_key)s and m.label = %(label)s
      and m.from_time >= %(from_time)s and m.from_time < %(from_time)s::timestamptz + interval '366 days'
      and not exists (select from mark_withdrawal w where w.mark_id = m.id)
      and exists (select from exemption_version e
                  where e.outlet_key = m.outlet_key and e.label = m.label and e.recorded_to is null)
), hours as (
    select %(from_time)s::timestamptz as from_time, %(to_time)s::timestamptz as to_time
    union
    select date_trunc('hour', from_time), date_trunc('hour', to_time + interval '59 minutes') from later
), asked as (
    insert into touched (outlet_key, from_time, to_time, cause) select %(outlet_key)s, from_time, to_time, 'mark' from hours
)
select pg_notify('outfall_touched', '')

-- name: tell_marked
-- Tell the event stream that marks of an outlet were filed or withdrawn; delivered when the transaction commits.
select pg_notify('outfall_live', json_build_object('event', 'mark', 'outlet', id)::text) from outlet where key = %(outlet_key)s

-- name: touch_hours
-- Have some hours judged again.
with asked as (
    insert into touched (outlet_key, from_time, to_time, cause)
    values (%(outlet_key)s, %(from_time)s, %(to_time)s, %(cause)s)
)
select pg_notify('outfall_touched', '')

-- name: same_check_filed
-- The result that was filed last for this very check.
select passed from quality_check
where outlet_key = %(outlet_key)s and factor = %(factor)s and kind = %(kind)s and checked_at = %(checked_at)s and source = 'filed'
order by id desc limit 1

-- name: add_check
-- The result of a check; nothing comes back when the device has told it before.
insert into quality_check (outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at,
                           message_id, note)
values (%(outlet_key)s, %(factor)s, %(kind)s, %(checked_at)s, %(passed)s, %(measured)s, %(reference)s, %(source)s, %(actor)s, %(at)s,
        %(message_id)s, %(note)s)
on conflict (outlet_key, factor, kind, checked_at, passed) where source = 'device' do nothing
returning id, outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at

-- name: add_chain_check
-- What instrument and logger show for an hour.
insert into chain_check (outlet_key, factor, start, instrument, logger, filed_by, received_at, note)
values (%(outlet_key)s, %(factor)s, %(start)s, %(instrument)s, %(logger)s, %(actor)s, %(at)s, %(note)s)
returning id, outlet_key, factor, start, instrument, logger, filed_by, received_at

-- name: touch_checked
-- Have the hours judged again that lie between the check before and the check after: those that this check vouches for or not.
-- Before a first check that failed nothing is vouched for, back to the first judged hour.
with around as (
    select (select max(checked_at) from quality_check
            where outlet_key = %(outlet_key)s and factor = %(factor)s and checked_at < %(checked_at)s) as before,
           (select min(checked_at) from quality_check
            where outlet_key = %(outlet_key)s and factor = %(factor)s and checked_at > %(checked_at)s) as after,
           (select min(start) from period_value
            where outlet_key = %(outlet_key)s and factor = %(factor)s and span = 'hour' and not %(passed)s) as begun
), asked as (
    insert into touched (outlet_key, from_time, to_time, cause)
    select %(outlet_key)s,
           date_trunc('hour', coalesce(before, least(begun, %(checked_at)s::timestamptz))),
           date_trunc('hour', coalesce(after, greatest(%(at)s::timestamptz, %(checked_at)s)) + interval '1 hour'),
           'check'
    from around
)
select pg_notify('outfall_touched', '')

-- name: mark_page
-- One page of the marks that touch a range, by their begin.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = %(outlet_key)s and m.from_time < %(to_time)s and m.to_time > %(from_time)s
  and (%(factor)s::text is null or m.factor is null or m.factor = %(factor)s)
  and (%(category)s::text is null or m.category = %(category)s)
  and (%(after_time)s::timestamptz is null or (m.from_time, m.id) > (%(after_time)s::timestamptz, %(after_id)s::bigint))
order by m.from_time, m.id limit %(most)s

-- name: filed_marks
-- The filed marks of a range that take effect: they stand above what the devices said.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, null::timestamptz as withdrawn_at
from mark m
where m.outlet_key = %(outlet_key)s and m.from_time < %(to_time)s and m.to_time > %(from_time)s
  and m.channel = 'manual' and not m.late
  and not exists (select from mark_withdrawal w where w.mark_id = m.id)

-- name: names_of_site
-- The people and tokens of one company, as they stand on what they file.
select name from app_user where site_key = %(site_key)s
union
select 'token:' || name from api_token where site_key = %(site_key)s

-- name: industry_of_outlet
-- The industry of the site of an outlet, as it is believed now.
select v.industry from outlet o join site_version v on v.site_key = o.site_key
where o.key = %(outlet_key)s and v.recorded_to is null
order by v.valid_from desc limit 1

-- name: outlet_id
-- The id of an outlet.
select id from outlet where key = %(outlet_key)s

-- name: flagged_readings
-- Readings of some hours whose flag says something of the monitor or the source, each in its newest revision.
-- The statuses stand here as in the partial index reading_flagged, so that it serves.
select r.factor, r.kind::text, r.data_time, r.status::text
from unnest(%(froms)s::timestamptz[], %(tos)s::timestamptz[]) as w(from_time, to_time)
cross join lateral (
    select * from reading
    where outlet_key = %(outlet_key)s and kind = any(%(kinds)s::reading_kind[])
      and status in ('calibration', 'maintenance', 'fault', 'power_failure', 'stopped', 'starting', 'stopping', 'banked')
      and data_time >= w.from_time and data_time < w.to_time
      and data_time >= %(earliest)s and data_time < %(latest)s
) r
where not exists (
    select from reading n
    where n.outlet_key = r.outlet_key and n.kind = r.kind and n.factor = r.factor and n.data_time = r.data_time
      and n.revision > r.revision
)
order by r.data_time, r.factor

-- name: came_in_hours
-- Which factors came in some hours, and as what kind of reading. The limit makes it one look into the index each.
select h.hour, f.factor, k.kind::text
from unnest(%(hours)s::timestamptz[]) as h(hour)
cross join unnest(%(factors)s::text[]) as f(factor)
cross join unnest(array['hour', 'minute', 'realtime']::reading_kind[]) as k(kind)
cross join lateral (
    select true from reading r
    where r.outlet_key = %(outlet_key)s and r.kind = k.kind and r.factor = f.factor
      and r.data_time >= h.hour and r.data_time < h.hour + interval '1 hour'
    limit 1
) came

-- name: realtime_in_minutes
-- How many realtime readings of a factor came in some minutes.
select m.factor, m.minute, c.readings
from unnest(%(factors)s::text[], %(minutes)s::timestamptz[]) as m(factor, minute)
cross join lateral (
    select count(distinct r.data_time) as readings from reading r
    where r.outlet_key = %(outlet_key)s and r.kind = 'realtime' and r.factor = m.factor
      and r.data_time >= m.minute and r.data_time < m.minute + interval '1 minute'
) c

-- name: automatic_marks
-- The standing automatic marks of one origin that begin in some ranges.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by,
       m.received_at, m.deadline, m.late, null::timestamptz as withdrawn_at
from unnest(%(froms)s::timestamptz[], %(tos)s::timestamptz[]) as w(from_time, to_time)
join mark m on m.from_time >= w.from_time and m.from_time < w.to_time
where m.outlet_key = %(outlet_key)s and m.channel = 'automatic' and m.origin = %(origin)s
  and not exists (select from mark_withdrawal t where t.mark_id = m.id)

-- name: taken_upto
-- Until when the device records have been taken up.
select upto from sweep where name = %(name)s

-- name: take_upto
-- Device records received until then have been taken up.
insert into sweep (name, upto) values (%(name)s, %(upto)s)
on conflict (name) do update set upto = greatest(sweep.upto, excluded.upto)

-- name: check_records
-- Standard checks that devices sent since then, in the order of receipt.
select received_at, outlet_key, message_id, data_time, body from device_record
where cn = '2062' and (%(since)s::timestamptz is null or received_at > %(since)s) and received_at <= %(upto)s
order by received_at, message_id

-- name: outlets_with_states
-- Outlets whose states may have changed: something worth a mark came since then, or a mark of a state is still young; and from when on.
-- Only records that say more than "running" are worth a look; the others end what such a mark began.
select outlet_key, min(since) as earliest
from (
    select outlet_key, least(coalesce(data_time, received_at), received_at) as since from device_record
    where cn in ('2021', '3020') and (%(since)s::timestamptz is null or received_at > %(since)s) and received_at <= %(upto)s
      and body::text ~ '"SB[0-9]+-RS", *"[034]"|"i[12]2001-Info", *"[1-9]'
    union all
    select outlet_key, from_time from mark
    where channel = 'automatic' and origin = 'states' and from_time >= %(standing_since)s
) s
group by outlet_key

-- name: state_records
-- State records of an outlet by the time they speak of. Receipt follows it closely, or by days after a break: the bound is open.
select received_at, data_time, body from device_record
where outlet_key = %(outlet_key)s and cn in ('2021', '3020') and received_at >= %(from_time)s
  and coalesce(data_time, received_at) >= %(from_time)s and coalesce(data_time, received_at) < %(to_time)s
order by coalesce(data_time, received_at)
