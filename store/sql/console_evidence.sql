-- The evidence centre on the pages of the console.

-- name: access_log
-- Who asked for a package, looked at it and fetched it, newest first.
select at, actor, origin, action, detail from audit_event
where subject = %(number)s and action like 'evidence:package:%%'
order by id desc
limit %(most)s

-- name: packages
-- Packages, newest first, before a place. A filter that is NULL does not filter.
select p.id, p.number, p.subject_kind, p.subject_id, p.subject_number, s.id as site, p.outlet_keys, p.from_time,
       p.to_time, p.formal, p.state, p.step, p.progress, p.estimated_bytes, p.estimated_seconds, p.bytes, p.sample, p.reviewed,
       p.requested_by, p.created_at, p.started_at, p.finished_at, p.error_code, p.error
from evidence_package p
join site s on s.key = p.site_key
where (%(state)s::text is null or p.state = %(state)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(subject_kind)s::text is null or p.subject_kind = %(subject_kind)s)
  and (not %(working)s or p.state in ('queued', 'building'))
  and (%(words)s::text is null
       or strpos(lower(concat_ws(' ', p.number, p.subject_number, p.subject_id, p.identifier, p.requested_by)), lower(%(words)s)) > 0)
  and (%(before)s::bigint is null or p.id < %(before)s)
order by p.id desc
limit %(most)s

-- name: recent_subjects
-- What evidence is usually asked of: the newest leads and alerts of outlets.
(select 'lead' as kind, number, title as words from lead order by id desc limit 30)
union all
(select 'alert' as kind, number, code as words from alert where site_key is not null order by id desc limit 60)

-- name: attestations
-- What others have signed or stamped of the newest checkpoints.
select size, kind, source, told_time, received_at from log_attestation order by id desc limit %(most)s

-- name: outgoing
-- How far the checkpoints have gone out to every target.
select target, size, failures, not_before, last_error from log_outgoing order by target
