-- What the tests of evidence packages insert and look at.

-- name: audit
select action, actor, origin, subject, detail from audit_event where action like 'evidence:%%' order by id

-- name: package
select * from evidence_package where id = %(id)s

-- name: package_keys
-- Checkpoint of each package.
select size from evidence_package order by id

-- name: alerts
select id, number, code from alert where outlet_key = %(outlet_key)s order by id

-- name: outlet_key
select key from outlet where id = %(id)s

-- name: add_message
-- Somebody was told of an alert, and it arrived.
with told as (
    insert into outbox (channel_id, purpose, alert_id, dedupe, title, body, created_at, not_before)
    values ('duty', 'raised', %(alert_id)s, %(dedupe)s, '超标预警', '窑尾超标', %(at)s, %(at)s) returning id
)
insert into delivery (outbox_id, at, ok, status, answer, milliseconds) select id, %(at)s, true, '200', 'ok', 12 from told

-- name: add_lead
-- A lead in the state that is asked for, with an alert, a paper, a statement and a clock.
with made as (
    insert into lead (number, state, state_since, source, kind, title, facts, site_key, outlet_key, outlet_keys, factors, from_time, to_time,
                      acts, sample, digest, authority_level, authority_name, found_at, created_at, created_by)
    values (%(number)s, 'reviewed', %(at)s, 'auto_alert', 'exceedance', '窑尾二氧化硫超标', '连续超标',
            (select site_key from outlet where key = %(outlet_key)s), %(outlet_key)s, array[%(outlet_key)s], '{a21026}', %(from_time)s,
            %(to_time)s, '{exceed_standard}', true, sha256('content'), 'district', '测试区局', %(at)s, %(at)s, 'officer')
    returning id
), linked as (
    insert into lead_alert (lead_id, alert_id, added_at, added_by) select id, %(alert_id)s, %(at)s, 'officer' from made
), filed as (
    insert into lead_paper (lead_id, part, name, media_type, digest, content, public, by_company, filed_by, filed_at)
    select id, 'evidence', '现场.txt', 'text/plain', sha256('paper'), 'paper', false, false, 'officer', %(at)s from made
), said as (
    insert into lead_statement (lead_id, content, in_time, made_by, at) select id, '已整改', true, 'company', %(at)s from made
), clocked as (
    insert into lead_clock (lead_id, kind, state, starts_at, due_at, norm, clause, confidence)
    select id, 'filing', 'running', %(at)s, %(at)s, 'filing-18', '办法 18', 'V31' from made
)
select id from made

-- name: add_review
insert into lead_review (lead_id, kind, result, opinion, reviewer, at, revision, digest)
values (%(lead_id)s, %(kind)s, %(result)s, '同意', %(kind)s || '-reviewer', %(at)s, 1, sha256('content'))

-- name: lead
select evidence_id, evidence_digest from lead where id = %(id)s

-- name: builder_died
-- As a killed process leaves it.
update evidence_package set state = 'building', builder = 'host:1:1', beat_at = clock_timestamp() - interval '2 minutes', attempts = %(attempts)s
where id = %(id)s

-- name: taken_over
-- Another builder has taken it.
update evidence_package set builder = 'host:2:2' where id = %(id)s

-- name: change_mark
-- A hand in the database, in the log's own copy.
select set_config('outfall.maintenance', 'on', true);
update log_record set content = jsonb_set(content, '{reason}', '"别的"') where kind = 'mark'

-- name: lose_message
-- A hand in the database.
select set_config('outfall.maintenance', 'on', true);
delete from message where id = (select min(message_id) from reading)

-- name: readings
-- The stored readings as their CSV has them.
select outlet_key, factor, data_time, revision, value, flag, message_id, received_at from reading
where outlet_key = %(outlet_key)s and kind = 'hour' and data_time >= %(from_time)s and data_time < %(to_time)s
order by factor collate "C", data_time, revision

-- name: touch
insert into touched (outlet_key, from_time, to_time, cause) values (%(outlet_key)s, %(from_time)s, %(to_time)s, 'reading')

-- name: old_package
-- As if it had been built long ago.
update evidence_package set finished_at = finished_at - interval '3 years'

-- name: held_back
-- As if other builders had taken them and lived for a long time.
update evidence_package set state = 'building', builder = 'host:9:9', beat_at = clock_timestamp() + interval '1 hour'
where state in ('queued', 'building')

-- name: hold_messages
lock table message in access exclusive mode

-- name: forge_reading
-- A hand in the database.
insert into reading (data_time, outlet_key, kind, factor, revision, value, status, message_id, received_at)
select data_time, outlet_key, kind, factor, 9, 999, status, 999999, received_at from reading where kind = 'hour' limit 1
