-- Leads on the pages of the console: the board, the table, what a new lead can be raised of.

-- name: leads
-- Leads of the bureau, newest first, before a place. A filter that is NULL does not filter. ``each``: of every state only so many, what
-- is due first in front; ``of_state`` counts them all. A review counts while the lead has the content that it is of.
select x.* from (
    select l.id, l.number, l.state, l.state_since, l.kind, l.title, l.sample, s.id as site, sv.name as site_name, l.outlet_keys, l.factors,
           l.from_time, l.to_time, l.basis, l.candidates, l.created_at, l.created_by, l.handler, l.disposition, l.authority_name,
           coalesce(c.display_name, l.created_by) as created_name, coalesce(h.display_name, l.handler) as handler_name,
           d.kind as due_kind, d.due_at, d.last_day as due_day, d.clause as due_clause,
           (select array_agg(distinct r.kind) from lead_review r
            where r.lead_id = l.id and r.result = 'sign' and r.digest = l.digest) as signed,
           count(*) over (partition by l.state) as of_state,
           row_number() over (partition by l.state order by d.due_at nulls last, l.created_at desc, l.id desc) as place
    from lead l
    join site s on s.key = l.site_key
    left join lateral (
        select v.name from site_version v where v.site_key = l.site_key and v.recorded_to is null order by v.valid_from desc limit 1
    ) sv on true
    left join app_user c on c.name = l.created_by
    left join app_user h on h.name = l.handler
    left join lateral (
        select k.kind, k.due_at, k.last_day, k.clause from lead_clock k
        where k.lead_id = l.id and k.state = 'running' and k.due_at is not null
        order by k.due_at, k.kind limit 1
    ) d on true
    where (%(site)s::text is null or s.id = %(site)s)
      and (%(states)s::text[] is null or l.state = any(%(states)s))
      and (%(mine)s::text is null or l.handler = %(mine)s or l.created_by = %(mine)s)
      and (not %(overdue)s or d.due_at <= %(at)s)
      and (%(words)s::text is null or strpos(lower(concat_ws(' ', l.number, l.title, l.facts, sv.name, l.handler)), lower(%(words)s)) > 0)
      and (%(from_time)s::timestamptz is null or coalesce(l.to_time, 'infinity') > %(from_time)s)
      and (%(to_time)s::timestamptz is null or l.from_time < %(to_time)s)
      and (%(reviewer)s::text is null or (
               l.state = any(%(reviewed_states)s)
               and not exists (select from lead_event e
                               where e.lead_id = l.id and e.actor = %(reviewer)s and e.action = any(%(drafting)s))
               and not exists (select from lead_review r
                               where r.lead_id = l.id and r.reviewer = %(reviewer)s
                                 and r.kind <> case l.state when 'technical_review' then 'technical' else 'legal' end)))
) x
where (%(each)s::integer is null or x.place <= %(each)s)
  and (%(before_time)s::timestamptz is null or (x.created_at, x.id) < (%(before_time)s, %(before_id)s))
order by x.created_at desc, x.id desc
limit %(most)s

-- name: counts
-- How many leads there are, how many of them somebody has to act on and how many have a time that is over.
select count(*) as every,
       count(*) filter (where l.state in ('draft', 'returned')) as drafts,
       count(*) filter (where l.state in ('technical_review', 'legal_review')) as in_review,
       count(*) filter (where exists (select from lead_clock k
                                      where k.lead_id = l.id and k.state = 'running' and k.due_at <= %(at)s)) as overdue
from lead l

-- name: alerts_to_raise
-- Alerts of a site that can become a lead or part of one: no pending ones, and none that a standing lead has; newest first.
select a.id, a.number, a.code, a.severity, a.outlet_key, a.factor, a.handling, a.condition, a.first_seen, a.last_seen, a.count, a.numbers
from alert a join site s on s.key = a.site_key
where s.id = %(site)s and a.handling = any(%(handlings)s) and a.condition <> 'pending'
  and not exists (select from lead_alert x join lead l on l.id = x.lead_id where x.alert_id = a.id and l.state <> 'withdrawn')
order by a.handling = 'confirmed' desc, a.last_seen desc, a.id desc
limit %(most)s

-- name: tasks_to_raise
-- Tasks of a site that ended with something to pursue and have no lead yet, newest first.
select t.id, t.number, t.kind, t.outcome, t.created_at
from task t join site s on s.key = t.site_key
where s.id = %(site)s and t.outcome in ('lead_remains', 'confirmed', 'violation_found', 'inspection_refused')
  and not exists (select from lead_task x join lead l on l.id = x.lead_id where x.task_id = t.id and l.state <> 'withdrawn')
order by t.id desc
limit %(most)s

-- name: assignees
-- Who may work on leads.
select name, display_name from app_user where role = any(%(roles)s) and disabled_at is null order by display_name, name

-- name: snapshots
-- The numbers of a lead that were taken, newest first; the content of the two newest only.
select id, taken_at, taken_by, encode(digest, 'hex') as sha256,
       case when row_number() over (order by id desc) <= 2 then content end as content
from lead_snapshot where lead_id = %(lead_id)s
order by id desc
limit 20

-- name: display_names
-- How people are called.
select name, display_name from app_user where name = any(%(names)s)
