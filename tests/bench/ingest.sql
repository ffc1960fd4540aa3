-- Statements of the ingest benchmark.

-- name: accepted
-- Frames stored so far; cheap, because the ledger has a few rows.
select coalesce(sum(frames), 0) from ledger where disposition = 'accepted'

-- name: make_plain
-- A hypertable like the one that ingest fills, index included.
create table plain_reading (like reading including all);
select create_hypertable('plain_reading', by_range('data_time', interval '7 days'), create_default_indexes => false);

-- name: read_block
-- The very readings that ingest stored, as COPY text.
copy (
    select data_time, outlet_key, kind, factor, revision, value, minimum, maximum, total, folded, folded_minimum, folded_maximum, flag,
           status, extra, message_id, received_at
    from reading order by message_id
) to stdout

-- name: copy_plain
copy plain_reading (data_time, outlet_key, kind, factor, revision, value, minimum, maximum, total, folded, folded_minimum,
                    folded_maximum, flag, status, extra, message_id, received_at) from stdin

-- name: durability
select current_setting('fsync'), current_setting('synchronous_commit')
