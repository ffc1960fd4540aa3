-- What the browser tests write in place of ingest and alerts.

-- name: add_reading
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select %(data_time)s, o.key, %(kind)s::reading_kind, %(factor)s, %(revision)s, %(value)s, %(folded)s, %(flag)s,
       %(status)s::reading_status, 1, %(received_at)s
from outlet o where o.id = %(outlet)s

-- name: touch_outlet
insert into outlet_state (outlet_key, kind, data_time, received_at)
select o.key, %(kind)s::reading_kind, %(data_time)s, %(received_at)s from outlet o where o.id = %(outlet)s
on conflict (outlet_key, kind) do update set data_time = excluded.data_time, received_at = excluded.received_at

-- name: set_gateway
insert into gateway_state (gateway, state, since, heard_at) values (%(gateway)s, %(state)s, %(since)s, %(since)s)
on conflict (gateway) do update set state = excluded.state, since = excluded.since, heard_at = excluded.heard_at

-- name: add_period
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured,
    recomputed_folded, after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded,
    valid, status, reasons, count, expected, inputs, rule, computed_at)
select %(start)s, o.key, %(factor)s, %(span)s, 1, %(measured)s, %(folded)s, %(measured)s, %(folded)s, %(measured)s, %(folded)s,
    %(measured)s, %(folded)s, %(valid)s, %(status)s, %(reasons)s, %(count)s, %(expected)s, '{}', 'test 1', now()
from outlet o where o.id = %(outlet)s

-- name: add_verdict
insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple,
    reasons, rule, computed_at)
select %(start)s, o.key, %(factor)s, %(span)s, 1,
    (select key from limit_version l where l.outlet_key = o.key and l.factor = %(factor)s order by key limit 1),
    %(result)s, %(span)s, %(bound)s, 'max', %(compared)s, %(multiple)s, %(reasons)s, 'test 1', now()
from outlet o where o.id = %(outlet)s

-- name: add_alert
insert into alert (number, code, severity, site_key, outlet_key, factor, condition, handling, first_seen, last_seen, raised_at,
    count, numbers, clause, late)
select %(number)s, %(code)s, %(severity)s, o.site_key, o.key, %(factor)s, 'active', 'new', %(first_seen)s, %(first_seen)s, now(),
    1, %(numbers)s, %(clause)s, false
from outlet o where o.id = %(outlet)s
returning id

-- name: add_alert_event
insert into alert_event (alert_id, actor, action) values (%(alert)s, 'system', 'raised')

-- name: add_occurrence
insert into alert_occurrence (alert_id, start, span, revision, numbers) values (%(alert)s, %(start)s, 'hour', 1, %(numbers)s)

-- name: add_ledger
insert into ledger (hour, gateway, outlet_key, disposition, reason, frames, readings)
select %(hour)s, 'gw-test', o.key, %(disposition)s, %(reason)s, %(frames)s, %(readings)s from outlet o where o.id = %(outlet)s

-- name: beat
insert into service_heartbeat (service, instance, started_at, seen_at) values (%(service)s, 'test:1', %(at)s, %(at)s)
on conflict (service, instance) do update set seen_at = excluded.seen_at

-- name: notify_live
select pg_notify('outfall_live', %(payload)s)

-- name: acknowledged_by
select acknowledged_by from alert where id = %(id)s
