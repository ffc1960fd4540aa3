-- Notifications: channels and the plan, the outbox, deliveries.

-- name: plan_in_force
-- Routing, shifts and quiet hours as they are now.
select plan from notification_plan where recorded_to is null

-- name: close_plan
-- A new plan follows.
update notification_plan set recorded_to = %(at)s where recorded_to is null

-- name: open_plan
-- The plan from now on.
insert into notification_plan (plan, recorded_by, recorded_from) values (%(plan)s, %(actor)s, %(at)s)

-- name: lock_channels
-- One file is applied at a time; released at the end of the transaction.
select pg_advisory_xact_lock(781402026, 6)

-- name: channels
-- The channels in use with their secrets: for sending only.
select id, kind, options, secrets from channel_version where recorded_to is null order by id

-- name: close_channel
-- A channel is changed or no longer used.
update channel_version set recorded_to = %(at)s where id = %(id)s and recorded_to is null

-- name: open_channel
-- A channel from now on.
insert into channel_version (id, kind, options, secrets, recorded_from) values (%(id)s, %(kind)s, %(options)s, %(secrets)s, %(at)s)

-- name: site_ids
-- Every site that was ever registered, for routes that name one.
select id from site

-- name: alert_facts
-- What people are told of alerts, with the names of the site and outlet as they are believed now (the newest where they ended).
select a.id, a.number, a.code, a.severity, s.id as site, sv.name as site_name, coalesce(sv.sample, false) as sample,
       ov.name as outlet_name, a.gateway, a.factor, a.numbers, a.clause, a.first_seen, a.last_seen, a.raised_at, a.cleared_at, a.count,
       a.escalation, a.due_at, a.due_step, a.late, a.inhibited_by, a.site_key
from alert a
left join site s on s.key = a.site_key
left join lateral (
    select v.name, v.sample from site_version v where v.site_key = a.site_key and v.recorded_to is null
    order by v.valid_from desc limit 1
) sv on true
left join lateral (
    select v.name from outlet_version v where v.outlet_key = a.outlet_key and v.recorded_to is null
    order by v.valid_from desc limit 1
) ov on true
where a.id = any(%(ids)s)
order by array_position(array['critical', 'serious', 'warning', 'info'], a.severity), a.id

-- name: site_name
-- A site as it is called now.
select s.id, v.name, v.sample
from site s join site_version v on v.site_key = s.key and v.recorded_to is null
where s.key = %(key)s
order by v.valid_from desc limit 1

-- name: told_channels
-- The channels that were told that an alert was raised.
select distinct channel_id from outbox where alert_id = %(alert_id)s and purpose = 'raised'

-- name: task_facts
-- What people are told of a task.
select t.id, t.number, t.kind, t.reason, t.statement, t.due_at, t.alert_id, s.id as site, sv.name as site_name,
       coalesce(sv.sample, false) as sample, ov.name as outlet_name, a.number as alert_number, a.code, a.severity
from task t
join site s on s.key = t.site_key
left join alert a on a.id = t.alert_id
left join lateral (
    select v.name, v.sample from site_version v where v.site_key = t.site_key and v.recorded_to is null
    order by v.valid_from desc limit 1
) sv on true
left join lateral (
    select v.name from outlet_version v where v.outlet_key = t.outlet_key and v.recorded_to is null
    order by v.valid_from desc limit 1
) ov on true
where t.id = %(id)s

-- name: queue
-- A message to send; nothing when the same was queued before.
insert into outbox (channel_id, purpose, alert_id, task_id, lead_id, dedupe, title, body, link, facts, created_at, not_before)
values (%(channel_id)s, %(purpose)s, %(alert_id)s, %(task_id)s, %(lead_id)s, %(dedupe)s, %(title)s, %(body)s, %(link)s, %(facts)s,
        %(at)s, %(not_before)s)
on conflict (dedupe) do nothing
returning id

-- name: forget_trouble
-- The channel is tried anew.
update channel_state set failures = 0, failing_since = null, blocked_until = null where channel_id = %(channel_id)s

-- name: due_channels
-- The channels in use that have messages to send now and do not rest.
select c.id, c.kind, c.options, c.secrets
from channel_version c
left join channel_state s on s.channel_id = c.id
where c.recorded_to is null and (s.blocked_until is null or s.blocked_until <= %(at)s)
  and exists (select from outbox o where o.channel_id = c.id and o.state = 'waiting' and o.not_before <= %(at)s)
order by c.id

-- name: lock_channel_state
-- How a channel fares; the row is locked until the end of the transaction, so that all processes keep the limits together.
insert into channel_state as s (channel_id) values (%(channel_id)s)
on conflict (channel_id) do update set channel_id = s.channel_id
returning attempts, failures, failing_since, blocked_until

-- name: drop_obsolete
-- Reminders that were answered while they waited: somebody has taken the alert up, or it is settled.
update outbox o set state = 'obsolete', finished_at = %(at)s
from alert a
where a.id = o.alert_id and o.channel_id = %(channel_id)s and o.state = 'waiting' and o.purpose = 'reminder'
  and (a.acknowledged_at is not null or a.handling in ('closed', 'lead'))

-- name: merge_candidates
-- What has waited so long that it is old news, and is not on its way just now.
select id, purpose, title, facts, created_at
from outbox
where channel_id = %(channel_id)s and state = 'waiting' and not_before <= %(at)s and created_at <= %(created_before)s
  and purpose <> 'test'
order by id
for update skip locked

-- name: parts_of
-- The messages that were merged into messages before, for a digest that takes these up.
select id, purpose, title, facts, created_at from outbox where merged_into = any(%(ids)s) order by id

-- name: merge
-- These messages, and those that were merged into them, go out as one.
update outbox set state = 'merged', merged_into = %(into)s, finished_at = %(at)s
where id = any(%(ids)s) or merged_into = any(%(ids)s)

-- name: next_message
-- The oldest message that is due.
select id, purpose, title, body, link, facts, created_at, attempts
from outbox
where channel_id = %(channel_id)s and state = 'waiting' and not_before <= %(at)s
  and (%(id)s::bigint is null or id = %(id)s)
order by id limit 1
for update skip locked

-- name: take_message
-- It is on its way: nobody else sends it before this attempt has had its time.
update outbox set attempts = attempts + 1, not_before = %(until)s where id = %(id)s

-- name: keep_attempts
-- The attempts that limits must still know of.
update channel_state set attempts = %(attempts)s where channel_id = %(channel_id)s

-- name: note_delivery
-- What an attempt brought.
insert into delivery (outbox_id, at, ok, status, answer, milliseconds)
values (%(outbox_id)s, %(at)s, %(ok)s, %(status)s, %(answer)s, %(milliseconds)s)

-- name: finish_message
-- Delivered.
update outbox set state = 'sent', finished_at = %(at)s where id = %(id)s and state = 'waiting'

-- name: return_message
-- Not delivered: it waits again.
update outbox set not_before = %(not_before)s where id = %(id)s and state = 'waiting'

-- name: channel_works
-- The channel took a message.
update channel_state set failures = 0, failing_since = null, blocked_until = null, last_ok = %(at)s where channel_id = %(channel_id)s

-- name: channel_fails
-- The channel is out of order.
update channel_state
set failures = failures + 1, failing_since = coalesce(failing_since, %(at)s), blocked_until = %(until)s
where channel_id = %(channel_id)s
returning failures, failing_since

-- name: channel_pauses
-- The channel asks for a pause.
update channel_state set blocked_until = %(until)s where channel_id = %(channel_id)s

-- name: give_up
-- What could not be delivered for so long is given up.
update outbox set state = 'given_up', finished_at = %(at)s
where state = 'waiting' and created_at <= %(before)s
returning channel_id

-- name: channel_state
-- How a channel fares.
select attempts, failures, failing_since, blocked_until, last_ok from channel_state where channel_id = %(channel_id)s

-- name: find_message
-- A message by its key.
select id from outbox where dedupe = %(dedupe)s

-- name: standings
-- The channels in use and how each fares, without secrets.
select c.id, c.kind, c.options, s.failures, s.failing_since, s.blocked_until, s.last_ok, c.recorded_from as since,
       (select count(*) from outbox o where o.channel_id = c.id and o.state = 'waiting') as waiting
from channel_version c
left join channel_state s on s.channel_id = c.id
where c.recorded_to is null
order by c.id

-- name: messages
-- Messages by the time they were queued, newest first.
select o.id, o.channel_id as channel, o.purpose, a.number as alert, o.alert_id, o.task_id, o.title, o.body, o.link, o.created_at,
       o.not_before, o.attempts, o.state, o.merged_into, o.finished_at
from outbox o
left join alert a on a.id = o.alert_id
where (%(channel)s::text is null or o.channel_id = %(channel)s) and (%(state)s::text is null or o.state = %(state)s)
  and (%(alert_id)s::bigint is null or o.alert_id = %(alert_id)s) and (%(before_id)s::bigint is null or o.id < %(before_id)s)
  and (%(id)s::bigint is null or o.id = %(id)s)
order by o.id desc
limit %(most)s

-- name: deliveries
-- What every attempt for a message brought, or for the one that it was merged into.
select d.outbox_id as message, d.at, d.ok, d.status, d.answer, d.milliseconds
from delivery d
where d.outbox_id = %(id)s or d.outbox_id = (select merged_into from outbox where id = %(id)s)
order by d.id
limit 1000

-- name: drop_message
-- Nobody waits for it any more.
update outbox set state = 'obsolete', finished_at = %(at)s where id = %(id)s and state = 'waiting'

-- name: disclosed_lead
-- What a company was told of a lead, and the last day on which it can state its case in time.
select l.number, s.id as site, sv.name as site_name, l.disclosed ->> 'kind' as kind, l.disclosed ->> 'message' as message, l.disclosed_at,
       l.sample, c.last_day
from lead l join site s on s.key = l.site_key
left join lateral (
    select v.name from site_version v where v.site_key = l.site_key and v.recorded_to is null order by v.valid_from desc limit 1
) sv on true
left join lead_clock c on c.lead_id = l.id and c.kind = 'statement' and c.state = 'running'
where l.id = %(id)s and l.disclosed is not null
