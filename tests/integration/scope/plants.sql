-- What the other way in would take long: rows of one plant.

-- name: message
-- A message of its gateway with its bytes.
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
values (%(at)s, nextval('message_id'), %(gateway)s, 'hj212', 1, sha256(%(payload)s), %(payload)s) returning id

-- name: readings
-- Readings of that message.
insert into reading (data_time, outlet_key, kind, factor, revision, value, flag, status, message_id, received_at)
select %(at)s, %(outlet_key)s, k::reading_kind, f, 1, 12.5, 'N', 'normal', %(message_id)s, %(at)s
from unnest(array['realtime', 'minute', 'hour']) k, unnest(array['a21026', 'a34013', 'w01018']) f

-- name: piece
-- A refused piece of that message.
insert into quarantine (received_at, message_id, gateway, channel, mn, outlet_key, reason, detail, raw)
values (%(at)s, %(message_id)s, %(gateway)s, 'hj212', %(mn)s, %(outlet_key)s, 'crc_mismatch', %(words)s, %(raw)s) returning id

-- name: replay
-- A replay of its pieces.
insert into replay_run (actor, origin, chosen, total, started_at, beat_at, ended_at)
values (%(words)s, 'test', jsonb_build_object('gateway', %(gateway)s::text, 'mn', %(mn)s::text), 1, %(at)s, %(at)s, %(at)s) returning id

-- name: notification
-- A message to people about the alert.
insert into outbox (channel_id, purpose, alert_id, dedupe, title, body, link, created_at, not_before)
values ('duty-room', 'raised', %(alert_id)s, %(words)s, %(words)s, %(words)s, '/alerts/' || %(alert_id)s, %(at)s, %(at)s) returning id

-- name: sample
-- A random sample in which the plant stood.
insert into sample_draw (period, seed, published_at, drawn_at, candidates, chosen, algorithm)
values (%(period)s, %(words)s, %(at)s, %(at)s, array[%(site)s], array[%(site)s], 'sha256') returning id

-- name: handover
-- The lead with its package on its way to somebody.
insert into handover (idempotency_key, lead_id, lead_digest, connector_id, evidence_id, trial, note, document, document_digest, signature,
                      submitted_by, origin, created_at, not_before)
values (%(words)s::text, %(lead_id)s, sha256(convert_to(%(words)s::text, 'UTF8')), 'city', %(package_id)s, true, %(words)s::text, '{}', sha256('{}'), 'note', 'wang', 'test',
        %(at)s, %(at)s)
returning id

-- name: session
-- The sessions of a user.
select s.id from session s join app_user u on u.key = s.user_key where u.name = %(name)s

-- name: user_key
-- A user's key.
select key from app_user where name = %(name)s

-- name: token_key
-- A token's key.
select t.key from api_token t join site s on s.key = t.site_key where s.id = %(site)s order by t.key limit 1

-- name: event_of
-- The last record of the audit trail about a subject.
select id from audit_event where subject = %(subject)s order by id desc limit 1

-- name: record_leaf
-- A record of the log about the plant.
select id from log_record where kind = 'mark' and key = %(key)s order by id desc limit 1

-- name: tables
-- Every table but those that looking itself writes.
select table_name as name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE'
  and table_name not in ('session', 'api_token', 'service_heartbeat', 'idempotency', 'yoyo_lock', 'log_pending', 'log_run', 'log_tile',
                         'log_checkpoint', 'log_outgoing', 'log_key', 'evidence_package', 'job_run', 'audit_event', 'log_record')
order by table_name

-- name: audited
-- What people did, as the audit trail has it.
select count(*) as count from audit_event where actor = %(actor)s
