-- depends: 0006_system

-- What companies and devices say about periods, what lets an exceeded hour be exempt, and how the monitors were checked.

alter table touched drop constraint touched_cause_check;
alter table touched add constraint touched_cause_check
    check (cause in ('reading', 'limit', 'replay', 'sweep', 'mark', 'check', 'exemption'));

-- A statement about a period (标记, regulation.md C.1). Append-only: a wrong one is withdrawn, never changed.
create table mark (
    id           bigint generated always as identity primary key,
    outlet_key   integer not null references outlet,
    category     text not null check (category in ('device', 'condition')),
    label        text not null,                 -- code of store/marklabels.yaml, e.g. fault, stopped
    factor       text,                          -- NULL = every factor of the outlet
    from_time    timestamptz not null,          -- whole minutes; inclusive
    to_time      timestamptz not null,          -- exclusive
    reason       text not null,
    channel      text not null check (channel in ('automatic', 'manual')),
    filed_by     text not null,                 -- user, token, or 'device'
    origin       text not null,
    received_at  timestamptz not null,
    deadline     timestamptz not null,          -- until when it had to be filed to take effect (C.3)
    late         boolean not null,              -- filed after the deadline: kept as a statement, changes no value
    proof        jsonb not null default '{}',   -- names and digests of what was filed with it
    check (to_time > from_time)
);
create index mark_by_outlet on mark (outlet_key, from_time);
create index mark_by_label on mark (outlet_key, category, label, from_time);

-- Readings whose flag says something of the monitor or the source are few; automatic marks are made of them.
create index reading_flagged on reading (outlet_key, data_time) where status in
    ('calibration', 'maintenance', 'fault', 'power_failure', 'stopped', 'starting', 'stopping', 'banked');

create table mark_withdrawal (
    mark_id       bigint primary key references mark,
    withdrawn_at  timestamptz not null,
    withdrawn_by  text not null,
    origin        text not null,
    reason        text not null
);

-- Lets exceeded hours under a working-condition mark be exempt (豁免, C.5). None unless the sites file names one with its source.
create table exemption_version (
    key              bigint generated always as identity primary key,
    outlet_key       integer not null references outlet,
    valid_from       timestamptz not null,
    valid_to         timestamptz,
    recorded_from    timestamptz not null,
    recorded_to      timestamptz,
    label            text not null,             -- the working-condition label it applies to
    factors          text[] not null,
    hours_per_event  numeric,                   -- NULL = no cap of that kind
    hours_per_year   numeric,
    ceiling          numeric,                   -- above this even an exempt hour is exceeded
    source           text not null,
    check (valid_to is null or valid_to > valid_from)
);
create index exemption_version_by_outlet on exemption_version (outlet_key, recorded_to);

-- Standard checks and comparisons of a monitor (标样核查, 比对): sent by the device (CN 2062) or filed by hand. Append-only.
create table quality_check (
    id           bigint generated always as identity primary key,
    outlet_key   integer not null references outlet,
    factor       text not null,
    kind         text not null check (kind in ('standard', 'comparison', 'calibration', 'verification')),
    checked_at   timestamptz not null,
    passed       boolean not null,
    measured     numeric,
    reference    numeric,
    source       text not null check (source in ('device', 'filed')),
    filed_by     text not null,
    received_at  timestamptz not null,
    message_id   bigint,
    note         text
);
create unique index quality_check_once on quality_check (outlet_key, factor, kind, checked_at, passed) where source = 'device';
create index quality_check_by_outlet on quality_check (outlet_key, factor, checked_at);

-- Instrument and logger values of the same period, filed by an officer or an operator: the transmission chain (HJ 356 6.2).
create table chain_check (
    id           bigint generated always as identity primary key,
    outlet_key   integer not null references outlet,
    factor       text not null,
    start        timestamptz not null,          -- start of the hour compared
    instrument   numeric not null,
    logger       numeric,
    filed_by     text not null,
    received_at  timestamptz not null,
    note         text
);
create index chain_check_by_outlet on chain_check (outlet_key, factor, start);

-- Choices of an outlet beyond the columns: bounds, comparison, day rule and so on (store/options.py). Absent = the default.
alter table outlet_version add column options jsonb not null default '{}';

alter table positive_list_version add column level text not null default 'city'
    check (level in ('district', 'city', 'province', 'national'));
