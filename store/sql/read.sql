-- What the API reads.

-- name: bound_transaction
-- No statement of a request runs for more than ten seconds; a read cannot write.
select set_config('statement_timeout', '10s', true), set_config('transaction_read_only', %(read_only)s, true)

-- name: listen_live
-- What happened, for the event streams.
listen outfall_live

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
-- Which site an alert belongs to.
select site_key from alert where id = %(id)s
