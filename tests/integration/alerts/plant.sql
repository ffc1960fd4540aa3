-- What the tests of the alerts process insert and look at.

-- name: add_reading
insert into reading (data_time, outlet_key, kind, factor, revision, value, folded, total, status, message_id, received_at)
values (%(at)s, %(outlet_key)s, %(kind)s::reading_kind, %(factor)s,
        (select coalesce(max(revision), 0) + 1 from reading
         where outlet_key = %(outlet_key)s and kind = %(kind)s::reading_kind and factor = %(factor)s and data_time = %(at)s),
        %(value)s, %(folded)s, %(total)s, %(status)s::reading_status, 1, coalesce(%(received_at)s, clock_timestamp()))

-- name: copy_readings
copy reading (data_time, outlet_key, kind, factor, revision, value, folded, status, message_id, received_at) from stdin

-- name: touch
insert into touched (outlet_key, from_time, to_time, cause) values (%(outlet_key)s, %(from_time)s, %(to_time)s, %(cause)s)

-- name: touched_count
select count(*) from touched

-- name: notify_touched
select pg_notify('outfall_touched', '')

-- name: newest_verdicts
-- The verdicts of the newest revision of each period.
select v.factor, v.span, v.start, v.limit_key, v.result, v.compared
from verdict v
where v.revision = (select max(p.revision) from period_value p
                    where p.outlet_key = v.outlet_key and p.factor = v.factor and p.span = v.span and p.start = v.start)
order by v.factor, v.span, v.start, v.limit_key nulls first

-- name: newest_periods
select distinct on (factor, span, start) factor, span, start, revision, valid, status, reasons, after_marking_measured,
       after_marking_folded
from period_value order by factor, span, start, revision desc

-- name: revisions
select factor, span, start, revision, reported_measured, status from period_value order by factor, span, start, revision

-- name: alerts
select * from alert order by id

-- name: occurrences
select * from alert_occurrence where alert_id = %(alert_id)s order by start

-- name: events
select action, reason, actor, detail from alert_event where alert_id = %(alert_id)s order by id

-- name: audit
select actor, action, subject from audit_event where action like 'alerts:%%' order by id

-- name: add_finding
insert into finding (code, gateway, outlet_key, from_time, to_time, found_at, numbers, rule)
values (%(code)s, %(gateway)s, %(outlet_key)s, %(at)s, %(at)s, %(at)s, %(numbers)s, 'ingest 1')

-- name: unhandled_findings
select count(*) from finding f where not exists (select from finding_handled h where h.finding_id = f.id)

-- name: heard
insert into outlet_state (outlet_key, kind, data_time, received_at) values (%(outlet_key)s, 'realtime', %(at)s, %(at)s)
on conflict (outlet_key, kind) do update set received_at = excluded.received_at

-- name: gateway_says
insert into gateway_state (gateway, state, since, heard_at) values (%(gateway)s, %(state)s, %(at)s, %(at)s)
on conflict (gateway) do update set state = excluded.state, since = excluded.since

-- name: ingest_beats
insert into service_heartbeat (service, instance, started_at, seen_at, state)
values ('ingest', 'test:1', %(at)s, %(at)s, jsonb_build_object('broker_connected', %(connected)s::boolean))
on conflict (service, instance) do update set seen_at = excluded.seen_at, state = excluded.state

-- name: ingest_runs
insert into service_heartbeat (service, instance, started_at, seen_at) values ('ingest', %(instance)s, %(started)s, %(seen)s)

-- name: outages
select cause, from_time, to_time from own_outage order by id

-- name: job_runs
select name, runs, failures, failed, finished_at from job_run order by name

-- name: days_due
select count(*) from day_due

-- name: leader_backends
select pid from pg_locks where locktype = 'advisory' and classid = 781402026 and objid = 3 and granted
  and database = (select oid from pg_database where datname = current_database())

-- name: terminate
select pg_terminate_backend(%(pid)s)

-- name: heartbeats
select service, instance, state from service_heartbeat where service = 'alerts'

-- name: make_work
create table work (name text, at timestamptz, instance text);

-- name: work
-- Slow enough to be killed in the middle: the row is there, the transaction is not yet committed.
with written as (insert into work values (%(name)s, %(at)s, %(instance)s) returning name)
select pg_sleep(0.3) from written

-- name: work_done
select name, at, instance from work order by at

-- name: daily_done
insert into job_slot (name, due, done_at, instance) values (%(job)s, %(due)s, %(due)s, 'test')

-- name: slots
select due, instance from job_slot where name = %(job)s order by due

-- name: running_job
select instance from job_run where name = %(job)s and started_at is not null and finished_at is null

-- name: outbox
-- Messages in the order they were queued.
select * from outbox order by id

-- name: inhibit
-- A wider outage explains an alert.
update alert set inhibited_by = %(by)s where id = %(id)s

-- name: worked
-- The newest judged value of a factor with its verdicts.
select p.valid, p.status, p.reasons, p.reported_measured, p.after_marking_measured, p.after_marking_folded,
       p.after_exemption_folded, array_agg(v.result order by v.limit_key) filter (where v.result is not null) as results,
       (select array_agg(reason) from verdict w, unnest(w.reasons) as reason
        where (w.outlet_key, w.factor, w.span, w.start, w.revision) = (p.outlet_key, p.factor, p.span, p.start, p.revision)
       ) as verdict_reasons,
       max(v.multiple) as multiple
from period_value p
left join verdict v on (v.outlet_key, v.factor, v.span, v.start, v.revision) = (p.outlet_key, p.factor, p.span, p.start, p.revision)
where p.outlet_key = %(outlet_key)s and p.factor = %(factor)s and p.span = %(span)s and p.start = %(start)s
group by p.outlet_key, p.factor, p.span, p.start, p.revision, p.valid, p.status, p.reasons, p.reported_measured,
         p.after_marking_measured, p.after_marking_folded, p.after_exemption_folded
order by p.revision desc limit 1

-- name: jobs_since
-- Jobs that ended after a moment in a run of a process.
select name from job_run where finished_at > %(since)s and instance like '%%:' || %(pid)s::text and failed is null order by name

-- name: add_stop_mark
insert into mark (outlet_key, category, label, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline, late)
values (%(outlet_key)s, 'condition', 'stopped', %(from_time)s, %(to_time)s, '错峰停窑', 'manual', '张三', 'test', %(to_time)s,
        %(to_time)s, false)

-- name: statistics
select factor, span, start, revision, numbers from statistic order by outlet_key, factor, span, start, revision

-- name: findings_of
select f.from_time, f.numbers, f.evidence, h.alert_id from finding f left join finding_handled h on h.finding_id = f.id
where f.code = %(code)s order by f.id

-- name: add_device_record
insert into device_record (received_at, outlet_key, message_id, cn, data_time, body)
values (%(received_at)s, %(outlet_key)s, 1, %(cn)s, %(data_time)s, %(body)s)

-- name: touched_rows
select from_time, to_time, cause from touched order by id

-- name: forget_touched
delete from touched

-- name: add_exemption
insert into exemption_version (outlet_key, valid_from, recorded_from, label, factors, hours_per_year, source)
values (%(outlet_key)s, '2020-01-01', '2020-01-01', %(label)s, %(factors)s, 10, '测试文件')

-- name: days_before
-- Ended days that wait to be settled.
select count(*) as days from day_due where day < %(before)s

-- name: add_task
-- A visit with its stated reason.
insert into task (number, kind, site_key, outlet_key, alert_id, reason, statement, listed, state, created_at, created_by, due_at)
values ('RW-20260506-0001', 'on_site', %(site_key)s, %(outlet_key)s, %(alert_id)s, 'serious', '超标一倍以上', false, 'open', %(at)s,
        'system', %(due_at)s)
returning id
