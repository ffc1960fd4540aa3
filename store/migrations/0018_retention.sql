-- depends: 0014_log

-- How long raw data are kept, what may not be dropped, and what was. And: what only ever grows refuses to be changed.

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

-- Refuse statements on a table that only ever grows, for everybody who has not said deliberately, for this one transaction:
--   set local outfall.maintenance = 'on'
-- Programs know the refusal by its constraint name, append_only.
create function refuse_change() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('outfall.maintenance', true), '') <> 'on' then
        raise exception '% on % is refused: rows of this table are kept as they were written', tg_op, tg_table_name
            using errcode = 'integrity_constraint_violation', constraint = 'append_only', table = tg_table_name,
                  hint = 'The evidence log would show the change. Maintenance says: set local outfall.maintenance = ''on''.';
    end if;
    return null;
end $$;

-- Rows are added and nothing else.
create function append_only(grows regclass) returns void language plpgsql as $$
begin
    execute format('create trigger append_only before update or delete or truncate on %s
                    for each statement execute function refuse_change()', grows);
end $$;

-- Rows change by their steps, each of them noted in the log, but none goes away.
create function keeps_rows(kept regclass) returns void language plpgsql as $$
begin
    execute format('create trigger keeps_rows before delete or truncate on %s
                    for each statement execute function refuse_change()', kept);
end $$;

do $$
declare
    grows text[] := '{message,reading,device_record,quarantine,quarantine_replay,period_value,verdict,mark,mark_withdrawal,
        quality_check,chain_check,finding,alert_event,attachment,digest,task_event,routing_decision,delivery,statistic,audit_event,
        log_record,log_checkpoint,log_attestation,retention_drop}';
    keeps text[] := '{gateway,site,outlet,authority_version,site_version,outlet_version,monitor_version,limit_version,
        exemption_version,positive_list_version,alert,alert_occurrence,task,sample_draw,outbox,notification_plan,channel_version,
        own_outage,legal_hold,log_run,log_tile,log_key}';
    name text;
begin
    foreach name in array grows loop perform append_only(trim(name, E' \n')::regclass); end loop;
    foreach name in array keeps loop perform keeps_rows(trim(name, E' \n')::regclass); end loop;
end $$;

-- What was refused is noted in the log like the messages it came in; the bytes are in the message, and the log has that.
set local timezone to 'UTC';
insert into log_record (kind, key, content)
select 'quarantine', id::text, to_jsonb(q) - 'raw' from quarantine q;
insert into log_pending (kind, ids, earliest, latest)
select 'record', range_agg(int8range(id, id, '[]')), min(recorded_at), max(recorded_at) from log_record
where kind = 'quarantine' having count(*) > 0;
create trigger log_inserted after insert on quarantine referencing new table as fresh
    for each statement execute function log_note_records('{id}', '{raw}');

select log_watch('legal_hold', '{id}');
select log_watch('retention_drop', '{id}');

-- The audit trail is searched by these, newest first.
create index audit_event_by_actor on audit_event (actor, id desc);
create index audit_event_by_subject on audit_event (subject, id desc);
create index audit_event_by_action on audit_event (action text_pattern_ops, id desc);
create index audit_event_by_origin on audit_event (origin, id desc);
