-- depends: 0003_judged

-- Alerts: episodes that an officer must handle.

create table alert (
    id          bigint generated always as identity primary key,
    number      text not null unique,            -- YJ-20261124-0001, by the Beijing day it was raised
    code        text not null,
    severity    text not null check (severity in ('info', 'warning', 'serious', 'critical')),
    site_key    integer references site,
    outlet_key  integer references outlet,
    gateway     text,
    factor      text,
    condition   text not null check (condition in ('pending', 'active', 'cleared')),
    handling    text not null check (handling in ('new', 'notified', 'answered', 'confirmed', 'unfounded', 'site_visit', 'closed', 'lead')),
    first_seen  timestamptz not null,            -- data time of the first occurrence
    last_seen   timestamptz not null,            -- data time of the last occurrence
    raised_at   timestamptz not null,
    cleared_at  timestamptz,
    count       integer not null,                -- occurrences that still stand
    numbers     jsonb not null,
    clause      text,
    limit_key   bigint,
    late        boolean not null,                -- raised from data so old that nobody is called
    acknowledged_at timestamptz,
    acknowledged_by text
);
-- One open episode of a kind at an outlet and factor.
create unique index alert_open on alert (code, site_key, outlet_key, gateway, factor, late) nulls not distinct where condition <> 'cleared';
create index alert_by_time on alert (raised_at desc, id desc);
create index alert_by_outlet on alert (outlet_key, raised_at desc);

-- The periods or findings that an alert counts. A re-judged period that is no longer exceeded is withdrawn, not removed.
create table alert_occurrence (
    alert_id      bigint not null references alert,
    start         timestamptz not null,
    span          text not null,
    revision      integer not null,
    limit_key     bigint,
    numbers       jsonb not null,
    noted_at      timestamptz not null default clock_timestamp(),
    withdrawn_at  timestamptz,
    primary key (alert_id, start, span)
);
create index alert_occurrence_by_start on alert_occurrence (start, span);

-- What happened to an alert: raised, counted, cleared, acknowledged, ... Append-only.
create table alert_event (
    id        bigint generated always as identity primary key,
    alert_id  bigint not null references alert,
    at        timestamptz not null default clock_timestamp(),
    actor     text not null,                     -- 'system' or a user name
    action    text not null,
    reason    text,
    detail    jsonb not null default '{}'
);
create index alert_event_by_alert on alert_event (alert_id, id);

-- Numbers of the day, so that alert numbers have no holes and two processes cannot take the same.
create table alert_number (
    day   date primary key,
    last  integer not null
);
