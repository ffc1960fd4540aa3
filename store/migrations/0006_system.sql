-- depends: 0005_people

-- How the processes are.

create table service_heartbeat (
    service     text not null check (service in ('ingest', 'alerts', 'api', 'simulator')),
    instance    text not null,
    started_at  timestamptz not null,
    seen_at     timestamptz not null,
    state       jsonb not null default '{}',
    primary key (service, instance)
);

-- Time-driven jobs as they last ran.
create table job_run (
    name         text primary key,
    started_at   timestamptz not null,
    finished_at  timestamptz,
    failed       text,
    runs         bigint not null,
    failures     bigint not null
);

-- Times in which Outfall itself could not receive; outlets are not called silent for them.
create table own_outage (
    id         bigint generated always as identity primary key,
    cause      text not null,
    from_time  timestamptz not null,
    to_time    timestamptz
);
create unique index own_outage_open on own_outage (cause) where to_time is null;
