-- depends: 0017_evidence

-- How long raw data are kept, what may not be dropped, and what was.

-- Legal hold (留存冻结): nothing that the subject touches is dropped while it stands. Lifted, never deleted.
create table legal_hold (
    id           bigint generated always as identity primary key,
    kind         text not null check (kind in ('lead', 'alert', 'outlet')),
    lead_id      bigint,
    alert_id     bigint references alert,
    outlet_key   integer references outlet,
    from_time    timestamptz,                   -- of an outlet: inclusive; those of a lead or an alert are read from it each time
    to_time      timestamptz,                   -- exclusive
    reason       text not null,
    placed_by    text not null,
    placed_at    timestamptz not null,
    lifted_by    text,
    lifted_at    timestamptz,
    lift_reason  text,
    check ((kind = 'lead') = (lead_id is not null)),
    check ((kind = 'alert') = (alert_id is not null)),
    check ((kind = 'outlet') = (outlet_key is not null and from_time is not null and to_time is not null)),
    check (from_time < to_time),
    check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason is null))
);
create index legal_hold_standing on legal_hold (id) where lifted_at is null;

-- Every chunk that was dropped, and what was in it, so that the evidence log can tell a lawful gap from a hole. Append-only.
create table retention_drop (
    id           bigint generated always as identity primary key,
    kind         text not null check (kind in ('message', 'reading', 'device_record', 'quarantine')),
    chunk        text not null,
    range_start  timestamptz not null,          -- of the time that the table is divided by; inclusive
    range_end    timestamptz not null,          -- exclusive
    count        bigint not null,               -- rows
    newest       timestamptz,                   -- receipt of the newest row; NULL = the chunk was empty
    first_message bigint,                       -- smallest and largest number of the messages that the rows came from
    last_message bigint,
    messages     bigint not null,               -- how many messages those were
    ids          int8multirange not null default '{}',  -- numbers of the rows, of a message or quarantine chunk
    leaves       int8multirange not null default '{}',  -- their leaves, of a message chunk
    leaf_digest  bytea,                         -- SHA-256 of the leaf hashes in the order of the leaves
    keep_years   integer not null,              -- the setting then
    cutoff       timestamptz not null,          -- everything in the chunk was older
    dropped_at   timestamptz not null,
    dropped_by   text not null,
    check (range_start < range_end)
);
create index retention_drop_by_range on retention_drop (kind, range_start);

-- What was refused is noted in the log like the messages it came in; the bytes are in the message, and the log has that.
set local timezone to 'UTC';
insert into log_record (kind, key, content)
select 'quarantine', id::text, to_jsonb(q) - 'raw' from quarantine q;
insert into log_pending (kind, ids, earliest, latest)
select 'record', range_agg(int8range(id, id, '[]')), min(recorded_at), max(recorded_at) from log_record
where kind = 'quarantine' having count(*) > 0;
create trigger log_inserted after insert on quarantine referencing new table as fresh
    for each statement execute function log_note_records('{id}', '{raw}');

select keeps_rows('evidence_package');
select keeps_rows('legal_hold');
select append_only('retention_drop');
select log_watch('legal_hold', '{id}');
select log_watch('retention_drop', '{id}');

-- The audit trail is searched by these, newest first.
create index audit_event_by_actor on audit_event (actor, id desc);
create index audit_event_by_subject on audit_event (subject, id desc);
create index audit_event_by_action on audit_event (action text_pattern_ops, id desc);
create index audit_event_by_origin on audit_event (origin, id desc);
