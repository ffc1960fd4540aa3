-- The time-driven jobs: who leads, what ran when, which days a daily job has done.

-- name: take_leadership
-- One alerts process runs the time-driven work; the lock goes with the connection.
select pg_try_advisory_lock(781402026, 3)

-- name: still_there
-- Whether the connection that holds the lock lives.
select 1

-- name: announce
-- A job that this release has, so that it is seen before it has run.
insert into job_run as j (name, every_seconds, daily_at, next_at, runs, failures)
values (%(name)s, %(every_seconds)s, %(daily_at)s, %(next_at)s, 0, 0)
on conflict (name) do update
set every_seconds = excluded.every_seconds, daily_at = excluded.daily_at, next_at = excluded.next_at

-- name: forget_others
-- Jobs of an earlier release.
delete from job_run where name <> all(%(names)s)

-- name: take_job
-- One process runs a job at a time, also while a leader that lost its lock still works; the lock goes with the connection.
select pg_try_advisory_lock(781402028, hashtext(%(name)s))

-- name: started
-- A job runs.
insert into job_run as j (name, started_at, runs, failures, instance) values (%(name)s, %(at)s, 1, 0, %(instance)s)
on conflict (name) do update
set started_at = excluded.started_at, finished_at = null, runs = j.runs + 1, instance = excluded.instance

-- name: finished
-- A job ended, well or not; a failure of the run before is forgotten by a run that went well.
update job_run
set finished_at = %(at)s,
    failed = %(failed)s,
    failures = failures + case when %(failed)s::text is null then 0 else 1 end,
    succeeded_at = case when %(failed)s::text is null then %(at)s else succeeded_at end,
    milliseconds = round(extract(epoch from %(at)s::timestamptz - started_at) * 1000),
    next_at = %(next_at)s
where name = %(name)s

-- name: newest_slot
-- The last day that a daily job has done.
select max(due) from job_slot where name = %(name)s

-- name: fill_slot
-- The day is done. Raises unique_violation when another process has done it.
insert into job_slot (name, due, done_at, instance) values (%(name)s, %(due)s, clock_timestamp(), %(instance)s)

-- name: every_job
-- All jobs as they stand, with the last day that a daily one has done.
select j.name, j.every_seconds, j.daily_at, j.started_at, j.finished_at, j.succeeded_at, j.failed, j.runs, j.failures, j.milliseconds,
       j.next_at, j.instance, j.started_at is not null and j.finished_at is null as running,
       (select max(s.due) from job_slot s where s.name = j.name) as done_upto
from job_run j order by j.name

-- name: leader
-- The living process that says it leads; none for some seconds after a leader died.
select instance, started_at, seen_at from service_heartbeat
where service = 'alerts' and (state ->> 'leader')::boolean and seen_at > clock_timestamp() - interval '15 seconds'
order by seen_at desc limit 1

-- name: standbys
-- The other living alerts processes.
select instance, started_at, seen_at from service_heartbeat
where service = 'alerts' and not coalesce((state ->> 'leader')::boolean, false) and seen_at > clock_timestamp() - interval '15 seconds'
order by instance

-- name: hour_judged
-- Whether an hour of an outlet has a value.
select exists (
    select from period_value where outlet_key = %(outlet_key)s and span = 'hour' and start = %(start)s
)

-- name: may_begin
-- Whether a daily job that looks at past days may do its first: no ended hour waits to be judged, and none older than three hours was
-- judged in the last minute. What a first start brings in of the past is not published half.
select exists (select from job_slot where name = %(name)s)
    or (
        not exists (select from touched where from_time < date_trunc('hour', clock_timestamp()))
        and not exists (
            select from period_value
            where span = 'hour' and start between clock_timestamp() - interval '40 days' and clock_timestamp() - interval '3 hours'
              and computed_at > clock_timestamp() - interval '1 minute'
        )
    )
