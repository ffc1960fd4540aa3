-- What the page of a unit reads. The unit was found in the registry that the caller may see; a company asks with for_company.

-- name: to_answer
-- Alerts that the company has been told of and has to answer.
select id, number, code, outlet_key, factor, due_at
from alert
where site_key = %(site)s and company_sees and condition <> 'pending' and due_step = 'answer'
order by due_at
limit 50

-- name: queries_to_company
-- Questions to the company that are about no alert which waits for its answer anyway.
select t.id, t.number, t.kind, t.due_at
from task t left join alert a on a.id = t.alert_id
where t.site_key = %(site)s and t.kind = 'company_query' and t.state in ('open', 'in_progress')
  and (a.id is null or (a.company_sees and a.due_step is distinct from 'answer'))
order by t.due_at nulls last
limit 50

-- name: recent_alerts
-- Alerts of a unit that stand or were raised since a moment: those that stand first, then the newest.
select a.id, number, code, severity, site_key, outlet_key, gateway, factor, condition,
       handling_for(a.id, a.handling, %(for_company)s) as handling,
       first_seen, last_seen, raised_at, cleared_at, count, numbers, clause, limit_key, late, acknowledged_at, acknowledged_by,
       assigned_to, due_at, due_step, title_facts
from alert a
where site_key = %(site)s and condition <> 'pending' and (company_sees or not %(for_company)s)
  and (condition = 'active' or raised_at >= %(since)s)
order by (condition = 'active') desc, raised_at desc, a.id desc
limit %(most)s

-- name: tasks_of_site
-- Tasks of a unit: open ones first, then the newest. A company sees the questions to it and the visits that were made.
select t.id, t.number, t.kind, t.state, t.outcome, t.assigned_to, t.created_at, t.due_at, t.visited_at
from task t
where t.site_key = %(site)s and (not %(for_company)s or t.kind = 'company_query' or t.counted)
order by (t.state in ('open', 'in_progress')) desc, t.created_at desc, t.id desc
limit %(most)s

-- name: leads_of_site
-- How many leads of a unit are worked on, how many were submitted and how many there ever were.
select count(*) as leads,
       count(*) filter (where state in ('draft', 'returned', 'technical_review', 'legal_review', 'reviewed')) as working,
       count(*) filter (where state not in ('draft', 'returned', 'technical_review', 'legal_review', 'reviewed', 'no_case', 'withdrawn'))
           as submitted
from lead where site_key = %(site)s

-- name: day_results
-- What became of the periods of each Beijing day, by outlet: how many factors' periods had each result, each in its newest revision.
select v.outlet_key, date_trunc('day', v.start, 'Asia/Shanghai') as day, v.result, count(*) as periods, count(distinct v.factor) as factors
from unnest(%(outlets)s::integer[], %(factors)s::text[], %(spans)s::text[]) as w (outlet_key, factor, span)
cross join lateral (
    select distinct on (start) w.outlet_key, w.factor, start, result
    from verdict
    where outlet_key = w.outlet_key and factor = w.factor and span = w.span and start >= %(from)s and start < %(to)s
    order by start, revision desc,
             array_position(array['exceeded', 'exempt', 'undetermined', 'invalid', 'missing', 'compliant', 'no_limit'], result)
) v
group by v.outlet_key, day, v.result

-- name: month_numbers
-- Published statistics of a month in their newest revision, by outlet and factor; of the days of it where the month is not over.
select w.outlet_key, w.factor, s.start, s.span, s.numbers -> 'transmission' -> 'hours' as sent, s.numbers -> 'attainment' as attainment,
       s.numbers -> 'emission' ->> 'total_kg' as total_kg, s.numbers -> 'emission' ->> 'substituted_kg' as substituted_kg, s.computed_at
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (start) start, span, numbers, computed_at
    from statistic
    where outlet_key = w.outlet_key and factor = w.factor and span = 'day' and start >= %(from)s and start < %(to)s
    order by start, revision desc
) s

-- name: recent_marks
-- Marks of some outlets that were filed since a moment, newest first.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.channel, m.received_at, m.deadline, m.late,
       w.withdrawn_at
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = any(%(outlets)s) and m.received_at >= %(since)s
order by m.received_at desc, m.id desc
limit %(most)s

-- name: doubtful_hours
-- Hours of some outlets and factors that are invalid or missing in their newest revision, by time; such an hour has no result to compare.
select p.outlet_key, p.factor, p.start, p.valid, p.status, null::text as result, null::numeric as multiple
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (start) outlet_key, factor, start, valid, status
    from period_value
    where outlet_key = w.outlet_key and factor = w.factor and span = 'hour' and start >= %(from)s and start < %(to)s
    order by start, revision desc
) p
where not p.valid
order by p.outlet_key, p.factor, p.start
