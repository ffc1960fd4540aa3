-- What the tests of the life of alerts look at.

-- name: alert
select * from alert where id = %(id)s

-- name: events
select at, actor, action, reason, detail from alert_event where alert_id = %(id)s order by id

-- name: digests
select d.site_key, cardinality(d.alert_ids) as alerts from digest d order by d.id

-- name: outbox
select purpose, alert_id, title, body from outbox order by id

-- name: add_user
insert into app_user (name, display_name, role, password_hash) values (%(name)s, %(name)s, %(role)s, 'none')

-- name: audit
select actor, action from audit_event where action like 'alerts:%%' order by id

-- name: lead_messages
select title, body, lead_id from outbox where purpose = 'lead' and lead_id = %(id)s order by id

-- name: delete_lead
delete from lead where id = %(id)s

-- name: change_review
update lead_review set opinion = 'x' where lead_id = %(id)s

-- name: change_event
update lead_event set reason = 'x' where lead_id = %(id)s

-- name: change_snapshot
update lead_snapshot set content = '{}' where lead_id = %(id)s

-- name: registered_long_ago
-- The sites file of these tests is applied when they run; what they are about is older.
with a as (update authority_version set valid_from = '2020-01-01'), s as (update site_version set valid_from = '2020-01-01'),
     o as (update outlet_version set valid_from = '2020-01-01')
update monitor_version set valid_from = '2020-01-01'
