-- Quarantined pieces as people and programs see them, and the replays that they asked for.

-- name: pieces
-- Quarantined pieces, newest first, after a place. A filter that is NULL does not filter.
select q.received_at, q.id, q.message_id, q.gateway, q.channel, q.mn, q.outlet_key, o.id as outlet, q.reason, q.detail,
       length(q.raw) as bytes, r.outcome, r.replayed_at, r.actor as replayed_by
from quarantine q
left join outlet o on o.key = q.outlet_key
left join lateral (
    select outcome, replayed_at, actor from quarantine_replay
    where quarantine_id = q.id order by replayed_at desc limit 1
) r on true
where q.received_at >= %(from_time)s and q.received_at < %(to_time)s
  and (%(reason)s::text is null or q.reason = %(reason)s)
  and (%(gateway)s::text is null or q.gateway = %(gateway)s)
  and (%(mn)s::text is null or q.mn = %(mn)s)
  and (%(outlet_key)s::integer is null or q.outlet_key = %(outlet_key)s)
  and (%(message_id)s::bigint is null or q.message_id = %(message_id)s)
  and (%(state)s::text is null
       or (%(state)s = 'waiting') <> coalesce(r.outcome in ('accepted', 'duplicate', 'conflicting'), false))
  and (%(after_time)s::timestamptz is null or (q.received_at, q.id) < (%(after_time)s, %(after_id)s::bigint))
order by q.received_at desc, q.id desc
limit %(most)s

-- name: piece
-- One piece with its bytes.
select q.received_at, q.id, q.message_id, q.gateway, q.channel, q.mn, q.outlet_key, o.id as outlet, q.reason, q.detail, q.raw
from quarantine q left join outlet o on o.key = q.outlet_key
where q.id = %(id)s

-- name: reasons
-- How many pieces of each reason and gateway a time has, and how many of them have been stored by a replay since.
select q.reason, q.gateway, count(*)::bigint as pieces,
       count(*) filter (where exists (
           select from quarantine_replay r
           where r.quarantine_id = q.id and r.outcome in ('accepted', 'duplicate', 'conflicting')
       ))::bigint as stored
from quarantine q
where q.received_at >= %(from_time)s and q.received_at < %(to_time)s
group by q.reason, q.gateway
order by pieces desc, q.reason, q.gateway
limit 200

-- name: replays_of
-- What became of one piece each time, newest first.
select replayed_at, release, outcome, actor from quarantine_replay
where quarantine_id = %(id)s order by replayed_at desc limit 50

-- name: add_run
-- A replay that somebody asks for.
insert into replay_run (actor, origin, chosen, total, started_at, beat_at)
values (%(actor)s, %(origin)s, %(chosen)s, %(total)s, %(at)s, %(at)s)
returning id

-- name: advance_run
-- How far a replay is.
update replay_run set done = %(done)s, readings = %(readings)s, outcomes = %(outcomes)s, beat_at = clock_timestamp()
where id = %(id)s

-- name: end_run
-- A replay is over, with the reason when it did not come to its end.
update replay_run set ended_at = clock_timestamp(), beat_at = clock_timestamp(), error_code = %(error_code)s
where id = %(id)s and ended_at is null

-- name: runs
-- The newest replays.
select id, actor, origin, chosen, total, done, readings, outcomes, started_at, beat_at, ended_at, error_code
from replay_run
where (%(before)s::bigint is null or id < %(before)s)
order by id desc limit %(most)s

-- name: run
-- One replay.
select id, actor, origin, chosen, total, done, readings, outcomes, started_at, beat_at, ended_at, error_code
from replay_run where id = %(id)s

-- name: run_pieces
-- What became of the pieces of a replay, in order.
select r.quarantine_id as id, r.outcome, r.replayed_at, q.gateway, q.mn, q.reason, q.received_at
from quarantine_replay r
join lateral (select gateway, mn, reason, received_at from quarantine where id = r.quarantine_id) q on true
where r.actor = %(actor)s and r.replayed_at >= %(from_time)s and (%(to_time)s::timestamptz is null or r.replayed_at <= %(to_time)s)
order by r.replayed_at, r.quarantine_id
limit %(most)s
