-- The role that reports read with, made by a superuser of the database.

-- name: find_role
-- The role, if it was made already.
select 1 from pg_roles where rolname = 'outfall_reporting'

-- name: create_role
-- It may log in and nothing else.
create role outfall_reporting login

-- name: bound_role
-- What it can never be, how much of the server it may use, and the time that it reads in.
alter role outfall_reporting nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 10

-- name: read_only
-- Its sessions write nothing, even where a grant would let them.
alter role outfall_reporting set default_transaction_read_only = on

-- name: statement_timeout
-- A report that takes longer is badly asked.
alter role outfall_reporting set statement_timeout = '15s'

-- name: idle_timeout
-- A transaction that is forgotten would keep old rows for ever.
alter role outfall_reporting set idle_in_transaction_session_timeout = '60s'

-- name: timezone
-- Days are those of Beijing.
alter role outfall_reporting set timezone = 'Asia/Shanghai'

-- name: search_path
-- Views are found by their bare names; nothing else is.
alter role outfall_reporting set search_path = reporting

-- name: set_password
-- The verifier, never the password itself, so that no log can hold it.
alter role outfall_reporting password %(verifier)s

-- name: grant_schema
-- The views and nothing beside them.
grant usage on schema reporting to outfall_reporting

-- name: grant_views
-- Every view that there is now.
grant select on all tables in schema reporting to outfall_reporting

-- name: grant_later_views
-- And those that a later release adds, whoever owns the schema.
do $$ begin
    execute format('alter default privileges for role %I in schema reporting grant select on tables to outfall_reporting',
                   (select nspowner::regrole::text from pg_namespace where nspname = 'reporting'));
end $$

-- name: schema_there
-- Whether the migration with the views was applied.
select 1 from pg_namespace where nspname = 'reporting'
