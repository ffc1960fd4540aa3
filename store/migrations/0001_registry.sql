-- What is registered: sites, outlets, monitors, limits and the positive list.
--
-- The identity tables (gateway, site, outlet) only ever grow. Everything that can change is a *_version row with two time axes:
--   valid_from/valid_to       when it is so in the world              (NULL = open)
--   recorded_from/recorded_to when Outfall believed it               (NULL = still believed)
-- "What was in force at T, as we believed it at K" is: valid range holds T and recorded range holds K. No row is ever deleted and
-- the only update is the closing of recorded_to.

create table gateway (
    id           text primary key check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    recorded_at  timestamptz not null default now(),
    retired_at   timestamptz                   -- no longer in the sites file: the broker lets it in no more
);

create table site (
    key          integer generated always as identity primary key,
    id           text not null unique check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$')
);

create table outlet (
    key          integer generated always as identity primary key,
    id           text not null unique check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    site_key     integer not null references site,
    medium       text not null check (medium in ('gas', 'water'))
);

create table authority_version (
    key            bigint generated always as identity primary key,
    valid_from     timestamptz not null,
    valid_to       timestamptz,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz,
    district       text not null,
    city           text not null
);

create table site_version (
    key            bigint generated always as identity primary key,
    site_key       integer not null references site,
    valid_from     timestamptz not null,
    valid_to       timestamptz,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz,
    position       integer not null,
    name           text not null,
    industry       text not null,
    key_unit       boolean not null,
    sample         boolean not null,
    credit_code    text,
    permit         text,
    note           text
);
create index site_version_by_site on site_version (site_key, recorded_to, valid_from);

create table outlet_version (
    key               bigint generated always as identity primary key,
    outlet_key        integer not null references outlet,
    valid_from        timestamptz not null,
    valid_to          timestamptz,
    recorded_from     timestamptz not null,
    recorded_to       timestamptz,
    position          integer not null,
    name              text not null,
    oxygen_reference  numeric,
    factors           text[] not null,
    judged            boolean not null,
    note              text
);
create index outlet_version_by_outlet on outlet_version (outlet_key, recorded_to, valid_from);

create table monitor_version (
    key               bigint generated always as identity primary key,
    outlet_key        integer not null references outlet,
    valid_from        timestamptz not null,
    valid_to          timestamptz,
    recorded_from     timestamptz not null,
    recorded_to       timestamptz,
    mn                text not null,
    gateway           text not null references gateway,
    protocol          text not null check (protocol in ('2005', '2017', '2025', 'json', 'neuron')),
    password          text,
    sm4_key           text,
    previous_sm4_key  text,
    timestamps        text not null check (timestamps in ('start', 'end')),
    missing_flag      text not null check (missing_flag in ('undetermined', 'valid')),
    acknowledge_crc   text not null check (acknowledge_crc in ('hj212', 'modbus_be', 'modbus_le')),
    realtime_seconds  integer,
    minute_seconds    integer,
    reports_hour      boolean not null,
    reports_day       boolean not null
);
create index monitor_version_by_outlet on monitor_version (outlet_key, recorded_to, valid_from);
create index monitor_version_by_mn on monitor_version (mn);

create table limit_version (
    key            bigint generated always as identity primary key,
    outlet_key     integer not null references outlet,
    valid_from     timestamptz not null,
    valid_to       timestamptz,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz,
    factor         text not null,
    basis          text not null check (basis in ('hour', 'day', 'instant')),
    minimum        numeric,
    maximum        numeric,
    condition      jsonb,
    standard       text not null,
    clause         text not null,
    source         text,
    check (minimum is not null or maximum is not null),
    check (minimum is null or maximum is null or minimum <= maximum),
    check (valid_to is null or valid_to > valid_from)
);
create index limit_version_by_outlet on limit_version (outlet_key, factor, basis, recorded_to);

create table positive_list_version (
    key            bigint generated always as identity primary key,
    site_key       integer not null references site,
    valid_from     timestamptz not null,
    valid_to       timestamptz,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz,
    basis          text not null,
    decided_by     text not null,
    document       text,
    check (valid_to is null or valid_to > valid_from)
);
create index positive_list_version_by_site on positive_list_version (site_key, recorded_to);
