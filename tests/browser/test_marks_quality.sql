-- What the walk over marks and data quality finds.

-- name: quarantine
-- A piece of a message that was refused.
with m as (
    insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
    values (%(at)s, nextval('message_id'), 'gw-qilianshan', 'hj212', null, sha256(%(raw)s), %(raw)s) returning id
)
insert into quarantine (received_at, message_id, gateway, channel, mn, outlet_key, reason, detail, raw)
select %(at)s, m.id, 'gw-qilianshan', 'hj212', %(mn)s, null, %(reason)s, 'refused for the test', %(raw)s from m
returning id

-- name: audited
select count(*) from audit_event where action = %(action)s and actor = %(actor)s
