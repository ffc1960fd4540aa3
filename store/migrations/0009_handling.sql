-- depends: 0008_rules

-- How people work through alerts. Every step is an alert_event; the columns here are where the alert stands now.

alter table alert
    add column previous_id     bigint references alert,   -- the episode of the same kind and place before this one
    add column assigned_to     text,
    add column handling_since  timestamptz,               -- when 'handling' became what it is; NULL = when it was raised
    add column due_at          timestamptz,               -- until when the next step is due; NULL = nothing is due
    add column due_step        text,                      -- the step that is due: acknowledge | answer | verify | close
    add column escalation      smallint not null default 0,
    add column reminded_at     timestamptz,
    add column inhibited_by    bigint references alert,   -- the wider outage that explains it: nobody is called for it
    add column flaps           smallint not null default 0, -- how often it came back soon after it was over
    add column quiet_since     timestamptz,               -- over, but it came back before: cleared after the quiet time
    add column undigested_since timestamptz,              -- late data counted that no digest has told of, since and until when
    add column undigested_last  timestamptz,
    add column company_sees    boolean not null default true, -- false until an officer tells it: what may be a sign of falsified data
    add column title_facts     jsonb not null default '{}';
create index alert_due on alert (due_at) where due_at is not null;
-- What nobody has settled: the time-driven jobs look through these only.
create index alert_unsettled on alert (id) where handling not in ('closed', 'lead') and not late;
create index alert_undigested on alert (undigested_last) where undigested_last is not null;
create index alert_by_place on alert (code, outlet_key, gateway, factor, id desc);

-- Papers and pictures that belong to an alert. The bytes are kept with their digest and never changed.
create table attachment (
    id          bigint generated always as identity primary key,
    alert_id    bigint not null references alert,
    name        text not null,
    media_type  text not null,
    digest      bytea not null,                 -- SHA-256 of content
    content     bytea not null,
    public      boolean not null,               -- the company may see it too: its own papers, and what it was given
    by_company  boolean not null,
    filed_by    text not null,
    filed_at    timestamptz not null
);
create index attachment_by_alert on attachment (alert_id, id);

-- What was told of days-late data: one row a site and back-fill, never one a period. Append-only.
create table digest (
    id          bigint generated always as identity primary key,
    site_key    integer references site,
    alert_ids   bigint[] not null,
    made_at     timestamptz not null
);
