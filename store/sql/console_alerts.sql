-- The inbox of alerts and what stands around one alert. A company (a site is given) sees its own unit's alerts that are sure and that it
-- may know of, with the handling as far as it may know it. Every list is bounded.

-- name: inbox
-- One page of the inbox in the order that was asked for, after a place. A filter that is NULL does not filter.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.gateway, a.factor, a.condition, shown.handling, a.first_seen,
       a.last_seen, a.raised_at, a.cleared_at, a.count, a.numbers, a.clause, a.limit_key, a.late, a.acknowledged_at, a.acknowledged_by,
       a.assigned_to, a.due_at, a.due_step, a.escalation, a.reminded_at, a.inhibited_by, a.flaps, a.previous_id, a.handling_since, a.handling as state,
       s.id as site, o.id as outlet,
       place.rank, place.moment
from alert a
left join site s on s.key = a.site_key
left join outlet o on o.key = a.outlet_key
cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
cross join lateral (
    select shown.handling not in ('closed', 'lead') as unsettled,
           a.late or a.inhibited_by is not null as apart,
           a.condition = 'active' or (shown.handling not in ('closed', 'lead') and a.severity <> 'info') as standing
) is_
cross join lateral (
    select case %(show)s::text
               when 'open' then is_.standing and not is_.apart
               when 'mine' then is_.unsettled and a.assigned_to = %(me)s::text
               when 'unacknowledged' then is_.standing and not is_.apart and is_.unsettled and a.acknowledged_at is null
               when 'overdue' then is_.unsettled and a.due_at <= %(now)s::timestamptz
                                   and (%(site_key)s::integer is null or a.due_step = 'answer')
               when 'answer' then shown.handling = 'notified'
               when 'late' then a.late and is_.unsettled
               when 'inhibited' then a.inhibited_by is not null and is_.unsettled
               else true
           end as inside
) tab
cross join lateral (
    select case when %(sort)s::text = 'severity' then array_position(array['critical', 'serious', 'warning', 'info'], a.severity) else 0 end
               as rank,
           case %(sort)s::text
               when 'due' then coalesce(extract(epoch from case when %(site_key)s::integer is null or a.due_step = 'answer' then a.due_at end), 1e12)
               else -extract(epoch from a.raised_at)
           end as moment
) place
where (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees))
  and tab.inside
  and (%(id)s::bigint is null or a.id = %(id)s)
  and (case when %(condition)s::text is null then a.condition <> 'pending'
            else a.condition = %(condition)s and (%(site_key)s::integer is null or a.condition <> 'pending') end)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(outlet)s::text is null or o.id = %(outlet)s)
  and (%(code)s::text is null or a.code = %(code)s)
  and (%(severity)s::text is null or a.severity = %(severity)s)
  and (%(handling)s::text is null or shown.handling = %(handling)s)
  and (%(number)s::text is null or strpos(upper(a.number), upper(%(number)s)) > 0)
  and (%(from_time)s::timestamptz is null or a.raised_at >= %(from_time)s)
  and (%(to_time)s::timestamptz is null or a.raised_at < %(to_time)s)
  and (%(after_id)s::bigint is null or (place.rank, place.moment, -a.id) > (%(after_rank)s, %(after_moment)s::numeric, -%(after_id)s::bigint))
order by place.rank, place.moment, a.id desc
limit %(most)s

-- name: inbox_counts
-- How many alerts each view of the inbox holds under the filters, and how many each choice of a filter has in the view that is shown.
with base as (
    select a.code, a.severity, a.condition, s.id as site, o.id as outlet, shown.handling, is_.*,
           (is_.unsettled and a.assigned_to = %(me)s::text) as mine,
           (is_.standing and not is_.apart) as open,
           (is_.standing and not is_.apart and is_.unsettled and a.acknowledged_at is null) as unacknowledged,
           (is_.unsettled and coalesce(a.due_at <= %(now)s::timestamptz, false)
            and (%(site_key)s::integer is null or a.due_step = 'answer')) as overdue,
           (shown.handling = 'notified') as answer,
           (a.late and is_.unsettled) as late,
           (a.inhibited_by is not null and is_.unsettled) as inhibited,
           (case when %(condition)s::text is null then a.condition <> 'pending' else a.condition = %(condition)s end
            and (%(site)s::text is null or s.id = %(site)s)
            and (%(outlet)s::text is null or o.id = %(outlet)s)
            and (%(code)s::text is null or a.code = %(code)s)
            and (%(severity)s::text is null or a.severity = %(severity)s)
            and (%(handling)s::text is null or shown.handling = %(handling)s)
            and (%(number)s::text is null or strpos(upper(a.number), upper(%(number)s)) > 0)
            and (%(from_time)s::timestamptz is null or a.raised_at >= %(from_time)s)
            and (%(to_time)s::timestamptz is null or a.raised_at < %(to_time)s)) as fits
    from alert a
    left join site s on s.key = a.site_key
    left join outlet o on o.key = a.outlet_key
    cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
    cross join lateral (
        select shown.handling not in ('closed', 'lead') as unsettled,
               a.late or a.inhibited_by is not null as apart,
               a.condition = 'active' or (shown.handling not in ('closed', 'lead') and a.severity <> 'info') as standing
    ) is_
    where %(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees and a.condition <> 'pending')
), placed as (
    select b.*, v.name, v.inside
    from base b
    cross join lateral (values ('open', b.open), ('mine', b.mine), ('unacknowledged', b.unacknowledged), ('overdue', b.overdue),
                               ('answer', b.answer), ('late', b.late), ('inhibited', b.inhibited), ('all', true)) as v (name, inside)
)
select 'show' as what, name as value, count(*) as count from placed where inside and fits group by name
union all
select c.what, c.value, count(*)
from placed p
cross join lateral (values ('site', p.site), ('outlet', p.outlet), ('code', p.code), ('severity', p.severity), ('handling', p.handling),
                           ('condition', p.condition)) as c (what, value)
where p.name = %(show)s and p.inside and c.value is not null and (p.condition <> 'pending' or c.what = 'condition')
group by c.what, c.value

-- name: numbers_of
-- Numbers of alerts that were named, for what is said of each after a bulk step; those that the caller may see.
select id, number, code from alert
where id = any(%(ids)s) and (%(site_key)s::integer is null or (site_key = %(site_key)s and company_sees and condition <> 'pending'))

-- name: people
-- Who may work on alerts.
select name, display_name, role from app_user where role = any(%(roles)s) and disabled_at is null order by display_name, name limit 500

-- name: people_of_company
-- The people of a unit who would read what it is told.
select u.name, u.display_name from app_user u where u.role = 'company' and u.site_key = %(site_key)s and u.disabled_at is null
order by u.name limit 50

-- name: counted_periods
-- The periods that an alert counts, newest first, each with the newest revision of its value and the verdict on it.
select o.start, o.span, o.numbers, o.noted_at, o.withdrawn_at, p.revision, p.reported_measured, p.reported_folded,
       p.recomputed_measured, p.recomputed_folded, p.after_marking_measured, p.after_marking_folded, p.valid, p.status, p.reasons,
       p.count, p.expected, v.result, v.bound, v.compared, v.multiple, v.reasons as verdict_reasons
from alert_occurrence o
left join lateral (
    select * from period_value p
    where p.outlet_key = %(outlet_key)s and p.factor = %(factor)s and p.span = o.span and p.start = o.start
    order by p.revision desc limit 1
) p on true
left join lateral (
    select * from verdict v
    where v.outlet_key = %(outlet_key)s and v.factor = %(factor)s and v.span = o.span and v.start = o.start and v.revision = p.revision
    order by (v.result = 'exceeded') desc limit 1
) v on true
where o.alert_id = %(alert_id)s
order by o.start desc
limit %(most)s

-- name: limit_record
-- The record of a limit that an alert rests on, as it was written down.
select l.key, l.factor, l.basis, l.minimum, l.maximum, l.condition, l.standard, l.clause, l.source, l.valid_from, l.valid_to,
       l.recorded_from, l.recorded_to, l.outlet_key
from limit_version l
where l.key = %(key)s and l.outlet_key = %(outlet_key)s

-- name: similar
-- Earlier alerts of the same kind, outlet and factor, newest first, with what people found.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.gateway, a.factor, a.condition, shown.handling, a.first_seen,
       a.last_seen, a.raised_at, a.cleared_at, a.count, a.numbers, a.clause, a.limit_key, a.late, a.acknowledged_at, a.acknowledged_by,
       (select e.detail ->> 'result' from alert_event e where e.alert_id = a.id and e.action = 'verified' order by e.id desc limit 1) as result,
       (select e.reason from alert_event e where e.alert_id = a.id and e.action in ('verified', 'closed', 'made_lead')
        order by e.id desc limit 1) as why
from alert a
cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
where a.id <> %(id)s and a.code = %(code)s and a.outlet_key is not distinct from %(outlet_key)s
  and a.gateway is not distinct from %(gateway)s and a.factor is not distinct from %(factor)s and a.condition <> 'pending'
  and a.first_seen <= %(first_seen)s
  and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees))
order by a.first_seen desc, a.id desc
limit %(most)s

-- name: same_time
-- Other alerts of the outlet within a year before that began at the same kind of time: day or night, working day or weekend.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.gateway, a.factor, a.condition, shown.handling, a.first_seen,
       a.last_seen, a.raised_at, a.cleared_at, a.count, a.numbers, a.clause, a.limit_key, a.late, a.acknowledged_at, a.acknowledged_by,
       (select e.detail ->> 'result' from alert_event e where e.alert_id = a.id and e.action = 'verified' order by e.id desc limit 1) as result,
       (select e.reason from alert_event e where e.alert_id = a.id and e.action in ('verified', 'closed', 'made_lead')
        order by e.id desc limit 1) as why
from alert a
cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
cross join lateral (select a.first_seen at time zone 'Asia/Shanghai' as local) here
where a.id <> %(id)s and a.outlet_key = %(outlet_key)s and a.condition <> 'pending' and a.severity <> 'info'
  and a.first_seen <= %(first_seen)s and a.first_seen > %(first_seen)s - interval '366 days'
  and not (a.code = %(code)s and a.factor is not distinct from %(factor)s)
  and (extract(hour from here.local) >= 22 or extract(hour from here.local) < 6) = %(night)s
  and (extract(isodow from here.local) >= 6) = %(weekend)s
  and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees))
order by a.first_seen desc, a.id desc
limit %(most)s

-- name: outages_over
-- Times within a range in which Outfall itself could not receive.
select cause, from_time, to_time from own_outage
where from_time < %(to_time)s and coalesce(to_time, 'infinity') > %(from_time)s
order by from_time limit 50

-- name: neighbours
-- The alerts that this one names: the episode before it, the wider outage that explains it, and the one that follows it.
select a.id, a.number, a.code,
       case when a.id = %(previous_id)s::bigint then 'previous' when a.id = %(inhibited_by)s::bigint then 'inhibitor' else 'next' end as why
from alert a
where (a.id = %(previous_id)s::bigint or a.id = %(inhibited_by)s::bigint or a.previous_id = %(id)s)
  and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees and a.condition <> 'pending'))
order by a.id limit 20

-- name: deliveries_of
-- What became of each message about an alert: the newest attempt for it, or for the one that it was merged into.
select distinct on (o.id) o.id as message, d.at, d.ok, d.status, d.answer, d.milliseconds
from outbox o join delivery d on d.outbox_id = o.id or d.outbox_id = o.merged_into
where o.alert_id = %(alert_id)s
order by o.id, d.id desc
