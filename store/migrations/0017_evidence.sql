-- depends: 0014_log

-- Evidence packages (证据包): what was asked for, how far the building is, and what came of it.

create table evidence_package (
    id              bigint generated always as identity primary key,
    number          text not null unique,            -- ZJ-20261126-0001, by the Beijing day it was asked for
    subject_kind    text not null check (subject_kind in ('lead', 'alert', 'outlet')),
    subject_id      text not null,                   -- id of the lead or alert; id of the outlet as in the sites file
    subject_number  text,                            -- number of the lead or alert
    site_key        integer not null references site,
    outlet_keys     integer[] not null,
    asked_from      timestamptz not null,
    asked_to        timestamptz not null,
    from_time       timestamptz not null,            -- whole Beijing days; inclusive
    to_time         timestamptz not null,            -- exclusive
    asked_size      bigint,                          -- the checkpoint that was asked for; NULL = the one made right before building
    formal          boolean not null,                -- refused unless checked configuration and, of a lead, both reviews
    size            bigint references log_checkpoint, -- the checkpoint that it is as of, once known
    identifier      text,                            -- name inside the bag; the same for the same subject, period and checkpoint
    unjudged        timestamptz[],                   -- hours with data that were not judged at the checkpoint
    state           text not null default 'queued' check (state in ('queued', 'building', 'ready', 'failed', 'expired')),
    step            text not null default 'queued',  -- what is being done, a code of the texts (evidence.step.*)
    progress        smallint not null default 0 check (progress between 0 and 100),
    estimated_bytes   bigint not null,
    estimated_seconds integer not null,
    bytes           bigint,
    digest          bytea check (length(digest) = 32), -- SHA-256 of the file
    file_name       text,
    sample          boolean,                         -- 示例配置
    reviewed        boolean,                         -- of a lead: it had passed both reviews
    requested_by    text not null,
    origin          text not null,
    created_at      timestamptz not null,
    started_at      timestamptz,
    finished_at     timestamptz,
    error_code      text,
    error           text,
    builder         text,                            -- host:pid:thread of the process that builds it
    beat_at         timestamptz,                     -- when it was last alive
    attempts        smallint not null default 0,
    check (from_time < to_time),
    check (state <> 'ready' or (digest is not null and bytes is not null and file_name is not null and size is not null))
);
create index evidence_package_waiting on evidence_package (id) where state in ('queued', 'building');
create index evidence_package_by_subject on evidence_package (subject_kind, subject_id, id desc);
create index evidence_package_by_identifier on evidence_package (identifier, id);

create table evidence_number (
    day   date primary key,
    last  integer not null
);

select log_watch('evidence_package', '{id}', '{step,progress,builder,beat_at,attempts,estimated_bytes,estimated_seconds}');

-- A package takes the records of its outlets out of the log by what they say, whatever has become of the tables.
create index log_record_by_outlet on log_record ((content ->> 'outlet_key'), kind)
    where kind in ('outlet_version', 'monitor_version', 'limit_version', 'exemption_version', 'mark', 'quality_check', 'chain_check',
                   'finding', 'alert', 'task', 'quarantine');
create index log_record_by_site on log_record ((content ->> 'site_key'), kind)
    where kind in ('outlet', 'site_version', 'positive_list_version', 'alert', 'task', 'digest', 'routing_decision');
create index log_record_by_alert on log_record ((content ->> 'alert_id'), kind)
    where kind in ('alert_event', 'alert_occurrence', 'attachment', 'task', 'routing_decision', 'outbox');
create index log_record_by_task on log_record ((content ->> 'task_id'), kind) where kind in ('task_event', 'outbox');
create index log_record_by_message on log_record ((content ->> 'outbox_id')) where kind = 'delivery';
create index log_record_of_evidence on log_record ((content ->> 'subject'))
    where kind = 'audit_event' and content ->> 'action' like 'evidence:%';
