-- depends: 0010_notifications

-- What officers are asked to do: verify off site, ask the company, or visit with a stated reason (regulation.md F).

create table task (
    id            bigint generated always as identity primary key,
    number        text not null unique,          -- RW-20261124-0001, by the Beijing day it was made
    kind          text not null check (kind in ('off_site', 'company_query', 'on_site', 'removal_proposal')),
    site_key      integer not null references site,
    outlet_key    integer references outlet,
    alert_id      bigint references alert,
    reason        text not null,                 -- code of the catalogue: why this task exists
    statement     text,                          -- in words; an on-site visit must have one
    listed        boolean not null,              -- whether the unit stood on the positive list then
    listing_key   bigint,
    state         text not null check (state in ('open', 'in_progress', 'done', 'cancelled')),
    outcome       text,
    assigned_to   text,
    created_at    timestamptz not null,
    created_by    text not null,
    due_at        timestamptz,
    counted       boolean not null default false, -- an on-site visit that counts against the yearly cap
    visited_at    timestamptz
);
create index task_by_site on task (site_key, created_at desc);
create index task_by_alert on task (alert_id);
-- One open task of a kind for an alert: routing the same alert again makes no second one.
create unique index task_once on task (alert_id, kind) where alert_id is not null and state in ('open', 'in_progress');

create table task_event (
    id        bigint generated always as identity primary key,
    task_id   bigint not null references task,
    at        timestamptz not null,
    actor     text not null,
    action    text not null,
    reason    text,
    detail    jsonb not null default '{}'
);
create index task_event_by_task on task_event (task_id, id);

create table task_number (
    day   date primary key,
    last  integer not null
);

-- Every decision of the routing, with what it knew and why it decided so. Append-only.
create table routing_decision (
    id          bigint generated always as identity primary key,
    at          timestamptz not null,
    alert_id    bigint references alert,
    site_key    integer not null references site,
    way         text not null,                   -- off_site | on_site | none
    reasons     text[] not null,
    inputs      jsonb not null,
    rule        text not null,
    task_ids    bigint[] not null
);
create index routing_decision_by_alert on routing_decision (alert_id);

-- Random on-site sample: the seed is published before the draw, so that anybody can repeat it.
create table sample_draw (
    id            bigint generated always as identity primary key,
    period        text not null unique,          -- e.g. 2026-Q4
    seed          text not null,
    published_at  timestamptz not null,
    drawn_at      timestamptz,
    candidates    text[] not null default '{}',
    chosen        text[] not null default '{}',
    algorithm     text not null
);
