-- What the overview reads beside values and alerts. A company sees its own unit only: %(site)s is the key of its unit, NULL = all.

-- name: alerts_of_day
-- By unit (NULL = what belongs to none): alerts that were raised since a moment, those of them that stand, and all that stand.
select site_key, count(*) filter (where raised_at >= %(since)s) as raised,
       count(*) filter (where raised_at >= %(since)s and condition = 'active') as standing,
       count(*) filter (where condition = 'active') as active
from alert
where (raised_at >= %(since)s or condition = 'active') and condition <> 'pending'
  and (%(site)s::integer is null or (site_key = %(site)s and company_sees))
group by site_key

-- name: published_transmission
-- The transmission of the hours of one day as it was published last, by outlet and factor.
select w.outlet_key, w.factor, s.numbers -> 'transmission' -> 'hours' as hours
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select numbers from statistic
    where outlet_key = w.outlet_key and factor = w.factor and span = 'day' and start = %(day)s
    order by revision desc limit 1
) s

-- name: overdue_alerts
-- Alerts whose next step is overdue, by the step.
select due_step, count(*) as alerts, min(due_at) as since
from alert where due_at <= %(now)s group by due_step order by min(due_at)

-- name: tasks_open
-- Tasks that are not done: all, overdue ones, and since when the oldest of these is.
select count(*) as open, count(*) filter (where due_at <= %(now)s) as overdue, min(due_at) filter (where due_at <= %(now)s) as since
from task where state in ('open', 'in_progress')

-- name: leads_open
-- Leads that are being worked on, and those with a time that is over.
select count(*) as open, count(*) filter (where c.since is not null) as overdue, min(c.since) as since
from lead l
left join lateral (
    select min(due_at) as since from lead_clock where lead_id = l.id and state = 'running' and due_at <= %(now)s
) c on true
where l.state in ('draft', 'returned', 'technical_review', 'legal_review', 'reviewed')
   or (l.state in ('submitted', 'filed', 'instruct', 'talk') and c.since is not null)

-- name: exceeded_by_week
-- Exceeded hours (stacks) or days (municipal water) by unit: of the last seven days, and of the four weeks before those.
select o.site_key, v.span, count(*) filter (where v.start >= %(week)s) as this_week,
       count(*) filter (where v.start < %(week)s) as before
from (
    select distinct outlet_key, factor, span, start from verdict v
    where v.result = 'exceeded' and v.start >= %(from)s and v.start < %(now)s
      and not exists (
          select from period_value p
          where p.outlet_key = v.outlet_key and p.factor = v.factor and p.span = v.span and p.start = v.start and p.revision > v.revision
      )
) v
join outlet o on o.key = v.outlet_key
group by o.site_key, v.span

-- name: judged_before
-- Units of which anything was judged in a time: with the others nothing can be compared.
select distinct o.site_key
from unnest(%(outlets)s::integer[], %(factors)s::text[], %(spans)s::text[]) as w (outlet_key, factor, span)
join outlet o on o.key = w.outlet_key
where exists (
    select from verdict v
    where v.outlet_key = w.outlet_key and v.factor = w.factor and v.span = w.span and v.start >= %(from)s and v.start < %(to)s
)

-- name: visits_by_site
-- On-site visits of a year by unit: made and counted, and planned.
select site_key, count(*) filter (where counted and visited_at >= %(from)s and visited_at < %(to)s) as made,
       count(*) filter (where state in ('open', 'in_progress')) as planned
from task where kind = 'on_site' group by site_key
