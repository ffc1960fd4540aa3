-- Rows for the tests of the evidence log.

-- name: add_messages
-- Messages of one statement, a second apart; returns their ids.
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
select %(at)s::timestamptz + n * interval '1 second', nextval('message_id'), 'gw-one', 'hj212', n %% 65536, sha256(n::text::bytea), n::text::bytea
from generate_series(1, %(count)s) as n
returning id

-- name: use_up_messages
-- Numbers that no message gets, as a transaction leaves that is rolled back.
select nextval('message_id') from generate_series(1, %(count)s)

-- name: add_periods
-- Hour values of one statement with two verdicts each, the first without a limit; returns their ids.
with made as (
    insert into period_value (start, outlet_key, factor, span, revision, reported_measured, recomputed_measured, valid, status, reasons,
                              count, expected, inputs, rule, computed_at)
    select %(at)s::timestamptz + n * interval '1 hour', 1, 'a21026', 'hour', 1, 12.50, 1.0e-7, true, 'normal', '{}', 60, 60,
           '{"weights": [1, 2.50, 12345678901234567890], "by": {"status": "normal"}}', 'gas-hour/1', %(at)s
    from generate_series(1, %(count)s) as n
    returning id, start, outlet_key, factor, span, revision
), judged as (
    insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple,
                         reasons, rule, computed_at)
    select m.start, m.outlet_key, m.factor, m.span, m.revision, l.key, 'exceeded', 'hour', 200, 'max', 211.070, 0.05535,
           '{above_maximum}', 'gas-hour/1', %(at)s
    from made m cross join (values (7), (null), (5)) as l (key)
)
select id from made

-- name: add_records
-- Gateways, each of which becomes a record.
insert into gateway (id) select 'gw-test-' || %(name)s || '-' || n from generate_series(1, %(count)s) as n

-- name: ids
-- Every id of a kind.
select id from (
    select 'message' as kind, id from message
    union all select 'period', id from period_value
    union all select 'record', id from log_record
) every where kind = %(kind)s order by id

-- name: number
-- How many rows a table of the log has.
select (select count(*) from log_pending) as pending, (select count(*) from log_run) as runs,
       (select count(*) from log_checkpoint) as checkpoints, (select count(*) from log_tile) as tiles,
       (select coalesce(sum(count), 0)::bigint from log_run) as leaves

-- name: checkpoints
-- Every checkpoint, oldest first.
select size, root, note, sealed_at from log_checkpoint order by size

-- name: runs
-- Every run in the order of its leaves.
select first_leaf, count, kind, low, high, ids, earliest, latest from log_run order by first_leaf

-- name: tiles
-- Every tile.
select level, index, hashes from log_tile order by level, index

-- name: spoil_tile
-- Turn a bit of a hash.
update log_tile set hashes = set_byte(hashes, %(byte)s, get_byte(hashes, %(byte)s) # 1) where level = 0 and index = %(index)s

-- name: lose_message
-- A row goes away that was not sealed yet.
begin;
set local outfall.maintenance = 'on';
delete from message where id = {id};
commit

-- name: note_again
-- A sealed record is noted once more.
insert into log_pending (kind, ids, earliest, latest) values ('message', '{{[1,3)}}', now(), now())

-- name: audit
-- What was done with the keys.
select action, actor, subject, detail from audit_event where action like 'log:%%' order by id

-- name: attestations
-- What others have signed.
select size, kind, source, token, told_time, received_at from log_attestation order by id

-- name: outgoing
-- How far checkpoints have gone out.
select size, failures, not_before, last_error from log_outgoing where target = %(target)s

-- name: clear_outgoing
-- Try again at once.
update log_outgoing set not_before = null

-- name: lose_checkpoint
-- A database that was put back to an earlier moment.
begin;
set local outfall.maintenance = 'on';
delete from log_checkpoint where size = {size};
commit

-- name: told_operations
-- Messages about Outfall itself.
select title, body from outbox where purpose = 'operations' order by id
