-- depends: 0007_marks

-- Rules that look at judged and raw data and find what an officer should know (findings with numbers and innocent causes).

alter table finding add column evidence jsonb not null default '{}';

-- What a rule still has to look at: a rule that threw is tried again later, the others went on.
create table rule_retry (
    rule        text not null,
    outlet_key  integer not null references outlet,
    from_time   timestamptz not null,
    to_time     timestamptz not null,
    attempts    integer not null default 1,
    not_before  timestamptz not null,
    error       text not null,
    primary key (rule, outlet_key, from_time)
);
