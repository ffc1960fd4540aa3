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
insert into outbox (channel_id, purpose, alert_id, task_id, dedupe, title, body, link, facts, created_at, not_before)
values (%(channel_id)s, %(purpose)s, %(alert_id)s, %(task_id)s, %(dedupe)s, %(title)s, %(body)s, %(link)s, %(facts)s, %(at)s,
        %(not_before)s)
on conflict (dedupe) do nothing
returning id

-- name: forget_trouble
-- The channel is tried anew.
update channel_state set failures = 0, failing_since = null, blocked_until = null where channel_id = %(channel_id)s
