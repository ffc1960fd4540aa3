-- What the API reads.

-- name: bound_transaction
-- No statement of a request runs for more than ten seconds; a read cannot write.
select set_config('statement_timeout', '10s', true), set_config('transaction_read_only', %(read_only)s, true)

-- name: listen_live
-- What happened, for the event streams.
listen outfall_live

-- name: listen_identity
-- Somebody was signed out, or a token revoked.
listen outfall_identity

-- name: listen_registry
-- The registry changed.
listen outfall_registry

-- name: outlet_scopes
-- Which site an outlet belongs to, for event streams of companies.
select id, site_key from outlet

-- name: gateway_scopes
-- Which sites a gateway carries now.
select m.gateway, array_agg(distinct o.site_key) as site_keys
from monitor_version m join outlet o on o.key = m.outlet_key
where m.recorded_to is null and m.valid_to is null
group by m.gateway

-- name: alert_scope
-- The site whose company may hear of an alert; NULL for none.
select case when company_sees and condition <> 'pending' then site_key end as site_key from alert where id = %(id)s

-- name: find_outlet
-- An outlet by its id; for a company only of its own site.
select o.key, o.id, s.id as site
from outlet o join site s on s.key = o.site_key
where o.id = %(id)s and (%(site_key)s::integer is null or o.site_key = %(site_key)s)

-- name: latest_readings
-- The newest reading of each factor of each outlet, of every kind but day. What is a week older than the newest data of the outlet and
-- kind is no longer called latest; that bounds the search to a chunk or two.
select p.outlet_key, p.factor, s.kind, r.data_time, r.value, r.folded, r.flag, r.status, r.received_at
from unnest(%(outlet_keys)s::integer[], %(factors)s::text[]) as p (outlet_key, factor)
join outlet_state s on s.outlet_key = p.outlet_key and s.kind <> 'day'
cross join lateral (
    select r.data_time, r.value, r.folded, r.flag, r.status, r.received_at
    from reading r
    where r.outlet_key = p.outlet_key and r.kind = s.kind and r.factor = p.factor
      and r.data_time <= s.data_time and r.data_time > s.data_time - interval '7 days'
    order by r.data_time desc, r.revision desc
    limit 1
) r

-- name: outlet_states
-- Newest data and receive time of every outlet by kind.
select outlet_key, kind, data_time, received_at from outlet_state

-- name: gateway_states
-- Connection of every gateway.
select gateway, state, since, heard_at from gateway_state

-- name: open_alert_counts
-- Active alerts by site and outlet (NULL = of the site as a whole); for a company those that it sees.
select site_key, outlet_key, count(*) as alerts from alert
where condition = 'active' and (company_sees or not %(for_company)s)
group by site_key, outlet_key

-- name: reading_factors
-- The factors that an outlet has readings of in a time: one index probe a factor.
with recursive found (factor) as (
    (select r.factor from reading r
     where r.outlet_key = %(outlet_key)s and r.kind = %(kind)s::reading_kind
       and r.data_time >= %(from_time)s and r.data_time < %(to_time)s
     order by r.factor limit 1)
    union all
    select (select r.factor from reading r
            where r.outlet_key = %(outlet_key)s and r.kind = %(kind)s::reading_kind
              and r.data_time >= %(from_time)s and r.data_time < %(to_time)s and r.factor > found.factor
            order by r.factor limit 1)
    from found where found.factor is not null
)
select factor from found where factor is not null

-- name: readings_latest
-- The last revision of each reading, by time and factor, after a place. Each factor gives one page at the most.
select r.* from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (r.data_time)
           r.data_time, r.kind::text, r.factor, r.value::text, r.minimum::text, r.maximum::text, r.total::text, r.folded::text,
           r.folded_minimum::text, r.folded_maximum::text, r.flag, r.status::text, r.revision, r.extra, r.received_at, r.message_id
    from reading r
    where r.outlet_key = %(outlet_key)s and r.kind = %(kind)s::reading_kind and r.factor = f.factor
      and r.data_time >= %(from_time)s and r.data_time < %(to_time)s
      and (r.data_time, f.factor) > (%(after_time)s, %(after_factor)s)
    order by r.data_time, r.revision desc
    limit %(most)s
) r
order by r.data_time, r.factor
limit %(most)s

-- name: readings_all
-- Every revision of each reading, by time, factor and revision, after a place.
select r.* from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select r.data_time, r.kind::text, r.factor, r.value::text, r.minimum::text, r.maximum::text, r.total::text, r.folded::text,
           r.folded_minimum::text, r.folded_maximum::text, r.flag, r.status::text, r.revision, r.extra, r.received_at, r.message_id
    from reading r
    where r.outlet_key = %(outlet_key)s and r.kind = %(kind)s::reading_kind and r.factor = f.factor
      and r.data_time >= %(from_time)s and r.data_time < %(to_time)s
      and (r.data_time, f.factor, r.revision) > (%(after_time)s, %(after_factor)s, %(after_revision)s)
    order by r.data_time, r.revision
    limit %(most)s
) r
order by r.data_time, r.factor, r.revision
limit %(most)s

-- name: period_factors
-- The factors that an outlet has periods of in a time: one index probe a factor.
with recursive found (factor) as (
    (select p.factor from period_value p
     where p.outlet_key = %(outlet_key)s and p.span = %(span)s and p.start >= %(from_time)s and p.start < %(to_time)s
     order by p.factor limit 1)
    union all
    select (select p.factor from period_value p
            where p.outlet_key = %(outlet_key)s and p.span = %(span)s and p.start >= %(from_time)s and p.start < %(to_time)s
              and p.factor > found.factor
            order by p.factor limit 1)
    from found where found.factor is not null
)
select factor from found where factor is not null

-- name: periods
-- The last revision of each period, by start and factor, after a place. Each factor gives one page at the most. The start comes in
-- seconds of the epoch, which is quick to compare, and as it is shown; numbers and reasons come as they are shown.
select extract(epoch from p.start)::bigint, p.factor, p.revision,
       to_char(p.start at time zone interval '08:00', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"'), p.reported_measured::text, p.reported_folded::text,
       p.recomputed_measured::text, p.recomputed_folded::text, p.after_marking_measured::text, p.after_marking_folded::text,
       p.after_exemption_measured::text, p.after_exemption_folded::text, p.valid,
       case when cardinality(p.reasons) = 0 then '[]' else array_to_json(p.reasons)::text end, p.count, p.expected
from unnest(%(factors)s::text[]) as f (factor)
cross join lateral (
    select distinct on (p.start)
           p.start, p.factor, p.revision, p.reported_measured, p.reported_folded, p.recomputed_measured, p.recomputed_folded,
           p.after_marking_measured, p.after_marking_folded, p.after_exemption_measured, p.after_exemption_folded, p.valid,
           p.reasons, p.count, p.expected
    from period_value p
    where p.outlet_key = %(outlet_key)s and p.span = %(span)s and p.factor = f.factor
      and p.start >= %(from_time)s and p.start < %(to_time)s
      and (p.start, f.factor) > (%(after_time)s, %(after_factor)s)
    order by p.start, p.revision desc
    limit %(most)s
) p
order by p.start, p.factor
limit %(most)s

-- name: verdicts
-- Every verdict on the periods of a page, of all revisions; the reader keeps those of the revision it shows.
select extract(epoch from v.start)::bigint, v.factor, v.revision, v.result, v.basis, v.limit_key, v.bound::text, v.compared::text, v.multiple::text,
       case when cardinality(v.reasons) = 0 then '[]' else array_to_json(v.reasons)::text end, v.rule
from verdict v
where v.outlet_key = %(outlet_key)s and v.span = %(span)s and v.factor = any(%(factors)s)
  and v.start >= to_timestamp(%(first)s) and v.start <= to_timestamp(%(last)s)
order by v.start, v.factor, v.revision, v.limit_key

-- name: ledger_hours
-- The hours of a page in which anything of an outlet came in.
select distinct hour from ledger
where outlet_key = %(outlet_key)s and hour >= %(from_time)s and hour < %(to_time)s and hour > %(after)s
order by hour
limit %(most)s

-- name: ledger
-- Frames and readings of these hours by what became of them.
select hour, disposition, reason, sum(frames)::bigint as frames, sum(readings)::bigint as readings
from ledger
where outlet_key = %(outlet_key)s and hour = any(%(hours)s)
group by hour, disposition, reason
order by hour, disposition, reason

-- name: ledger_total
-- The same over a whole time.
select disposition, reason, sum(frames)::bigint as frames, sum(readings)::bigint as readings
from ledger
where outlet_key = %(outlet_key)s and hour >= %(from_time)s and hour < %(to_time)s
group by disposition, reason
order by disposition, reason

-- name: gateway_of_outlet
-- The gateway that carries an outlet now.
select gateway from monitor_version where outlet_key = %(outlet_key)s and recorded_to is null and valid_to is null

-- name: ledger_unattributed
-- What the gateway of an outlet delivered and no outlet could be found for, over a whole time.
select l.disposition, l.reason, sum(l.frames)::bigint as frames, sum(l.readings)::bigint as readings
from ledger l
where l.outlet_key = 0 and l.hour >= %(from_time)s and l.hour < %(to_time)s
  and l.gateway = (select gateway from monitor_version where outlet_key = %(outlet_key)s and recorded_to is null and valid_to is null)
group by l.disposition, l.reason
order by l.disposition, l.reason

-- name: alerts
-- Alerts, newest first, before a place. A filter that is NULL does not filter. For a company: those of its own site that are sure,
-- with the handling as far as it may know it.
select a.id, a.number, a.code, a.severity, s.id as site, o.id as outlet, a.gateway, a.factor, a.condition, shown.handling, a.first_seen,
       a.last_seen, a.raised_at, a.cleared_at, a.count, a.numbers, a.clause, a.limit_key as limit_id, a.late, a.acknowledged_at,
       a.acknowledged_by, a.assigned_to, a.due_at, a.due_step, a.escalation, a.reminded_at, a.previous_id, a.inhibited_by, a.flaps
from alert a
left join site s on s.key = a.site_key
left join outlet o on o.key = a.outlet_key
cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
where (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees and a.condition <> 'pending'))
  and (%(condition)s::text is null or a.condition = %(condition)s)
  and (%(handling)s::text is null or shown.handling = %(handling)s)
  and (%(severity)s::text is null or a.severity = %(severity)s)
  and (%(late)s::boolean is null or a.late = %(late)s)
  and (%(assigned_to)s::text is null or (a.assigned_to = %(assigned_to)s and %(site_key)s::integer is null))
  and (%(overdue_at)s::timestamptz is null
       or (a.due_at <= %(overdue_at)s and (%(site_key)s::integer is null or a.due_step = 'answer')))
  and (%(code)s::text is null or a.code = %(code)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(outlet)s::text is null or o.id = %(outlet)s)
  and (%(since)s::timestamptz is null or a.raised_at >= %(since)s)
  and (%(before_time)s::timestamptz is null or (a.raised_at, a.id) < (%(before_time)s, %(before_id)s))
order by a.raised_at desc, a.id desc
limit %(most)s

-- name: alert
-- One alert; for a company of its own site only, when it is sure, with the handling as far as it may know it.
select a.id, a.number, a.code, a.severity, s.id as site, o.id as outlet, a.gateway, a.factor, a.condition, shown.handling, a.first_seen,
       a.last_seen, a.raised_at, a.cleared_at, a.count, a.numbers, a.clause, a.limit_key as limit_id, a.late, a.acknowledged_at,
       a.acknowledged_by, a.assigned_to, a.due_at, a.due_step, a.escalation, a.reminded_at, a.previous_id, a.inhibited_by, a.flaps,
       a.handling as state
from alert a
left join site s on s.key = a.site_key
left join outlet o on o.key = a.outlet_key
cross join lateral (select handling_for(a.id, a.handling, %(site_key)s::integer is not null) as handling) shown
where a.id = %(id)s and (%(site_key)s::integer is null or (a.site_key = %(site_key)s and a.company_sees and a.condition <> 'pending'))

-- name: alert_events
-- What happened to an alert, oldest first.
select at, actor, action, reason, detail from alert_event where alert_id = %(alert_id)s order by id

-- name: alert_occurrences
-- What an alert counts, newest first.
select start, span, revision, limit_key as limit_id, numbers, noted_at, withdrawn_at
from alert_occurrence
where alert_id = %(alert_id)s
order by start desc, span
limit 1000
