-- What the page of the retention shows beside chunks, holds and drops.

-- name: numbers_of_leads
-- Leads by their ids.
select id, number from lead where id = any(%(ids)s)

-- name: records
-- The records that the evidence log has of drops; a drop is written once and so has one.
select id, key from log_record where kind = 'retention_drop' and key = any(%(keys)s)
