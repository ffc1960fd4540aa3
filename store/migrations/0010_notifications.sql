-- depends: 0009_handling

-- Who is told of what, over which channel, and what became of every message.

-- A channel version is never changed: a new file closes the old one. Secrets stand in 'secrets', which no API returns.
create table channel_version (
    key            bigint generated always as identity primary key,
    id             text not null check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    kind           text not null check (kind in ('wecom', 'dingtalk', 'feishu', 'webhook', 'smtp')),
    options        jsonb not null,
    secrets        jsonb not null,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz
);
create unique index channel_current on channel_version (id) where recorded_to is null;

-- Routing, shifts and quiet hours, as one checked document (alerts/notify/plan.py).
create table notification_plan (
    key            bigint generated always as identity primary key,
    plan           jsonb not null,
    recorded_by    text not null,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz
);
create unique index notification_plan_current on notification_plan ((recorded_to is null)) where recorded_to is null;

-- Messages to send. A row is written in the transaction of what it tells about, so that neither exists without the other.
create table outbox (
    id            bigint generated always as identity primary key,
    channel_id    text not null,
    purpose       text not null check (purpose in ('raised', 'reminder', 'escalated', 'cleared', 'digest', 'task', 'operations', 'test')),
    alert_id      bigint references alert,
    task_id       bigint,
    dedupe        text not null unique,         -- the same telling is never queued twice
    title         text not null,
    body          text not null,
    link          text,                         -- path below the setting public_url
    facts         jsonb not null default '{}',  -- what the text was made from, for digests and for programs that receive it
    created_at    timestamptz not null,
    not_before    timestamptz not null,         -- quiet hours and back-off
    attempts      integer not null default 0,
    state         text not null default 'waiting' check (state in ('waiting', 'sent', 'merged', 'given_up', 'obsolete')),
    merged_into   bigint references outbox,
    finished_at   timestamptz
);
create index outbox_waiting on outbox (channel_id, not_before, id) where state = 'waiting';
create index outbox_by_alert on outbox (alert_id);

-- How a channel fares, for all processes together: what rate limits and back-off must know.
create table channel_state (
    channel_id     text primary key,
    attempts       timestamptz[] not null default '{}',  -- the attempts of the last minutes
    failures       integer not null default 0,           -- in a row
    failing_since  timestamptz,
    blocked_until  timestamptz,
    last_ok        timestamptz
);

-- What each attempt brought: the proof of delivery, or why it failed. Append-only.
create table delivery (
    id          bigint generated always as identity primary key,
    outbox_id   bigint not null references outbox,
    at          timestamptz not null,
    ok          boolean not null,
    status      text not null,                  -- HTTP status, vendor error code or SMTP reply
    answer      text not null,                  -- first kilobyte of the answer, without secrets
    milliseconds integer not null
);
create index delivery_by_outbox on delivery (outbox_id, id);
