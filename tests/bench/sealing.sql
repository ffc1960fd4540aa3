-- name: copy_messages
-- Messages straight into their table.
copy message (received_at, id, gateway, channel, packet_id, digest, payload) from stdin
