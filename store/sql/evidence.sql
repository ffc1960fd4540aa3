-- Evidence packages: what was asked for, who builds it, and what is collected for it as of a checkpoint.

-- name: take_number
-- The next package number of a Beijing day. The row is locked until commit, so that a rollback leaves no hole.
insert into evidence_number as n (day, last) values (%(day)s, 1)
on conflict (day) do update set last = n.last + 1
returning last

-- name: add_package
-- A package that is to be built.
insert into evidence_package (number, subject_kind, subject_id, subject_number, site_key, outlet_keys, asked_from, asked_to, from_time,
                              to_time, asked_size, formal, estimated_bytes, estimated_seconds, requested_by, origin, created_at)
values (%(number)s, %(subject_kind)s, %(subject_id)s, %(subject_number)s, %(site_key)s, %(outlet_keys)s, %(asked_from)s, %(asked_to)s,
        %(from_time)s, %(to_time)s, %(asked_size)s, %(formal)s, %(estimated_bytes)s, %(estimated_seconds)s, %(actor)s, %(origin)s, %(at)s)
returning id

-- name: waiting_of
-- How many packages of a caller are not done yet.
select count(*) from evidence_package where requested_by = %(actor)s and state in ('queued', 'building')

-- name: lock_requests
-- One request at a time is counted against the bounds of a caller; released at the end of the transaction.
select pg_advisory_xact_lock(781402026, 17)

-- name: packages
-- Packages, newest first, before a place. A filter that is NULL does not filter.
select p.id, p.number, p.subject_kind, p.subject_id, p.subject_number, p.site_key, s.id as site, p.outlet_keys,
       (select array_agg(o.id order by o.id) from outlet o where o.key = any(p.outlet_keys)) as outlets,
       p.asked_from, p.asked_to, p.from_time, p.to_time, p.asked_size, p.formal, p.size, p.identifier, p.unjudged, p.state, p.step,
       p.progress, p.estimated_bytes, p.estimated_seconds, p.bytes, p.digest, p.file_name, p.sample, p.reviewed, p.requested_by,
       p.created_at, p.started_at, p.finished_at, p.error_code, p.error
from evidence_package p join site s on s.key = p.site_key
where (%(id)s::bigint is null or p.id = %(id)s)
  and (%(number)s::text is null or p.number = %(number)s)
  and (%(state)s::text is null or p.state = %(state)s)
  and (%(subject_kind)s::text is null or p.subject_kind = %(subject_kind)s)
  and (%(subject_id)s::text is null or p.subject_id = %(subject_id)s)
  and (%(before)s::bigint is null or p.id < %(before)s)
order by p.id desc
limit %(most)s

-- name: claim_package
-- The package that has waited longest, or one whose builder has died; nobody waits for another builder.
update evidence_package p
set state = 'building', step = 'started', progress = 0, builder = %(builder)s, beat_at = clock_timestamp(), attempts = p.attempts + 1,
    started_at = coalesce(p.started_at, clock_timestamp())
where p.id = (
    select w.id from evidence_package w
    where (w.state = 'queued' or (w.state = 'building' and w.beat_at < clock_timestamp() - make_interval(secs => %(dead_seconds)s)))
      and (%(id)s::bigint is null or w.id = %(id)s)
    order by w.id limit 1
    for update skip locked
)
returning p.id, p.number, p.subject_kind, p.subject_id, p.subject_number, p.site_key, p.outlet_keys, p.asked_from, p.asked_to, p.from_time,
          p.to_time, p.asked_size, p.formal, p.requested_by, p.origin, p.attempts

-- name: beat_package
-- The builder lives, and how far it is. No row: another one has taken the package.
with beaten as (
    update evidence_package set beat_at = clock_timestamp(), step = %(step)s, progress = %(progress)s
    where id = %(id)s and state = 'building' and builder = %(builder)s
    returning id, number, step, progress
), told as (
    select pg_notify('outfall_live', json_build_object('event', 'evidence', 'id', id, 'number', number, 'state', 'building',
                                                       'step', step, 'progress', progress)::text)
    from beaten
)
select count(*) from beaten, told

-- name: unjudged_of
-- What an earlier package of the same name said of hours that were not judged.
select unjudged from evidence_package where identifier = %(identifier)s and unjudged is not null order by id limit 1

-- name: name_package
-- What it is called inside and which checkpoint it is as of, known once building has begun.
update evidence_package set size = %(size)s, identifier = %(identifier)s, unjudged = %(unjudged)s
where id = %(id)s and state = 'building' and builder = %(builder)s

-- name: package_ready
-- It is built and its file is in place. No row: another builder has taken it.
with done as (
    update evidence_package
    set state = 'ready', step = 'ready', progress = 100, bytes = %(bytes)s, digest = %(digest)s, file_name = %(file_name)s,
        sample = %(sample)s, reviewed = %(reviewed)s, finished_at = clock_timestamp(), beat_at = null, error_code = null, error = null
    where id = %(id)s and state = 'building' and builder = %(builder)s
    returning id, number
), told as (
    select pg_notify('outfall_live', json_build_object('event', 'evidence', 'id', id, 'number', number, 'state', 'ready',
                                                       'step', 'ready', 'progress', 100)::text)
    from done
)
select count(*) from done, told

-- name: package_failed
-- It could not be built, and why.
with done as (
    update evidence_package
    set state = 'failed', step = 'failed', error_code = %(code)s, error = %(message)s, finished_at = clock_timestamp(), beat_at = null
    where id = %(id)s and state = 'building' and builder = %(builder)s
    returning id, number
), told as (
    select pg_notify('outfall_live', json_build_object('event', 'evidence', 'id', id, 'number', number, 'state', 'failed')::text)
    from done
)
select count(*) from done, told

-- name: give_back
-- The builder stops in good order: another one may begin at once.
update evidence_package set state = 'queued', step = 'queued', progress = 0, beat_at = null, builder = null, attempts = attempts - 1
where id = %(id)s and state = 'building' and builder = %(builder)s

-- name: expire_packages
-- Packages whose files need not be kept any longer: they can be built again. One that a lead names stays.
update evidence_package p set state = 'expired'
where p.state = 'ready' and p.finished_at < %(before)s and p.subject_kind <> 'lead'
returning p.id, p.file_name

-- name: file_names
-- The files of packages that are ready.
select file_name from evidence_package where state = 'ready'
