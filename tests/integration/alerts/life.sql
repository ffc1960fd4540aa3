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
