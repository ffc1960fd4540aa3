-- What the pages about the quality of the data read. Outlets come from the registry that the caller may see.

-- name: published_days
-- The newest published statistics of each day of an outlet.
select factor, start, revision, computed_at, numbers
from (
    select distinct on (factor, start) factor, start, revision, computed_at, numbers
    from statistic
    where outlet_key = %(outlet_key)s and span = 'day' and factor = any(%(factors)s)
      and start >= %(from_time)s and start < %(to_time)s
    order by factor, start, revision desc
) s
order by start, factor

-- name: counted_days
-- Hours of each day by what became of them, from the period values: for days that are not published.
select p.factor, date_trunc('day', p.start) as start, count(*)::integer as hours,
       count(*) filter (where p.status = 'missing')::integer as missing,
       count(*) filter (where p.status = 'stopped')::integer as stopped,
       count(*) filter (where p.valid)::integer as valid
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (start) factor, start, valid, status
    from period_value
    where outlet_key = %(outlet_key)s and factor = f.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision desc
) p
group by 1, 2
order by 2, 1

-- name: day_hours
-- Every hour of a day of an outlet in its newest revision, with the worst of its results.
select p.factor, p.start, p.revision, p.valid, p.status, p.reasons, p.count, p.expected, p.computed_at,
       p.reported_measured, p.reported_folded, v.result, v.reasons as verdict_reasons
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (start) factor, start, revision, valid, status, reasons, count, expected, computed_at, reported_measured,
           reported_folded
    from period_value
    where outlet_key = %(outlet_key)s and factor = f.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision desc
) p
left join lateral (
    select distinct on (start, revision) start, revision, result, reasons
    from verdict
    where outlet_key = %(outlet_key)s and factor = f.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision, array_position(array['exceeded', 'exempt', 'undetermined', 'invalid', 'missing'], result)
) v on v.start = p.start and v.revision = p.revision
order by p.start, p.factor

-- name: statistics
-- Every revision of the published statistics of an outlet over one kind of span, the newest span first.
select factor, start, revision, numbers, rule, computed_at
from statistic
where outlet_key = %(outlet_key)s and span = %(span)s and factor = any(%(factors)s) and start >= %(from_time)s and start < %(to_time)s
order by start desc, array_position(%(factors)s::text[], factor), revision desc
limit %(most)s

-- name: ledger
-- The loss ledger over a time, by hour or day, gateway and outlet. Outlet 0 stands for what belongs to no outlet; a company is given
-- its own outlets only.
select date_trunc(%(unit)s, hour) as start, gateway, outlet_key, disposition, reason, sum(frames)::bigint as frames,
       sum(readings)::bigint as readings
from ledger
where hour >= %(from_time)s and hour < %(to_time)s
  and (%(outlets)s::integer[] is null or outlet_key = any(%(outlets)s))
  and (%(gateway)s::text is null or gateway = %(gateway)s)
group by 1, 2, 3, 4, 5
order by 1 desc, 2, 3, 4, 5

-- name: missing_hours
-- Hours of some outlets in which something of a factor is missing, in their newest revision; and of how many factors it is.
select p.outlet_key, p.start, array_agg(p.factor order by p.factor) as factors, max(p.computed_at) as computed_at
from unnest(%(outlets)s::integer[], %(factors)s::text[]) as w (outlet_key, factor)
cross join lateral (
    select distinct on (start) outlet_key, factor, start, status, computed_at
    from period_value
    where outlet_key = w.outlet_key and factor = w.factor and span = 'hour' and start >= %(from_time)s and start < %(to_time)s
    order by start, revision desc
) p
where p.status = 'missing'
group by p.outlet_key, p.start
order by p.outlet_key, p.start

-- name: own_outages
-- Times in which Outfall itself could not receive.
select cause, from_time, to_time from own_outage
where from_time < %(to_time)s and coalesce(to_time, 'infinity') > %(from_time)s
order by from_time

-- name: connection_alerts
-- Alerts that say that an outlet, a gateway or a site was not heard, over a time. A company is told of those that it may know.
select id, number, code, site_key, outlet_key, gateway, first_seen, coalesce(cleared_at, %(to_time)s::timestamptz) as until, condition
from alert
where code in ('outlet_silent', 'gateway_offline', 'site_offline') and condition <> 'pending'
  and first_seen < %(to_time)s and coalesce(cleared_at, 'infinity') > %(from_time)s
  and (%(site_key)s::integer is null or (site_key = %(site_key)s and company_sees))
order by first_seen
limit 2000

-- name: skews
-- Frames whose time was far from the time of receipt, as ingest noticed them, newest first.
select f.code, f.gateway, f.outlet_key, f.from_time, f.to_time, f.found_at, f.numbers, a.id as alert_id, a.number
from finding f
left join finding_handled h on h.finding_id = f.id
left join alert a on a.id = h.alert_id
where f.code in ('clock_skew', 'resent_value_differs') and f.outlet_key = any(%(outlets)s)
  and f.from_time >= %(from_time)s and f.from_time < %(to_time)s
order by f.found_at desc
limit 100

-- name: gateway_of_one_site
-- Whether a gateway has ever carried the monitors of one site only.
select not exists (
    select from monitor_version v join outlet o on o.key = v.outlet_key
    where v.gateway = %(gateway)s and o.site_key <> %(site_key)s
) and exists (
    select from monitor_version v join outlet o on o.key = v.outlet_key
    where v.gateway = %(gateway)s and o.site_key = %(site_key)s
)

-- name: messages
-- Messages of a gateway over a time, newest first, after a place, with what of them was quarantined.
select m.id, m.received_at, m.channel, length(m.payload) as bytes, encode(m.digest, 'hex') as digest,
       (select count(*) from quarantine q
        where q.gateway = m.gateway and q.message_id = m.id and q.received_at = m.received_at)::integer as quarantined
from message m
where m.gateway = %(gateway)s and m.received_at >= %(from_time)s and m.received_at < %(to_time)s
  and (%(after_time)s::timestamptz is null or (m.received_at, m.id) < (%(after_time)s, %(after_id)s::bigint))
order by m.received_at desc, m.id desc
limit %(most)s
