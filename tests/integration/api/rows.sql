-- Rows for tests of the API: two sites, a week of data.

-- name: outlet_key
select key from outlet where id = %(id)s

-- name: site_key
select key from site where id = %(id)s

-- name: readings
-- One a minute; the tenth minute has been re-sent with another value.
insert into reading (data_time, outlet_key, kind, factor, revision, value, minimum, maximum, total, folded, flag, status, extra,
                     message_id, received_at)
select t, %(outlet_key)s, 'realtime', f, r, 12.300 + r, 1.0, 20, 100, 10.90, 'N', 'normal', '{"Rtd": "12.300"}', 7, t + interval '2 s'
from generate_series(%(from_time)s::timestamptz, %(to_time)s::timestamptz - interval '1 s', '1 minute') t,
     unnest(array['a21026', 'a34013']) f, generate_series(1, 2) r
where r = 1 or extract(minute from t) = 10

-- name: outlet_state
insert into outlet_state (outlet_key, kind, data_time, received_at) values (%(outlet_key)s, 'realtime', %(at)s, %(at)s)

-- name: gateway_state
insert into gateway_state (gateway, state, since, heard_at) values (%(gateway)s, 'online', %(at)s, %(at)s)

-- name: periods
-- One an hour; every tenth hour was computed again.
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured,
                          recomputed_folded, after_marking_measured, after_marking_folded, after_exemption_measured,
                          after_exemption_folded, valid, status, reasons, count, expected, inputs, rule, computed_at)
select t, %(outlet_key)s, f, 'hour', r, 12.30, 10.90, 12.34, 11.0, 12.30, 10.90, 12.30, null, true, 'normal', '{}', 60, 60, '{}',
       'gas-hour/1', t + interval '1 hour'
from generate_series(%(from_time)s::timestamptz, %(to_time)s::timestamptz - interval '1 s', '1 hour') t,
     unnest(array['a21026', 'a34013']) f, generate_series(1, 2) r
where r = 1 or extract(hour from t)::integer %% 10 = 0

-- name: verdicts
-- On every period; the first limit is exceeded.
insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple,
                     reasons, rule, computed_at)
select start, outlet_key, factor, span, revision, 1, 'exceeded', 'hour', 200, 'max', 211.07, 0.05535, '{above_maximum}',
       'gas-hour/1', computed_at
from period_value where outlet_key = %(outlet_key)s

-- name: ledger
-- Two gateways' worth of one outlet, three hours.
insert into ledger (hour, gateway, outlet_key, disposition, reason, frames, readings)
select t, 'gw-one', %(outlet_key)s, d, r, n, m
from generate_series(%(at)s::timestamptz, %(at)s::timestamptz + interval '2 hours', '1 hour') t,
     (values ('received', '', 100, 0), ('accepted', '', 80, 640), ('duplicate', '', 10, 80), ('conflicting', '', 2, 16),
             ('quarantined', 'crc_mismatch', 5, 0), ('quarantined', 'garbage', 3, 0), ('anomaly', 'crc_lowercase', 4, 0))
     as x (d, r, n, m)

-- name: alert
-- An alert; its number ends in the count of those before it.
insert into alert (number, code, severity, site_key, outlet_key, gateway, factor, condition, handling, first_seen, last_seen, raised_at,
                   count, numbers, clause, limit_key, late)
values ('YJ-20261124-' || lpad((select count(*) + 1 from alert)::text, 4, '0'), %(code)s, 'serious', %(site_key)s, %(outlet_key)s,
        'gw-one', %(factor)s, %(condition)s, %(handling)s, %(at)s, %(at)s, %(at)s, 3, '{"compared": "211.07", "bound": "200"}',
        'GB 4915-2013 表1', 1, false)
returning id

-- name: alert_history
insert into alert_event (alert_id, actor, action, reason) values (%(alert_id)s, 'system', 'raised', null),
       (%(alert_id)s, 'wang', 'commented', 'called the plant')

-- name: alert_occurrence
insert into alert_occurrence (alert_id, start, span, revision, limit_key, numbers)
values (%(alert_id)s, %(at)s, 'hour', 1, 1, '{"compared": "211.07"}')

-- name: alert_state
select acknowledged_by, (select count(*) from alert_event e where e.alert_id = a.id and action = 'acknowledged') as events
from alert a where id = %(alert_id)s

-- name: overdue
update alert set due_at = now() - interval '1 minute' where id = %(alert_id)s

-- name: hide_from_company
update alert set company_sees = false where id = %(alert_id)s

-- name: audit_actions
select actor, action, subject from audit_event order by id

-- name: heartbeat
insert into service_heartbeat (service, instance, started_at, seen_at, state)
values ('ingest', 'test:1', now(), now(), %(state)s)
on conflict (service, instance) do update set seen_at = excluded.seen_at, state = excluded.state

-- name: notify
select pg_notify('outfall_live', %(payload)s)

-- name: disable_user
update app_user set disabled_at = now() where name = %(name)s

-- name: revoke_tokens
update api_token set revoked_at = now() where name = %(name)s

-- name: expire_sessions
update session set expires_at = now() - interval '1 second'

-- name: terminate_listener
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'outfall-api-live' and datname = current_database()

-- name: everything_about_people
select to_jsonb(t)::text as stored from session t union all select to_jsonb(t)::text from api_token t
union all select to_jsonb(t)::text from app_user t union all select to_jsonb(t)::text from audit_event t

-- name: leading
-- A living alerts process.
insert into service_heartbeat (service, instance, started_at, seen_at, state)
values ('alerts', %(instance)s, clock_timestamp(), clock_timestamp(), jsonb_build_object('leader', %(leader)s::boolean))

-- name: touched_by_marks
-- What marks and checks asked to be judged again.
select from_time, to_time, cause from touched where cause in ('mark', 'check') order by id

-- name: submit_lead
-- Handed over by whatever way: where the lead stands afterwards.
update lead set state = 'submitted', submitted_at = now() where id = %(lead_id)s

-- name: log_messages
-- Messages for the evidence log.
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
select now(), nextval('message_id'), 'gw-one', 'hj212', 1, sha256(n::text::bytea), n::text::bytea from generate_series(1, %(count)s) as n

-- name: lead_stands
-- A lead in a state, told to the company.
update lead set state = %(state)s, state_since = now(), disclosed = coalesce(disclosed, '{"kind": "exceedance", "title": "x"}'),
                disclosed_at = coalesce(disclosed_at, now())
where id = %(lead_id)s

-- name: answer_due
-- The company has to answer within a day.
update alert set due_step = 'answer', due_at = now() + interval '1 day' where id = %(alert_id)s

-- name: invalid_hour
-- An hour that a flag made invalid.
insert into period_value (start, outlet_key, factor, span, revision, valid, status, reasons, count, expected, inputs, rule, computed_at)
values (%(at)s, %(outlet_key)s, %(factor)s, 'hour', 1, false, 'calibration', '{flag_calibration}', 0, 60, '{}', 'gas-hour/1', now())

-- name: marked_hour
-- The company said why.
insert into mark (outlet_key, category, label, factor, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline, late)
values (%(outlet_key)s, 'device', 'calibration', null, %(at)s, %(at)s::timestamptz + interval '1 hour', 'x', 'manual', 'company', 'test',
        now(), now() + interval '1 day', false)

-- name: lose_outbox
-- A part of the schema is not there.
alter table outbox rename to outbox_gone
