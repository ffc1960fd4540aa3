-- depends: 0014_log

-- What only ever grows refuses to be changed.

-- Refuse statements on a table that only ever grows, for everybody who has not said deliberately, for this one transaction:
--   set local outfall.maintenance = 'on'
-- Programs know the refusal by its constraint name, append_only.
create function refuse_change() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('outfall.maintenance', true), '') <> 'on' then
        raise exception '% on % is refused: rows of this table are kept as they were written', tg_op, tg_table_name
            using errcode = 'integrity_constraint_violation', constraint = 'append_only', table = tg_table_name,
                  hint = 'The evidence log would show the change. Maintenance says: set local outfall.maintenance = ''on''.';
    end if;
    return null;
end $$;

-- Rows are added and nothing else.
create function append_only(grows regclass) returns void language plpgsql as $$
begin
    execute format('create trigger append_only before update or delete or truncate on %s
                    for each statement execute function refuse_change()', grows);
end $$;

-- Rows change by their steps, each of them noted in the log, but none goes away.
create function keeps_rows(kept regclass) returns void language plpgsql as $$
begin
    execute format('create trigger keeps_rows before delete or truncate on %s
                    for each statement execute function refuse_change()', kept);
end $$;

do $$
declare
    grows text[] := '{message,reading,device_record,quarantine,quarantine_replay,period_value,verdict,mark,mark_withdrawal,
        quality_check,chain_check,finding,alert_event,attachment,digest,task_event,routing_decision,delivery,statistic,audit_event,
        log_record,log_checkpoint,log_attestation}';
    keeps text[] := '{gateway,site,outlet,authority_version,site_version,outlet_version,monitor_version,limit_version,
        exemption_version,positive_list_version,alert,alert_occurrence,task,sample_draw,outbox,notification_plan,channel_version,
        own_outage,log_run,log_tile,log_key}';
    name text;
begin
    foreach name in array grows loop perform append_only(trim(name, E' \n')::regclass); end loop;
    foreach name in array keeps loop perform keeps_rows(trim(name, E' \n')::regclass); end loop;
end $$;
