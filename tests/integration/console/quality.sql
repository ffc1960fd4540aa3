-- What the tests of marks and of the quality of the data write in place of ingest and alerts.

-- name: hour_readings
-- Hour frames of the stack: NOx above its limit of 200, oxygen at the reference.
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select t, %(outlet_key)s, 'hour', f.factor, 1, f.value, f.folded, 'N', 'normal', 1, %(received_at)s
from generate_series(%(from_time)s::timestamptz, %(to_time)s::timestamptz - interval '1 s', '1 hour') t,
     (values ('a21026', 230, 230), ('a34013', 10, 10), ('a19001', 10, null)) as f (factor, value, folded)

-- name: minute_readings
-- The ten-minute values behind them.
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select t, %(outlet_key)s, 'minute', f.factor, 1, f.value, f.folded, 'N', 'normal', 1, %(received_at)s
from generate_series(%(from_time)s::timestamptz, %(to_time)s::timestamptz - interval '1 s', '10 minutes') t,
     (values ('a21026', 230, 230), ('a34013', 10, 10), ('a19001', 10, null)) as f (factor, value, folded)

-- name: touch
insert into touched (outlet_key, from_time, to_time, cause) values (%(outlet_key)s, %(from_time)s, %(to_time)s, 'reading')

-- name: results
-- The newest result of each hour of a factor.
select distinct on (v.start) v.start, v.result, v.revision from verdict v
where v.outlet_key = %(outlet_key)s and v.factor = %(factor)s and v.span = 'hour' and v.start >= %(from_time)s and v.start < %(to_time)s
order by v.start, v.revision desc

-- name: quarantine
-- A piece of a message that was refused.
with m as (
    insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
    values (%(at)s, nextval('message_id'), %(gateway)s, 'hj212', null, sha256(%(raw)s), %(raw)s) returning id
)
insert into quarantine (received_at, message_id, gateway, channel, mn, outlet_key, reason, detail, raw)
select %(at)s, m.id, %(gateway)s, 'hj212', %(mn)s, null, %(reason)s, 'refused for the test', %(raw)s from m
returning id

-- name: ledger
insert into ledger (hour, gateway, outlet_key, disposition, reason, frames, readings)
values (%(hour)s, %(gateway)s, %(outlet_key)s, %(disposition)s, %(reason)s, %(frames)s, 0)

-- name: statistic
insert into statistic (outlet_key, factor, span, start, revision, numbers, rule, computed_at)
values (%(outlet_key)s, %(factor)s, 'day', %(start)s, %(revision)s, %(numbers)s, 'statistics/1', now())

-- name: missing_hours
insert into period_value (start, outlet_key, factor, span, revision, valid, status, reasons, count, expected, inputs, rule, computed_at)
select t, %(outlet_key)s, f, 'hour', 1, false, 'missing', '{data_missing}', 0, 60, '{}', 'test', now()
from generate_series(%(from_time)s::timestamptz, %(to_time)s::timestamptz - interval '1 s', '1 hour') t, unnest(%(factors)s::text[]) f

-- name: outage
insert into own_outage (cause, from_time, to_time) values ('ingest_down', %(from_time)s, %(to_time)s)

-- name: audited
select actor, origin, action, subject, detail from audit_event where action like %(action)s order by id

-- name: readings_of
select count(*) as readings from reading where outlet_key = %(outlet_key)s

-- name: pattern
-- An alert about marks with one hour that it counts.
with a as (
    insert into alert (number, code, severity, site_key, outlet_key, gateway, factor, condition, handling, first_seen, last_seen, raised_at, count,
                       numbers, clause, late)
    select 'YJ-20260101-0099', 'mark_after_exceedance', 'warning', o.site_key, o.key, null, 'a21026', 'active', 'new', %(start)s, %(start)s,
           %(start)s, 1, '{}', null, false
    from outlet o where o.key = %(outlet_key)s
    returning id
)
insert into alert_occurrence (alert_id, start, span, revision, numbers, noted_at)
select id, %(start)s, 'hour', 1, '{"marks": [{"id": 7, "late": false}]}', %(start)s from a
