-- Messages as ingest stores them.

-- name: add_message
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
values (%(at)s, nextval('message_id'), %(gateway)s, %(channel)s, 1, %(digest)s, %(payload)s)
returning id
