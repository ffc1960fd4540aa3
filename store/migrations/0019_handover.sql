-- depends: 0018_retention

-- Hand-over of leads: to whom, what was handed over, and what they answered.

-- A connector version is never changed: a new file closes the old one. Secrets stand in 'secrets', which no API returns.
create table handover_connector_version (
    key            bigint generated always as identity primary key,
    id             text not null check (id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    kind           text not null check (kind in ('city_bureau', 'mobile_enforcement', 'platform_12369')),
    options        jsonb not null,
    secrets        jsonb not null,
    recorded_from  timestamptz not null,
    recorded_to    timestamptz
);
create unique index handover_connector_current on handover_connector_version (id) where recorded_to is null;

-- What is handed over: written in the transaction that makes the lead submitted, so that neither exists without the other.
create table handover (
    id               bigint generated always as identity primary key,
    idempotency_key  text not null unique,            -- the receiver makes one case of it, however often it is sent
    lead_id          bigint not null references lead,
    lead_digest      bytea not null,                  -- the content of the lead that is handed over
    connector_id     text not null,
    evidence_id      bigint not null references evidence_package,
    trial            boolean not null,                -- of a connector for trials: sample configuration may go there
    note             text,
    document         text not null,                   -- canonical JSON (RFC 8785), sent as these very bytes
    document_digest  bytea not null check (length(document_digest) = 32),
    signature        text not null,                   -- signed note over the digest, with the key of the log
    submitted_by     text not null,
    origin           text not null,
    created_at       timestamptz not null,
    state            text not null default 'waiting' check (state in ('waiting', 'delivered', 'refused')),
    attempts         integer not null default 0,
    failures         integer not null default 0,      -- in a row, since it was last asked for
    not_before       timestamptz not null,
    finished_at      timestamptz
);
create index handover_waiting on handover (not_before, id) where state = 'waiting';
create index handover_by_lead on handover (lead_id, id);
-- The same content goes to the same receiver once; a lead that was sent back, changed and reviewed again may go again.
create unique index handover_once on handover (lead_id, connector_id, lead_digest) where state <> 'refused';

-- What each attempt brought. Append-only.
create table handover_receipt (
    id           bigint generated always as identity primary key,
    handover_id  bigint not null references handover,
    at           timestamptz not null,
    outcome      text not null check (outcome in ('accepted', 'refused', 'failed')), -- failed: it will be sent again
    status       text not null,                       -- HTTP status, or what the network said
    answer       text not null,                       -- first kilobyte of the answer, without secrets
    headers      jsonb not null default '{}',         -- those that tell who answered and when
    case_number  text,                                -- what the receiver calls it
    milliseconds integer not null
);
create index handover_receipt_by_handover on handover_receipt (handover_id, id);
create unique index handover_receipt_accepted on handover_receipt (handover_id) where outcome = 'accepted';

select keeps_rows('handover_connector_version');
select keeps_rows('handover');
select append_only('handover_receipt');

select log_watch('handover_connector_version', '{key}', '{secrets}');
select log_watch('handover', '{id}', '{attempts,failures,not_before}');
select log_watch('handover_receipt', '{id}', '{milliseconds}');
