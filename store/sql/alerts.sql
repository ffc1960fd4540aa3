-- Alerts as episodes: raising, counting, withdrawing, clearing. Every change of an alert has its row in alert_event.

-- name: take_number
-- The next number of a Beijing day. The row is locked until commit, so that a rollback leaves no hole.
insert into alert_number as n (day, last) values (%(day)s, 1)
on conflict (day) do update set last = n.last + 1
returning last

-- name: raise_alert
-- A new episode. One of late data waits for the digest of its site.
insert into alert (number, code, severity, site_key, outlet_key, gateway, factor, condition, handling, first_seen, last_seen,
                   raised_at, count, numbers, clause, limit_key, late, previous_id, company_sees, undigested_since, undigested_last)
values (%(number)s, %(code)s, %(severity)s, %(site_key)s, %(outlet_key)s, %(gateway)s, %(factor)s, %(condition)s, 'new',
        %(first_seen)s, %(last_seen)s, %(at)s, %(count)s, %(numbers)s, %(clause)s, %(limit_key)s, %(late)s, %(previous_id)s,
        %(company_sees)s, case when %(late)s::boolean then %(at)s::timestamptz end, case when %(late)s::boolean then %(at)s::timestamptz end)
returning id

-- name: last_of_place
-- The newest episode of a kind and place, open or cleared, locked.
select id, number, code, severity, site_key, outlet_key, gateway, factor, first_seen, last_seen, raised_at, count, numbers, clause,
       limit_key, late, condition, flaps, quiet_since, cleared_at, handling, inhibited_by
from alert
where code = %(code)s and not late and site_key is not distinct from %(site_key)s and outlet_key is not distinct from %(outlet_key)s
  and gateway is not distinct from %(gateway)s and factor is not distinct from %(factor)s
order by id desc limit 1
for update

-- name: flap_alert
-- The condition came back: active again, and from now on cleared after a quiet time only.
update alert set condition = 'active', cleared_at = null, quiet_since = null, flaps = flaps + 1 where id = %(id)s

-- name: quiet_alert
-- Over, but it came back before: the quiet time begins.
update alert set quiet_since = %(at)s where id = %(id)s

-- name: activate_alert
-- A pending condition has lasted.
update alert set condition = 'active', raised_at = %(at)s where id = %(id)s

-- name: drop_pending
-- A pending condition has passed: nobody was called and nobody need handle it.
update alert set condition = 'cleared', cleared_at = %(at)s, handling = 'closed', handling_since = %(at)s where id = %(id)s

-- name: inhibit_alerts
-- A wider outage explains these: nobody is called for them any more.
update alert set inhibited_by = %(by)s, due_at = null, due_step = null
where condition <> 'cleared' and code = any(%(codes)s) and raised_at >= %(since)s and inhibited_by is null and id <> %(by)s
returning id

-- name: pending_over
-- Pending alerts whose hold time is over, locked; one that a worker counts just now is left for the next look.
select a.id from alert a
left join unnest(%(codes)s::text[], %(seconds)s::double precision[]) as h (code, seconds) on h.code = a.code
where a.condition = 'pending' and a.raised_at + make_interval(secs => coalesce(h.seconds, 0)) <= %(at)s
order by a.id limit %(most)s
for update of a skip locked

-- name: quiet_over
-- Alerts that came back before and have been quiet for long enough.
select a.id from alert a
where a.condition = 'active' and a.quiet_since <= %(before)s
order by a.id limit %(most)s
for update skip locked

-- name: undigested
-- A late alert counted what no digest has told of.
update alert set undigested_since = coalesce(undigested_since, %(at)s), undigested_last = %(at)s where id = %(id)s

-- name: sites_to_digest
-- Sites whose late data can be told of: nothing more came for a while and nothing waits to be judged, or it has waited long enough.
select a.site_key, array_agg(a.id order by a.id)
from alert a
where a.undigested_last is not null and a.count > 0
group by a.site_key
having (max(a.undigested_last) <= %(quiet_before)s
        and not exists (select from touched t join outlet o on o.key = t.outlet_key where o.site_key = a.site_key))
    or min(a.undigested_since) <= %(waited_before)s
order by a.site_key

-- name: keep_digest
-- One telling of late data.
insert into digest (site_key, alert_ids, made_at) values (%(site_key)s, %(alert_ids)s, %(at)s) returning id

-- name: digested
-- These have been told of.
update alert set undigested_since = null, undigested_last = null where id = any(%(ids)s)

-- name: update_alert
-- What the occurrences that stand say now.
update alert set severity = %(severity)s, first_seen = %(first_seen)s, last_seen = %(last_seen)s, count = %(count)s,
                 numbers = %(numbers)s, clause = %(clause)s, limit_key = %(limit_key)s
where id = %(id)s

-- name: clear_alert
-- The condition is over; what people do with the alert goes on, unless a wider outage takes its place.
update alert
set condition = 'cleared', cleared_at = %(at)s, quiet_since = null, inhibited_by = coalesce(%(inhibited_by)s, inhibited_by),
    due_at = case when %(inhibited_by)s::bigint is null then due_at end,
    due_step = case when %(inhibited_by)s::bigint is null then due_step end
where id = %(id)s

-- name: note_event
-- The history of an alert.
insert into alert_event (alert_id, at, actor, action, reason, detail)
values (%(alert_id)s, %(at)s, %(actor)s, %(action)s, %(reason)s, %(detail)s)

-- name: open_alerts
-- Open episodes of some kinds, locked, by outlet or gateway where one is given.
select id, number, code, severity, site_key, outlet_key, gateway, factor, first_seen, last_seen, raised_at, count, numbers, clause,
       limit_key, late, condition, flaps, quiet_since
from alert
where condition <> 'cleared' and code = any(%(codes)s)
  and (%(outlet_key)s::integer is null or outlet_key = %(outlet_key)s)
  and (%(gateway)s::text is null or gateway = %(gateway)s)
order by id
for update

-- name: alerts_by_id
-- Episodes whether open or cleared, locked.
select id, number, code, severity, site_key, outlet_key, gateway, factor, first_seen, last_seen, raised_at, count, numbers, clause,
       limit_key, late, condition, flaps, quiet_since
from alert where id = any(%(ids)s) order by id for update

-- name: occurrences_of
-- Occurrences of some kinds at an outlet in a range of data time, that stand.
select a.factor, o.start, o.alert_id, o.numbers
from alert_occurrence o join alert a on a.id = o.alert_id
where a.code = %(code)s and a.outlet_key = %(outlet_key)s and o.withdrawn_at is null
  and o.start >= %(earliest)s and o.start <= %(latest)s

-- name: keep_occurrence
-- One more period, or the same one with other numbers, or one that was withdrawn and is back.
insert into alert_occurrence (alert_id, start, span, revision, limit_key, numbers)
values (%(alert_id)s, %(start)s, %(span)s, %(revision)s, %(limit_key)s, %(numbers)s)
on conflict (alert_id, start, span)
do update set revision = excluded.revision, limit_key = excluded.limit_key, numbers = excluded.numbers, withdrawn_at = null

-- name: withdraw_occurrence
-- Judged again, and no longer so.
update alert_occurrence set withdrawn_at = %(at)s where alert_id = %(alert_id)s and start = %(start)s and span = %(span)s

-- name: standing
-- How many occurrences stand, the first, the last and the worst of them (the largest multiple; the newest among equals).
select count(*), min(start), max(start),
       (array_agg(numbers order by start desc))[1],
       (array_agg(numbers order by (numbers ->> 'multiple')::numeric desc nulls last, start desc))[1],
       (array_agg(limit_key order by (numbers ->> 'multiple')::numeric desc nulls last, start desc))[1]
from alert_occurrence where alert_id = %(alert_id)s and withdrawn_at is null

-- name: new_findings
-- Findings that no alert has taken up yet, oldest first. They are taken up in the order of their ids; the look-back covers
-- transactions that took an id earlier and committed later.
select f.id, f.code, f.gateway, f.outlet_key, f.factor, f.from_time, f.to_time, f.found_at, f.numbers, f.rule
from finding f
where f.id > (select coalesce(max(finding_id), 0) - 10000 from finding_handled)
  and not exists (select from finding_handled h where h.finding_id = f.id)
order by f.id limit %(most)s

-- name: lock_findings
-- One process takes findings up at a time; released at the end of the transaction.
select pg_try_advisory_xact_lock(781402026, 4)

-- name: handle_findings
-- These findings are counted by an alert, or concern none.
insert into finding_handled (finding_id, alert_id)
select id, %(alert_id)s from unnest(%(ids)s::bigint[]) as id
on conflict do nothing

-- name: outlet_heard
-- When anything of an outlet was last received.
select outlet_key, max(received_at) from outlet_state group by outlet_key

-- name: gateway_said
-- What gateways say about themselves, or the broker in their name.
select gateway, state, since from gateway_state

-- name: ingest_seen
-- The newest heartbeat of any ingest process (NULL when none ever ran), and whether one of the living has the broker.
select max(seen_at),
       coalesce(bool_or(coalesce((state ->> 'broker_connected')::boolean, true)) filter (where seen_at >= %(fresh_from)s), false)
from service_heartbeat where service = 'ingest'

-- name: open_outage
-- Outfall itself cannot receive.
insert into own_outage (cause, from_time) values (%(cause)s, %(from_time)s) on conflict (cause) where to_time is null do nothing

-- name: open_outages
-- Since when Outfall cannot receive, by cause.
select cause, from_time from own_outage where to_time is null

-- name: close_outage
-- It can again.
update own_outage set to_time = greatest(%(at)s, from_time) where cause = %(cause)s and to_time is null

-- name: note_downtime
-- The time before the living ingest processes started in which none lived, as an outage that is over; once. It is what a restart of
-- all of Outfall leaves behind, when nobody was there to see the outage begin.
with living as (
    select min(started_at) as since from service_heartbeat where service = 'ingest' and seen_at >= %(fresh_from)s
), before as (
    select coalesce(
        (select max(h.seen_at) from service_heartbeat h, living where h.service = 'ingest' and h.started_at < living.since),
        (select max(s.received_at) from outlet_state s, living where s.received_at < living.since)
    ) as until
)
insert into own_outage (cause, from_time, to_time)
select %(cause)s, before.until, living.since from living, before
where living.since - before.until > make_interval(secs => %(stale_seconds)s)
  and not exists (
      select from own_outage o where o.from_time < living.since and coalesce(o.to_time, 'infinity') > before.until
  )

-- name: last_outage
-- When the newest outage of our own ended; NULL when there was none.
select max(to_time) from own_outage

-- name: outages_over
-- Whether an outage of our own overlaps a range of time.
select exists (select from own_outage where from_time < %(to_time)s and coalesce(to_time, 'infinity') > %(from_time)s)

-- name: sweep_upto
-- How far a sweep has come.
select upto from sweep where name = %(name)s for update

-- name: sweep_to
-- The sweep has come so far.
insert into sweep (name, upto) values (%(name)s, %(upto)s) on conflict (name) do update set upto = excluded.upto

-- name: touch_ended
-- Hours that ended and whose frames have had their time.
insert into touched (outlet_key, from_time, to_time, cause)
select outlet_key, %(from_time)s, %(to_time)s, 'sweep' from unnest(%(outlets)s::integer[]) as outlet_key

-- name: announce_touched
-- Wake the judgement.
select pg_notify('outfall_touched', '')

-- name: find_unsettled_days
-- Days between the first judged hour of an outlet and a limit that have no day value and are not waiting for one.
insert into day_due (outlet_key, day, touched_at)
select f.outlet_key, d.day, clock_timestamp()
from (
    select k.outlet_key, k.factors, min(first.start) as start
    from unnest(%(outlets)s::integer[]) with ordinality as k0(outlet_key, place)
    cross join lateral (select k0.outlet_key, string_to_array((%(factors)s::text[])[k0.place], ',') as factors) k
    cross join lateral unnest(k.factors) as factor(code)
    cross join lateral (
        select p.start from period_value p
        where p.outlet_key = k.outlet_key and p.factor = factor.code and p.span = 'hour'
        order by p.start limit 1
    ) first
    group by k.outlet_key, k.factors
) f
cross join lateral generate_series(
    date_trunc('day', f.start, 'Asia/Shanghai'), %(ended_before)s::timestamptz, interval '1 day'
) as d(day)
where not exists (
    select from period_value p
    where p.outlet_key = f.outlet_key and p.factor = any(f.factors) and p.span = 'day' and p.start = d.day
)
on conflict do nothing
