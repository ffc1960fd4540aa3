-- One message and what belongs to it. The time of receipt, where it is known, leaves out every chunk but one.

-- name: message
-- A message by its number.
select id, received_at, gateway, channel, digest, payload from message
where id = %(id)s and (%(received_at)s::timestamptz is null or received_at = %(received_at)s)

-- name: message_before
-- The message before one on the stream of its gateway, and whether it begins with a head itself. The stream is in the order of the
-- numbers; the clock may have been set back meanwhile.
select id, received_at, payload,
       substr(ltrim(payload, '\x0d0a'), 1, 2) = '\x2323' or substr(payload, 1, 4) = '\x32333233' as whole
from message
where gateway = %(gateway)s and channel = 'hj212' and id < %(id)s
  and received_at >= %(received_at)s - make_interval(secs => %(gap_seconds)s)
  and received_at <= %(received_at)s + make_interval(secs => %(gap_seconds)s)
order by id desc limit 1

-- name: revisions
-- Every revision of one reading, oldest first.
select data_time, revision, value, minimum, maximum, total, folded, folded_minimum, folded_maximum, flag, status::text as status, extra,
       message_id, received_at
from reading
where outlet_key = %(outlet_key)s and kind = %(kind)s::reading_kind and factor = %(factor)s and data_time = %(at)s
order by revision

-- name: period_revisions
-- Every revision of one period value, oldest first.
select start, revision, id, reported_measured, reported_folded, recomputed_measured, recomputed_folded, after_marking_measured,
       after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status, reasons, count, expected, inputs,
       rule, computed_at
from period_value
where outlet_key = %(outlet_key)s and span = %(span)s and factor = %(factor)s and start = %(at)s
order by revision

-- name: verdict_revisions
-- Every verdict on one period, of all revisions; the worst first where several limits were judged.
select revision, limit_key, result, basis, bound, bound_side, compared, multiple, reasons, rule
from verdict
where outlet_key = %(outlet_key)s and span = %(span)s and factor = %(factor)s and start = %(at)s
order by revision, (result = 'exceeded') desc, limit_key
