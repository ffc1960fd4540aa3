-- depends: 0019_handover

-- Who somebody is: forced changes of passwords, the second factor, OpenID subjects, sessions with where they come from, scopes of tokens.
--
-- None of these tables is watched by the evidence log: each write of people stands in audit_event, which is watched, without any secret.

alter table app_user
    add column must_change_password boolean not null default false,    -- somebody else has seen the password
    add column password_changed_at timestamptz not null default now();
-- Whoever was there before has the password of then, as far as anybody knows.
update app_user set password_changed_at = created_at;

-- The second factor (TOTP, RFC 6238) of a user. The secret is sealed with a key that lies in a file outside the database.
create table second_factor (
    user_key      integer primary key references app_user,
    sealed        bytea not null,
    begun_at      timestamptz not null,
    confirmed_at  timestamptz,                     -- asked for at sign-in from then on
    last_step     bigint not null default 0        -- 30-second step of the last code that was taken: none is taken twice
);

-- Codes for the day the telephone is lost: of 79 random bits each, so that a plain digest holds. Each serves once.
create table recovery_code (
    user_key  integer not null references app_user,
    digest    bytea not null check (length(digest) = 32),
    used_at   timestamptz,
    primary key (user_key, digest)
);

-- A sign-in between the right password and the second factor, by the digest of its cookie's secret.
create table login_step (
    digest      bytea primary key check (length(digest) = 32),
    user_key    integer not null references app_user,
    expires_at  timestamptz not null,
    failures    integer not null default 0
);
create index login_step_by_time on login_step (expires_at);

-- Who a user is at an OpenID provider. The subject never changes there; names do.
create table openid_subject (
    issuer     text not null,
    subject    text not null check (length(subject) between 1 and 255),
    user_key   integer not null unique references app_user,
    linked_at  timestamptz not null,
    linked_by  text not null,                      -- 'openid' for a first sign-in, else who did it
    primary key (issuer, subject)
);

alter table session
    add column id bigint generated always as identity unique,          -- names a session on pages; its digest never leaves
    add column origin text not null default 'unknown',
    add column user_agent text not null default '' check (length(user_agent) <= 300),
    add column kind text not null default 'password' check (kind in ('password', 'openid')),
    add column last_seen_at timestamptz not null default now();
create index session_of_user on session (user_key) where ended_at is null;

alter table api_token
    add column scopes text[],                      -- permissions; null = all that the role has
    add column revoked_by text,
    add column last_used_at timestamptz;
