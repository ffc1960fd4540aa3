-- How the processes are.

-- name: lock_schema
-- One process migrates at a time; the lock goes with the connection.
select pg_advisory_lock(781402026, 1);
