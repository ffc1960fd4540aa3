-- depends: 0008_rules

-- How people work through alerts. Every step is an alert_event; the columns here are where the alert stands now.

alter table alert
    add column previous_id   bigint references alert,   -- the episode of the same kind and place before this one
    add column assigned_to   text,
    add column due_at        timestamptz,               -- until when the next step is due; NULL = nothing is due
    add column due_step      text,                      -- the step that is due: acknowledge | answer | verify
    add column escalation    smallint not null default 0,
    add column reminded_at   timestamptz,
    add column inhibited_by  bigint references alert,   -- the wider outage that explains it: nobody is called for it
    add column title_facts   jsonb not null default '{}';
create index alert_due on alert (due_at) where due_at is not null;

-- Papers and pictures that belong to an alert. The bytes are kept with their digest and never changed.
create table attachment (
    id          bigint generated always as identity primary key,
    alert_id    bigint not null references alert,
    name        text not null,
    media_type  text not null,
    digest      bytea not null,                 -- SHA-256 of content
    content     bytea not null,
    filed_by    text not null,
    filed_at    timestamptz not null
);
create index attachment_by_alert on attachment (alert_id, id);
