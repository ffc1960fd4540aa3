-- What people do with alerts.

-- name: lock_alert
-- Where an alert stands, held until the end of the transaction; NULL as site_key = of any site. It calls somebody unless it is late,
-- for the record only, pending, or explained by a wider outage.
select a.id, a.number, a.condition, a.handling, a.handling_since, a.raised_at, a.acknowledged_at, a.acknowledged_by, a.assigned_to,
       a.due_at, a.due_step, a.escalation, a.reminded_at,
       (not a.late and a.inhibited_by is null and a.severity <> 'info' and a.condition <> 'pending') as calls,
       coalesce((select v.key_unit from site_version v
                 where v.site_key = a.site_key and v.recorded_to is null and v.valid_from <= now()
                   and coalesce(v.valid_to, 'infinity') > now()
                 order by v.valid_from desc limit 1), false) as key_unit
from alert a
where a.id = %(id)s
  and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees and a.condition <> 'pending'))
for update of a

-- name: take_step
-- Where the alert stands after a step.
update alert
set handling = %(handling)s, handling_since = %(since)s, acknowledged_at = %(acknowledged_at)s, acknowledged_by = %(acknowledged_by)s,
    assigned_to = %(assigned_to)s, reminded_at = %(reminded_at)s, due_at = %(due_at)s, due_step = %(due_step)s,
    escalation = %(escalation)s, company_sees = company_sees or %(told)s
where id = %(id)s

-- name: note_step
-- The step in the history of the alert.
insert into alert_event (alert_id, at, actor, action, reason, detail)
values (%(alert_id)s, %(at)s, %(actor)s, %(action)s, %(reason)s, %(detail)s)

-- name: tell_pages
-- Open pages hear of it when the transaction commits.
select pg_notify('outfall_live', %(payload)s)

-- name: find_assignee
-- A user who may work on alerts.
select 1 from app_user where name = %(name)s and role = any(%(roles)s) and disabled_at is null

-- name: keep_attachment
-- A paper of an alert.
insert into attachment (alert_id, name, media_type, digest, content, public, by_company, filed_by, filed_at)
values (%(alert_id)s, %(name)s, %(media_type)s, %(digest)s, %(content)s, %(public)s, %(by_company)s, %(filed_by)s, %(filed_at)s)
returning id

-- name: attachments
-- The papers of an alert without their bytes. A company sees the public ones, and no officer's name.
select id, name, media_type, length(content) as bytes, encode(digest, 'hex') as sha256, public,
       case when %(for_company)s and not by_company then 'bureau' else filed_by end as filed_by, filed_at
from attachment
where alert_id = %(alert_id)s and (public or not %(for_company)s)
order by id

-- name: attachment
-- One paper with its bytes; a company gets what is public on an alert of its own.
select t.id, t.name, t.media_type, t.content, encode(t.digest, 'hex') as sha256
from attachment t join alert a on a.id = t.alert_id
where t.id = %(id)s and t.alert_id = %(alert_id)s
  and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and t.public and a.company_sees and a.condition <> 'pending'))

-- name: without_due
-- Alerts that somebody is called for and that no clock runs for yet, locked; one that another process works on is left to it.
select a.id from alert a
where a.handling not in ('closed', 'lead') and not a.late and a.inhibited_by is null and a.severity <> 'info'
  and a.condition <> 'pending' and a.due_step is null
  and (a.handling <> 'new' or a.acknowledged_at is null)
order by a.id limit %(most)s
for update skip locked

-- name: set_due
-- What is due next.
update alert set due_at = %(due_at)s, due_step = %(due_step)s where id = %(id)s

-- name: to_notify
-- Active alerts of a site that its company has not been told of and that Outfall tells by itself.
select a.id from alert a
where a.handling = 'new' and a.condition = 'active' and not a.late and a.inhibited_by is null and a.severity <> 'info'
  and a.site_key is not null and a.company_sees
order by a.id limit %(most)s
for update skip locked

-- name: overdue
-- Alerts whose next step is overdue and that a level has not heard of.
select a.id, a.due_at, a.due_step, a.escalation from alert a
where a.due_at <= %(at)s and a.escalation < %(most_level)s and a.handling not in ('closed', 'lead')
order by a.due_at limit %(most)s
for update skip locked

-- name: to_remind
-- Active alerts that nobody has acknowledged and that were last spoken of before a moment.
select a.id from alert a
where a.handling not in ('closed', 'lead') and not a.late and a.inhibited_by is null and a.severity <> 'info'
  and a.condition = 'active' and a.acknowledged_at is null and coalesce(a.reminded_at, a.raised_at) <= %(before)s
order by a.id limit %(most)s
for update skip locked
