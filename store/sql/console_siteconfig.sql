-- What the pages of limits and sites read: every record with both its times, closed and replaced ones included. No secrets.

-- name: limit_records
-- Every limit of some outlets that was ever recorded: what is believed now first, then by its own begin.
select v.key, v.outlet_key, v.factor, v.basis, v.minimum, v.maximum, v.condition, v.standard, v.clause, v.source, v.valid_from,
       v.valid_to, v.recorded_from, v.recorded_to
from limit_version v
where v.outlet_key = any(%(outlet_keys)s)
order by v.outlet_key, v.factor, v.basis, v.standard, v.clause, v.valid_from, v.recorded_from, v.key

-- name: exemption_records
-- The same of exemptions.
select v.key, v.outlet_key, v.label, v.factors, v.hours_per_event, v.hours_per_year, v.ceiling, v.source, v.valid_from, v.valid_to,
       v.recorded_from, v.recorded_to
from exemption_version v
where v.outlet_key = any(%(outlet_keys)s)
order by v.outlet_key, v.label, v.valid_from, v.recorded_from, v.key

-- name: monitor_records
-- The same of monitors; of passwords and keys only whether there are any.
select v.key, v.outlet_key, v.mn, v.gateway, v.protocol, v.password is not null as has_password, v.sm4_key is not null as has_key,
       v.timestamps, v.missing_flag, v.acknowledge_crc, v.realtime_seconds, v.minute_seconds, v.reports_hour, v.reports_day,
       v.valid_from, v.valid_to, v.recorded_from, v.recorded_to
from monitor_version v
where v.outlet_key = any(%(outlet_keys)s)
order by v.outlet_key, v.valid_from, v.recorded_from, v.key
