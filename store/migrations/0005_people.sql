-- depends: 0004_alerts

-- Who may do what, and who did what.

create table app_user (
    key            integer generated always as identity primary key,
    name           text not null unique check (name ~ '^[a-z][a-z0-9_.-]{1,31}$'),
    display_name   text not null,
    role           text not null,
    site_key       integer references site,      -- company users see this site only
    password_hash  text not null,                -- argon2id
    created_at     timestamptz not null default now(),
    disabled_at    timestamptz,
    failed_logins  integer not null default 0,
    locked_until   timestamptz
);

create table session (
    digest      bytea primary key,               -- SHA-256 of the cookie's secret; the secret itself is never stored
    user_key    integer not null references app_user,
    csrf        text not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    ended_at    timestamptz
);

create table api_token (
    key         integer generated always as identity primary key,
    digest      bytea not null unique,
    name        text not null,
    role        text not null,
    site_key    integer references site,
    created_at  timestamptz not null default now(),
    created_by  text not null,
    expires_at  timestamptz,
    revoked_at  timestamptz
);

-- Every write and who did it. Append-only.
create table audit_event (
    id       bigint generated always as identity primary key,
    at       timestamptz not null default clock_timestamp(),
    actor    text not null,
    origin   text not null,                      -- address, 'cli' or 'system'
    action   text not null,                      -- source:subject:action, e.g. registry:sites:apply
    subject  text,
    detail   jsonb not null default '{}'
);
create index audit_event_by_time on audit_event (at desc);

-- Answers kept for Idempotency-Key, so that a repeated write is answered and not repeated.
create table idempotency (
    actor       text not null,
    key         text not null,
    request     bytea not null,                  -- SHA-256 of method, path and body
    status      integer not null,
    body        jsonb not null,
    created_at  timestamptz not null default now(),
    primary key (actor, key)
);
