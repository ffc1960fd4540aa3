-- What the report tables read beyond the statistics.

-- name: hour_revision
-- The newest revision of the judged values of an hour, and when it was computed.
select max(revision) as revision, max(computed_at) as computed_at
from period_value
where outlet_key = %(outlet_key)s and span = 'hour' and start = %(start)s
