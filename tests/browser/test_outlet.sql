-- What the tests of the outlet page write in place of ingest and alerts.

-- name: add_message
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
values (%(at)s, nextval('message_id'), %(gateway)s, 'hj212', 1, sha256(%(payload)s), %(payload)s)
returning id

-- name: add_reading
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select %(data_time)s, o.key, %(kind)s::reading_kind, %(factor)s, %(revision)s, %(value)s, %(folded)s, %(flag)s,
       %(status)s::reading_status, %(message)s, %(received_at)s
from outlet o where o.id = %(outlet)s

-- name: add_minutes
-- A long series of ten-minute values with one spike and one stretch of calibration in it.
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select t, o.key, 'minute', 'a21026', 1, 30, case when t = %(spike)s then 999.5 else 25 + extract(minute from t) / 10 end,
       case when t = %(odd)s then 'C' else 'N' end, (case when t = %(odd)s then 'calibration' else 'normal' end)::reading_status, 1, t
from outlet o, generate_series(%(from)s::timestamptz, %(to)s::timestamptz, interval '10 minutes') t
where o.id = %(outlet)s and not (t > %(hole)s and t < %(hole)s::timestamptz + interval '3 hours')

-- name: add_mark
insert into mark (outlet_key, category, label, factor, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline, late)
select o.key, %(category)s, %(label)s, null, %(from)s, %(to)s, 'test', 'manual', 'company', 'cli', %(to)s, %(to)s, %(late)s
from outlet o where o.id = %(outlet)s
