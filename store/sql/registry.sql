-- Sites, outlets, monitors, limits and the positive list on two time axes.
-- %(at)s is the moment in the world, %(known_at)s the moment of belief.

-- name: sites_in_force
-- The sites at a moment, in the order of the file.
select s.key, s.id, v.name, v.industry, v.key_unit, v.sample, v.credit_code, v.permit, v.note
from site_version v join site s on s.key = v.site_key
where v.valid_from <= %(at)s and (v.valid_to is null or v.valid_to > %(at)s)
  and v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)
order by v.position

-- name: outlets_in_force
-- The outlets at a moment.
select o.key, o.id, o.site_key, o.medium, v.name, v.oxygen_reference, v.factors, v.judged, v.note, v.options
from outlet_version v join outlet o on o.key = v.outlet_key
where v.valid_from <= %(at)s and (v.valid_to is null or v.valid_to > %(at)s)
  and v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)
order by v.position

-- name: monitors_in_force
-- The monitors at a moment.
select v.outlet_key, v.mn, v.gateway, v.protocol, v.password, v.sm4_key, v.previous_sm4_key, v.timestamps, v.missing_flag,
       v.acknowledge_crc, v.realtime_seconds, v.minute_seconds, v.reports_hour, v.reports_day
from monitor_version v
where v.valid_from <= %(at)s and (v.valid_to is null or v.valid_to > %(at)s)
  and v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)

-- name: limits_believed
-- Every limit believed at a moment, whenever it is valid.
select v.key, v.outlet_key, v.factor, v.basis, v.minimum, v.maximum, v.condition, v.standard, v.clause, v.source,
       v.valid_from, v.valid_to
from limit_version v
where v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)
order by v.outlet_key, v.factor, v.basis, v.valid_from, v.key

-- name: exemptions_believed
-- Every exemption believed at a moment, whenever it is valid.
select v.key, v.outlet_key, v.label, v.factors, v.hours_per_event, v.hours_per_year, v.ceiling, v.source, v.valid_from, v.valid_to
from exemption_version v
where v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)
order by v.outlet_key, v.label, v.valid_from, v.key

-- name: listings_believed
-- Every stay on the positive list believed at a moment.
select v.key, v.site_key, v.valid_from, v.valid_to, v.basis, v.decided_by, v.document, v.level
from positive_list_version v
where v.recorded_from <= %(known_at)s and (v.recorded_to is null or v.recorded_to > %(known_at)s)
order by v.site_key, v.valid_from

-- name: authority_in_force
-- Who runs Outfall at a moment.
select key, district, city from authority_version
where valid_from <= %(at)s and (valid_to is null or valid_to > %(at)s)
  and recorded_from <= %(known_at)s and (recorded_to is null or recorded_to > %(known_at)s)

-- name: gateways_in_use
-- Gateways that are registered and not retired.
select id from gateway where retired_at is null order by id

-- name: lock_registry
-- One change of the registry at a time; released at the end of the transaction.
select pg_advisory_xact_lock(781402026, 2)

-- name: keep_gateway
-- Register a gateway, or take a retired one back.
insert into gateway (id) values (%(id)s) on conflict (id) do update set retired_at = null

-- name: retire_gateways
-- Gateways that are no longer in the file.
update gateway set retired_at = %(at)s where retired_at is null and id <> all(%(ids)s) returning id

-- name: identify_site
-- The key of a site, made when it is new.
with made as (insert into site (id) values (%(id)s) on conflict (id) do nothing returning key)
select key from made union all select key from site where id = %(id)s limit 1

-- name: identify_outlet
-- The key, site and medium of an outlet, made when it is new.
with made as (
    insert into outlet (id, site_key, medium) values (%(id)s, %(site_key)s, %(medium)s)
    on conflict (id) do nothing returning key, site_key, medium
)
select key, site_key, medium from made union all select key, site_key, medium from outlet where id = %(id)s limit 1

-- name: current_authority
-- What is believed now and still valid.
select key, district, city from authority_version where recorded_to is null and valid_to is null

-- name: open_authority
-- A new version, valid and believed from now on.
insert into authority_version (valid_from, recorded_from, district, city) values (%(at)s, %(at)s, %(district)s, %(city)s)

-- name: end_authority
-- No longer so from now on: the belief in an open end is closed and replaced by one with an end.
with closed as (update authority_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into authority_version (valid_from, valid_to, recorded_from, district, city)
select valid_from, %(at)s, %(at)s, district, city from closed where valid_from < %(at)s

-- name: current_sites
-- What is believed now and still valid.
select v.key, v.site_key, s.id, v.position, v.name, v.industry, v.key_unit, v.sample, v.credit_code, v.permit, v.note
from site_version v join site s on s.key = v.site_key where v.recorded_to is null and v.valid_to is null

-- name: open_site
-- A new version, valid and believed from now on.
insert into site_version (site_key, valid_from, recorded_from, position, name, industry, key_unit, sample, credit_code, permit, note)
values (%(site_key)s, %(at)s, %(at)s, %(position)s, %(name)s, %(industry)s, %(key_unit)s, %(sample)s, %(credit_code)s, %(permit)s,
        %(note)s)

-- name: end_site
-- No longer so from now on.
with closed as (update site_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into site_version (site_key, valid_from, valid_to, recorded_from, position, name, industry, key_unit, sample, credit_code,
                          permit, note)
select site_key, valid_from, %(at)s, %(at)s, position, name, industry, key_unit, sample, credit_code, permit, note
from closed where valid_from < %(at)s

-- name: current_outlets
-- What is believed now and still valid.
select v.key, v.outlet_key, o.id, v.position, v.name, v.oxygen_reference, v.factors, v.judged, v.note, v.options
from outlet_version v join outlet o on o.key = v.outlet_key where v.recorded_to is null and v.valid_to is null

-- name: open_outlet
-- A new version, valid and believed from now on.
insert into outlet_version (outlet_key, valid_from, recorded_from, position, name, oxygen_reference, factors, judged, note, options)
values (%(outlet_key)s, %(at)s, %(at)s, %(position)s, %(name)s, %(oxygen_reference)s, %(factors)s, %(judged)s, %(note)s, %(options)s)

-- name: end_outlet
-- No longer so from now on.
with closed as (update outlet_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into outlet_version (outlet_key, valid_from, valid_to, recorded_from, position, name, oxygen_reference, factors, judged, note, options)
select outlet_key, valid_from, %(at)s, %(at)s, position, name, oxygen_reference, factors, judged, note, options
from closed where valid_from < %(at)s

-- name: current_monitors
-- What is believed now and still valid.
select v.key, v.outlet_key, o.id, v.mn, v.gateway, v.protocol, v.password, v.sm4_key, v.previous_sm4_key, v.timestamps, v.missing_flag,
       v.acknowledge_crc, v.realtime_seconds, v.minute_seconds, v.reports_hour, v.reports_day
from monitor_version v join outlet o on o.key = v.outlet_key where v.recorded_to is null and v.valid_to is null

-- name: open_monitor
-- A new version, valid and believed from now on.
insert into monitor_version (outlet_key, valid_from, recorded_from, mn, gateway, protocol, password, sm4_key, previous_sm4_key,
                             timestamps, missing_flag, acknowledge_crc, realtime_seconds, minute_seconds, reports_hour, reports_day)
values (%(outlet_key)s, %(at)s, %(at)s, %(mn)s, %(gateway)s, %(protocol)s, %(password)s, %(sm4_key)s, %(previous_sm4_key)s,
        %(timestamps)s, %(missing_flag)s, %(acknowledge_crc)s, %(realtime_seconds)s, %(minute_seconds)s, %(reports_hour)s,
        %(reports_day)s)

-- name: end_monitor
-- No longer so from now on.
with closed as (update monitor_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into monitor_version (outlet_key, valid_from, valid_to, recorded_from, mn, gateway, protocol, password, sm4_key,
                             previous_sm4_key, timestamps, missing_flag, acknowledge_crc, realtime_seconds, minute_seconds,
                             reports_hour, reports_day)
select outlet_key, valid_from, %(at)s, %(at)s, mn, gateway, protocol, password, sm4_key, previous_sm4_key, timestamps, missing_flag,
       acknowledge_crc, realtime_seconds, minute_seconds, reports_hour, reports_day
from closed where valid_from < %(at)s

-- name: current_limits
-- Every limit believed now that has not been ended by its removal from the file.
select key, outlet_key, factor, basis, minimum, maximum, condition, standard, clause, source, valid_from, valid_to
from limit_version where recorded_to is null

-- name: open_limit
-- A limit as the file states it.
insert into limit_version (outlet_key, valid_from, valid_to, recorded_from, factor, basis, minimum, maximum, condition, standard,
                           clause, source)
values (%(outlet_key)s, %(valid_from)s, %(valid_to)s, %(at)s, %(factor)s, %(basis)s, %(minimum)s, %(maximum)s, %(condition)s,
        %(standard)s, %(clause)s, %(source)s)

-- name: disbelieve_limit
-- The file now says otherwise about the same limit: it was never so.
update limit_version set recorded_to = %(at)s where key = %(key)s

-- name: end_limit
-- The limit is no longer in the file: it ends now, what it was before stays.
with closed as (update limit_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into limit_version (outlet_key, valid_from, valid_to, recorded_from, factor, basis, minimum, maximum, condition, standard,
                           clause, source)
select outlet_key, valid_from, %(at)s, %(at)s, factor, basis, minimum, maximum, condition, standard, clause, source
from closed where valid_from < %(at)s

-- name: current_exemptions
-- Every exemption believed now.
select key, outlet_key, label, factors, hours_per_event, hours_per_year, ceiling, source, valid_from, valid_to
from exemption_version where recorded_to is null

-- name: open_exemption
-- An exemption as the file states it.
insert into exemption_version (outlet_key, valid_from, valid_to, recorded_from, label, factors, hours_per_event, hours_per_year,
                               ceiling, source)
values (%(outlet_key)s, %(valid_from)s, %(valid_to)s, %(at)s, %(label)s, %(factors)s, %(hours_per_event)s, %(hours_per_year)s,
        %(ceiling)s, %(source)s)

-- name: disbelieve_exemption
-- The file now says otherwise about the same exemption: it was never so.
update exemption_version set recorded_to = %(at)s where key = %(key)s

-- name: end_exemption
-- The exemption is no longer in the file: it ends now, what it was before stays.
with closed as (update exemption_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into exemption_version (outlet_key, valid_from, valid_to, recorded_from, label, factors, hours_per_event, hours_per_year,
                               ceiling, source)
select outlet_key, valid_from, %(at)s, %(at)s, label, factors, hours_per_event, hours_per_year, ceiling, source
from closed where valid_from < %(at)s

-- name: current_listings
-- Every stay on the positive list believed now.
select key, site_key, valid_from, valid_to, basis, decided_by, document, level from positive_list_version where recorded_to is null

-- name: open_listing
-- A stay as the file states it.
insert into positive_list_version (site_key, valid_from, valid_to, recorded_from, basis, decided_by, document, level)
values (%(site_key)s, %(valid_from)s, %(valid_to)s, %(at)s, %(basis)s, %(decided_by)s, %(document)s, %(level)s)

-- name: disbelieve_listing
-- The file now says otherwise about the same stay.
update positive_list_version set recorded_to = %(at)s where key = %(key)s

-- name: end_listing
-- The stay is no longer in the file: it ends now.
with closed as (update positive_list_version set recorded_to = %(at)s where key = %(key)s returning *)
insert into positive_list_version (site_key, valid_from, valid_to, recorded_from, basis, decided_by, document, level)
select site_key, valid_from, %(at)s, %(at)s, basis, decided_by, document, level from closed where valid_from < %(at)s

-- name: touch_for_rule
-- Judge again what a changed limit or exemption covers, as far back as there are readings.
insert into touched (outlet_key, from_time, to_time, cause)
select %(outlet_key)s, date_trunc('hour', greatest(%(from_time)s::timestamptz, oldest)), %(at)s, %(cause)s
from (select min(data_time) as oldest from reading where outlet_key = %(outlet_key)s) r
where oldest is not null and greatest(%(from_time)s::timestamptz, oldest) < %(at)s

-- name: audit
-- Who changed the registry, and what.
insert into audit_event (actor, origin, action, subject, detail) values (%(actor)s, %(origin)s, %(action)s, %(subject)s, %(detail)s)

-- name: announce
-- Tell every process that the registry changed, and the alerts process that there may be something to judge.
select pg_notify('outfall_registry', ''), pg_notify('outfall_touched', '')
