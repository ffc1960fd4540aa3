-- Tasks of officers, the decisions that made them, visits, and the random sample. Alerts, verdicts and the list are only read.

-- name: lock_routing
-- One decision at a time, so that no visit is planned twice and the cap is counted right; released at the end of the transaction.
select pg_advisory_xact_lock(781402026, 7)

-- name: take_number
-- The next task number of a Beijing day. The row is locked until commit, so that a rollback leaves no hole.
insert into task_number as n (day, last) values (%(day)s, 1)
on conflict (day) do update set last = n.last + 1
returning last

-- name: add_task
-- A new task.
insert into task (number, kind, site_key, outlet_key, alert_id, reason, statement, listed, listing_key, state, assigned_to, created_at,
                  created_by, due_at)
values (%(number)s, %(kind)s, %(site_key)s, %(outlet_key)s, %(alert_id)s, %(reason)s, %(statement)s, %(listed)s, %(listing_key)s,
        'open', %(assigned_to)s, %(at)s, %(actor)s, %(due_at)s)
returning id

-- name: note_task
-- The history of a task, and a word to the open pages of the bureau.
with noted as (
    insert into task_event (task_id, at, actor, action, reason, detail)
    values (%(task_id)s, %(at)s, %(actor)s, %(action)s, %(reason)s, %(detail)s)
    returning task_id, action
)
select pg_notify('outfall_live',
                 json_build_object('event', 'task', 'id', t.id, 'number', t.number, 'action', n.action)::text)
from noted n join task t on t.id = n.task_id

-- name: joinable
-- An open task that does what a new one would: any planned visit of the site; else the same kind for the same alert, or for an
-- earlier episode of the same kind at the same place. A removal is proposed once.
select t.id
from task t left join alert had on had.id = t.alert_id left join alert wants on wants.id = %(alert_id)s::bigint
where t.site_key = %(site_key)s and t.kind = %(kind)s and t.state in ('open', 'in_progress')
  and (t.kind in ('on_site', 'removal_proposal') or t.alert_id = %(alert_id)s::bigint
       or (had.code = wants.code and had.outlet_key is not distinct from wants.outlet_key
           and had.gateway is not distinct from wants.gateway and had.factor is not distinct from wants.factor))
order by t.id
limit 1

-- name: lock_task
-- A task, held until the end of the transaction.
select t.id, t.number, t.kind, t.site_key, t.outlet_key, t.alert_id, t.state, t.outcome, t.assigned_to, t.created_at
from task t where t.id = %(id)s
for update

-- name: change_task
-- Where a task stands after a step.
update task set state = %(state)s, outcome = %(outcome)s, assigned_to = %(assigned_to)s, counted = %(counted)s,
                visited_at = %(visited_at)s
where id = %(id)s

-- name: find_assignee
-- A user who can be given a task.
select key from app_user where name = %(name)s and disabled_at is null and role = any(%(roles)s)

-- name: add_decision
-- What was decided, what it was decided on, and why.
insert into routing_decision (at, alert_id, site_key, way, reasons, inputs, rule, task_ids)
values (%(at)s, %(alert_id)s, %(site_key)s, %(way)s, %(reasons)s, %(inputs)s, %(rule)s, %(task_ids)s)
returning id

-- name: alerts_to_route
-- Alerts that no decision was made about, and those whose decision sent nobody to the site and that are not what they were then.
-- A pending alert is none yet; one that is settled or was unfounded needs nobody.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.factor, a.handling, a.late, a.raised_at, a.last_seen,
       a.numbers ->> 'multiple' as multiple, a.inhibited_by is not null as inhibited, d.way, (d.inputs ->> 'lead')::boolean as had_lead,
       (select e.reason from alert_event e where e.alert_id = a.id and e.action = 'verified' order by e.id desc limit 1) as verified
from alert a
left join lateral (
    select r.id, r.at, r.way, r.inputs from routing_decision r
    where r.alert_id = a.id and r.rule like 'routing/%%' order by r.id desc limit 1
) d on true
where a.site_key is not null and a.condition <> 'pending' and a.handling not in ('unfounded', 'closed', 'lead')
  and (d.id is null or (
      d.way <> 'on_site'
      and (a.severity is distinct from d.inputs ->> 'severity'
           or a.numbers ->> 'multiple' is distinct from d.inputs ->> 'multiple'
           or a.last_seen is distinct from (d.inputs ->> 'last_seen')::timestamptz
           or (d.inputs ->> 'inhibited')::boolean is distinct from (a.inhibited_by is not null)
           or (a.handling = 'site_visit' and not (d.inputs ->> 'lead')::boolean))
  ))
order by d.id nulls first, a.id
limit %(most)s

-- name: alert_to_route
-- One alert in the same words, whatever was decided about it.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.factor, a.handling, a.late, a.raised_at, a.last_seen,
       a.numbers ->> 'multiple' as multiple, a.inhibited_by is not null as inhibited, null as way, false as had_lead,
       null as verified
from alert a where a.id = %(id)s

-- name: exceeded_days
-- Beijing days with a standing exceedance of a factor at an outlet up to a moment; what was found untrue does not count.
select count(distinct (o.start at time zone 'Asia/Shanghai')::date)
from alert a join alert_occurrence o on o.alert_id = a.id and o.withdrawn_at is null
where a.outlet_key = %(outlet_key)s and a.factor is not distinct from %(factor)s and a.code = any(%(codes)s)
  and a.handling <> 'unfounded' and o.start > %(from_time)s and o.start <= %(to_time)s

-- name: visits
-- On-site visits of a site in a year: made and counted, and planned.
select count(*) filter (where counted and visited_at >= %(from_time)s and visited_at < %(to_time)s) as made,
       count(*) filter (where state in ('open', 'in_progress')) as planned
from task where site_key = %(site_key)s and kind = 'on_site'

-- name: visits_made
-- The counted visits of a site in a year, oldest first.
select t.id, t.number, t.reason, t.statement, t.listed, t.outcome, t.visited_at
from task t
where t.site_key = %(site_key)s and t.counted and t.visited_at >= %(from_time)s and t.visited_at < %(to_time)s
order by t.visited_at, t.id

-- name: tasks_that_alerts_settle
-- Open tasks about alerts whose handling has gone on.
select t.id, t.kind, a.handling, a.number,
       exists (select from alert_event e where e.alert_id = a.id and e.action = 'answered') as answered
from task t join alert a on a.id = t.alert_id
where t.state in ('open', 'in_progress') and t.kind in ('off_site', 'company_query') and a.handling not in ('new', 'notified')
order by t.id

-- name: confirmed_alerts
-- Alerts of some kinds that were verified as true at sites that are listed, since they are, and that proposed no removal yet.
select a.id, a.number, a.code, a.site_key, a.outlet_key, e.at as confirmed_at, e.reason
from unnest(%(site_keys)s::integer[], %(since)s::timestamptz[]) as listed (site_key, since)
join alert a on a.site_key = listed.site_key and a.code = any(%(codes)s)
join lateral (
    select at, reason from alert_event
    where alert_id = a.id and action = 'verified' and detail ->> 'to' = 'confirmed' order by id limit 1
) e on e.at >= listed.since
where not exists (select from routing_decision r where r.alert_id = a.id and r.rule like 'removal/%%')
order by a.id

-- name: violations_found
-- Visits of listed sites, since they are, that found a violation or were refused, and that proposed no removal yet.
select t.id, t.number, t.site_key, t.outlet_key, t.alert_id, t.outcome, e.at as confirmed_at, e.reason
from unnest(%(site_keys)s::integer[], %(since)s::timestamptz[]) as listed (site_key, since)
join task t on t.site_key = listed.site_key and t.kind = 'on_site' and t.outcome = any(%(outcomes)s)
join lateral (select at, reason from task_event where task_id = t.id and action = 'done' order by id limit 1) e
    on e.at >= listed.since
where not exists (select from routing_decision r where r.rule like 'removal/%%' and r.inputs @> jsonb_build_object('task_id', t.id))
order by t.id

-- name: publish_sample
-- The seed and the candidates of a period, before the draw.
insert into sample_draw (period, seed, published_at, candidates, algorithm)
values (%(period)s, %(seed)s, %(at)s, %(candidates)s, %(algorithm)s)
on conflict (period) do nothing
returning id

-- name: lock_sample
-- The sample of a period, held until the end of the transaction.
select period, seed, published_at, drawn_at, candidates, chosen, algorithm from sample_draw where period = %(period)s for update

-- name: finish_sample
-- What was drawn.
update sample_draw set drawn_at = %(at)s, chosen = %(chosen)s where period = %(period)s

-- name: samples
-- Every published sample, newest first.
select period, seed, published_at, drawn_at, candidates, chosen, algorithm
from sample_draw
where %(before)s::timestamptz is null or published_at < %(before)s
order by published_at desc
limit %(most)s

-- name: tasks
-- Tasks, newest first, before a place; a filter that is NULL does not filter. A company sees the questions to it and the visits that were
-- made: a visit that is announced finds nothing.
select t.id, t.number, t.kind, s.id as site, o.id as outlet, t.alert_id, a.number as alert_number, t.reason, t.statement, t.listed, t.state,
       t.outcome, t.assigned_to, t.created_at, t.created_by, t.due_at, t.counted, t.visited_at
from task t
join site s on s.key = t.site_key
left join outlet o on o.key = t.outlet_key
left join alert a on a.id = t.alert_id
where (%(site_key)s::integer is null or (t.site_key = %(site_key)s and (t.kind = 'company_query' or t.counted)))
  and (%(id)s::bigint is null or t.id = %(id)s)
  and (%(state)s::text is null or t.state = %(state)s)
  and (%(kind)s::text is null or t.kind = %(kind)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(alert)s::bigint is null or t.alert_id = %(alert)s)
  and (%(assigned_to)s::text is null or t.assigned_to = %(assigned_to)s)
  and (%(before_time)s::timestamptz is null or (t.created_at, t.id) < (%(before_time)s, %(before_id)s))
order by t.created_at desc, t.id desc
limit %(most)s

-- name: task_events
-- What happened to a task, oldest first.
select at, actor, action, reason, detail from task_event where task_id = %(task_id)s order by id

-- name: decisions
-- The decisions that made or joined a task, or that were made about an alert, oldest first.
select r.id, r.at, r.way, r.reasons, r.inputs, r.rule, r.task_ids
from routing_decision r
where %(task_id)s::bigint = any(r.task_ids) or r.alert_id = %(alert_id)s::bigint
order by r.id

-- name: listings
-- Every stay on the positive list that was ever recorded, newest record first.
select v.key, s.id as site, v.valid_from, v.valid_to, v.basis, v.level, v.decided_by, v.document, v.recorded_from, v.recorded_to,
       v.recorded_to is null and v.valid_from <= %(at)s and (v.valid_to is null or v.valid_to > %(at)s) as in_force
from positive_list_version v join site s on s.key = v.site_key
where (%(site_key)s::integer is null or v.site_key = %(site_key)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(before_key)s::bigint is null or v.key < %(before_key)s)
order by v.key desc
limit %(most)s

-- name: find_site
-- A site by its id; for a company only its own.
select key from site where id = %(id)s and (%(site_key)s::integer is null or key = %(site_key)s)

-- name: find_task
-- A task by its number or id.
select id from task where number = %(number)s or id = %(id)s::bigint
