-- What the tests of the rules look at.

-- name: retries
select rule, outlet_key, from_time, to_time, attempts, not_before, error from rule_retry order by rule, outlet_key, from_time
