-- Enforcement leads (执法线索): raising, steps, reviews, records, clocks.

-- name: take_number
-- The next lead number of a Beijing day. The row is locked until commit, so that a rollback leaves no hole.
insert into lead_number as n (day, last) values (%(day)s, 1)
on conflict (day) do update set last = n.last + 1
returning last

-- name: add_lead
-- A new draft.
insert into lead (number, state, state_since, source, source_note, kind, title, facts, feedback, site_key, outlet_key, outlet_keys, factors,
                  from_time, to_time, acts, harmful, sample, digest, authority_level, authority_name, handler, found_at, created_at,
                  created_by)
values (%(number)s, 'draft', %(at)s, %(source)s, %(source_note)s, %(kind)s, %(title)s, %(facts)s, %(feedback)s, %(site_key)s,
        %(outlet_key)s, %(outlet_keys)s, %(factors)s, %(from_time)s, %(to_time)s, %(acts)s, %(harmful)s, %(sample)s, %(digest)s,
        %(authority_level)s, %(authority_name)s, %(handler)s, %(found_at)s, %(at)s, %(actor)s)
returning id

-- name: lock_lead
-- A lead, held until the end of the transaction. For a company: one of its own site that it was told of.
select l.* from lead l
where l.id = %(id)s and (%(site_key)s::integer is null or (l.site_key = %(site_key)s and l.disclosed is not null))
for update

-- name: lead_columns
-- A lead as it stands, not held.
select l.* from lead l where l.id = %(id)s

-- name: change_lead
-- The lead after a step.
update lead
set state = %(state)s, state_since = %(state_since)s, source_note = %(source_note)s, kind = %(kind)s, title = %(title)s, facts = %(facts)s,
    feedback = %(feedback)s, outlet_key = %(outlet_key)s, outlet_keys = %(outlet_keys)s, factors = %(factors)s,
    from_time = %(from_time)s, to_time = %(to_time)s, acts = %(acts)s, harmful = %(harmful)s, sample = %(sample)s,
    snapshot_id = %(snapshot_id)s, candidates = %(candidates)s, basis = %(basis)s, basis_reason = %(basis_reason)s,
    basis_by = %(basis_by)s, basis_at = %(basis_at)s, discretion = %(discretion)s, digest = %(digest)s, revision = %(revision)s,
    handler = %(handler)s, found_at = %(found_at)s, disclosed = %(disclosed)s, disclosed_at = %(disclosed_at)s,
    submitted_at = %(submitted_at)s, filed_at = %(filed_at)s, decided_at = %(decided_at)s, published_at = %(published_at)s,
    disposition = %(disposition)s, disposition_reason = %(disposition_reason)s, disposition_at = %(disposition_at)s,
    transfer_proposed_at = %(transfer_proposed_at)s, transfer_approved_at = %(transfer_approved_at)s,
    transferred_at = %(transferred_at)s, police_answered_at = %(police_answered_at)s, police_accepted = %(police_accepted)s,
    objected_at = %(objected_at)s
where id = %(id)s

-- name: note_step
-- The step in the history of the lead.
insert into lead_event (lead_id, at, actor, action, reason, detail)
values (%(lead_id)s, %(at)s, %(actor)s, %(action)s, %(reason)s, %(detail)s)

-- name: tell_pages
-- Open pages hear of it when the transaction commits.
select pg_notify('outfall_live', %(payload)s)

-- name: add_snapshot
-- The numbers as they were taken.
insert into lead_snapshot (lead_id, taken_at, taken_by, digest, content)
values (%(lead_id)s, %(at)s, %(actor)s, %(digest)s, %(content)s)
returning id

-- name: snapshot
-- Numbers that were taken.
select id, taken_at, taken_by, encode(digest, 'hex') as sha256, content from lead_snapshot where id = %(id)s

-- name: link_alert
-- The lead is of this alert.
insert into lead_alert (lead_id, alert_id, added_at, added_by) values (%(lead_id)s, %(alert_id)s, %(at)s, %(actor)s)
on conflict do nothing

-- name: link_task
-- The lead is of this task.
insert into lead_task (lead_id, task_id, added_at, added_by) values (%(lead_id)s, %(task_id)s, %(at)s, %(actor)s)
on conflict do nothing

-- name: lock_alerts
-- Alerts that become a lead, with what stands in their occurrences, held until the end of the transaction.
select a.id, a.number, a.code, a.severity, a.site_key, a.outlet_key, a.factor, a.handling, a.first_seen, a.last_seen, a.raised_at, a.clause,
       a.numbers, a.count, a.late
from alert a where a.id = any(%(ids)s)
order by a.id
for update

-- name: occurrences
-- The periods that alerts count and that still stand.
select alert_id, start, span, revision, limit_key from alert_occurrence
where alert_id = any(%(ids)s) and withdrawn_at is null
order by start, span

-- name: answers
-- What the company answered to alerts, oldest first.
select e.at, e.reason, e.detail ->> 'measures' as measures from alert_event e
where e.alert_id = any(%(ids)s) and e.action = 'answered' order by e.id

-- name: leads_of_alert
-- The leads that an alert became, newest first; for a company those that it was told of.
select l.id, l.number, l.state, l.disclosed is not null as disclosed
from lead_alert x join lead l on l.id = x.lead_id
where x.alert_id = %(alert_id)s and (%(site_key)s::integer is null or (l.site_key = %(site_key)s and l.disclosed is not null))
order by (l.state <> 'withdrawn') desc, l.id desc

-- name: lock_task
-- A task that a lead is raised from.
select t.id, t.number, t.kind, t.site_key, t.outlet_key, t.alert_id, t.state, t.outcome, t.created_at
from task t where t.id = %(id)s
for update

-- name: find_assignee
-- A user who may work on leads.
select 1 from app_user where name = %(name)s and role = any(%(roles)s) and disabled_at is null

-- name: periods
-- The newest revision of every period value of outlets and factors in a time.
select distinct on (p.outlet_key, p.factor, p.span, p.start)
       p.outlet_key, p.factor, p.span, p.start, p.revision, p.valid, p.status, p.reasons, p.count, p.expected,
       p.reported_measured, p.reported_folded, p.recomputed_measured, p.recomputed_folded, p.after_marking_measured,
       p.after_marking_folded, p.after_exemption_measured, p.after_exemption_folded
from period_value p
where p.outlet_key = any(%(outlet_keys)s) and p.factor = any(%(factors)s) and p.span = any(%(spans)s)
  and p.start >= %(from_time)s and p.start < %(to_time)s
order by p.outlet_key, p.factor, p.span, p.start, p.revision desc
limit %(most)s

-- name: verdicts
-- The verdicts of period revisions.
select v.outlet_key, v.factor, v.span, v.start, v.revision, v.limit_key, v.result, v.basis, v.bound, v.bound_side, v.compared, v.multiple,
       v.reasons
from unnest(%(outlet_keys)s::integer[], %(factors)s::text[], %(spans)s::text[], %(starts)s::timestamptz[], %(revisions)s::integer[])
     as p (outlet_key, factor, span, start, revision)
join verdict v using (outlet_key, factor, span, start, revision)
order by v.outlet_key, v.factor, v.span, v.start, v.limit_key nulls first

-- name: messages_of_periods
-- The messages that the readings of periods came in: of the period itself, and of the minutes of an hour.
select p.outlet_key, p.factor, p.span, p.start, r.kind::text, array_agg(distinct r.message_id order by r.message_id) as messages
from unnest(%(outlet_keys)s::integer[], %(factors)s::text[], %(spans)s::text[], %(starts)s::timestamptz[])
     as p (outlet_key, factor, span, start)
join reading r on r.outlet_key = p.outlet_key and r.factor = p.factor
     and r.data_time >= p.start and r.data_time < p.start + case p.span when 'day' then interval '1 day' else interval '1 hour' end
     and r.kind in ('minute', 'hour', 'day') and (p.span = 'hour' or r.kind <> 'minute')
     and (r.kind <> 'day' or p.span = 'day')
where r.data_time >= %(from_time)s and r.data_time < %(to_time)s
group by p.outlet_key, p.factor, p.span, p.start, r.kind

-- name: marks
-- The marks of outlets that meet a time, with what became of them.
select m.id, m.outlet_key, m.category, m.label, m.factor, m.from_time, m.to_time, m.reason, m.channel, m.filed_by, m.received_at, m.deadline,
       m.late, w.withdrawn_at, w.reason as withdrawn_reason
from mark m left join mark_withdrawal w on w.mark_id = m.id
where m.outlet_key = any(%(outlet_keys)s) and m.from_time < %(to_time)s and m.to_time > %(from_time)s
order by m.from_time, m.id
limit 1000

-- name: limits
-- Limit records by their keys.
select l.key as id, o.id as outlet, l.factor, l.basis, l.minimum, l.maximum, l.condition, l.standard, l.clause, l.source, l.valid_from,
       l.valid_to
from limit_version l join outlet o on o.key = l.outlet_key
where l.key = any(%(keys)s)
order by l.key

-- name: site_by_key
-- A site by its key.
select id from site where key = %(key)s

-- name: drafters
-- Everybody who raised the lead or worked on what is reviewed.
select distinct actor from lead_event where lead_id = %(lead_id)s and action = any(%(actions)s)

-- name: reviewers
-- Who reviewed the lead, by kind.
select distinct kind, reviewer from lead_review where lead_id = %(lead_id)s

-- name: add_review
-- A review of exactly this content.
insert into lead_review (lead_id, kind, result, opinion, reviewer, display_name, at, revision, digest)
values (%(lead_id)s, %(kind)s, %(result)s, %(opinion)s, %(reviewer)s, %(display_name)s, %(at)s, %(revision)s, %(digest)s)
returning id

-- name: reviews
-- The reviews of a lead, oldest first; one holds while the lead has the content that it is of.
select r.id, r.kind, r.result, r.opinion, r.reviewer, r.display_name, r.at, r.revision, encode(r.digest, 'hex') as digest,
       r.result = 'sign' and r.digest = l.digest as holds
from lead_review r join lead l on l.id = r.lead_id
where r.lead_id = %(lead_id)s
order by r.id

-- name: add_paper
-- A paper of a lead.
insert into lead_paper (lead_id, part, name, media_type, digest, content, note, public, by_company, statement_id, filed_by, filed_at)
values (%(lead_id)s, %(part)s, %(name)s, %(media_type)s, %(digest)s, %(content)s, %(note)s, %(public)s, %(by_company)s, %(statement_id)s,
        %(filed_by)s, %(filed_at)s)
returning id

-- name: papers
-- The papers of a lead without their bytes. A company sees the public ones, and no officer's name.
select id, part, name, media_type, length(content) as bytes, encode(digest, 'hex') as sha256, note, public, by_company, statement_id,
       case when %(for_company)s and not by_company then 'bureau' else filed_by end as filed_by, filed_at
from lead_paper
where lead_id = %(lead_id)s and (public or not %(for_company)s)
order by id

-- name: paper
-- One paper with its bytes; a company gets what is public of a lead that it was told of.
select p.id, p.name, p.media_type, p.content, encode(p.digest, 'hex') as sha256
from lead_paper p join lead l on l.id = p.lead_id
where p.id = %(id)s and p.lead_id = %(lead_id)s
  and (%(site_key)s::integer is null or (l.site_key = %(site_key)s and l.disclosed is not null and p.public))

-- name: count_papers
-- How many papers a lead has.
select count(*) from lead_paper where lead_id = %(lead_id)s

-- name: content_links
-- What belongs to the content of a lead beside its columns: evidence papers, alerts, tasks, and the numbers.
select (select coalesce(json_agg(json_build_object('name', name, 'sha256', encode(digest, 'hex'), 'note', note) order by id), '[]')
        from lead_paper where lead_id = l.id and part = 'evidence') as papers,
       (select coalesce(array_agg(alert_id order by alert_id), '{}') from lead_alert where lead_id = l.id) as alerts,
       (select coalesce(array_agg(task_id order by task_id), '{}') from lead_task where lead_id = l.id) as tasks,
       (select id from site where key = l.site_key) as site,
       (select coalesce(array_agg(o.id order by x.n), '{}')
        from unnest(%(outlet_keys)s::integer[]) with ordinality as x (key, n) join outlet o on o.key = x.key) as outlets,
       (select encode(digest, 'hex') from lead_snapshot where id = %(snapshot_id)s) as snapshot,
       (select count(*) from lead_event e where e.lead_id = l.id and e.action = any(%(rounds)s)) as round
from lead l where l.id = %(lead_id)s

-- name: add_statement
-- What the company says.
insert into lead_statement (lead_id, content, in_time, made_by, at) values (%(lead_id)s, %(content)s, %(in_time)s, %(made_by)s, %(at)s)
returning id

-- name: statements
-- What the company said, oldest first.
select id, content, in_time, made_by, at from lead_statement where lead_id = %(lead_id)s order by id

-- name: find_statement
-- A statement of a lead.
select id from lead_statement where id = %(id)s and lead_id = %(lead_id)s

-- name: add_talk
-- A talk that was held.
insert into lead_talk (lead_id, held_at, place, host, attendees, facts_shown, commitments, deadline, follow_up, follows, recorded_by, at)
values (%(lead_id)s, %(held_at)s, %(place)s, %(host)s, %(attendees)s, %(facts_shown)s, %(commitments)s, %(deadline)s, %(follow_up)s,
        %(follows)s, %(recorded_by)s, %(at)s)
returning id

-- name: talks
-- The talks of a lead.
select id, held_at, place, host, attendees, facts_shown, commitments, deadline, follow_up, follows, recorded_by, at
from lead_talk where lead_id = %(lead_id)s order by id

-- name: find_talk
-- A talk of a lead.
select id from lead_talk where id = %(id)s and lead_id = %(lead_id)s

-- name: add_discussion
-- A collective discussion.
insert into lead_discussion (lead_id, held_at, place, host, attendees, facts, evidence, qualification, party, law, discretion, procedure,
                             conclusion, revision, digest, recorded_by, at)
values (%(lead_id)s, %(held_at)s, %(place)s, %(host)s, %(attendees)s, %(facts)s, %(evidence)s, %(qualification)s, %(party)s, %(law)s,
        %(discretion)s, %(procedure)s, %(conclusion)s, %(revision)s, %(digest)s, %(recorded_by)s, %(at)s)
returning id

-- name: discussions
-- The collective discussions of a lead.
select id, held_at, place, host, attendees, facts, evidence, qualification, party, law, discretion, procedure, conclusion, revision,
       encode(digest, 'hex') as digest, recorded_by, at
from lead_discussion where lead_id = %(lead_id)s order by id

-- name: find_discussion
-- A discussion of a lead.
select id from lead_discussion where id = %(id)s and lead_id = %(lead_id)s

-- name: add_extension
-- More time, and who approved it.
insert into lead_extension (lead_id, clock, days, reason, approved_by, approved_at, discussion_id, recorded_by, at)
values (%(lead_id)s, %(clock)s, %(days)s, %(reason)s, %(approved_by)s, %(approved_at)s, %(discussion_id)s, %(recorded_by)s, %(at)s)

-- name: extensions
-- The extensions of a lead.
select id, clock, days, reason, approved_by, approved_at, discussion_id, recorded_by, at
from lead_extension where lead_id = %(lead_id)s order by id

-- name: start_suspension
-- From now on time does not count.
insert into lead_suspension (lead_id, why, reason, from_time, started_by) values (%(lead_id)s, %(why)s, %(reason)s, %(at)s, %(actor)s)

-- name: end_suspension
-- Time counts again.
update lead_suspension set to_time = greatest(%(at)s, from_time), ended_by = %(actor)s where lead_id = %(lead_id)s and to_time is null

-- name: suspensions
-- The times of a lead that do not count.
select id, why, reason, from_time, to_time, started_by, ended_by from lead_suspension where lead_id = %(lead_id)s order by id

-- name: last_event_at
-- When a step was taken last.
select max(at) from lead_event where lead_id = %(lead_id)s and action = %(action)s

-- name: keep_clock
-- A clock as it was computed. A time that moved is spoken of anew.
insert into lead_clock as c (lead_id, kind, state, starts_at, due_at, last_day, days_extended, days_suspended, norm, clause, confidence,
                             met_at, overdue_when_met)
values (%(lead_id)s, %(kind)s, %(state)s, %(starts_at)s, %(due_at)s, %(last_day)s, %(days_extended)s, %(days_suspended)s, %(norm)s,
        %(clause)s, %(confidence)s, %(met_at)s, %(overdue_when_met)s)
on conflict (lead_id, kind) do update
set state = excluded.state, starts_at = excluded.starts_at, due_at = excluded.due_at, last_day = excluded.last_day,
    days_extended = excluded.days_extended, days_suspended = excluded.days_suspended, norm = excluded.norm, clause = excluded.clause,
    confidence = excluded.confidence, met_at = excluded.met_at, overdue_when_met = excluded.overdue_when_met,
    reminded = case when c.due_at is distinct from excluded.due_at then null else c.reminded end,
    escalation = case when c.due_at is distinct from excluded.due_at then 0 else c.escalation end
where (c.state, c.starts_at, c.due_at, c.last_day, c.days_extended, c.days_suspended, c.norm, c.clause, c.confidence, c.met_at)
      is distinct from
      (excluded.state, excluded.starts_at, excluded.due_at, excluded.last_day, excluded.days_extended, excluded.days_suspended,
       excluded.norm, excluded.clause, excluded.confidence, excluded.met_at)

-- name: void_clocks
-- Clocks that no longer run because what they start from is gone.
update lead_clock set state = 'void' where lead_id = %(lead_id)s and not kind = any(%(kinds)s) and state in ('running', 'suspended')

-- name: clocks
-- The clocks of a lead, what is due first in front.
select kind, state, starts_at, due_at, last_day, days_extended, days_suspended, norm, clause, confidence, met_at, overdue_when_met, escalation
from lead_clock where lead_id = %(lead_id)s
order by state <> 'running', due_at nulls last, kind

-- name: clocks_to_tell
-- Running clocks that come due, their leads locked; one that somebody works on is left for the next time.
select c.lead_id, c.kind, c.due_at, c.last_day, c.clause, c.reminded, c.escalation
from lead_clock c join lead l on l.id = c.lead_id
where c.state = 'running' and c.due_at <= %(until)s
  and (c.kind not like 'limitation%%' or c.due_at > %(at)s or c.escalation = 0)
  and (c.escalation < %(most_level)s or c.due_at > %(at)s)
order by c.due_at
limit %(most)s
for update of l skip locked

-- name: clock_told
-- What was told of a clock.
update lead_clock set reminded = %(reminded)s, escalation = %(escalation)s where lead_id = %(lead_id)s and kind = %(kind)s

-- name: lead_facts
-- What people are told of a lead.
select l.id, l.number, l.state, l.kind, l.title, l.handler, l.authority_name, l.sample, s.id as site, sv.name as site_name
from lead l join site s on s.key = l.site_key
left join lateral (
    select v.name from site_version v where v.site_key = l.site_key and v.recorded_to is null order by v.valid_from desc limit 1
) sv on true
where l.id = %(id)s

-- name: leads
-- Leads, newest first, before a place. A filter that is NULL does not filter. For a company those that it was told of.
select l.id, l.number, l.state, l.state_since, l.source, l.source_note, l.kind, l.title, l.facts, l.feedback, s.id as site,
       sv.name as site_name, sv.credit_code, sv.permit,
       (select coalesce(array_agg(o.id order by x.n), '{}')
        from unnest(l.outlet_keys) with ordinality as x (key, n) join outlet o on o.key = x.key) as outlets,
       l.factors, l.from_time, l.to_time, l.acts, l.harmful, l.sample, l.snapshot_id, l.candidates, l.basis, l.basis_reason, l.basis_by,
       l.basis_at, l.discretion, encode(l.digest, 'hex') as digest, l.revision, l.authority_level, l.authority_name, l.handler, l.found_at,
       l.created_at, l.created_by, l.disclosed, l.disclosed_at, l.submitted_at, l.filed_at, l.decided_at, l.published_at, l.disposition,
       l.disposition_reason, l.disposition_at, l.transfer_proposed_at, l.transfer_approved_at, l.transferred_at, l.police_answered_at,
       l.police_accepted, l.objected_at, l.evidence_id, l.evidence_digest, l.site_key,
       d.kind as due_kind, d.due_at, d.last_day as due_day, d.clause as due_clause
from lead l
join site s on s.key = l.site_key
left join lateral (
    select v.name, v.credit_code, v.permit from site_version v where v.site_key = l.site_key and v.recorded_to is null
    order by v.valid_from desc limit 1
) sv on true
left join lateral (
    select c.kind, c.due_at, c.last_day, c.clause from lead_clock c
    where c.lead_id = l.id and c.state = 'running' and c.due_at is not null and (%(site_key)s::integer is null or c.kind = 'statement')
    order by c.due_at, c.kind limit 1
) d on true
where (%(site_key)s::integer is null or (l.site_key = %(site_key)s and l.disclosed is not null))
  and (%(id)s::bigint is null or l.id = %(id)s)
  and (%(number)s::text is null or l.number = %(number)s)
  and (%(state)s::text is null or (l.state = %(state)s and %(site_key)s::integer is null))
  and (%(kind)s::text is null or l.kind = %(kind)s)
  and (%(site)s::text is null or s.id = %(site)s)
  and (%(alert)s::bigint is null or exists (select from lead_alert x where x.lead_id = l.id and x.alert_id = %(alert)s))
  and (%(due_before)s::timestamptz is null or d.due_at <= %(due_before)s)
  and (%(mine)s::text is null or (%(site_key)s::integer is null and (l.handler = %(mine)s or l.created_by = %(mine)s)))
  and (%(before_time)s::timestamptz is null or (l.created_at, l.id) < (%(before_time)s, %(before_id)s))
order by l.created_at desc, l.id desc
limit %(most)s

-- name: alerts_of
-- The alerts of a lead.
select a.id, a.number, a.code, a.severity, o.id as outlet, a.factor, a.first_seen, a.last_seen, a.count, x.added_at, x.added_by
from lead_alert x join alert a on a.id = x.alert_id left join outlet o on o.key = a.outlet_key
where x.lead_id = %(lead_id)s
order by a.id

-- name: tasks_of
-- The tasks of a lead.
select t.id, t.number, t.kind, t.state, t.outcome, x.added_at, x.added_by
from lead_task x join task t on t.id = x.task_id
where x.lead_id = %(lead_id)s
order by t.id

-- name: events
-- The history of a lead, oldest first.
select at, actor, action, reason, detail from lead_event where lead_id = %(lead_id)s order by id
