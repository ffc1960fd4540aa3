-- What the tests of the outlet page write in place of ingest and alerts.

-- name: add_message
insert into message (received_at, id, gateway, channel, packet_id, digest, payload)
values (%(at)s, nextval('message_id'), %(gateway)s, 'hj212', 1, sha256(%(payload)s), %(payload)s)
returning id

-- name: add_reading
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
values (%(at)s, %(outlet)s, 'minute', %(factor)s, %(revision)s, %(value)s, null, 'N', 'normal', %(message)s, %(received_at)s)

-- name: add_period
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, after_marking_measured,
    after_exemption_measured, valid, status, reasons, count, expected, inputs, rule, computed_at)
values (%(at)s, %(outlet)s, 'a21026', 'hour', %(revision)s, %(value)s, %(value)s, %(value)s, null, true, 'normal', '{}', 60, 60,
    %(inputs)s, 'hour-gas/2', %(at)s)

-- name: add_verdict
insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple,
    reasons, rule, computed_at)
select %(at)s, %(outlet)s, 'a21026', 'hour', %(revision)s, min(key), 'exceeded', 'hour', 200, 'max', %(value)s, 0.1,
    '{above_maximum}', 'hour-gas/2', %(at)s
from limit_version where outlet_key = %(outlet)s

-- name: add_series
-- Readings with revisions, flags and holes at random.
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, flag, status, message_id, received_at)
select t.at, %(outlet)s, 'realtime', 'a34013', t.revision, t.value, t.folded, t.flag, t.status::reading_status, 1, t.at
from unnest(%(times)s::timestamptz[], %(revisions)s::smallint[], %(values)s::numeric[], %(foldeds)s::numeric[], %(flags)s::text[],
            %(statuses)s::text[]) as t (at, revision, value, folded, flag, status)
