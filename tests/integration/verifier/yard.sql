-- name: exceedance_of
-- The oldest alert of an exceeded hour of an outlet.
select a.id from alert a join outlet o on o.key = a.outlet_key where o.id = %(outlet)s and a.code = 'exceedance_hour' order by a.id limit 1
