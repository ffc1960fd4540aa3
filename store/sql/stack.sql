-- How the local stack makes its database. Run by its superuser.

-- name: find_role
-- The service role, if it was made already.
select 1 from pg_roles where rolname = 'outfall';

-- name: create_role
-- Owner of the database; no superuser.
create role outfall login;

-- name: set_role_password
-- The verifier, never the password itself, so that no log can hold it.
alter role outfall password %(verifier)s;

-- name: find_database
-- The database, if it was made already.
select 1 from pg_database where datname = 'outfall';

-- name: create_database
-- Owned by the service role.
create database outfall owner outfall;

-- name: create_extension
-- Migrations run as the service role and find it there.
create extension if not exists timescaledb;

-- name: extension_is_older
-- Whether the installed programs are newer than the extension in this database.
select installed_version <> default_version from pg_available_extensions where name = 'timescaledb';

-- name: update_extension
-- Must be the first statement of its session.
alter extension timescaledb update;

-- name: rest_community_jobs
-- The Apache edition ships a job that needs the community one and would log an error for ever.
update _timescaledb_config.bgw_job set scheduled = false
where proc_name = 'policy_job_stat_history_retention' and current_setting('timescaledb.license') = 'apache' and scheduled;

-- name: edition
-- 'apache' or 'timescale' (community): decides what of compression and retention exists.
select current_setting('timescaledb.license');
