-- What ingest writes and reads. Blocks of COPY take text rows that ingest/copytext.py builds.

-- name: take_message_ids
-- Numbers for a batch, known before it is copied. Numbers of a transaction that failed are used again by its retry or left out.
select nextval('message_id') from generate_series(1, %(count)s)

-- name: copy_messages
-- The exact bytes of a batch, with digest and time of receipt.
copy message (id, received_at, gateway, channel, packet_id, digest, payload) from stdin

-- name: copy_readings
-- The fast way: straight into the hypertable as first revisions. Fails as a whole when one of them is there already.
copy reading (data_time, outlet_key, kind, message_id, received_at, revision, factor, value, minimum, maximum, total, folded,
              folded_minimum, folded_maximum, flag, status, extra) from stdin

-- name: make_staging
-- The slow way needs the readings beside the stored ones before it can say what they are. Both tables live with the connection.
create temporary table if not exists staged_reading (
    frame integer not null, item integer not null, data_time timestamptz not null, outlet_key integer not null, kind reading_kind not null,
    message_id bigint not null, received_at timestamptz not null, factor text not null, value numeric, minimum numeric,
    maximum numeric, total numeric, folded numeric, folded_minimum numeric, folded_maximum numeric, flag text,
    status reading_status not null, extra jsonb
) on commit delete rows;
create temporary table if not exists judged_reading (
    frame integer not null, item integer not null, revision integer not null, value_before numeric, flag_before text
) on commit delete rows

-- name: clear_staging
-- A batch that is tried again within one transaction starts from empty tables.
truncate staged_reading, judged_reading

-- name: copy_staged
-- The readings of a batch, beside the stored ones.
copy staged_reading (frame, item, data_time, outlet_key, kind, message_id, received_at, factor, value, minimum, maximum, total, folded,
                     folded_minimum, folded_maximum, flag, status, extra) from stdin

-- name: analyze_staged
-- So that the planner knows how many there are.
analyze staged_reading

-- name: judge_staged
-- Revision of every staged reading: 0 = its numbers are known in some revision or came earlier in this batch; 1 = new; 2, 3, ... =
-- differs from all that is stored. Numbers are compared as numbers (1.0 = 1.00); flag and extra count too, the derived status does not.
-- The bounds of data_time let TimescaleDB leave out the chunks that cannot hold any of them.
insert into judged_reading (frame, item, revision, value_before, flag_before)
with staged as (
    select s.*,
           row_number() over (partition by outlet_key, kind, factor, data_time, value, minimum, maximum, total, folded, folded_minimum,
                                           folded_maximum, flag, extra order by frame, item) as repetition
    from staged_reading s
), stored as (
    select s.frame, s.item, s.outlet_key, s.kind, s.factor, s.data_time, s.repetition,
           r.revision as last_revision, r.value as value_before, r.flag as flag_before, k.known is not null as known
    from staged s
    left join lateral (
        select r.revision, r.value, r.flag from reading r
        where r.outlet_key = s.outlet_key and r.kind = s.kind and r.factor = s.factor and r.data_time = s.data_time
          and r.data_time between %(earliest)s and %(latest)s
        order by r.revision desc limit 1
    ) r on true
    left join lateral (
        select true as known from reading r
        where r.outlet_key = s.outlet_key and r.kind = s.kind and r.factor = s.factor and r.data_time = s.data_time
          and r.data_time between %(earliest)s and %(latest)s
          and (r.value, r.minimum, r.maximum, r.total, r.folded, r.folded_minimum, r.folded_maximum, r.flag, r.extra)
              is not distinct from
              (s.value, s.minimum, s.maximum, s.total, s.folded, s.folded_minimum, s.folded_maximum, s.flag, s.extra)
        limit 1
    ) k on r.revision is not null
)
select frame, item,
       case when known or repetition > 1 then 0
            else coalesce(last_revision, 0) + row_number() over (
                     partition by outlet_key, kind, factor, data_time, known or repetition > 1 order by frame, item)
       end,
       value_before, flag_before
from stored

-- name: store_judged
-- What is new or differs becomes a reading; what is known does not.
insert into reading (data_time, outlet_key, kind, message_id, received_at, revision, factor, value, minimum, maximum, total, folded,
                     folded_minimum, folded_maximum, flag, status, extra)
select s.data_time, s.outlet_key, s.kind, s.message_id, s.received_at, j.revision, s.factor, s.value, s.minimum, s.maximum, s.total,
       s.folded, s.folded_minimum, s.folded_maximum, s.flag, s.status, s.extra
from judged_reading j join staged_reading s using (frame, item)
where j.revision > 0

-- name: judged_frames
-- By frame: readings that are new, and readings that differ from what is stored.
select frame, count(*) filter (where revision > 0), count(*) filter (where revision > 1) from judged_reading group by frame

-- name: judged_differences
-- The readings that became a further revision, with the newest numbers before and the numbers now.
select s.frame, s.outlet_key, s.factor, s.kind::text, s.data_time, j.revision,
       coalesce(j.value_before, e.value), s.value, coalesce(j.flag_before, e.flag), s.flag
from judged_reading j
join staged_reading s using (frame, item)
left join lateral (
    -- Where nothing was stored before this batch, the reading before it is in the batch itself.
    select b.value, b.flag from staged_reading b join judged_reading jb using (frame, item)
    where j.value_before is null and b.outlet_key = s.outlet_key and b.kind = s.kind and b.factor = s.factor
      and b.data_time = s.data_time and jb.revision = j.revision - 1
    limit 1
) e on true
where j.revision > 1
order by s.frame, s.item

-- name: copy_device_records
-- Uploads that are no readings.
copy device_record (received_at, outlet_key, message_id, cn, data_time, body) from stdin

-- name: copy_quarantine
-- What could not be used, with the reason and the bytes.
copy quarantine (received_at, message_id, gateway, channel, mn, outlet_key, reason, detail, raw) from stdin

-- name: count_in_ledger
-- Add the counts of a batch to the loss ledger.
insert into ledger as l (hour, gateway, outlet_key, disposition, reason, frames, readings)
select * from unnest(%(hours)s::timestamptz[], %(gateways)s::text[], %(outlets)s::integer[], %(dispositions)s::text[],
                     %(reasons)s::text[], %(frames)s::bigint[], %(readings)s::bigint[])
on conflict (hour, gateway, outlet_key, disposition, reason)
do update set frames = l.frames + excluded.frames, readings = l.readings + excluded.readings

-- name: touch
-- Ask for judgement of the outlet-hours of a batch.
insert into touched (outlet_key, from_time, to_time, cause)
select *, %(cause)s from unnest(%(outlets)s::integer[], %(from_times)s::timestamptz[], %(to_times)s::timestamptz[])

-- name: note_outlet_state
-- Newest data time and receive time only ever move forward, whatever order data come in.
insert into outlet_state as o (outlet_key, kind, data_time, received_at)
select * from unnest(%(outlets)s::integer[], %(kinds)s::reading_kind[], %(data_times)s::timestamptz[], %(received)s::timestamptz[])
on conflict (outlet_key, kind)
do update set data_time = greatest(o.data_time, excluded.data_time), received_at = greatest(o.received_at, excluded.received_at)
where excluded.data_time > o.data_time or excluded.received_at > o.received_at

-- name: note_gateway_heard
-- Data prove that a gateway is there: it is online unless it says otherwise later.
insert into gateway_state as g (gateway, state, since, heard_at)
values (%(gateway)s, 'online', %(at)s, %(at)s)
on conflict (gateway)
do update set heard_at = excluded.heard_at, state = 'online',
              since = case when g.state = 'online' then g.since else excluded.since end
where excluded.heard_at > g.heard_at

-- name: note_gateway_state
-- What a gateway, or the broker in its name, said about itself. A last will does not count as having heard the gateway.
insert into gateway_state as g (gateway, state, since, heard_at, detail)
values (%(gateway)s, %(state)s, %(at)s, %(at)s, %(detail)s)
on conflict (gateway)
do update set state = excluded.state, detail = excluded.detail,
              since = case when g.state = excluded.state then g.since else excluded.since end,
              heard_at = case when excluded.state = 'offline' then g.heard_at else greatest(g.heard_at, excluded.heard_at) end
where excluded.since >= g.since

-- name: keep_tail
-- The bytes of a frame that is not complete yet.
insert into stream_tail (gateway, channel, tail, since, message_id)
values (%(gateway)s, %(channel)s, %(tail)s, %(since)s, %(message_id)s)
on conflict (gateway, channel) do update set tail = excluded.tail, since = excluded.since, message_id = excluded.message_id

-- name: drop_tail
-- The frame was completed, or given up.
delete from stream_tail where gateway = %(gateway)s and channel = %(channel)s

-- name: kept_tails
-- What was not complete when ingest stopped.
select gateway, channel, tail, since, message_id from stream_tail

-- name: add_finding
-- What was noticed in a batch, one row a kind, outlet and factor.
insert into finding (code, gateway, outlet_key, factor, from_time, to_time, numbers, rule)
values (%(code)s, %(gateway)s, %(outlet_key)s, %(factor)s, %(from_time)s, %(to_time)s, %(numbers)s, %(rule)s)

-- name: notify
-- Tell who listens; sent with the commit.
select pg_notify(%(channel)s, %(payload)s)

-- name: listen_registry
-- Hear when the sites file was applied.
listen outfall_registry

-- name: recent_deliveries
-- Oldest first, so that what was committed last is forgotten last. The receive time keeps the look-back to the newest chunks.
select gateway, channel, packet_id, digest from (
    select id, gateway, channel, packet_id, digest from message
    where packet_id is not null
    order by id desc limit %(count)s
) m order by id

-- name: beat
-- This process lives; the numbers of its row in service_heartbeat.
insert into service_heartbeat (service, instance, started_at, seen_at, state)
values ('ingest', %(instance)s, %(started_at)s, %(seen_at)s, %(state)s)
on conflict (service, instance) do update set started_at = excluded.started_at, seen_at = excluded.seen_at, state = excluded.state

-- name: quarantined_to_replay
-- Pieces that no replay has stored yet, oldest first. A stream that was cut is replayed piece by piece: each piece is whole frames.
select q.received_at, q.id, q.message_id, q.gateway, q.channel, q.mn, q.reason, q.raw
from quarantine q
where q.id > %(after)s
  and q.id <= %(upto)s
  and (%(reason)s::text is null or q.reason = %(reason)s)
  and (%(gateway)s::text is null or q.gateway = %(gateway)s)
  and (%(since)s::timestamptz is null or q.received_at >= %(since)s)
  and (%(until)s::timestamptz is null or q.received_at < %(until)s)
  and (%(mn)s::text is null or q.mn = %(mn)s)
  and (%(ids)s::bigint[] is null or q.id = any(%(ids)s))
  and not exists (
      select from quarantine_replay r
      where r.quarantine_id = q.id and r.outcome in ('accepted', 'duplicate', 'conflicting')
  )
order by q.id
limit %(count)s

-- name: count_to_replay
-- How many of them there are.
select count(*)
from quarantine q
where q.id <= %(upto)s
  and (%(reason)s::text is null or q.reason = %(reason)s)
  and (%(gateway)s::text is null or q.gateway = %(gateway)s)
  and (%(since)s::timestamptz is null or q.received_at >= %(since)s)
  and (%(until)s::timestamptz is null or q.received_at < %(until)s)
  and (%(mn)s::text is null or q.mn = %(mn)s)
  and (%(ids)s::bigint[] is null or q.id = any(%(ids)s))
  and not exists (
      select from quarantine_replay r
      where r.quarantine_id = q.id and r.outcome in ('accepted', 'duplicate', 'conflicting')
  )

-- name: last_quarantine_id
-- Where a replay ends: pieces that come meanwhile are the next one's.
select coalesce(max(id), 0) from quarantine

-- name: note_replay
-- What became of a piece this time.
insert into quarantine_replay (quarantine_id, replayed_at, release, outcome, actor)
values (%(quarantine_id)s, clock_timestamp(), %(release)s, %(outcome)s, %(actor)s)

-- name: lock_replay
-- One replay at a time; the lock goes with the connection.
select pg_try_advisory_lock(781402026, 5)

-- name: lock_replay_here
-- The same for a replay within one transaction; the lock goes with it.
select pg_try_advisory_xact_lock(781402026, 5)

-- name: pieces_to_replay
-- Some pieces by their numbers, also those that a replay has stored before.
select q.received_at, q.id, q.message_id, q.gateway, q.channel, q.mn, q.reason, q.raw
from quarantine q where q.id = any(%(ids)s) order by q.id

-- name: unlock_replay
-- The next replay may begin.
select pg_advisory_unlock(781402026, 5)

-- name: message_is_stored
-- A transaction stores all its messages or none, so one of them answers for all.
select exists (
    select from message where id = %(id)s and received_at = %(received_at)s and digest = %(digest)s
)

-- name: payload_of
-- The exact bytes of a message. The receive time names the chunk.
select payload from message where id = %(id)s and received_at = %(received_at)s
