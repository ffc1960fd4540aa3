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

-- name: take_state
-- The state of the database that another connection shares; the name is put in by the caller.
set transaction snapshot {state}

-- name: begin_reading
-- Everything is read from one state of the database.
set transaction isolation level repeatable read

-- name: be_unbound
-- Times in UTC, and without the bounds of a request.
set local timezone to 'UTC';
set local statement_timeout to 0;
set local work_mem to '64MB'

-- name: make_messages
-- The messages of the package while it is collected.
create temporary table package_message (id bigint not null, received_at timestamptz not null, leaf bigint not null) on commit drop

-- name: share_state
-- The state of the database that this transaction sees, for another connection.
select pg_export_snapshot()

-- name: unsealed_messages
-- Messages that the checkpoint does not cover, as one set.
select coalesce(range_agg(r), '{}')
from (
    select unnest(ids) as r from log_pending where kind = 'message'
    union all
    select unnest(ids) from log_run where kind = 'message' and first_leaf >= %(size)s
) u

-- name: candidate_messages
-- Messages that gave readings of the period, uploads that are no readings, and pieces that were refused. A record is told by its own
-- time where it has one; it cannot come before it by more than the clock of the sender goes ahead.
select distinct message_id, received_at from reading
where outlet_key = any(%(outlet_keys)s) and data_time >= %(from_time)s and data_time < %(to_time)s
union
select message_id, received_at from device_record
where outlet_key = any(%(outlet_keys)s) and received_at >= %(from_time)s::timestamptz - interval '7 days'
  and coalesce(data_time, received_at) >= %(from_time)s and coalesce(data_time, received_at) < %(to_time)s

-- name: messages_of_pieces
-- The messages of refused pieces; a piece that was given up is younger than its message.
select distinct m.id, m.received_at from quarantine q
join message m on m.id = q.message_id and m.received_at <= q.received_at and m.received_at > q.received_at - interval '1 day'
where q.outlet_key = any(%(outlet_keys)s) and q.received_at >= %(from_time)s and q.received_at < %(to_time)s

-- name: replayed_messages
-- Messages of refused pieces that a replay has stored since, with the number of its record in the log.
select q.message_id, l.id
from quarantine q
join quarantine_replay r on r.quarantine_id = q.id and r.outcome in ('accepted', 'conflicting')
join log_record l on l.kind = 'quarantine_replay' and l.content ->> 'quarantine_id' = q.id::text
                 and (l.content ->> 'replayed_at')::timestamptz = r.replayed_at
where q.received_at >= %(from_time)s::timestamptz - interval '7 days'

-- name: messages_by_id
-- When some messages were received.
select id, received_at from message where id = any(%(ids)s)

-- name: copy_package_messages
-- The sealed ones of them.
copy package_message (id, received_at, leaf) from stdin

-- name: index_package_messages
-- So that joins find them, and the planner knows how many there are.
create unique index on package_message (id);
analyze package_message

-- name: cut_messages
-- Messages that begin within a frame: neither with a head nor with a head in hexadecimal.
select p.id, p.received_at, m.gateway
from package_message p join message m on m.id = p.id and m.received_at = p.received_at
where m.channel = 'hj212' and m.received_at >= %(earliest)s and m.received_at <= %(latest)s
  and substr(ltrim(m.payload, '\x0d0a'), 1, 2) <> '\x2323' and substr(m.payload, 1, 4) <> '\x32333233'
order by p.id

-- name: messages_before
-- The message before each of some messages on the stream of its gateway, and whether it begins with a head itself. The stream is in
-- the order of the numbers; the clock may have been set back meanwhile.
select s.id, b.id, b.received_at, b.gateway, b.whole
from unnest(%(ids)s::bigint[], %(times)s::timestamptz[], %(gateways)s::text[]) as s (id, received_at, gateway)
cross join lateral (
    select m.id, m.received_at, m.gateway,
           substr(ltrim(m.payload, '\x0d0a'), 1, 2) = '\x2323' or substr(m.payload, 1, 4) = '\x32333233' as whole
    from message m
    where m.gateway = s.gateway and m.channel = 'hj212' and m.id < s.id
      and m.received_at >= s.received_at - make_interval(secs => %(gap_seconds)s)
      and m.received_at <= s.received_at + make_interval(secs => %(gap_seconds)s)
    order by m.id desc limit 1
) b

-- name: message_days
-- The Beijing days on which the messages came.
select (received_at at time zone interval '08:00')::date as day, count(*) from package_message group by 1 order by 1

-- name: messages_of_day
-- What goes into the package of each message, with its leaf, in the order of their numbers.
select p.leaf, m.id, m.received_at, m.gateway, m.channel, m.packet_id, m.digest, m.payload
from package_message p join message m on m.id = p.id and m.received_at = p.received_at
where p.received_at >= %(from_time)s and p.received_at < %(to_time)s and m.received_at >= %(from_time)s and m.received_at < %(to_time)s
order by m.id

-- name: reading_kinds
-- The kinds of readings that an outlet has in the period.
select k.kind::text from unnest(enum_range(null::reading_kind)) as k (kind)
where exists (select from reading r where r.outlet_key = %(outlet_key)s and r.kind = k.kind
              and r.data_time >= %(from_time)s and r.data_time < %(to_time)s)

-- name: copy_out_readings
-- Every revision of the readings of one kind and factor, as text, in the order of the index. A moment has six digits of a fraction or
-- none, as elsewhere in the package.
copy (
    select r.outlet_key, r.kind, r.factor,
           case when r.data_time::time(0) = r.data_time::time then overlay(r.data_time::text || ':00' placing 'T' from 11)
                else to_char(r.data_time, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') end,
           r.revision, r.value, r.minimum, r.maximum, r.total, r.folded, r.folded_minimum, r.folded_maximum, r.flag, r.status, r.extra,
           r.message_id,
           case when r.received_at::time(0) = r.received_at::time then overlay(r.received_at::text || ':00' placing 'T' from 11)
                else to_char(r.received_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') end
    from reading r
    where r.outlet_key = %(outlet_key)s and r.kind = %(kind)s::reading_kind and r.factor = %(factor)s
      and r.data_time >= %(from_time)s and r.data_time < %(to_time)s
      and not r.message_id <@ %(left_out)s::int8multirange
    order by r.data_time, r.revision
) to stdout (format csv)

-- name: device_records
-- Uploads of the outlets that are no readings, by receipt.
select d.message_id, d.outlet_key, d.received_at, d.cn, d.data_time, d.body::text as body
from device_record d join package_message p on p.id = d.message_id
where d.outlet_key = any(%(outlet_keys)s) and d.received_at >= %(from_time)s::timestamptz - interval '7 days'
  and coalesce(d.data_time, d.received_at) >= %(from_time)s and coalesce(d.data_time, d.received_at) < %(to_time)s
order by d.message_id, d.outlet_key, d.cn, d.data_time nulls first, md5(d.body::text)

-- name: quarantined_pieces
-- Pieces of the outlets that were refused in the period, by number.
select q.id, q.message_id, q.received_at, q.gateway, q.channel, q.mn, q.outlet_key, q.reason, q.detail, q.raw
from quarantine q join package_message p on p.id = q.message_id
where q.outlet_key = any(%(outlet_keys)s) and q.received_at >= %(from_time)s and q.received_at < %(to_time)s
order by q.id

-- name: period_ids
-- Every revision of the period values of an outlet in the period.
select id from period_value
where outlet_key = %(outlet_key)s and span = %(span)s and start >= %(from_time)s and start < %(to_time)s
order by id

-- name: attachment_content
-- The bytes of a paper.
select content from attachment where id = %(id)s

-- name: lead_paper_content
-- The bytes of a paper of a lead.
select content from lead_paper where id = %(id)s

-- name: touched_hours
-- Hours of the outlets in the period that wait to be judged.
select from_time, to_time from touched
where outlet_key = any(%(outlet_keys)s) and from_time < %(to_time)s and to_time > %(from_time)s

-- name: checkpoint
-- A checkpoint by its size; the newest one where none is named.
select size, root, note, sealed_at from log_checkpoint where %(size)s::bigint is null or size = %(size)s order by size desc limit 1

-- name: earlier_checkpoints
-- The first checkpoint of each Beijing day of the period, and the one before the one asked for.
select size, note, sealed_at from (
    select distinct on ((sealed_at at time zone interval '08:00')::date) size, note, sealed_at from log_checkpoint
    where size < %(size)s and sealed_at >= %(from_time)s and sealed_at < %(to_time)s
    order by (sealed_at at time zone interval '08:00')::date, size
) d
union
(select size, note, sealed_at from log_checkpoint where size < %(size)s order by size desc limit 1)
order by size

-- name: stamps
-- Stamps over checkpoints up to one, by number of the attestation.
select id, size, source, token, told_time from log_attestation where kind = 'rfc3161' and size <= %(size)s order by size, id

-- name: note_of
-- The signed note of a checkpoint.
select size, note, sealed_at from log_checkpoint where size = %(size)s

-- name: count_readings
-- How many readings of a kind and factor an outlet has in the period.
select count(*) from reading
where outlet_key = %(outlet_key)s and kind = %(kind)s::reading_kind and factor = %(factor)s
  and data_time >= %(from_time)s and data_time < %(to_time)s

-- name: count_periods
-- How many period values the outlets have in the period, all revisions.
select count(*) from period_value
where outlet_key = any(%(outlet_keys)s) and start >= %(from_time)s and start < %(to_time)s

-- name: attachment_bytes
-- Bytes of the papers of alerts of the outlets that were seen in the period.
select coalesce(sum(length(t.content)), 0) from attachment t join alert a on a.id = t.alert_id
where a.outlet_key = any(%(outlet_keys)s) and a.first_seen < %(to_time)s and a.last_seen >= %(from_time)s

-- name: subject_outlet
-- An outlet by its id.
select o.key, o.site_key from outlet o where o.id = %(id)s

-- name: outlet_ids
-- Outlets by their keys.
select key, id from outlet where key = any(%(keys)s) order by id

-- name: subject_alert
-- An alert by its number or id, and the outlets that it is about: those of its site when it is about no single one.
select a.id, a.number, a.site_key, a.first_seen, a.last_seen,
       case when a.outlet_key is not null then array[a.outlet_key]
            else (select array_agg(o.key order by o.key) from outlet o where o.site_key = a.site_key) end as outlet_keys
from alert a where a.number = %(id)s or a.id = %(key)s

-- name: subject_lead
-- A lead by its number or id, and whether the last review of each kind signed off what it says now.
select l.id, l.number, l.site_key, l.outlet_keys, l.from_time, l.to_time,
       (select count(*) = 2 from unnest(array['technical', 'legal']) as k (kind)
        where (select r.result from lead_review r where r.lead_id = l.id and r.kind = k.kind and r.digest = l.digest
               order by r.id desc limit 1) = 'sign') as reviewed
from lead l where l.number = %(id)s or l.id = %(key)s

-- name: lead_has_package
-- The lead names the package that goes with it.
update lead set evidence_id = %(package_id)s, evidence_digest = %(digest)s where id = %(id)s

-- name: site_is_sample
-- Whether the configuration of a site is a sample that nobody has checked.
select bool_or(v.sample) from site_version v where v.site_key = %(site_key)s and v.recorded_to is null and v.valid_to is null
