-- depends: 0001_registry

-- What came in.
--
-- message, reading, device_record and quarantine only ever grow: a correction is a further revision, never an update.
-- The chunk interval of seven days holds about 300 MB for the five sites; chunks of a year stay below a hundred.

create extension if not exists timescaledb;

-- Numbers come from a sequence so that an ingest worker can know them before it copies a batch.
create sequence message_id;

create table message (
    received_at  timestamptz not null,
    id           bigint not null,
    gateway      text not null,
    channel      text not null check (channel in ('hj212', 'json', 'neuron', 'status')),
    packet_id    integer,                      -- MQTT packet identifier: tells a redelivery from a repetition
    digest       bytea not null,               -- SHA-256 of payload
    payload      bytea not null,
    primary key (id, received_at)
);
do $$ begin perform create_hypertable('message', by_range('received_at', interval '7 days'), create_default_indexes => false); end $$;
create index message_by_gateway on message (gateway, received_at desc);

-- The bytes of a frame that is not complete yet, kept between messages and over restarts. One row a gateway and channel.
create table stream_tail (
    gateway     text not null,
    channel     text not null,
    tail        bytea not null,
    since       timestamptz not null,
    message_id  bigint not null,
    primary key (gateway, channel)
);

create type reading_kind as enum ('realtime', 'minute', 'hour', 'day');

create type reading_status as enum (
    'normal', 'stopped', 'maintenance', 'manual', 'fault', 'calibration', 'over_range', 'under_range', 'comm_fault',
    'power_failure', 'starting', 'stopping', 'banked', 'no_data', 'unknown'
);

create table reading (
    data_time       timestamptz not null,      -- start of the period; the instant of collection for realtime
    outlet_key      integer not null,
    kind            reading_kind not null,
    factor          text not null,
    revision        smallint not null,         -- 1, then 2, ... for each re-sent value that differs from all before
    value           numeric,                   -- Rtd or Avg as sent; NULL when it was no number (text is in extra)
    minimum         numeric,
    maximum         numeric,
    total           numeric,                   -- Cou
    folded          numeric,                   -- ZsRtd or ZsAvg
    folded_minimum  numeric,
    folded_maximum  numeric,
    flag            text,                      -- raw letter; NULL = none came
    status          reading_status not null,
    extra           jsonb,                     -- every other metric by its HJ 212 name, as text
    message_id      bigint not null,
    received_at     timestamptz not null
);
do $$ begin perform create_hypertable('reading', by_range('data_time', interval '7 days'), create_default_indexes => false); end $$;
create unique index reading_once on reading (outlet_key, kind, factor, data_time, revision);

-- Uploads that are not readings: facility states, standard checks, logs, restarts, raw analyser results, heartbeats.
create table device_record (
    received_at  timestamptz not null,
    outlet_key   integer not null,
    message_id   bigint not null,
    cn           text not null,
    data_time    timestamptz,
    body         jsonb not null               -- {"cp": [[["name","value"],...],...]} as sent
);
do $$ begin perform create_hypertable('device_record', by_range('received_at', interval '90 days'), create_default_indexes => false); end $$;
create index device_record_by_outlet on device_record (outlet_key, cn, received_at desc);

create table quarantine (
    received_at  timestamptz not null,
    id           bigint generated always as identity,
    message_id   bigint not null,
    gateway      text not null,
    channel      text not null,
    mn           text,
    outlet_key   integer,
    reason       text not null,
    detail       text not null,
    raw          bytea not null,
    primary key (id, received_at)
);
do $$ begin perform create_hypertable('quarantine', by_range('received_at', interval '30 days'), create_default_indexes => false); end $$;
create index quarantine_by_reason on quarantine (reason, received_at desc);

-- What became of a quarantined piece when it was run through a later decoder.
create table quarantine_replay (
    quarantine_id  bigint not null,
    replayed_at    timestamptz not null default now(),
    release        text not null,
    outcome        text not null,             -- accepted | duplicate | conflicting | <reason it is still refused>
    actor          text not null,
    primary key (quarantine_id, replayed_at)
);

-- The loss ledger: frames by the hour of receipt. received = accepted + duplicate + conflicting + every quarantined reason.
-- outlet_key 0 stands for frames that no outlet could be found for. 'received' is counted before the others are known.
create table ledger (
    hour         timestamptz not null,
    gateway      text not null,
    outlet_key   integer not null,
    disposition  text not null check (disposition in ('received', 'accepted', 'duplicate', 'conflicting', 'quarantined', 'anomaly')),
    reason       text not null default '',    -- for quarantined and anomaly
    frames       bigint not null,
    readings     bigint not null,
    primary key (hour, gateway, outlet_key, disposition, reason)
);
create index ledger_by_outlet on ledger (outlet_key, hour);

-- Newest data and receive time of an outlet by kind: what connection state and cadence are judged on.
create table outlet_state (
    outlet_key   integer not null,
    kind         reading_kind not null,
    data_time    timestamptz not null,
    received_at  timestamptz not null,
    primary key (outlet_key, kind)
);

create table gateway_state (
    gateway      text primary key,
    state        text not null check (state in ('online', 'offline', 'unknown')),
    since        timestamptz not null,
    heard_at     timestamptz not null,        -- last message of any kind
    detail       jsonb not null default '{}'
);

-- Outlet-hours that new data, a new limit or a sweep touched. Ingest only inserts, alerts only deletes what it claimed: nobody waits.
create table touched (
    id          bigint generated always as identity primary key,
    outlet_key  integer not null,
    from_time   timestamptz not null,         -- inclusive, start of an hour
    to_time     timestamptz not null,         -- exclusive
    cause       text not null check (cause in ('reading', 'limit', 'replay', 'sweep')),
    touched_at  timestamptz not null default clock_timestamp()
);

-- What somebody noticed. Ingest and the rules write; the alert keeper reads those that have no row in finding_handled.
create table finding (
    id          bigint generated always as identity primary key,
    code        text not null,
    gateway     text,
    outlet_key  integer,
    factor      text,
    from_time   timestamptz not null,
    to_time     timestamptz not null,
    found_at    timestamptz not null default clock_timestamp(),
    numbers     jsonb not null,
    rule        text not null
);

create table finding_handled (
    finding_id  bigint primary key references finding,
    alert_id    bigint,
    handled_at  timestamptz not null default clock_timestamp()
);
