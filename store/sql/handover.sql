-- Hand-over: connectors, what is handed over, receipts.

-- name: lock_connectors
-- One file is applied at a time; released at the end of the transaction.
select pg_advisory_xact_lock(781402026, 16)

-- name: connectors
-- The connectors in use with their secrets: for sending only.
select id, kind, options, secrets from handover_connector_version where recorded_to is null order by id

-- name: close_connector
-- A connector is changed or no longer used.
update handover_connector_version set recorded_to = %(at)s where id = %(id)s and recorded_to is null

-- name: open_connector
-- A connector from now on.
insert into handover_connector_version (id, kind, options, secrets, recorded_from)
values (%(id)s, %(kind)s, %(options)s, %(secrets)s, %(at)s)

-- name: try_again
-- What waits for a connector that was changed is tried at once.
update handover set not_before = %(at)s, failures = 0 where connector_id = %(connector_id)s and state = 'waiting'

-- name: standings
-- The connectors in use without secrets, how much waits for each, and what they last answered.
select c.id, c.kind, c.options, c.recorded_from as since,
       (select count(*) from handover h where h.connector_id = c.id and h.state = 'waiting') as waiting,
       (select count(*) from handover h where h.connector_id = c.id and h.state = 'delivered') as delivered,
       (select count(*) from handover h where h.connector_id = c.id and h.state = 'refused') as refused,
       last.outcome as last_outcome, last.at as last_at
from handover_connector_version c
left join lateral (
    select r.outcome, r.at from handover_receipt r join handover h on h.id = r.handover_id
    where h.connector_id = c.id order by r.id desc limit 1
) last on true
where c.recorded_to is null
order by c.id

-- name: lead_to_hand_over
-- A lead and the package that goes with it; the lead is locked until the end of the transaction.
select l.id, l.number, l.state, l.sample, l.digest, l.evidence_id, l.evidence_digest, p.state as package_state,
       p.number as package_number, p.subject_kind, p.subject_id, p.identifier, p.size as package_size, p.bytes as package_bytes,
       p.digest as package_digest, p.file_name, p.sample as package_sample, p.reviewed as package_reviewed
from lead l
left join evidence_package p on p.id = l.evidence_id
where l.id = %(id)s
for update of l

-- name: reserve
-- The id of the hand-over that is about to be made: its document names it.
select nextval(pg_get_serial_sequence('handover', 'id'))

-- name: add_handover
-- What is to be handed over.
insert into handover (id, idempotency_key, lead_id, lead_digest, connector_id, evidence_id, trial, note, document, document_digest, signature,
                      submitted_by, origin, created_at, not_before)
overriding system value
values (%(id)s, %(idempotency_key)s, %(lead_id)s, %(lead_digest)s, %(connector_id)s, %(evidence_id)s, %(trial)s, %(note)s, %(document)s,
        %(document_digest)s, %(signature)s, %(actor)s, %(origin)s, %(at)s, %(at)s)

-- name: handed_over
-- The hand-over of this content of a lead to a connector that was not refused.
select id from handover
where lead_id = %(lead_id)s and connector_id = %(connector_id)s and lead_digest = %(lead_digest)s and state <> 'refused'

-- name: handovers
-- Hand-overs, newest first, before a place. A filter that is NULL does not filter.
select h.id, h.lead_id, l.number as lead, s.id as site, h.connector_id as connector, p.number as package, h.evidence_id, h.trial, h.note,
       h.idempotency_key, h.document_digest, h.submitted_by, h.created_at, h.state, h.attempts, h.failures, h.not_before,
       h.finished_at
from handover h
join lead l on l.id = h.lead_id
join site s on s.key = l.site_key
join evidence_package p on p.id = h.evidence_id
where (%(id)s::bigint is null or h.id = %(id)s)
  and (%(lead_id)s::bigint is null or h.lead_id = %(lead_id)s)
  and (%(connector)s::text is null or h.connector_id = %(connector)s)
  and (%(state)s::text is null or h.state = %(state)s)
  and (%(before)s::bigint is null or h.id < %(before)s)
order by h.id desc
limit %(most)s

-- name: papers
-- The document of a hand-over with its signature.
select document, signature from handover where id = %(id)s

-- name: receipts
-- What every attempt of a hand-over brought, oldest first.
select id, at, outcome, status, answer, headers, case_number, milliseconds
from handover_receipt where handover_id = %(id)s order by id limit 1000

-- name: lock_handover
-- Its row, locked until the end of the transaction.
select h.id, h.lead_id, h.lead_digest, h.connector_id, h.state, l.number as lead
from handover h join lead l on l.id = h.lead_id
where h.id = %(id)s for update of h

-- name: again
-- It is sent again: by hand after a refusal, or at once instead of later.
update handover set state = 'waiting', failures = 0, not_before = %(at)s, finished_at = null where id = %(id)s

-- name: due
-- What is to be sent now, by connector.
select id, connector_id from handover where state = 'waiting' and not_before <= %(at)s order by id

-- name: take_turn
-- Whether this connection alone sends this hand-over; the lock ends with the connection, also when its process is killed.
select pg_try_advisory_lock(781402017, %(id)s::integer)

-- name: end_turn
-- Others may send it again.
select pg_advisory_unlock(781402017, %(id)s::integer)

-- name: to_send
-- What is sent, if it is still to be sent.
select h.id, h.idempotency_key, h.lead_id, l.number as lead, h.connector_id, h.document, h.document_digest, h.signature, h.trial,
       h.attempts, h.failures, h.created_at, p.file_name, p.bytes as package_bytes, p.digest as package_digest, p.state as package_state
from handover h
join lead l on l.id = h.lead_id
join evidence_package p on p.id = h.evidence_id
where h.id = %(id)s and h.state = 'waiting'

-- name: begin_attempt
-- An attempt begins; it counts even when nobody lives to record how it ended.
update handover set attempts = attempts + 1 where id = %(id)s and state = 'waiting' returning attempts

-- name: note_receipt
-- What an attempt brought.
insert into handover_receipt (handover_id, at, outcome, status, answer, headers, case_number, milliseconds)
values (%(handover_id)s, %(at)s, %(outcome)s, %(status)s, %(answer)s, %(headers)s, %(case_number)s, %(milliseconds)s)

-- name: finish
-- Delivered, or refused for good.
update handover set state = %(state)s, finished_at = %(at)s, failures = 0 where id = %(id)s and state = 'waiting'

-- name: put_off
-- It is tried again later.
update handover set failures = failures + 1, not_before = %(not_before)s where id = %(id)s and state = 'waiting' returning failures

-- name: lead_record
-- A lead as the evidence log has it: the newest record of the row.
select content::text from log_record where kind = 'lead' and key = %(key)s order by id desc limit 1

-- name: record_of
-- One row of a table as the evidence log has it.
select content::text from log_record where kind = %(kind)s and key = %(key)s order by id desc limit 1

-- name: lead_records
-- Every row of a table that belongs to a lead, as the evidence log has it: its newest record.
select distinct on (length(key), key) content::text
from log_record
where kind = %(kind)s and content ->> 'lead_id' = %(lead)s
order by length(key), key, id desc

-- name: party
-- The unit that a lead is about, as it is believed now, and the authority over it.
select s.id, v.name, v.industry, v.key_unit, v.credit_code, v.permit, v.sample,
       (select jsonb_build_object('district', a.district, 'city', a.city) from authority_version a
        where a.recorded_to is null order by a.valid_from desc limit 1) as authority,
       coalesce((select jsonb_agg(jsonb_build_object('from', to_char(p.valid_from at time zone 'Asia/Shanghai', 'YYYY-MM-DD'),
                                                     'to', to_char(p.valid_to at time zone 'Asia/Shanghai', 'YYYY-MM-DD'),
                                                     'basis', p.basis, 'decided_by', p.decided_by, 'document', p.document)
                                  order by p.valid_from)
                 from positive_list_version p
                 where p.site_key = s.key and p.recorded_to is null), '[]') as positive_list
from lead l
join site s on s.key = l.site_key
left join lateral (
    select * from site_version v where v.site_key = s.key and v.recorded_to is null order by v.valid_from desc limit 1
) v on true
where l.id = %(id)s

-- name: places
-- The outlets that a lead is about.
select o.id, v.name, o.medium, m.mn
from lead l
join outlet o on o.key = any(l.outlet_keys)
left join lateral (
    select * from outlet_version v where v.outlet_key = o.key and v.recorded_to is null order by v.valid_from desc limit 1
) v on true
left join lateral (
    select * from monitor_version m where m.outlet_key = o.key and m.recorded_to is null order by m.valid_from desc limit 1
) m on true
where l.id = %(id)s
order by array_position(l.outlet_keys, o.key)

-- name: alerts_of
-- The alerts that a lead was raised from.
select a.id, a.number, a.code, a.factor, a.severity, a.first_seen, a.last_seen, a.count, a.clause
from lead_alert la join alert a on a.id = la.alert_id
where la.lead_id = %(id)s
order by a.id

-- name: attachments_of
-- The papers that were attached to the alerts of a lead.
select t.id, t.name, t.media_type, t.digest, length(t.content) as bytes, t.filed_at, t.filed_by, a.number as alert
from lead_alert la join alert a on a.id = la.alert_id join attachment t on t.alert_id = a.id
where la.lead_id = %(id)s
order by t.id

-- name: papers_of
-- The papers of a lead itself.
select id, part, name, media_type, digest, length(content) as bytes, filed_at, filed_by, note
from lead_paper where lead_id = %(id)s
order by id

-- name: package_of
-- The package that goes with a lead.
select p.number, p.identifier, p.size, p.bytes, p.digest, p.state, p.sample, p.reviewed, p.finished_at, c.root, c.note, c.sealed_at
from lead l
join evidence_package p on p.id = l.evidence_id
left join log_checkpoint c on c.size = p.size
where l.id = %(id)s

-- name: names_of
-- How users are called.
select name, display_name from app_user where name = any(%(names)s)
