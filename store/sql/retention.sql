-- Keeping and dropping raw data.

-- name: chunks
-- The chunks of raw data, oldest first.
select hypertable_name, chunk_name, range_start, range_end
from timescaledb_information.chunks
where hypertable_schema = 'public' and hypertable_name = any(%(kinds)s)
order by range_end, array_position(%(kinds)s, hypertable_name::text), range_start

-- name: jobs
-- What TimescaleDB's own scheduler does, and to which table.
select proc_name, hypertable_name from timescaledb_information.jobs where hypertable_name is not null

-- name: message_facts
-- What a chunk of messages holds.
select count(*), max(received_at), min(id), max(id), count(*), coalesce(range_agg(int8range(id, id, '[]')), '{}')
from message where received_at >= %(start)s and received_at < %(end)s

-- name: reading_facts
-- What a chunk of readings holds, and of which messages.
select count(*), max(received_at), min(message_id), max(message_id), count(distinct message_id), '{}'::int8multirange
from reading where data_time >= %(start)s and data_time < %(end)s

-- name: device_record_facts
-- What a chunk of device records holds, and of which messages.
select count(*), max(received_at), min(message_id), max(message_id), count(distinct message_id), '{}'::int8multirange
from device_record where received_at >= %(start)s and received_at < %(end)s

-- name: quarantine_facts
-- What a chunk of refused pieces holds, and of which messages.
select count(*), max(received_at), min(message_id), max(message_id), count(distinct message_id),
       coalesce(range_agg(int8range(id, id, '[]')), '{}')
from quarantine where received_at >= %(start)s and received_at < %(end)s

-- name: messages_wait
-- Whether any message of these numbers waits to be sealed.
select exists (select from log_pending where kind = 'message' and ids && int8range(%(low)s, %(high)s, '[]'))

-- name: records_wait
-- Whether any record waits that was made when the rows of a chunk were written, or later.
select exists (
    select from log_record r
    where r.kind = %(kind)s and r.key = any(
        select q.id::text from quarantine q where q.received_at >= %(start)s and q.received_at < %(end)s
    ) and exists (select from log_pending p where p.kind = 'record' and p.ids @> r.id)
)

-- name: runs_of_messages
-- Where messages of these numbers stand in the log.
select first_leaf, ids from log_run
where kind = 'message' and low <= %(high)s and high >= %(low)s order by first_leaf

-- name: leaf_hashes
-- Tiles that hold these leaves, in order.
select index, hashes from log_tile where level = 0 and index between %(first)s and %(last)s order by index

-- name: late_messages
-- Whether messages of a chunk brought readings of a scope, though they came at another time.
select exists (
    select from reading
    where (%(outlet_keys)s::integer[] is null or outlet_key = any(%(outlet_keys)s))
      and data_time >= %(from_time)s and data_time < %(to_time)s
      and received_at >= %(start)s and received_at < %(end)s
)

-- name: late_records
-- The same for device records, which are divided by their receipt.
select exists (
    select from device_record
    where (%(outlet_keys)s::integer[] is null or outlet_key = any(%(outlet_keys)s))
      and data_time >= %(from_time)s and data_time < %(to_time)s
      and received_at >= %(start)s and received_at < %(end)s
)

-- name: one_at_a_time
-- One dropping at a time, also over processes; the lock ends with the transaction.
select pg_advisory_xact_lock(781402026, 18)

-- name: hold_still
-- Nothing is put under hold while it is decided what goes.
lock table legal_hold in share mode

-- name: note_drop
-- What is dropped in this transaction.
insert into retention_drop (kind, chunk, range_start, range_end, count, newest, first_message, last_message, messages, ids, leaves,
                            leaf_digest, keep_years, cutoff, dropped_at, dropped_by)
values (%(kind)s, %(chunk)s, %(start)s, %(end)s, %(count)s, %(newest)s, %(first)s, %(last)s, %(messages)s, %(ids)s, %(leaves)s,
        %(leaf_digest)s, %(keep_years)s, %(cutoff)s, %(at)s, %(by)s)
returning id

-- name: drop_chunk
-- Chunks that lie wholly in this time: the one that was decided on.
select drop_chunks(%(kind)s::regclass, older_than => %(end)s::timestamptz, newer_than => %(start)s::timestamptz)

-- name: drops
-- What was dropped, newest first.
select id, kind, chunk, range_start, range_end, count, messages, first_message, last_message, keep_years, cutoff, dropped_at, dropped_by
from retention_drop
where (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(most)s

-- name: place_hold
-- Nothing that it touches is dropped from now on.
insert into legal_hold (kind, lead_id, alert_id, outlet_key, from_time, to_time, reason, placed_by, placed_at)
values (%(kind)s, %(lead_id)s, %(alert_id)s, %(outlet_key)s, %(from_time)s, %(to_time)s, %(reason)s, %(by)s, %(at)s)
returning id

-- name: lift_hold
-- The hold ends.
update legal_hold set lifted_by = %(by)s, lifted_at = %(at)s, lift_reason = %(reason)s where id = %(id)s

-- name: find_hold
-- One hold; locked, so that it is lifted once.
select id, lifted_at from legal_hold where id = %(id)s for update

-- name: holds
-- Holds with what they are about, newest first.
select h.id, h.kind, h.lead_id, h.alert_id, a.number as alert, o.id as outlet, h.from_time, h.to_time, h.reason, h.placed_by,
       h.placed_at, h.lifted_by, h.lifted_at, h.lift_reason
from legal_hold h left join alert a on a.id = h.alert_id left join outlet o on o.key = h.outlet_key
where (%(id)s::bigint is null or h.id = %(id)s)
  and (not %(standing)s or h.lifted_at is null)
  and (%(before)s::bigint is null or h.id < %(before)s)
order by h.id desc limit %(most)s

-- name: hold_scopes
-- What the standing holds cover. An alert covers the outlets of its site where it names none, and everything
-- where it names no site; its time goes from its first to its last sign.
select h.id, null as number, h.reason, array[h.outlet_key], h.from_time, h.to_time
from legal_hold h where h.kind = 'outlet' and h.lifted_at is null
union all
select h.id, a.number, h.reason,
       case when a.outlet_key is not null then array[a.outlet_key]
            when a.site_key is not null then array(select o.key from outlet o where o.site_key = a.site_key) end,
       a.first_seen, greatest(a.last_seen, a.cleared_at, a.first_seen) + interval '1 day'
from legal_hold h join alert a on a.id = h.alert_id
where h.lifted_at is null
union all
select h.id, l.number, h.reason, l.outlet_keys, l.from_time, coalesce(l.to_time, clock_timestamp())
from legal_hold h join lead l on l.id = h.lead_id
where h.lifted_at is null

-- name: find_alert
-- An alert by its number or id.
select id from alert where number = %(number)s or id = %(id)s

-- name: find_outlet
-- The key of an outlet.
select key from outlet where id = %(outlet)s

-- name: package_scopes
-- Evidence packages that are asked for or lie ready and have not been handed over yet.
select p.id, p.number, p.subject_kind, p.outlet_keys, p.from_time, p.to_time
from evidence_package p
where p.state in ('queued', 'building', 'ready')
  and not exists (select from handover h where h.evidence_id = p.id and h.state = 'delivered')

-- name: find_lead
-- A lead by its number or id.
select id from lead where number = %(number)s or id = %(id)s

-- name: lead_scopes
-- What leads cover: while somebody works on one, for good when it went to the police, after a decision for as long as it can be
-- sued over (six months, and then some).
select l.id, l.number, l.state, l.outlet_keys, l.from_time, coalesce(l.to_time, clock_timestamp())
from lead l
where l.state not in ('no_case', 'instruct', 'talk', 'withdrawn')
  and (l.decided_at is null or l.decided_at > clock_timestamp() - interval '1 year')
