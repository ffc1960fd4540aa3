-- What the pages of the console read. Every list is bounded.

-- name: outlet_states
-- Newest data and receive time by outlet and kind.
select outlet_key, kind::text as kind, data_time, received_at from outlet_state

-- name: gateway_states
-- Connection of every gateway as the broker told it.
select gateway, state, since, heard_at from gateway_state

-- name: latest_readings
-- The newest reading of each wanted (outlet, kind, factor), not older than a day before the outlet's newest data of that kind. The outer
-- bounds say nothing new: by them TimescaleDB leaves out all chunks but one or two before it runs.
with wanted as (
    select * from unnest(%(outlets)s::integer[], %(kinds)s::reading_kind[], %(factors)s::text[], %(uptos)s::timestamptz[])
        as w (outlet_key, kind, factor, upto)
)
select w.outlet_key, w.factor, r.data_time, r.value, r.folded, r.flag, r.status::text as status
from wanted w
cross join lateral (
    select data_time, value, folded, flag, status
    from reading
    where outlet_key = w.outlet_key and kind = w.kind and factor = w.factor
      and data_time <= w.upto and data_time > w.upto - interval '1 day'
      and data_time <= %(newest)s and data_time > %(oldest)s
    order by data_time desc, revision desc
    limit 1
) r

-- name: latest_verdicts
-- The newest verdict of each wanted (outlet, factor, span) since a moment; the worst one where several limits were judged.
with wanted as (
    select * from unnest(%(outlets)s::integer[], %(factors)s::text[], %(spans)s::text[]) as w (outlet_key, factor, span)
)
select w.outlet_key, w.factor, w.span, v.start, v.result, v.bound, v.bound_side, v.compared, v.multiple
from wanted w
cross join lateral (
    select start, result, bound, bound_side, compared, multiple
    from verdict
    where outlet_key = w.outlet_key and factor = w.factor and span = w.span and start > %(since)s
    order by start desc, revision desc, (result = 'exceeded') desc
    limit 1
) v

-- name: open_alerts
-- Alerts that still stand, and cleared ones that nobody has acknowledged or settled; gravest and newest first. Late ones stand at
-- the end, what a wider outage explains does not stand here. A company sees the handling as far as it may know it.
select a.id, number, code, severity, site_key, outlet_key, gateway, factor, condition, shown.handling, first_seen, last_seen,
       raised_at, cleared_at, count, numbers, clause, limit_key, late, acknowledged_at, acknowledged_by
from alert a
cross join lateral (select handling_for(a.id, a.handling, %(site)s::integer is not null) as handling) shown
where (condition = 'active'
       or (condition = 'cleared' and acknowledged_at is null and not late and inhibited_by is null
           and a.handling not in ('closed', 'lead')))
  and (%(site)s::integer is null or (site_key = %(site)s and company_sees))
order by late, (condition = 'active') desc,
         array_position(array['critical', 'serious', 'warning', 'info'], severity), raised_at desc, a.id desc
limit %(most)s

-- name: count_active_alerts
-- How many alerts stand, and how many of them wait for an acknowledgement.
select count(*) as active, count(*) filter (where acknowledged_at is null) as unacknowledged
from alert
where condition = 'active' and (%(site)s::integer is null or (site_key = %(site)s and company_sees))

-- name: alert_events
-- What happened to an alert, oldest first.
select at, actor, action, reason, detail from alert_event where alert_id = %(id)s order by id limit 500

-- name: service_heartbeats
-- When each service was last seen.
select service, max(seen_at) as seen_at from service_heartbeat group by service

-- name: own_outages_open
-- Times in which Outfall cannot receive that have not ended.
select cause, from_time from own_outage where to_time is null order by from_time

-- name: ledger_sums
-- The loss ledger of an outlet since an hour, by disposition and reason.
select disposition, reason, sum(frames)::bigint as frames, sum(readings)::bigint as readings
from ledger
where outlet_key = %(outlet)s and hour >= %(since)s
group by disposition, reason
order by disposition, frames desc, reason

-- name: gateway_ledger_sums
-- What a gateway delivered and no outlet could be found for, since an hour.
select disposition, reason, sum(frames)::bigint as frames, sum(readings)::bigint as readings
from ledger
where outlet_key = 0 and gateway = %(gateway)s and hour >= %(since)s
group by disposition, reason
order by disposition, frames desc, reason

-- name: series_readings
-- A series for a chart: the newest revision of each reading.
select distinct on (data_time) data_time, value, folded, status::text as status
from reading
where outlet_key = %(outlet)s and kind = %(kind)s::reading_kind and factor = %(factor)s
  and data_time >= %(from)s and data_time < %(to)s
order by data_time, revision desc

-- name: series_periods
-- What became of each period of a chart: the newest revision, the worst result where several limits were judged.
select distinct on (p.start) p.start, p.valid, p.status, v.result
from period_value p
left join verdict v
    on v.outlet_key = %(outlet)s and v.factor = %(factor)s and v.span = %(span)s and v.start >= %(from)s and v.start < %(to)s
       and v.start = p.start and v.revision = p.revision
where p.outlet_key = %(outlet)s and p.factor = %(factor)s and p.span = %(span)s and p.start >= %(from)s and p.start < %(to)s
order by p.start, p.revision desc, (v.result = 'exceeded') desc nulls last
