-- What the rules read beside the judgement's own queries, and what becomes of a rule that throws.

-- name: kept
-- Kinds and factors with an open alert at an outlet, or with an occurrence that stands in a range of data time: what a rule may have
-- to withdraw or clear although it notices nothing.
select code, factor from alert
where outlet_key = %(outlet_key)s and code = any(%(codes)s) and condition <> 'cleared'
union
select a.code, a.factor from alert a join alert_occurrence o on o.alert_id = a.id
where a.outlet_key = %(outlet_key)s and a.code = any(%(codes)s) and o.withdrawn_at is null
  and o.start >= %(earliest)s and o.start < %(latest)s

-- name: known_outages
-- Times in which nothing could come from an outlet, as alerts and our own record have them.
select greatest(from_time, %(earliest)s), least(coalesce(to_time, 'infinity'), %(latest)s) from own_outage
where from_time < %(latest)s and coalesce(to_time, 'infinity') > %(earliest)s
union all
select greatest(first_seen, %(earliest)s), least(coalesce(cleared_at, 'infinity'), %(latest)s) from alert
where first_seen < %(latest)s and coalesce(cleared_at, 'infinity') > %(earliest)s
  and (code = 'outlet_silent' and outlet_key = %(outlet_key)s
       or code = 'gateway_offline' and gateway = %(gateway)s
       or code = 'site_offline' and site_key = %(site_key)s)

-- name: open_forecasts
-- Open alerts of forecasts with the newest period that each is about, locked; of every outlet where none is named.
select id, last_seen from alert
where code = any(%(codes)s) and condition <> 'cleared'
  and (%(outlet_key)s::integer is null or outlet_key = %(outlet_key)s)
order by id
for update skip locked

-- name: lock_failures
-- One transaction at a time writes the alert about rules that failed; released at its end.
select pg_advisory_xact_lock(781402026, 7)

-- name: note_failure
-- A rule threw: look again later.
insert into rule_retry as r (rule, outlet_key, from_time, to_time, not_before, error)
values (%(rule)s, %(outlet_key)s, %(from_time)s, %(to_time)s, %(not_before)s, %(error)s)
on conflict (rule, outlet_key, from_time) do update
set to_time = greatest(r.to_time, excluded.to_time), error = excluded.error

-- name: failures
-- What has to be tried again, by rule: at how many outlets, and the newest error.
select rule, count(distinct outlet_key), (array_agg(error order by attempts desc, not_before desc))[1] from rule_retry
group by rule order by rule

-- name: due_failures
-- What is to be tried again now, the longest waiting first.
select rule, outlet_key, from_time, to_time, attempts from rule_retry
where not_before <= %(at)s order by not_before limit %(most)s
for update skip locked

-- name: settle_failure
-- It went well, or there is no such rule or outlet any more.
delete from rule_retry where rule = %(rule)s and outlet_key = %(outlet_key)s and from_time = %(from_time)s

-- name: postpone_failure
-- It threw again.
update rule_retry set attempts = attempts + 1, not_before = %(not_before)s, error = %(error)s
where rule = %(rule)s and outlet_key = %(outlet_key)s and from_time = %(from_time)s

-- name: read_only
-- A backtest writes nothing.
set transaction read only
