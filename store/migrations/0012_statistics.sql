-- depends: 0011_tasks

-- Statistics of months, quarters and years as they were published: a later one with other numbers is a new revision.
create table statistic (
    id           bigint generated always as identity primary key,
    outlet_key   integer not null references outlet,
    factor       text not null,
    span         text not null check (span in ('day', 'month', 'quarter', 'year')),
    start        timestamptz not null,
    revision     integer not null,
    numbers      jsonb not null,
    rule         text not null,
    computed_at  timestamptz not null
);
create unique index statistic_once on statistic (outlet_key, factor, span, start, revision);
