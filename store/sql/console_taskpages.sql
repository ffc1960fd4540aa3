-- What the pages of tasks read.

-- name: list_tasks
-- Tasks, newest first, before a place; a filter that is NULL does not filter. A company sees the questions to it and the visits that
-- were made, as in tasks.sql: a visit that is announced finds nothing.
select t.id, t.number, t.kind, s.id as site, o.id as outlet, t.alert_id, a.number as alert_number, t.reason, t.statement, t.listed, t.state,
       t.outcome, t.assigned_to, t.created_at, t.created_by, t.due_at, t.counted, t.visited_at
from task t
join site s on s.key = t.site_key
left join outlet o on o.key = t.outlet_key
left join alert a on a.id = t.alert_id
where (%(site_key)s::integer is null or (t.site_key = %(site_key)s and (t.kind = 'company_query' or t.counted)))
  and (%(states)s::text[] is null or t.state = any(%(states)s))
  and (%(kind)s::text is null or t.kind = %(kind)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(mine)s::text is null or t.assigned_to = %(mine)s)
  and (not %(overdue)s or (t.due_at < %(now)s and t.state in ('open', 'in_progress')))
  and (%(before_time)s::timestamptz is null or (t.created_at, t.id) < (%(before_time)s, %(before_id)s))
order by t.created_at desc, t.id desc
limit %(most)s

-- name: task_counts
-- How many tasks are open, overdue, and of one person.
select count(*) filter (where t.state in ('open', 'in_progress')) as unfinished,
       count(*) filter (where t.state in ('open', 'in_progress') and t.due_at < %(now)s) as overdue,
       count(*) filter (where t.state in ('open', 'in_progress') and t.assigned_to = %(mine)s) as mine
from task t
where (%(site_key)s::integer is null or (t.site_key = %(site_key)s and (t.kind = 'company_query' or t.counted)))

-- name: visits_by_site
-- On-site visits of every site in a year: made and counted, and planned; for a company its own alone.
select t.site_key, count(*) filter (where t.counted and t.visited_at >= %(from_time)s and t.visited_at < %(to_time)s) as made,
       count(*) filter (where t.state in ('open', 'in_progress')) as planned
from task t
where t.kind = 'on_site' and (%(site_key)s::integer is null or t.site_key = %(site_key)s)
group by t.site_key

-- name: handlers
-- Users who can be given a task.
select name, display_name from app_user where disabled_at is null and role = any(%(roles)s) order by display_name, name

-- name: display_names
-- What users are called.
select name, display_name from app_user where name = any(%(names)s)

-- name: alert_by_number
-- An alert by its number.
select id from alert where number = %(number)s
