-- The evidence log: what waits, which leaf is what, tiles, checkpoints, keys, and how far the checkpoints have gone out.

-- name: lock_log
-- One sealing at a time; the lock goes with the transaction.
select pg_advisory_xact_lock(781402026, 14)

-- name: newest_checkpoint
-- The head of the log.
select size, root, note, sealed_at from log_checkpoint order by size desc limit 1

-- name: checkpoint
-- The checkpoint of one size.
select size, root, note, sealed_at from log_checkpoint where size = %(size)s

-- name: checkpoints
-- A page of checkpoints, newest first.
select size, root, note, sealed_at from log_checkpoint
where %(before)s::bigint is null or size < %(before)s
order by size desc limit %(most)s

-- name: checkpoints_after
-- The checkpoints that follow a size, oldest first.
select size, root, note, sealed_at from log_checkpoint where size > %(size)s order by size limit %(most)s

-- name: newest_pending
-- Everything that has been noted until now has a smaller number or this one.
select max(id) from log_pending

-- name: still_pending
-- Whether anything noted until then waits.
select exists (select from log_pending where id <= %(upto)s)

-- name: take_pending
-- Take the oldest notes up to so many leaves; the last of them may go beyond and is put back in part.
with waiting as (
    select p.id, (select sum(upper(r) - lower(r)) from unnest(p.ids) as r) as leaves from log_pending p order by p.id limit 20000
), enough as (
    select id, leaves, sum(leaves) over (order by id) - leaves as before from waiting
)
delete from log_pending p using enough e
where p.id = e.id and e.before < %(most)s
returning p.id, p.kind, p.ids, p.earliest, p.latest, p.noted_at, e.leaves::bigint as leaves

-- name: put_back
-- What goes beyond one step keeps its place in the queue.
insert into log_pending (id, kind, ids, earliest, latest, noted_at) overriding system value
values (%(id)s, %(kind)s, %(ids)s::int8multirange, %(earliest)s, %(latest)s, %(noted_at)s)

-- name: messages
-- Messages whose leaves are made, by number; the bounds leave out the chunks that have none of them.
select id, received_at, gateway, channel, packet_id, digest from message
where id >= %(low)s and id < %(high)s and %(ids)s::int8multirange @> id
  and received_at between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: messages_scattered
-- The same for few among many.
select id, received_at, gateway, channel, packet_id, digest from message
where id = any(%(numbers)s::bigint[]) and received_at between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: periods
-- Period values whose leaves are made. Every column by its name: one that a later migration adds is not in the leaf.
select id, start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured, recomputed_folded,
       after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status, reasons, count,
       expected, inputs::text, rule, computed_at
from period_value
where id >= %(low)s and id < %(high)s and %(ids)s::int8multirange @> id
  and start between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: periods_scattered
-- The same for few among many.
select id, start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured, recomputed_folded,
       after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status, reasons, count,
       expected, inputs::text, rule, computed_at
from period_value
where id = any(%(numbers)s::bigint[]) and start between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: verdicts_of_periods
-- The verdicts of a few outlets' period values, in the order in which their leaf has them.
select v.outlet_key, v.factor, v.span, v.start, v.revision, v.limit_key, v.result, v.basis, v.bound, v.bound_side, v.compared,
       v.multiple, v.reasons, v.rule, v.computed_at
from unnest(%(outlets)s::integer[], %(factors)s::text[], %(spans)s::text[], %(starts)s::timestamptz[], %(revisions)s::integer[])
     as p (outlet_key, factor, span, start, revision)
join verdict v using (outlet_key, factor, span, start, revision)
where v.start between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by v.limit_key nulls first

-- name: records
-- Records whose leaves are made.
select id, kind, key, recorded_at, content::text from log_record
where id >= %(low)s and id < %(high)s and %(ids)s::int8multirange @> id
  and recorded_at between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: records_scattered
-- The same for few among many.
select id, kind, key, recorded_at, content::text from log_record
where id = any(%(numbers)s::bigint[]) and recorded_at between %(earliest)s::timestamptz and %(latest)s::timestamptz
order by id

-- name: add_run
-- A run of leaves of one kind.
insert into log_run (first_leaf, count, kind, low, high, ids, earliest, latest)
values (%(first_leaf)s, %(count)s, %(kind)s, %(low)s, %(high)s, %(ids)s::int8multirange, %(earliest)s, %(latest)s)

-- name: add_checkpoint
-- A signed head.
insert into log_checkpoint (size, root, note, sealed_at) values (%(size)s, %(root)s, %(note)s, %(sealed_at)s)

-- name: put_tiles
-- Add tiles and let those at the right edge grow; a tile whose beginning is not what it was stays, and is not counted.
insert into log_tile as t (level, index, hashes)
select * from unnest(%(levels)s::smallint[], %(indexes)s::bigint[], %(hashes)s::bytea[])
on conflict (level, index) do update set hashes = excluded.hashes
where length(excluded.hashes) > length(t.hashes) and substring(excluded.hashes from 1 for length(t.hashes)) = t.hashes

-- name: tiles
-- Tiles of the tree.
select level, index, hashes from log_tile
join unnest(%(levels)s::smallint[], %(indexes)s::bigint[]) as wanted (level, index) using (level, index)

-- name: runs_of
-- The runs that hold these records, newest first for each, because runs hardly overlap. What waits is in none.
select distinct found.first_leaf, found.ids
from unnest(%(numbers)s::bigint[]) as wanted (id)
cross join lateral (
    select first_leaf, ids from log_run
    where kind = %(kind)s and low <= wanted.id and high >= wanted.id and ids @> wanted.id
    order by low desc limit 1
) found
where not exists (select from log_pending p where p.kind = %(kind)s and p.ids @> wanted.id)

-- name: run_at
-- The run that holds a leaf.
select first_leaf, count, kind, ids from log_run where first_leaf <= %(leaf)s order by first_leaf desc limit 1

-- name: name_of_record
-- Table and key of a record.
select kind, key from log_record where id = %(id)s

-- name: keys
-- Every public key that has signed, oldest first.
select name, key_id, public_key, since, retired_at from log_key order by key

-- name: current_key
-- The key that signs now.
select name, key_id, public_key, since, retired_at from log_key where retired_at is null

-- name: add_key
-- A key that signs from now on.
insert into log_key (name, key_id, public_key, since) values (%(name)s, %(key_id)s, %(public_key)s, %(since)s)

-- name: retire_key
-- The key that has signed until now.
update log_key set retired_at = %(at)s where retired_at is null

-- name: outgoing
-- How far the checkpoints have gone out to one target.
select size, failures, not_before, last_error from log_outgoing where target = %(target)s

-- name: went_out
-- A target has the checkpoint of this size; failures are over.
insert into log_outgoing as o (target, size) values (%(target)s, %(size)s)
on conflict (target) do update
set size = greatest(o.size, excluded.size), failures = 0, not_before = null, last_error = null

-- name: goes_out_later
-- A target cannot be reached, or refuses: when it is tried again.
insert into log_outgoing as o (target, failures, not_before, last_error) values (%(target)s, 1, %(not_before)s, %(error)s)
on conflict (target) do update
set failures = o.failures + 1, not_before = excluded.not_before, last_error = excluded.last_error

-- name: worth_attesting
-- Whether the log has grown since then by anything but what came of attesting: two clocks would otherwise wind each other up.
select exists (
    select from log_run r
    where r.first_leaf >= %(size)s
      and (r.kind <> 'record'
           or exists (select from log_record e
                      where e.id between r.low and r.high and r.ids @> e.id and e.kind <> 'log_attestation'))
)

-- name: add_attestation
-- What somebody else has signed or stamped.
insert into log_attestation (size, kind, source, token, told_time, received_at)
values (%(size)s, %(kind)s, %(source)s, %(token)s, %(told_time)s, %(received_at)s)

-- name: newest_attestation
-- When this kind was last got.
select size, received_at from log_attestation where kind = %(kind)s order by id desc limit 1

-- name: attestations_of
-- What others have signed or stamped of one checkpoint.
select kind, source, told_time, received_at from log_attestation where size = %(size)s order by id

-- name: every_outgoing
-- How far the checkpoints have gone out to every target.
select target, size, failures, not_before, last_error from log_outgoing order by target
