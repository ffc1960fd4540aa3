-- depends: 0013_jobs

-- The evidence log: a Merkle tree (RFC 9162) over every message and every derived record.
--
-- What is to be sealed is noted in the transaction that writes it, by triggers, so that no writer can forget it. One sealing at a time
-- takes the notes, appends the leaves and signs a checkpoint. Nothing here is updated but the tile at the right edge, which only grows.

-- Every row of the low-volume tables as it was each time it was written: the leaf is made of this, so that it can be made again
-- whatever becomes of the table. Times are UTC; what is secret or mere machinery is left out. Append-only.
create table log_record (
    id           bigint generated always as identity primary key,
    kind         text not null,                   -- table
    key          text not null,                   -- primary key of the row, its parts joined by '/'
    recorded_at  timestamptz not null default clock_timestamp(),
    content      jsonb not null
);
create index log_record_by_key on log_record (kind, key, id);

-- What waits to be sealed. Writers only insert, the sealing only deletes what it took.
create table log_pending (
    id        bigint generated always as identity primary key,
    kind      text not null check (kind in ('message', 'period', 'record')),
    ids       int8multirange not null,
    earliest  timestamptz not null,               -- received_at of messages, start of periods, recorded_at of records:
    latest    timestamptz not null,               -- what the chunks of their tables are divided by
    noted_at  timestamptz not null default clock_timestamp()
);

-- Which record is which leaf: a run of leaves of one kind in the order of their ids. The leaf of an id is first_leaf plus the number
-- of smaller ids in the run.
create table log_run (
    first_leaf  bigint primary key,
    count       integer not null check (count > 0),
    kind        text not null check (kind in ('message', 'period', 'record')),
    low         bigint not null,                  -- smallest and largest id
    high        bigint not null,
    ids         int8multirange not null,
    earliest    timestamptz not null,
    latest      timestamptz not null
);
create index log_run_by_id on log_run (kind, low, high);
create index log_run_by_time on log_run (kind, earliest, latest);

-- The tree as tiles of up to 256 hashes (the shape of C2SP tlog-tiles): level 0 holds the leaf hashes, each hash of level L+1 is the
-- root of a full tile of level L.
create table log_tile (
    level   smallint not null check (level between 0 and 7),
    index   bigint not null check (index >= 0),
    hashes  bytea not null check (length(hashes) % 32 = 0 and length(hashes) between 32 and 8192),
    primary key (level, index)
);

-- The public keys that have signed. The private one lies in a file outside the database.
create table log_key (
    key          integer generated always as identity primary key,
    name         text not null,                   -- origin of the log: name of the key in signed notes
    key_id       bytea not null unique check (length(key_id) = 4),
    public_key   bytea not null check (length(public_key) = 32),
    since        timestamptz not null,
    retired_at   timestamptz
);
create unique index log_key_current on log_key ((retired_at is null)) where retired_at is null;

-- Signed heads of the log (检查点), as C2SP signed notes. One for every sealing. Append-only.
create table log_checkpoint (
    size       bigint primary key check (size > 0),
    root       bytea not null check (length(root) = 32),
    note       text not null,
    sealed_at  timestamptz not null
);

-- What others have signed or stamped: RFC 3161 tokens and cosignatures of a witness. Append-only.
create table log_attestation (
    id          bigint generated always as identity primary key,
    size        bigint not null references log_checkpoint,
    kind        text not null check (kind in ('rfc3161', 'witness')),
    source      text not null,                    -- address that was asked
    token       bytea not null,                   -- DER of the time-stamp response, or the witness's signature lines
    told_time   timestamptz,                      -- the time that a stamp tells
    received_at timestamptz not null
);
create index log_attestation_by_size on log_attestation (size, kind);

-- How far the checkpoints have gone out: to the file, the witness, the stamp. Machinery, no evidence.
create table log_outgoing (
    target      text primary key check (target in ('file', 'witness', 'rfc3161')),
    size        bigint not null default 0,
    failures    integer not null default 0,
    not_before  timestamptz,
    last_error  text
);

-- One row of pending for what a statement inserted. Arguments: kind, id column, time column.
create function log_note_rows() returns trigger language plpgsql set timezone to 'UTC' as $$
begin
    execute format(
        'insert into log_pending (kind, ids, earliest, latest)
         select %1$L, range_agg(int8range(%2$I, %2$I, ''[]'')), min(%3$I), max(%3$I) from fresh having count(*) > 0',
        tg_argv[0], tg_argv[1], tg_argv[2]);
    return null;
end $$;

-- Keep the rows that a statement wrote as records, those that an update left as they were not. Arguments: key columns and columns
-- that are left out, both as {a,b}.
create function log_note_records() returns trigger language plpgsql set timezone to 'UTC' as $$
declare
    key_columns  text[] := tg_argv[0]::text[];
    left_out     text[] := tg_argv[1]::text[];
    key_text     text := (select string_agg(format('(c ->> %L)', k), ' || ''/'' || ' order by n) from unnest(key_columns) with ordinality as u (k, n));
    rows_written text := format('select to_jsonb(fresh) - %L::text[] as c from fresh', left_out);
begin
    if tg_op = 'UPDATE' then
        rows_written := rows_written || format(' except all select to_jsonb(stale) - %L::text[] from stale', left_out);
    end if;
    execute format(
        'with kept as (
             insert into log_record (kind, key, content) select %L, %s, c from (%s) as w returning id, recorded_at
         )
         insert into log_pending (kind, ids, earliest, latest)
         select ''record'', range_agg(int8range(id, id, ''[]'')), min(recorded_at), max(recorded_at) from kept having count(*) > 0',
        tg_table_name, key_text, rows_written);
    return null;
end $$;

-- Watch a table from now on, and keep the rows that it has. A later migration that makes a table of evidence calls it too.
create function log_watch(watched regclass, key_columns text[], left_out text[] default '{}') returns void language plpgsql
set timezone to 'UTC' as $$
declare
    key_text text := (select string_agg(format('(c ->> %L)', k), ' || ''/'' || ' order by n) from unnest(key_columns) with ordinality as u (k, n));
begin
    execute format('create trigger log_inserted after insert on %s referencing new table as fresh
                    for each statement execute function log_note_records(%L, %L)', watched, key_columns, left_out);
    execute format('create trigger log_updated after update on %s referencing new table as fresh old table as stale
                    for each statement execute function log_note_records(%L, %L)', watched, key_columns, left_out);
    execute format(
        'with kept as (
             insert into log_record (kind, key, content)
             select %L, %s, c from (select to_jsonb(t) - %L::text[] as c from %s t) as w returning id, recorded_at
         )
         insert into log_pending (kind, ids, earliest, latest)
         select ''record'', range_agg(int8range(id, id, ''[]'')), min(recorded_at), max(recorded_at) from kept having count(*) > 0',
        (select relname from pg_class where oid = watched), key_text, left_out, watched);
end $$;

-- A period value gets a number, so that a run can name it. Its leaf holds its verdicts too: they are written in one transaction.
create sequence period_value_id;
alter table period_value add column id bigint not null default nextval('period_value_id');
create index period_value_by_id on period_value (id);

insert into log_pending (kind, ids, earliest, latest)
select 'message', range_agg(int8range(id, id, '[]')), min(received_at), max(received_at) from message having count(*) > 0;
insert into log_pending (kind, ids, earliest, latest)
select 'period', range_agg(int8range(id, id, '[]')), min(start), max(start) from period_value having count(*) > 0;

create trigger log_inserted after insert on message referencing new table as fresh
    for each statement execute function log_note_rows('message', 'id', 'received_at');
create trigger log_inserted after insert on period_value referencing new table as fresh
    for each statement execute function log_note_rows('period', 'id', 'start');

select log_watch('gateway', '{id}');
select log_watch('site', '{key}');
select log_watch('outlet', '{key}');
select log_watch('authority_version', '{key}');
select log_watch('site_version', '{key}');
select log_watch('outlet_version', '{key}');
select log_watch('monitor_version', '{key}', '{password,sm4_key,previous_sm4_key}');
select log_watch('limit_version', '{key}');
select log_watch('exemption_version', '{key}');
select log_watch('positive_list_version', '{key}');
select log_watch('mark', '{id}');
select log_watch('mark_withdrawal', '{mark_id}');
select log_watch('quality_check', '{id}');
select log_watch('chain_check', '{id}');
select log_watch('finding', '{id}');
select log_watch('alert', '{id}', '{reminded_at,undigested_since,undigested_last}');
select log_watch('alert_occurrence', '{alert_id,start,span}');
select log_watch('alert_event', '{id}');
select log_watch('attachment', '{id}', '{content}');
select log_watch('digest', '{id}');
select log_watch('task', '{id}');
select log_watch('task_event', '{id}');
select log_watch('routing_decision', '{id}');
select log_watch('sample_draw', '{id}');
select log_watch('outbox', '{id}', '{not_before,attempts,state,merged_into,finished_at}');
select log_watch('delivery', '{id}', '{milliseconds}');
select log_watch('notification_plan', '{key}');
select log_watch('channel_version', '{key}', '{secrets}');
select log_watch('statistic', '{id}');
select log_watch('own_outage', '{id}');
select log_watch('quarantine_replay', '{quarantine_id,replayed_at}');
select log_watch('audit_event', '{id}');
select log_watch('log_key', '{key}');
select log_watch('log_attestation', '{id}');
