-- What the page of the audit trail shows beside the events.

-- name: event
-- One event.
select id, at, actor, origin, action, subject, detail from audit_event where id = %(id)s

-- name: names
-- How users are called.
select name, display_name from app_user where name = any(%(names)s)

-- name: things
-- The page that each number leads to: alerts, leads, tasks and evidence packages by their numbers.
select number, 'alert' as kind, id from alert where number = any(%(numbers)s)
union all
select number, 'lead', id from lead where number = any(%(numbers)s)
union all
select number, 'task', id from task where number = any(%(numbers)s)
union all
select number, 'package', id from evidence_package where number = any(%(numbers)s)

-- name: outlets
-- Which of these are outlets.
select id from outlet where id = any(%(ids)s)

-- name: records
-- The records that the evidence log has of events; an event is written once and so has one.
select id, key from log_record where kind = 'audit_event' and key = any(%(keys)s)

-- name: unchanged
-- Whether an event is what its record in the log was when it was written. The zone that a time is written in is no difference.
select r.content - 'at' = to_jsonb(e) - 'at' and (r.content ->> 'at')::timestamptz = e.at
from audit_event e, log_record r where e.id = %(event)s and r.id = %(record)s
