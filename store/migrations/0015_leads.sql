-- depends: 0014_protect

-- Enforcement leads (执法线索): what was found, on what numbers, under which law, who drafted, reviewed and decided, and what is due.

create table lead_number (
    day   date primary key,
    last  integer not null
);

create table lead (
    id               bigint generated always as identity primary key,
    number           text not null unique,            -- XS-20261126-0001, by the Beijing day it was raised
    state            text not null check (state in ('draft', 'returned', 'technical_review', 'legal_review', 'reviewed', 'submitted',
                                                    'no_case', 'instruct', 'talk', 'filed', 'transferred', 'withdrawn')),
    state_since      timestamptz not null,
    source           text not null check (source in ('auto_alert', 'off_site', 'complaint', 'superior', 'mobile_check')),
    source_note      text,                            -- in words; a lead without alert and task must have it
    kind             text not null check (kind in ('exceedance', 'missing', 'abnormal', 'falsification', 'device')),
    title            text not null,
    facts            text,                            -- what happened, in the drafter's words
    feedback         text,                            -- what the company said before it was told of the lead
    site_key         integer not null references site,
    outlet_key       integer references outlet,       -- the first of its outlets
    outlet_keys      integer[] not null,
    factors          text[] not null,
    from_time        timestamptz not null,            -- the act; inclusive
    to_time          timestamptz,                     -- exclusive; NULL = it goes on
    acts             text[] not null,                 -- codes of store/law.yaml: what the drafter takes it for
    harmful          boolean not null default false,  -- it endangers life, health or property: 5 years of limitation, not 2
    sample           boolean not null,                -- 示例配置: of configuration that nobody has checked
    snapshot_id      bigint,                          -- the numbers as they were taken last (lead_snapshot)
    candidates       jsonb not null default '[]',     -- norms that may apply, as proposed for the acts and their time
    basis            text[],                          -- ids of the norms that a person chose
    basis_reason     text,
    basis_by         text,
    basis_at         timestamptz,
    discretion       jsonb,                           -- factors that the officer entered, and the result
    digest           bytea not null check (length(digest) = 32), -- SHA-256 of the canonical content: what a review is of
    revision         integer not null default 1,      -- counts the changes of the content
    authority_level  text not null check (authority_level in ('district', 'city')), -- who files and decides
    authority_name   text not null,                   -- as the sites file had it then
    handler          text,
    found_at         timestamptz not null,            -- 发现线索: what the filing clock starts from
    created_at       timestamptz not null,
    created_by       text not null,
    disclosed        jsonb,                           -- exactly what the company was told; NULL = nothing
    disclosed_at     timestamptz,
    submitted_at     timestamptz,
    filed_at         timestamptz,
    decided_at       timestamptz,                     -- decision of the case after filing
    published_at     timestamptz,
    disposition        text,                          -- the last outcome: no_case | instruct | talk | filed | transferred
    disposition_reason text,
    disposition_at     timestamptz,
    transfer_proposed_at  timestamptz,
    transfer_approved_at  timestamptz,
    transferred_at        timestamptz,
    police_answered_at    timestamptz,
    police_accepted       boolean,
    objected_at           timestamptz,
    evidence_id      bigint,                          -- the evidence package that goes with it
    evidence_digest  text,                            -- SHA-256 of its file, hex
    check (to_time is null or to_time > from_time)
);
create index lead_by_time on lead (created_at desc, id desc);
create index lead_by_site on lead (site_key, created_at desc);
create index lead_by_state on lead (state, created_at desc);

-- The numbers of a lead: periods, verdicts with their revisions, marks, limits and what else was known at that moment. Taken again
-- while it is a draft; never changed.
create table lead_snapshot (
    id         bigint generated always as identity primary key,
    lead_id    bigint not null references lead,
    taken_at   timestamptz not null,
    taken_by   text not null,
    digest     bytea not null,                        -- SHA-256 of the canonical content
    content    jsonb not null
);
create index lead_snapshot_by_lead on lead_snapshot (lead_id, id);
alter table lead add constraint lead_snapshot_fkey foreign key (snapshot_id) references lead_snapshot;

create table lead_alert (
    lead_id   bigint not null references lead,
    alert_id  bigint not null references alert,
    added_at  timestamptz not null,
    added_by  text not null,
    primary key (lead_id, alert_id)
);
create index lead_alert_by_alert on lead_alert (alert_id);

create table lead_task (
    lead_id   bigint not null references lead,
    task_id   bigint not null references task,
    added_at  timestamptz not null,
    added_by  text not null,
    primary key (lead_id, task_id)
);
create index lead_task_by_task on lead_task (task_id);

-- What happened to a lead. Append-only.
create table lead_event (
    id       bigint generated always as identity primary key,
    lead_id  bigint not null references lead,
    at       timestamptz not null,
    actor    text not null,                           -- 'system' or a user name
    action   text not null,
    reason   text,
    detail   jsonb not null default '{}'
);
create index lead_event_by_lead on lead_event (lead_id, id);

-- A review counts as long as the lead has the digest that it is of.
create table lead_review (
    id        bigint generated always as identity primary key,
    lead_id   bigint not null references lead,
    kind      text not null check (kind in ('technical', 'legal')),
    result    text not null check (result in ('sign', 'return')),
    opinion   text not null,
    reviewer  text not null,
    display_name text,                                -- as the reviewer was called then
    at        timestamptz not null,
    revision  integer not null,
    digest    bytea not null
);
create index lead_review_by_lead on lead_review (lead_id, id);

-- Papers and pictures. 'evidence' is part of what is reviewed; a 'record' (minutes, approvals, receipts) is not; 'statement' came with
-- a statement of the company.
create table lead_paper (
    id          bigint generated always as identity primary key,
    lead_id     bigint not null references lead,
    part        text not null check (part in ('evidence', 'record', 'statement')),
    name        text not null,
    media_type  text not null,
    digest      bytea not null,                       -- SHA-256 of content
    content     bytea not null,
    note        text,
    public      boolean not null,                     -- the company may read it once it was told of the lead
    by_company  boolean not null,
    statement_id bigint,
    filed_by    text not null,
    filed_at    timestamptz not null
);
create index lead_paper_by_lead on lead_paper (lead_id, id);

-- What the company says to what it was told (陈述申辩).
create table lead_statement (
    id        bigint generated always as identity primary key,
    lead_id   bigint not null references lead,
    content   text not null,
    in_time   boolean not null,
    made_by   text not null,
    at        timestamptz not null
);
create index lead_statement_by_lead on lead_statement (lead_id, id);
alter table lead_paper add constraint lead_paper_statement_fkey foreign key (statement_id) references lead_statement;

-- Talks with the company (约谈): one row a talk; a follow-up is a further row that names it.
create table lead_talk (
    id           bigint generated always as identity primary key,
    lead_id      bigint not null references lead,
    held_at      timestamptz not null,
    place        text not null,
    host         text not null,
    attendees    text[] not null,
    facts_shown  text not null,
    commitments  text,
    deadline     date,
    follow_up    text,
    follows      bigint references lead_talk,
    recorded_by  text not null,
    at           timestamptz not null
);
create index lead_talk_by_lead on lead_talk (lead_id, id);

-- Collective discussion with its written record (集体讨论, 行政处罚法 57).
create table lead_discussion (
    id             bigint generated always as identity primary key,
    lead_id        bigint not null references lead,
    held_at        timestamptz not null,
    place          text not null,
    host           text not null,
    attendees      text[] not null,
    facts          text not null,
    evidence       text not null,
    qualification  text not null,
    party          text not null,
    law            text not null,
    discretion     text not null,
    procedure      text not null,
    conclusion     text not null,
    revision       integer not null,
    digest         bytea not null,                    -- of the content that was discussed
    recorded_by    text not null,
    at             timestamptz not null
);
create index lead_discussion_by_lead on lead_discussion (lead_id, id);

-- What is due, until when, and under which norm. Computed anew at every step; what stands here is what people are reminded of.
create table lead_clock (
    lead_id        bigint not null references lead,
    kind           text not null,                     -- filing | decision | statement | transfer_decision | transfer | police_review | ...
    state          text not null check (state in ('running', 'suspended', 'met', 'void')),
    starts_at      timestamptz not null,
    due_at         timestamptz,                       -- exclusive: the first moment that is too late; NULL while suspended
    last_day       date,                              -- of a clock in days: the last day in time
    days_extended  integer not null default 0,
    days_suspended integer not null default 0,
    norm           text not null,                     -- id of the record in store/law.yaml, or setting:<name>
    clause         text not null,
    confidence     text not null,                     -- tag of the fact sheet
    met_at         timestamptz,
    overdue_when_met boolean not null default false,
    reminded       integer,                           -- smallest number of days before that was told of
    escalation     smallint not null default 0,
    primary key (lead_id, kind)
);
create index lead_clock_due on lead_clock (due_at) where state = 'running';

-- Extensions of the filing and the decision, each with who approved it. Append-only.
create table lead_extension (
    id             bigint generated always as identity primary key,
    lead_id        bigint not null references lead,
    clock          text not null check (clock in ('filing', 'decision')),
    days           integer not null check (days > 0),
    reason         text not null,
    approved_by    text not null,
    approved_at    timestamptz not null,
    discussion_id  bigint references lead_discussion, -- the second one of a decision is decided collectively
    recorded_by    text not null,
    at             timestamptz not null
);
create index lead_extension_by_lead on lead_extension (lead_id, id);

-- Times that do not count: testing, appraisal, hearing and the like.
create table lead_suspension (
    id           bigint generated always as identity primary key,
    lead_id      bigint not null references lead,
    why          text not null,
    reason       text not null,
    from_time    timestamptz not null,
    to_time      timestamptz,
    started_by   text not null,
    ended_by     text,
    check (to_time is null or to_time >= from_time)
);
create unique index lead_suspension_open on lead_suspension (lead_id) where to_time is null;

alter table outbox drop constraint outbox_purpose_check;
alter table outbox add constraint outbox_purpose_check
    check (purpose in ('raised', 'reminder', 'escalated', 'cleared', 'digest', 'task', 'lead', 'operations', 'test'));
alter table outbox add column lead_id bigint references lead;
create index outbox_by_lead on outbox (lead_id) where lead_id is not null;

select append_only('lead_snapshot');
select append_only('lead_event');
select append_only('lead_review');
select append_only('lead_paper');
select append_only('lead_statement');
select append_only('lead_talk');
select append_only('lead_discussion');
select append_only('lead_extension');
select keeps_rows('lead');
select keeps_rows('lead_alert');
select keeps_rows('lead_task');
select keeps_rows('lead_clock');
select keeps_rows('lead_suspension');

select log_watch('lead', '{id}');
select log_watch('lead_snapshot', '{id}');
select log_watch('lead_alert', '{lead_id,alert_id}');
select log_watch('lead_task', '{lead_id,task_id}');
select log_watch('lead_event', '{id}');
select log_watch('lead_review', '{id}');
select log_watch('lead_paper', '{id}', '{content}');
select log_watch('lead_statement', '{id}');
select log_watch('lead_talk', '{id}');
select log_watch('lead_discussion', '{id}');
select log_watch('lead_clock', '{lead_id,kind}', '{reminded,escalation}');
select log_watch('lead_extension', '{id}');
select log_watch('lead_suspension', '{id}');

-- A package takes the records of a lead out of the log by what they say.
create index log_record_by_lead on log_record ((content ->> 'lead_id'), kind)
    where kind in ('lead_snapshot', 'lead_alert', 'lead_task', 'lead_event', 'lead_review', 'lead_paper', 'lead_statement', 'lead_talk',
                   'lead_discussion', 'lead_clock', 'lead_extension', 'lead_suspension', 'outbox');
