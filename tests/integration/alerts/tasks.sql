-- What the tests of tasks and of the positive list look at.

-- name: tasks
select t.*, a.number as alert_number from task t left join alert a on a.id = t.alert_id order by t.id

-- name: task_events
select action, actor, reason, detail from task_event where task_id = %(task_id)s order by id

-- name: decisions
select alert_id, way, reasons, inputs, rule, task_ids from routing_decision order by id

-- name: audit_of_tasks
select actor, action, subject from audit_event where action like 'tasks:%%' order by id

-- name: inhibit
update alert set inhibited_by = %(by)s where id = %(id)s

-- name: judged_of
-- Everything judged and raised at an outlet, without keys, numbers and the moments of the work.
select 'period' as what, p.factor, p.span, p.start, p.revision::text as a, p.valid::text as b, p.status as c, p.reasons::text as d,
       p.after_exemption_folded::text as e, p.count::text as f
from period_value p where p.outlet_key = %(outlet_key)s
union all
select 'verdict', v.factor, v.span, v.start, v.revision::text, v.result, v.basis, v.reasons::text, v.compared::text, v.multiple::text
from verdict v where v.outlet_key = %(outlet_key)s
union all
select 'alert', a.factor, a.code, a.first_seen, a.count::text, a.condition, a.severity, a.handling, a.late::text, a.numbers::text
from alert a where a.outlet_key = %(outlet_key)s
order by 1, 2, 3, 4, 5

-- name: fingerprint
-- Everything that tasks must not touch, as one digest.
select md5(string_agg(line, chr(10) order by line)) as digest from (
    select to_jsonb(r)::text as line from reading r
    union all select to_jsonb(p)::text from period_value p
    union all select to_jsonb(v)::text from verdict v
    union all select to_jsonb(a)::text from alert a
    union all select to_jsonb(o)::text from alert_occurrence o
    union all select to_jsonb(e)::text from alert_event e
    union all select to_jsonb(l)::text from limit_version l
    union all select to_jsonb(l)::text from positive_list_version l
) as everything

-- name: told_of_tasks
select task_id, title, body from outbox where purpose = 'task' order by id
