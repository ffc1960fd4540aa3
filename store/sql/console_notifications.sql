-- What the pages of notifications read. No statement here returns a secret.

-- name: messages
-- Messages with the newest attempt for each, newest first, before a place. A filter that is NULL does not filter.
select o.id, o.channel_id as channel, o.purpose, a.number as alert, o.alert_id, o.task_id, o.lead_id, o.title, o.created_at, o.not_before,
       o.attempts, o.state, o.merged_into, o.finished_at, d.at as tried_at, d.ok, d.status, d.milliseconds
from outbox o
left join alert a on a.id = o.alert_id
left join lateral (
    select d.at, d.ok, d.status, d.milliseconds from delivery d
    where d.outbox_id = o.id or d.outbox_id = o.merged_into
    order by d.id desc limit 1
) d on true
where (%(channel)s::text is null or o.channel_id = %(channel)s)
  and (%(state)s::text is null or o.state = %(state)s)
  and (%(purpose)s::text is null or o.purpose = %(purpose)s)
  and (%(number)s::text is null or strpos(upper(a.number), upper(%(number)s)) > 0)
  and (%(from_time)s::timestamptz is null or o.created_at >= %(from_time)s)
  and (%(to_time)s::timestamptz is null or o.created_at < %(to_time)s)
  and (%(before_id)s::bigint is null or o.id < %(before_id)s)
order by o.id desc
limit %(most)s

-- name: message_counts
-- How many messages stand in which state.
select state, count(*) as count from outbox group by state

-- name: merged
-- The messages that went out with this one.
select o.id, o.title, o.created_at, a.number as alert, o.alert_id
from outbox o left join alert a on a.id = o.alert_id
where o.merged_into = %(id)s
order by o.id limit 200

-- name: rates
-- How many attempts each channel made within the last minute.
select channel_id, (select count(*) from unnest(attempts) as one (at) where one.at > %(since)s) as attempts from channel_state

-- name: channel_history
-- Every record of a channel, newest first.
select id, kind, options, recorded_from, recorded_to from channel_version order by recorded_from desc, key desc limit %(most)s

-- name: plan_history
-- Every plan, newest first.
select key, recorded_by, recorded_from, recorded_to from notification_plan order by recorded_from desc, key desc limit %(most)s

-- name: applications
-- Who applied a channels file when, and what it changed, newest first.
select at, actor, origin, detail from audit_event where action = 'notify:channels:apply' order by id desc limit %(most)s

-- name: in_force
-- What is in force now, as numbers that change with it.
select coalesce(array_agg(key order by key), '{}') as channels,
       (select key from notification_plan where recorded_to is null) as plan
from channel_version where recorded_to is null
