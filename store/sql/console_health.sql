-- What the page of the system's health reads. Every statement is one part of the page: one that fails leaves the others.

-- name: impatient
-- The page is for times of trouble: a part that takes longer is said to be unreadable.
select set_config('statement_timeout', '2s', true)

-- name: services
-- Every process that beats or did within a day.
select service, instance, started_at, seen_at, state from service_heartbeat order by service, seen_at desc

-- name: gateways
-- Connection of every gateway in use, and when data of it were received and are of at the newest.
select g.id as gateway, s.state, s.since, s.heard_at, max(o.received_at) as received_at, max(o.data_time) as data_time
from gateway g
left join gateway_state s on s.gateway = g.id
left join monitor_version m on m.gateway = g.id and m.recorded_to is null and m.valid_to is null
left join outlet_state o on o.outlet_key = m.outlet_key
where g.retired_at is null
group by g.id, s.state, s.since, s.heard_at
order by g.id

-- name: judging
-- Outlet-hours that wait to be judged, and since when.
select count(*) as waiting, min(touched_at) as since from touched

-- name: outbox
-- Messages that wait, the oldest of them, those given up within a day, and channels that fail.
select count(*) filter (where state = 'waiting') as waiting,
       min(created_at) filter (where state = 'waiting' and not_before <= %(now)s) as oldest,
       count(*) filter (where state = 'given_up' and finished_at > %(now)s::timestamptz - interval '1 day') as given_up,
       (select count(*) from channel_state s join channel_version v on v.id = s.channel_id and v.recorded_to is null
        where s.failures > 0) as failing,
       (select min(failing_since) from channel_state s join channel_version v on v.id = s.channel_id and v.recorded_to is null
        where s.failures > 0) as failing_since
from outbox where state = 'waiting' or (state = 'given_up' and finished_at > %(now)s::timestamptz - interval '1 day')

-- name: handovers
-- Hand-overs that wait, the oldest, those that failed at least once, and those refused within a week.
select count(*) filter (where state = 'waiting') as waiting, min(created_at) filter (where state = 'waiting') as oldest,
       count(*) filter (where state = 'waiting' and failures > 0) as failing,
       count(*) filter (where state = 'refused' and finished_at > %(now)s::timestamptz - interval '7 days') as refused
from handover

-- name: sealing
-- How far the evidence log is and what waits for it.
select (select size from log_checkpoint order by size desc limit 1) as size,
       (select sealed_at from log_checkpoint order by size desc limit 1) as sealed_at,
       coalesce((select sum(upper(r) - lower(r)) from log_pending p cross join lateral unnest(p.ids) as r), 0)::bigint as pending,
       (select min(noted_at) from log_pending) as since,
       (select name from log_key where retired_at is null) as key_name,
       (select since from log_key where retired_at is null) as key_since

-- name: outgoing
-- Whether checkpoints get out of the house.
select target, size, failures, last_error from log_outgoing order by target

-- name: packages
-- Evidence packages that wait or are built, the oldest, and those that failed within a day.
select count(*) filter (where state in ('queued', 'building')) as waiting,
       min(created_at) filter (where state in ('queued', 'building')) as oldest,
       count(*) filter (where state = 'failed' and finished_at > %(now)s::timestamptz - interval '1 day') as failed
from evidence_package

-- name: sizes
-- Bytes of the database and of its big tables, the biggest first; a table of time series with its chunks.
select 'database' as name, pg_database_size(current_database())::bigint as bytes
union all
select t.name, (case when exists (select from timescaledb_information.hypertables h where h.hypertable_name = t.name)
                     then hypertable_size(t.name::regclass) else pg_total_relation_size(t.name::regclass) end)::bigint
from unnest(array['message', 'reading', 'period_value', 'verdict', 'log_record', 'audit_event']) as t (name)
order by 2 desc

-- name: growth
-- Bytes of the newest chunk of raw data that has ended, by table: what a week brings.
select c.hypertable_name as name, s.total_bytes::bigint as bytes, extract(epoch from c.range_end - c.range_start)::float8 as seconds
from (
    select distinct on (hypertable_name) hypertable_name, chunk_name, chunk_schema, range_start, range_end
    from timescaledb_information.chunks
    where hypertable_schema = 'public' and hypertable_name in ('message', 'reading') and range_end <= %(now)s
    order by hypertable_name, range_end desc
) c
cross join lateral (select pg_total_relation_size(format('%%I.%%I', c.chunk_schema, c.chunk_name)::regclass) as total_bytes) s

-- name: oldest_data
-- From when on raw data are kept now.
select min(range_start) as since from timescaledb_information.chunks
where hypertable_schema = 'public' and hypertable_name in ('message', 'reading')

-- name: connections
-- Connections of this database's server against what it allows.
select count(*) as used, current_setting('max_connections')::integer as most,
       count(*) filter (where state = 'active') as active,
       count(*) filter (where state like 'idle in transaction%%' and state_change < clock_timestamp() - interval '1 minute') as stuck
from pg_stat_activity where backend_type = 'client backend'

-- name: outages
-- Times of the last week in which Outfall itself could not receive.
select cause, from_time, to_time from own_outage
where to_time is null or to_time > %(now)s::timestamptz - interval '7 days'
order by from_time desc limit 20

-- name: versions
-- Of the programs below Outfall.
select current_setting('server_version') as postgres, (select extversion from pg_extension where extname = 'timescaledb') as timescaledb,
       current_setting('timescaledb.license') as edition
