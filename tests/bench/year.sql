-- A year of the five sample units, written by the database itself. Values are a wave with a ripple, the same at every run; one hour
-- in 97 is missing, one in 149 is a calibration, one in 101 is exceeded. Triggers are off while this runs: nothing here is evidence.

-- name: quietly
-- Neither triggers nor foreign keys, and no waiting for the disk: the database is thrown away afterwards.
select set_config('session_replication_role', 'replica', false), set_config('synchronous_commit', 'off', false)

-- name: readings
-- The readings of one outlet and kind over a time, every factor.
insert into reading (data_time, outlet_key, kind, factor, revision, value, minimum, maximum, folded, flag, status, message_id, received_at)
select t.at, %(outlet)s, %(kind)s::reading_kind, f.factor, 1, v.value,
       case when %(kind)s <> 'realtime' then v.value * 0.9 end, case when %(kind)s <> 'realtime' then v.value * 1.1 end,
       case when f.folds then round(v.value * 0.9, 2) end,
       case when t.hour %% 149 = 3 then 'C' else 'N' end,
       (case when t.hour %% 149 = 3 then 'calibration' else 'normal' end)::reading_status,
       1 + (extract(epoch from t.at) / 30)::bigint %% 1000000, t.at + interval '2 seconds'
from unnest(%(factors)s::text[], %(bases)s::float8[], %(folding)s::boolean[]) as f (factor, base, folds)
cross join lateral (
    select at, (extract(epoch from at) / 3600)::bigint as hour
    from generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 second', make_interval(secs => %(step)s)) as at
) t
cross join lateral (
    select round((f.base * (0.7 + 0.15 * sin(extract(epoch from t.at) / 17000 + ascii(right(f.factor, 1)))
                            + ((extract(epoch from t.at)::bigint / 30 * 7919) %% 997) / 5000.0)
                  * case when (t.hour * 13 + ascii(right(f.factor, 1))) %% 101 = 7 then 2.4 else 1 end)::numeric, 2) as value
) v
where (t.hour + %(outlet)s) %% 97 <> 0

-- name: hours
-- The hours of one outlet as the judgement writes them.
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured,
                          recomputed_folded, after_marking_measured, after_marking_folded, valid, status, reasons, count, expected,
                          inputs, rule, computed_at)
select t.at, %(outlet)s, f.factor, 'hour', 1, r.value, r.folded, r.value, r.folded, r.value, r.folded, coalesce(r.status = 'normal', false),
       coalesce(r.status::text, 'missing'),
       case when r.status is null then array['no_data'] when r.status <> 'normal' then array['flag_calibration'] else '{}' end,
       case when r.status = 'normal' then 60 else 0 end, 60, '{"source": "hour", "judged_on": "reported"}', 'hour-gas/2',
       t.at + interval '65 minutes'
from unnest(%(factors)s::text[]) as f (factor)
cross join generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 second', interval '1 hour') as t (at)
left join reading r on r.outlet_key = %(outlet)s and r.kind = 'hour' and r.factor = f.factor and r.data_time = t.at
     and r.data_time >= %(from)s and r.data_time < %(to)s

-- name: days
-- The days of one outlet.
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, recomputed_measured, recomputed_folded,
                          after_marking_measured, after_marking_folded, valid, status, reasons, count, expected, inputs, rule,
                          computed_at)
select d.day, %(outlet)s, p.factor, 'day', 1, avg(p.reported_measured), avg(p.reported_measured), avg(p.reported_folded),
       avg(p.reported_measured), avg(p.reported_folded), count(*) filter (where p.valid) >= 20,
       case when count(*) filter (where p.valid) >= 20 then 'normal' else 'missing' end,
       case when count(*) filter (where p.valid) >= 20 then '{}' else array['too_few_valid_hours'] end,
       count(*) filter (where p.valid), 24, '{"judged_on": "recomputed"}', 'day-water/2', d.day + interval '25 hours'
from period_value p
cross join lateral (select date_trunc('day', p.start, 'Asia/Shanghai') as day) d
where p.outlet_key = %(outlet)s and p.span = 'hour' and p.start >= %(from)s and p.start < %(to)s
group by d.day, p.factor

-- name: verdicts
-- The verdicts on the periods of one outlet by the bound of each factor; NULL = there is none.
insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple, reasons,
                     rule, computed_at)
select p.start, p.outlet_key, p.factor, p.span, p.revision, l.limit_key,
       case when p.status = 'missing' then 'missing' when not p.valid then 'invalid' when l.bound is null then 'no_limit'
            when c.value > l.bound then 'exceeded' else 'compliant' end,
       p.span, l.bound, case when l.bound is not null then 'max' end, case when p.valid then c.value end,
       case when p.valid and c.value > l.bound then (c.value - l.bound) / l.bound end,
       case when p.valid and c.value > l.bound then array['above_maximum'] else p.reasons end, p.rule, p.computed_at
from period_value p
join unnest(%(factors)s::text[], %(limits)s::bigint[], %(bounds)s::numeric[]) as l (factor, limit_key, bound) using (factor)
cross join lateral (select coalesce(p.after_marking_folded, p.after_marking_measured) as value) c
where p.outlet_key = %(outlet)s and p.span = %(span)s and p.start >= %(from)s and p.start < %(to)s

-- name: alerts
-- An alert for every other exceeded hour and every exceeded day, each an episode of its own; those of the last day are active.
with made as (
    insert into alert (number, code, severity, site_key, outlet_key, factor, condition, handling, first_seen, last_seen, raised_at,
                       cleared_at, count, numbers, clause, limit_key, late, acknowledged_at, acknowledged_by, handling_since, due_at,
                       due_step)
    select format('YJ-%%s-%%s', to_char(v.start, 'YYYYMMDD'), lpad((row_number() over (order by v.start, v.outlet_key, v.factor))::text, 4, '0')),
           'exceedance_' || v.span, case when v.multiple > 0.5 then 'serious' else 'warning' end, o.site_key, v.outlet_key, v.factor,
           case when v.start > %(to)s::timestamptz - interval '26 hours' then 'active' else 'cleared' end,
           case when v.start > %(to)s::timestamptz - interval '14 days' then 'notified' else 'closed' end,
           v.start, v.start, v.start + interval '62 minutes',
           case when v.start <= %(to)s::timestamptz - interval '26 hours' then v.start + interval '3 hours' end, 1,
           jsonb_build_object('compared', v.compared::text, 'bound', v.bound::text, 'multiple', v.multiple::text, 'unit', 'mg/m³',
                              'span', v.span, 'start', v.start),
           'GB 4915-2013 表1', v.limit_key, false,
           case when v.start <= %(to)s::timestamptz - interval '1 day' then v.start + interval '90 minutes' end,
           case when v.start <= %(to)s::timestamptz - interval '1 day' then 'officer' end, v.start + interval '63 minutes',
           case when v.start > %(to)s::timestamptz - interval '14 days' then v.start + interval '2 days' end,
           case when v.start > %(to)s::timestamptz - interval '14 days' then 'answer' end
    from (select v.*, row_number() over (partition by v.outlet_key, v.factor order by v.start) as place
          from verdict v where v.result = 'exceeded' and v.start >= %(from)s and v.start < %(to)s) v
    join outlet o on o.key = v.outlet_key
    where v.place %% 2 = 1 or v.span = 'day'
    returning id, outlet_key, factor, first_seen, numbers, condition, raised_at, cleared_at, acknowledged_at
), occurring as (
    insert into alert_occurrence (alert_id, start, span, revision, numbers, noted_at)
    select id, first_seen, numbers ->> 'span', 1, numbers, raised_at from made
)
insert into alert_event (alert_id, at, actor, action, reason, detail)
select id, raised_at, 'system', 'raised', null, numbers from made
union all select id, raised_at + interval '1 minute', 'system', 'notified', null, '{}' from made
union all select id, acknowledged_at, 'officer', 'acknowledged', null, '{}' from made where acknowledged_at is not null
union all select id, cleared_at, 'system', 'cleared', null, '{}' from made where cleared_at is not null

-- name: tasks
-- An off-site verification for every third alert; those of the last weeks are open, some of them overdue.
insert into task (number, kind, site_key, outlet_key, alert_id, reason, statement, listed, state, outcome, created_at, created_by, due_at)
select replace(a.number, 'YJ', 'RW'), 'off_site', a.site_key, a.outlet_key, a.id, 'off_site_first', '预警先行非现场核查', false,
       case when a.raised_at > %(to)s::timestamptz - interval '10 days' then 'open' else 'done' end,
       case when a.raised_at > %(to)s::timestamptz - interval '10 days' then null else 'no_problem' end,
       a.raised_at, 'system', a.raised_at + interval '2 days'
from alert a where a.id %% 3 = 0

-- name: marks
-- A device mark for every third calibration.
insert into mark (outlet_key, category, label, factor, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline, late)
select distinct on (p.outlet_key, p.start) p.outlet_key, 'device', 'calibration', null, p.start, p.start + interval '1 hour',
       '日常校准', 'manual', 'company', 'bench', p.start + interval '5 hours',
       date_trunc('day', p.start, 'Asia/Shanghai') + interval '36 hours', false
from period_value p
where p.span = 'hour' and p.status = 'calibration' and p.start >= %(from)s and p.start < %(to)s
  and (extract(epoch from p.start) / 3600)::bigint %% 3 = 0

-- name: ledger
-- The loss ledger: what came in every hour, a handful of it refused.
insert into ledger (hour, gateway, outlet_key, disposition, reason, frames, readings)
select h, m.gateway, m.outlet_key, d.disposition, d.reason, d.frames, d.frames * 8
from monitor_version m
cross join generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 second', interval '1 hour') as h
cross join (values ('received', '', 68), ('accepted', '', 66), ('duplicate', '', 1), ('quarantined', 'crc_mismatch', 1))
    as d (disposition, reason, frames)
where m.recorded_to is null

-- name: quarantined
-- What was refused, one piece a day and outlet.
insert into quarantine (received_at, message_id, gateway, channel, mn, outlet_key, reason, detail, raw)
select d + interval '7 hours', 1, m.gateway, 'hj212', m.mn, m.outlet_key, 'crc_mismatch', 'CRC 1A2B, computed 1A2C', '##0001'::bytea
from monitor_version m
cross join generate_series(%(from)s::timestamptz, %(to)s::timestamptz - interval '1 day', interval '1 day') as d
where m.recorded_to is null

-- name: messages
-- Messages of the time, one every half minute.
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
select t, nextval('message_id'), m.gateway, 'hj212', 1, sha256(t::text::bytea),
       ('##0300QN=20260101000000000;ST=31;CN=2011;PW=123456;MN=' || m.mn || ';Flag=4;CP=&&' || repeat('a21026-Rtd=31.2,a21026-Flag=N;', 8)
        || '&&1C80')::bytea
from monitor_version m
cross join generate_series(%(from)s::timestamptz, %(to)s::timestamptz, interval '30 seconds') as t
where m.recorded_to is null

-- name: states
-- Newest data of every outlet and the gateways on line.
with gateways as (
    insert into gateway_state (gateway, state, since, heard_at)
    select distinct gateway, 'online', %(to)s::timestamptz - interval '3 days', %(to)s::timestamptz from monitor_version where recorded_to is null
)
insert into outlet_state (outlet_key, kind, data_time, received_at)
select o.key, k.kind, r.data_time, r.received_at
from outlet o
cross join unnest(enum_range(null::reading_kind)) as k (kind)
cross join lateral (
    select data_time, received_at from reading
    where outlet_key = o.key and kind = k.kind and data_time > %(to)s::timestamptz - interval '9 days'
    order by data_time desc limit 1
) r

-- name: audited
-- A year of audit entries.
insert into audit_event (at, actor, origin, action, subject, detail)
select %(from)s::timestamptz + n * interval '20 minutes', 'officer', '127.0.0.1', 'alerts:alert:acknowledge', 'YJ-' || n, '{}'
from generate_series(1, 26000) as n

-- name: told
-- A message for every alert, all delivered.
insert into outbox (channel_id, purpose, alert_id, dedupe, title, body, created_at, not_before, attempts, state, finished_at)
select 'bench', 'raised', a.id, 'bench:' || a.id, '预警 ' || a.number, '超标', a.raised_at, a.raised_at, 1, 'sent', a.raised_at
from alert a

-- name: beats
-- The services live.
insert into service_heartbeat (service, instance, started_at, seen_at, state)
select service, 'bench:1', clock_timestamp() - interval '1 day', clock_timestamp() + interval '1 hour',
       '{"leader": true, "broker_connected": true}'
from unnest(array['ingest', 'alerts']) as service

-- name: size
-- What there is afterwards.
select (select count(*) from alert), (select count(*) from mark), (select count(*) from verdict), (select count(*) from period_value),
       (select sum(approximate_row_count(t)) from unnest(array['reading', 'message']::regclass[]) as t),
       pg_database_size(current_database())
