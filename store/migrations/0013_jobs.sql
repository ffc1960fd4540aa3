-- depends: 0012_statistics

-- Time-driven work: what is known of every job, also of one that has not run yet, and which days a daily job has done.

alter table job_run
    alter column started_at drop not null,
    add column every_seconds  double precision not null default 0,  -- how often it runs; for a daily job how often it looks for days
    add column daily_at       text,                                 -- HH:MM Beijing; NULL = no daily job
    add column next_at        timestamptz,
    add column succeeded_at   timestamptz,
    add column milliseconds   integer,                              -- of the last run that ended
    add column instance       text;                                 -- host:pid of the process that ran it last

-- One row for every moment at which a daily job was due and is done. It is written in the transaction of the work itself: the work
-- of a killed process leaves neither, and no two processes can do the same day.
create table job_slot (
    name      text not null,
    due       timestamptz not null,
    done_at   timestamptz not null,
    instance  text not null,
    primary key (name, due)
);
