-- A lead and its package as tests need them, without the steps that lead there.

-- name: keys
-- Keys of the site and the outlet.
select s.key as site_key, o.key as outlet_key from site s join outlet o on o.site_key = s.key where o.id = %(outlet)s

-- name: snapshot
-- Numbers of the lead.
insert into lead_snapshot (lead_id, taken_at, taken_by, digest, content)
values (%(lead_id)s, %(at)s, 'wang', decode(repeat('cd', 32), 'hex'), '{"from": "2026-11-10T00:00:00+00:00", "counts": {"exceeded_days": 3}}')
returning id

-- name: lead
-- A lead that both reviewed.
insert into lead (number, state, state_since, source, kind, title, facts, site_key, outlet_key, outlet_keys, factors, from_time, to_time,
                  acts, sample, candidates, basis, digest, authority_level, authority_name, handler, found_at, created_at, created_by)
values (%(number)s, %(state)s, %(at)s, 'auto_alert', 'exceedance', '窑尾二氧化硫超标排放', '三次超过限值', %(site_key)s, %(outlet_key)s,
        array[%(outlet_key)s], '{a21026}', '2026-11-10 00:00+00', '2026-11-14 00:00+00', '{exceed_standard}', %(sample)s, '[]', '{code-1107}',
        decode(repeat('00', 32), 'hex'), 'city', '示例市生态环境局', 'wang', %(at)s, %(at)s, 'wang')
returning id

-- name: set_digest
-- What the lead says now.
update lead set digest = %(digest)s, snapshot_id = %(snapshot_id)s where id = %(id)s

-- name: change_lead
-- Another content than was reviewed.
update lead set facts = facts || '。', digest = decode(repeat('99', 32), 'hex') where id = %(id)s

-- name: whole_lead
-- The row.
select * from lead where id = %(id)s

-- name: review
-- A review of what the lead says now.
insert into lead_review (lead_id, kind, result, opinion, reviewer, display_name, at, revision, digest)
select id, %(kind)s, %(result)s, '同意', %(kind)s || '-one', null, %(at)s, revision, digest from lead where id = %(id)s

-- name: checkpoint
-- A checkpoint that the package is as of.
insert into log_checkpoint (size, root, note, sealed_at) values (7, decode(repeat('56', 32), 'hex'), 'note', %(at)s) on conflict do nothing

-- name: package
-- A ready package of the lead.
insert into evidence_package (number, subject_kind, subject_id, subject_number, site_key, outlet_keys, asked_from, asked_to, from_time, to_time,
                              formal, size, identifier, state, estimated_bytes, estimated_seconds, bytes, digest, file_name, sample,
                              reviewed, requested_by, origin, created_at, finished_at)
values ('ZJ-20261120-0001', 'lead', %(lead_id)s::text, %(number)s, %(site_key)s, array[%(outlet_key)s], %(at)s, %(at)s, '2026-11-09 16:00+00',
        '2026-11-14 16:00+00', true, 7, 'lead-1-20261110-20261114-7', 'ready', 1, 1, %(bytes)s, %(digest)s, %(file_name)s, %(sample)s,
        %(reviewed)s, 'wang', 'test', %(at)s, %(at)s)
returning id

-- name: set_package
-- The package that goes with the lead.
update lead set evidence_id = %(package_id)s, evidence_digest = %(digest)s where id = %(id)s

-- name: change_package
-- What becomes of the package.
update evidence_package set state = %(state)s where id = %(id)s

-- name: states
-- How the lead and its hand-overs stand.
select l.state as lead, h.state, h.attempts, h.failures, h.not_before, h.connector_id from handover h join lead l on l.id = h.lead_id order by h.id

-- name: receipts
-- What the attempts brought.
select * from handover_receipt order by id

-- name: told
-- Messages to people.
select purpose, title, body, link from outbox order by id

-- name: audited
-- What was audited of hand-overs and reads of evidence.
select action, subject, detail from audit_event where action like 'handover:%%' or action like 'evidence:%%' order by id

-- name: records
-- What the log has of a table.
select content from log_record where kind = %(kind)s order by id

-- name: events
-- The history of the lead.
select action, detail from lead_event order by id
