-- depends: 0019_handover

-- Replays of quarantined pieces that people asked for: what was chosen, how far it is, what came of it. What became of each piece is
-- in quarantine_replay; one replay runs at a time, so the rows between begin and end are its own.
create table replay_run (
    id          bigint generated always as identity primary key,
    actor       text not null,
    origin      text not null,
    chosen      jsonb not null,                -- reason, gateway, mn, since, until, ids as they were asked for
    total       integer not null,              -- pieces when it was asked for
    done        integer not null default 0,
    readings    bigint not null default 0,
    outcomes    jsonb not null default '{}',   -- accepted, duplicate, conflicting or the reason it is still refused -> pieces
    started_at  timestamptz not null,
    beat_at     timestamptz not null,          -- when it was last alive
    ended_at    timestamptz,
    error_code  text                           -- why it ended before its end
);

create index quarantine_replay_by_time on quarantine_replay (replayed_at);

-- The list of what was refused, newest first, and whose it is.
create index quarantine_by_time on quarantine (received_at desc, id desc);
create index quarantine_by_gateway on quarantine (gateway, received_at desc);

-- What the rules noticed about an outlet: findings are looked up by their kind and place.
create index finding_by_place on finding (code, outlet_key, from_time);
