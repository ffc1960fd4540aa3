-- name: states
-- Messages of a channel by their state.
select state, count(*) from outbox where channel_id = %(channel)s group by state

-- name: deliveries
-- What every attempt brought.
select o.channel_id, o.title, d.at, d.ok, d.status, d.answer
from delivery d join outbox o on o.id = d.outbox_id
where o.channel_id = %(channel)s
order by d.id

-- name: messages
-- Messages of a channel in the order they were queued.
select * from outbox where channel_id = %(channel)s order by id

-- name: everything_said
-- Every text that an API or a page could show of deliveries.
select status || ' ' || answer as said from delivery

-- name: audited
-- The audit entry of a changed file.
select * from audit_event where action = 'notify:channels:apply' and detail -> 'changes' = to_jsonb(%(at_least)s::text[])
