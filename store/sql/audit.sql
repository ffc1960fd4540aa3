-- Searching the audit trail.

-- name: events
-- Newest first. Numbers are given in the order of writing, so that they are the place of a page; %(action)s is a pattern of LIKE.
select id, at, actor, origin, action, subject, detail
from audit_event
where (%(actor)s::text is null or actor = %(actor)s)
  and (%(action)s::text is null or action like %(action)s)
  and (%(subject)s::text is null or subject = %(subject)s)
  and (%(origin)s::text is null or origin = %(origin)s)
  and (%(from_time)s::timestamptz is null or at >= %(from_time)s)
  and (%(to_time)s::timestamptz is null or at < %(to_time)s)
  and (%(words)s::text is null or strpos(lower(detail::text), lower(%(words)s)) > 0)
  and (%(before)s::bigint is null or id < %(before)s)
order by id desc
limit %(most)s
