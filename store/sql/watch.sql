-- How the processes are: heartbeats, schema, numbers for a scrape.

-- name: applied_migrations
-- What the schema consists of.
select migration_id from _yoyo_migration

-- name: services
-- The newest heartbeat of each service.
select distinct on (service) service, instance, seen_at, state, extract(epoch from clock_timestamp() - seen_at)::float8 as seconds
from service_heartbeat
order by service, seen_at desc

-- name: beat
-- This process is alive. Processes that are gone for a day are forgotten.
with gone as (
    delete from service_heartbeat
    where service = %(service)s and instance <> %(instance)s and seen_at < clock_timestamp() - interval '1 day'
)
insert into service_heartbeat (service, instance, started_at, seen_at, state)
values (%(service)s, %(instance)s, %(started_at)s, clock_timestamp(), %(state)s)
on conflict (service, instance) do update set seen_at = excluded.seen_at, state = excluded.state

-- name: end_beat
-- This process stopped in good order.
delete from service_heartbeat where service = %(service)s and instance = %(instance)s

-- name: metrics_ledger
-- Frames of the last 24 hours.
select gateway, disposition, reason, sum(frames)::float8 as frames
from ledger
where hour > now() - interval '24 hours'
group by gateway, disposition, reason

-- name: metrics_alerts
-- Alerts that are not cleared.
select code, severity, count(*)::float8 as alerts from alert where condition <> 'cleared' group by code, severity

-- name: metrics_gateways
-- Connected gateways.
select gateway, (state = 'online')::integer as online from gateway_state

-- name: metrics_waiting
-- Touched outlet-hours that nobody has judged yet.
select count(*)::float8 as waiting from touched

-- name: metrics_jobs
-- Time-driven jobs; ages in seconds, NULL before the first run.
select name, runs::float8, failures::float8, milliseconds / 1000.0::float8 as seconds,
       extract(epoch from clock_timestamp() - succeeded_at)::float8 as age,
       (failed is not null)::integer as failing,
       greatest(extract(epoch from clock_timestamp() - next_at), 0)::float8 as overdue
from job_run

-- name: metrics_leaders
-- Living alerts processes that say they lead: one, or none for some seconds after a leader died.
select count(*)::float8 as leaders from service_heartbeat
where service = 'alerts' and (state ->> 'leader')::boolean and seen_at > clock_timestamp() - interval '15 seconds'

-- name: metrics_channels
-- Messages that wait, by channel in use, and how often in a row the channel failed.
select c.id as channel, coalesce(s.failures, 0) as failures,
       (select count(*) from outbox o where o.channel_id = c.id and o.state = 'waiting') as waiting
from channel_version c
left join channel_state s on s.channel_id = c.id
where c.recorded_to is null

-- name: metrics_log
-- How far the evidence log is: leaves, seconds since the last checkpoint, and what waits.
select coalesce((select max(size) from log_checkpoint), 0) as size,
       extract(epoch from clock_timestamp() - (select sealed_at from log_checkpoint order by size desc limit 1))::double precision as age,
       coalesce((select sum(upper(r) - lower(r)) from log_pending p cross join lateral unnest(p.ids) as r), 0)::bigint as pending

-- name: metrics_outgoing
-- Whether checkpoints get out of the house.
select target, size, failures from log_outgoing
