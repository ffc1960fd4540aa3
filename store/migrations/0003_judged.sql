-- depends: 0002_received

-- What follows from the readings.
--
-- A period value and its verdicts are one revision: when anything of it changes a whole new revision is written and the old one stays.
-- Chunks of 90 days: a year of one outlet is read from five chunks.

create table period_value (
    start                      timestamptz not null,
    outlet_key                 integer not null,
    factor                     text not null,
    span                       text not null check (span in ('hour', 'day')),
    revision                   integer not null,
    reported_measured          numeric,
    reported_folded            numeric,
    recomputed_measured        numeric,
    recomputed_folded          numeric,
    after_marking_measured     numeric,
    after_marking_folded       numeric,
    after_exemption_measured   numeric,
    after_exemption_folded     numeric,
    valid                      boolean not null,
    status                     text not null,     -- normalised status that the period got, e.g. normal, fault, missing
    reasons                    text[] not null,   -- codes of the catalogue
    count                      integer not null,  -- valid inputs: minutes of an hour, hours of a day
    expected                   integer not null,
    inputs                     jsonb not null,    -- what was used: reading revisions, counts by status, weighting, oxygen
    rule                       text not null,     -- name and version of the rule set
    computed_at                timestamptz not null
);
do $$ begin perform create_hypertable('period_value', by_range('start', interval '90 days'), create_default_indexes => false); end $$;
create unique index period_value_once on period_value (outlet_key, factor, span, start, revision);

create table verdict (
    start        timestamptz not null,
    outlet_key   integer not null,
    factor       text not null,
    span         text not null check (span in ('hour', 'day')),
    revision     integer not null,               -- revision of the period value that was judged
    limit_key    bigint,                         -- NULL for no_limit and for a missing period without limit
    result       text not null check (result in ('compliant', 'exceeded', 'exempt', 'invalid', 'undetermined', 'missing', 'no_limit')),
    basis        text not null,
    bound        numeric,                        -- the bound that decided (or that applies, when nothing was compared)
    bound_side   text check (bound_side in ('max', 'min')),
    compared     numeric,                        -- unrounded value compared
    multiple     numeric,                        -- (C - L) / L, only when exceeded above a maximum
    reasons      text[] not null,
    rule         text not null,
    computed_at  timestamptz not null
);
do $$ begin perform create_hypertable('verdict', by_range('start', interval '90 days'), create_default_indexes => false); end $$;
create unique index verdict_once on verdict (outlet_key, factor, span, start, revision, limit_key) nulls not distinct;

-- Days that have to be computed (again) once their hours are settled. Owned by the alerts process.
create table day_due (
    outlet_key  integer not null,
    day         timestamptz not null,
    touched_at  timestamptz not null default clock_timestamp(),
    wait_until  timestamptz,                   -- set for a day with absent hours: they may still be on their way
    primary key (outlet_key, day)
);

-- How far a time-driven sweep has come.
create table sweep (
    name  text primary key,
    upto  timestamptz not null
);
