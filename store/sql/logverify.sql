-- What `outfall log verify` reads. Names in braces are put in by the program; every statement runs in one read-only snapshot.

-- name: begin
-- Everything is read as of one moment; numbers and times have their one form.
set transaction isolation level repeatable read read only;
set local timezone to 'UTC';
set local statement_timeout = 0;
set local work_mem = '64MB'

-- name: registry_moments
-- When what the decoder looks at began or ceased to be so, or to be believed.
select distinct moment from (
    select unnest(array[valid_from, valid_to, recorded_from, recorded_to]) as moment from monitor_version
    union all select unnest(array[valid_from, valid_to, recorded_from, recorded_to]) from outlet_version
    union all select unnest(array[valid_from, valid_to, recorded_from, recorded_to]) from site_version
) m
where moment is not null order by moment

-- name: message_bounds
-- Smallest and largest number, and how many there are.
select min(id), max(id), count(*) from message where %(first)s::bigint is null or id >= %(first)s

-- name: chunk_spans
-- Which messages the rows of each chunk came from: what the reading of a window of messages can leave out.
select min({time}), max({time}), min(message_id), max(message_id) from {table} group by tableoid

-- name: messages
-- A window of messages in the order in which they were stored.
select id, received_at, gateway, channel, payload from message where id between %(low)s and %(high)s order by id

-- name: readings
-- The readings of a window, every revision; numbers digit by digit.
select message_id, data_time, outlet_key, kind::text, factor, revision, value::text, minimum::text, maximum::text, total::text,
       folded::text, folded_minimum::text, folded_maximum::text, flag, status::text, extra::text, received_at
from reading
where message_id between %(low)s and %(high)s and data_time between %(earliest)s and %(latest)s
order by message_id

-- name: device_records
-- The uploads of a window that are no readings.
select message_id, received_at, outlet_key, cn, data_time, body::text
from device_record
where message_id between %(low)s and %(high)s and received_at between %(earliest)s and %(latest)s
order by message_id

-- name: quarantined
-- What was refused of a window, with the moments at which a replay made something of it.
select q.message_id, q.received_at, q.id, q.gateway, q.channel, q.mn, q.outlet_key, q.reason, q.detail, q.raw,
       (select array_agg(r.replayed_at order by r.replayed_at) from quarantine_replay r
        where r.quarantine_id = q.id and r.outcome in ('accepted', 'duplicate', 'conflicting'))
from quarantine q
where q.message_id between %(low)s and %(high)s and q.received_at between %(earliest)s and %(latest)s
order by q.message_id, q.id

-- name: known_readings
-- For values that a message holds and that were not stored with it: the messages whose readings say the same.
select s.n, array_agg(r.message_id)
from unnest(%(numbers)s::integer[], %(outlets)s::integer[], %(kinds)s::reading_kind[], %(factors)s::text[], %(times)s::timestamptz[],
            %(values)s::numeric[], %(minima)s::numeric[], %(maxima)s::numeric[], %(totals)s::numeric[], %(foldeds)s::numeric[],
            %(folded_minima)s::numeric[], %(folded_maxima)s::numeric[], %(flags)s::text[], %(extras)s::text[])
     as s (n, outlet_key, kind, factor, data_time, value, minimum, maximum, total, folded, folded_minimum, folded_maximum, flag, extra)
join reading r on r.outlet_key = s.outlet_key and r.kind = s.kind and r.factor = s.factor and r.data_time = s.data_time
     and r.data_time between %(earliest)s and %(latest)s
where (r.value, r.minimum, r.maximum, r.total, r.folded, r.folded_minimum, r.folded_maximum, r.flag, r.extra)
      is not distinct from
      (s.value, s.minimum, s.maximum, s.total, s.folded, s.folded_minimum, s.folded_maximum, s.flag, s.extra::jsonb)
group by s.n

-- name: replayed_messages
-- Messages of which a replay stored something: its readings come later than their numbers say.
select distinct q.message_id from quarantine q join quarantine_replay r on r.quarantine_id = q.id
where r.outcome in ('accepted', 'duplicate', 'conflicting')

-- name: odd_revisions
-- Further revisions that cannot have come so: none before it, one that says the same, or one before it that came later.
select r.outlet_key, r.kind::text, r.factor, r.data_time, r.revision, r.message_id, p.message_id,
       case when p.revision is null then 'no_predecessor'
            when exists (
                select from reading o
                where o.outlet_key = r.outlet_key and o.kind = r.kind and o.factor = r.factor and o.data_time = r.data_time
                  and o.revision < r.revision
                  and (o.value, o.minimum, o.maximum, o.total, o.folded, o.folded_minimum, o.folded_maximum, o.flag, o.extra)
                      is not distinct from
                      (r.value, r.minimum, r.maximum, r.total, r.folded, r.folded_minimum, r.folded_maximum, r.flag, r.extra)
            ) then 'repeated'
            else 'order' end as odd
from reading r
left join reading p on p.outlet_key = r.outlet_key and p.kind = r.kind and p.factor = r.factor and p.data_time = r.data_time
     and p.revision = r.revision - 1
where r.revision <> 1
  and (p.revision is null or p.message_id > r.message_id or exists (
          select from reading o
          where o.outlet_key = r.outlet_key and o.kind = r.kind and o.factor = r.factor and o.data_time = r.data_time
            and o.revision < r.revision
            and (o.value, o.minimum, o.maximum, o.total, o.folded, o.folded_minimum, o.folded_maximum, o.flag, o.extra)
                is not distinct from
                (r.value, r.minimum, r.maximum, r.total, r.folded, r.folded_minimum, r.folded_maximum, r.flag, r.extra)
      ))

-- name: drops
-- What retention dropped.
select kind, range_start, range_end, ids from retention_drop order by id

-- name: watched_tables
-- Tables whose rows become records, with their key, what is left out, and whether their rows may change.
select c.relname,
       (convert_from(split_part_bytes.args[1], 'UTF8'))::text[],
       (convert_from(split_part_bytes.args[2], 'UTF8'))::text[],
       exists (select from pg_trigger g where g.tgrelid = t.tgrelid and g.tgname = 'append_only')
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_proc p on p.oid = t.tgfoid
cross join lateral (
    -- Arguments stand one after the other, each ended by a zero byte.
    select array[substring(t.tgargs for position('\x00'::bytea in t.tgargs) - 1),
                 substring(t.tgargs from position('\x00'::bytea in t.tgargs) + 1
                           for length(t.tgargs) - position('\x00'::bytea in t.tgargs) - 1)] as args
) split_part_bytes
where t.tgname = 'log_inserted' and p.proname = 'log_note_records' and c.relnamespace = 'public'::regnamespace
order by c.relname

-- name: disabled_triggers
-- Triggers of the log that somebody has switched off.
select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
where t.tgenabled <> 'O' and t.tgname in ('log_inserted', 'log_updated', 'append_only', 'keeps_rows')
order by 1, 2

-- name: unnoted_tables
-- Tables whose new rows nobody notes for sealing, though somebody should.
select name from unnest(array['message', 'period_value']) as name
where not exists (
    select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where t.tgrelid = name::regclass and t.tgname = 'log_inserted' and p.proname = 'log_note_rows'
)

-- name: record_kinds
-- Tables that have records.
with recursive kinds as (
    (select kind from log_record order by kind limit 1)
    union all
    select (select r.kind from log_record r where r.kind > k.kind order by r.kind limit 1) from kinds k where k.kind is not null
)
select kind from kinds where kind is not null

-- name: count_rows
-- How many there are.
select count(*) from {table}

-- name: differing_records
-- Rows of a table that are not as their newest record says, that have none, or records whose row is gone. Texts are compared, so
-- that a number keeps its digits; columns that came after the record are left alone.
with newest as (
    select distinct on (key) key, content from log_record where kind = {kind} order by key, id desc
), present as (
    select {key} as key, to_jsonb(t) - {left_out}::text[] as content from {table} t
)
select coalesce(p.key, n.key), p.content::text, n.content::text
from present p full join newest n on n.key = p.key
where p.key is null or n.key is null
   or (p.content::text <> n.content::text
       and (select jsonb_object_agg(c.name, p.content -> c.name) from jsonb_object_keys(n.content) as c (name))::text
           is distinct from n.content::text)

-- name: rewritten
-- Rows that are written once, and have more than one record.
select key, count(*) from log_record where kind = {kind} group by key having count(*) > 1

-- name: message_digests
-- Messages whose bytes are not those of their digest.
select id, digest, sha256(payload) from message where digest <> sha256(payload)

-- name: content_digests
-- The same for papers and pictures, whose bytes are left out of their record.
select id, digest, sha256(content) from {table} where digest <> sha256(content)

-- name: orphan_verdicts
-- Verdicts of no period value: no leaf holds them.
select concat_ws('/', v.outlet_key, v.factor, v.span, v.start, v.revision), v.result, null
from verdict v
where not exists (
    select from period_value p
    where p.outlet_key = v.outlet_key and p.factor = v.factor and p.span = v.span and p.start = v.start and p.revision = v.revision
)

-- name: runs
-- Which leaf is what, in the order of the leaves.
select first_leaf, count, kind, low, high, ids, earliest, latest from log_run order by first_leaf

-- name: leaves_by_kind
-- How many leaves the runs count, and how many different records those are.
select kind, sum((select sum(upper(r) - lower(r)) from unnest(ids) as r)),
       (select sum(upper(r) - lower(r)) from unnest(range_agg(ids)) as r)
from log_run group by kind order by kind

-- name: unsealed_message
-- Messages that are neither in the log nor wait to be: nobody noted them.
with noted as (
    select coalesce(range_agg(ids), '{}') as ids
    from (select ids from log_run where kind = %(kind)s union all select ids from log_pending where kind = %(kind)s) n
)
select m.id from message m, noted where not noted.ids @> m.id order by m.id

-- name: unsealed_period
-- The same for period values.
with noted as (
    select coalesce(range_agg(ids), '{}') as ids
    from (select ids from log_run where kind = %(kind)s union all select ids from log_pending where kind = %(kind)s) n
)
select p.id from period_value p, noted where not noted.ids @> p.id order by p.id

-- name: unsealed_record
-- The same for records.
with noted as (
    select coalesce(range_agg(ids), '{}') as ids
    from (select ids from log_run where kind = %(kind)s union all select ids from log_pending where kind = %(kind)s) n
)
select r.id from log_record r, noted where not noted.ids @> r.id order by r.id

-- name: stuck
-- What should have been sealed long ago: sealing has stopped.
select id, kind, noted_at from log_pending where noted_at < clock_timestamp() - interval '10 minutes' order by id

-- name: upper_tiles
-- Everything above the leaf hashes: a two hundred and fifty-sixth of them.
select level, index, hashes from log_tile where level > 0 order by level, index

-- name: leaf_tiles
-- The leaf hashes.
select index, hashes from log_tile where level = 0 and index >= %(first)s order by index

-- name: count_leaves
-- How many leaves the runs say there are.
select coalesce(sum(count), 0) from log_run

-- name: checkpoints
-- Every signed head beyond a size, oldest first.
select size, root, note, sealed_at from log_checkpoint where size > %(start)s order by size

-- name: newest_checkpoint
-- Size and root of the newest head.
select size, root from log_checkpoint order by size desc limit 1

-- name: notes
-- The notes of some sizes.
select size, note from log_checkpoint where size = any(%(sizes)s)

-- name: keys
-- Every key that has signed.
select name, key_id, public_key, since, retired_at from log_key order by key

-- name: drop_digests
-- The leaves of dropped messages, and what was written down of their hashes.
select id, leaves, leaf_digest from retention_drop where kind = 'message' and not isempty(leaves) order by id

-- name: sealed_before
-- Runs of messages and records that were sealed before the time that they tell, by more than clocks may differ.
select r.first_leaf, r.kind, r.latest, c.sealed_at
from log_run r
cross join lateral (
    select sealed_at from log_checkpoint where size >= r.first_leaf + r.count order by size limit 1
) c
where r.kind <> 'period' and r.latest > c.sealed_at + interval '5 minutes'
order by r.first_leaf

-- name: key_names
-- The name of the log, as its keys have it.
select distinct name from log_key order by name

-- name: first_message_since
-- The smallest message that was sealed from this leaf on; nothing when there is none.
select min(low) from log_run where kind = 'message' and first_leaf + count > %(since)s
