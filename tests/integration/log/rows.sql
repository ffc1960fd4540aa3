-- One or more rows of every table of evidence, for the tests that change a bit of each.

-- name: registry
insert into exemption_version (outlet_key, valid_from, recorded_from, label, factors, hours_per_event, hours_per_year, ceiling, source)
select 1, timestamptz '2026-01-01 00:00+08', timestamptz '2026-01-01 00:00+08', 'starting', '{a21026}', 4 + n, 60, 800.50, '许可证 第' || n || '页'
from generate_series(1, 3) n;
insert into positive_list_version (site_key, valid_from, recorded_from, basis, decided_by, document)
select 1, timestamptz '2026-01-01 00:00+08', timestamptz '2026-01-01 00:00+08', '依据' || n, '某局', '文号' || n from generate_series(1, 3) n;
insert into limit_version (outlet_key, valid_from, recorded_from, factor, basis, maximum, standard, clause, source)
select 1, timestamptz '2026-01-01 00:00+08', timestamptz '2026-01-01 00:00+08', 'a21026', 'hour', 200.0 + n, 'GB 4915-2013', '表1', '许可证'
from generate_series(1, 5) n

-- name: alerts
insert into alert (number, code, severity, site_key, outlet_key, gateway, factor, condition, handling, first_seen, last_seen, raised_at,
                   count, numbers, clause, limit_key, late)
select 'YJ-20261124-' || lpad(n::text, 4, '0'), 'exceedance_hour', 'serious', 1, 1, 'gw-one', 'a2102' || n, 'active', 'new',
       timestamptz '2026-03-01 08:00+08', timestamptz '2026-03-01 10:00+08', timestamptz '2026-03-01 11:00+08', 3, '{"compared": "211.07", "bound": "200"}',
       'GB 4915-2013 表1', 1, false
from generate_series(1, 5) n;
insert into alert_event (alert_id, actor, action, reason, detail)
select 1 + n % 5, 'wang', 'commented', '第' || n || '次说明', '{"k": 1.50}' from generate_series(1, 10) n;
insert into alert_occurrence (alert_id, start, span, revision, limit_key, numbers)
select 1 + n % 5, timestamptz '2026-03-01 08:00+08' + n * interval '1 hour', 'hour', 1, 1, '{"compared": "211.07"}' from generate_series(1, 10) n;
insert into finding (code, gateway, outlet_key, factor, from_time, to_time, numbers, rule)
select 'constant', 'gw-one', 1, 'a21026', timestamptz '2026-03-01 08:00+08', timestamptz '2026-03-01 09:00+08', '{"n": 60}', 'constant/1' from generate_series(1, 5);
insert into attachment (alert_id, name, media_type, digest, content, public, by_company, filed_by, filed_at)
select n, '照片.png', 'image/png', sha256(('bytes ' || n)::bytea), ('bytes ' || n)::bytea, true, false, 'wang', timestamptz '2026-03-01 12:00+08' from generate_series(1, 5) n;
insert into digest (site_key, alert_ids, made_at) select 1, array[1, 2]::bigint[], timestamptz '2026-03-01 12:00+08' from generate_series(1, 3);
insert into own_outage (cause, from_time, to_time) select 'broker', timestamptz '2026-03-01 12:00+08', timestamptz '2026-03-01 12:05+08' from generate_series(1, 3);
insert into statistic (outlet_key, factor, span, start, revision, numbers, rule, computed_at)
select 1, 'a21026', 'month', timestamptz '2026-03-01 00:00+08', n, '{"mean": "12.3"}', 'month/1', now() from generate_series(1, 5) n

-- name: statements
insert into mark (outlet_key, category, label, from_time, to_time, reason, channel, filed_by, origin, received_at, deadline, late)
select 1, 'device', 'fault', timestamptz '2026-03-01 08:00+08' + n * interval '1 hour', timestamptz '2026-03-01 08:30+08' + n * interval '1 hour', '故障' || n, 'manual', 'li', '10.0.0.1', timestamptz '2026-03-01 12:00+08', timestamptz '2026-03-02 12:00+08', false
from generate_series(1, 6) n;
insert into mark_withdrawal (mark_id, withdrawn_at, withdrawn_by, origin, reason)
select n, timestamptz '2026-03-01 13:00+08', 'li', '10.0.0.1', '报错了' from generate_series(1, 3) n;
insert into quality_check (outlet_key, factor, kind, checked_at, passed, measured, reference, source, filed_by, received_at)
select 1, 'a21026', 'standard', timestamptz '2026-03-01 08:00+08' + n * interval '1 hour', true, 100.10, 100, 'filed', 'li', timestamptz '2026-03-01 12:00+08' from generate_series(1, 5) n;
insert into chain_check (outlet_key, factor, start, instrument, logger, filed_by, received_at)
select 1, 'a21026', timestamptz '2026-03-01 08:00+08' + n * interval '1 hour', 12.30, 12.31, 'li', timestamptz '2026-03-01 12:00+08' from generate_series(1, 5) n

-- name: work
insert into task (number, kind, site_key, outlet_key, alert_id, reason, listed, state, created_at, created_by)
select 'RW-20261124-' || lpad(n::text, 4, '0'), 'off_site', 1, 1, n, 'off_site_first', false, 'open', timestamptz '2026-03-01 12:00+08', 'system' from generate_series(1, 5) n;
insert into task_event (task_id, at, actor, action) select n, timestamptz '2026-03-01 12:00+08', 'system', 'opened' from generate_series(1, 5) n;
insert into routing_decision (at, alert_id, site_key, way, reasons, inputs, rule, task_ids)
select timestamptz '2026-03-01 12:00+08', n, 1, 'off_site', '{off_site_first}', '{"multiple": "0.05"}', 'routing/1', array[n]::bigint[] from generate_series(1, 5) n;
insert into sample_draw (period, seed, published_at, candidates, algorithm) values ('2026-Q1', '7f3a', timestamptz '2026-03-01 12:00+08', '{test-site}', 'sha256/1');
insert into outbox (channel_id, purpose, alert_id, dedupe, title, body, created_at, not_before)
select 'office', 'raised', n, 'raised/' || n, '预警' || n, '超标', timestamptz '2026-03-01 12:00+08', timestamptz '2026-03-01 12:00+08' from generate_series(1, 5) n;
insert into delivery (outbox_id, at, ok, status, answer, milliseconds) select n, timestamptz '2026-03-01 12:00+08', true, '200', 'ok', 12 from generate_series(1, 5) n;
insert into channel_version (id, kind, options, secrets, recorded_from) select 'office-' || n, 'webhook', '{"per_minute": 10}', '{}', timestamptz '2026-03-01 12:00+08' from generate_series(1, 3) n;
insert into notification_plan (plan, recorded_by, recorded_from) values ('{"routes": []}', 'li', timestamptz '2026-03-01 12:00+08');
insert into audit_event (actor, origin, action, subject, detail) select 'wang', '10.0.0.7', 'alerts:alert:comment', n::text, '{"length": 7}' from generate_series(1, 20) n;
insert into legal_hold (kind, outlet_key, from_time, to_time, reason, placed_by, placed_at)
select 'outlet', 1, timestamptz '2026-03-01 00:00+08', timestamptz '2026-03-02 00:00+08', '诉讼' || n, 'wu', timestamptz '2026-03-01 12:00+08' from generate_series(1, 3) n

-- name: leads
insert into lead (number, state, state_since, source, kind, title, site_key, outlet_key, outlet_keys, factors, from_time, to_time, acts, sample, digest,
                  authority_level, authority_name, found_at, created_at, created_by)
select 'XS-20261126-000' || n, 'draft', timestamptz '2026-03-01 12:00+08', 'auto_alert', 'exceedance', '超标线索' || n, 1, 1, '{1}', '{a21026}', timestamptz '2026-03-01 08:00+08',
       timestamptz '2026-03-01 10:00+08', '{air_exceedance}', true, sha256('x'), 'district', '甲区生态环境局', timestamptz '2026-03-01 12:00+08', timestamptz '2026-03-01 12:00+08', 'wang'
from generate_series(1, 3) n;
insert into lead_alert (lead_id, alert_id, added_at, added_by) select n, n, timestamptz '2026-03-01 12:00+08', 'wang' from generate_series(1, 3) n;
insert into lead_event (lead_id, at, actor, action) select 1, timestamptz '2026-03-01 12:00+08', 'wang', 'raised' from generate_series(1, 5);
insert into lead_review (lead_id, kind, result, opinion, reviewer, at, revision, digest)
select n, 'technical', 'sign', '数据可靠', 'zhao', timestamptz '2026-03-01 12:00+08', 1, sha256('x') from generate_series(1, 3) n;
insert into lead_paper (lead_id, part, name, media_type, digest, content, public, by_company, filed_by, filed_at)
select n, 'evidence', '文书.pdf', 'application/pdf', sha256('paper'), 'paper', false, false, 'wang', timestamptz '2026-03-01 12:00+08' from generate_series(1, 3) n;
insert into lead_statement (lead_id, content, in_time, made_by, at) select n, '我方认为', true, 'company', timestamptz '2026-03-01 12:00+08' from generate_series(1, 3) n

-- name: judged
insert into period_value (start, outlet_key, factor, span, revision, reported_measured, reported_folded, recomputed_measured, recomputed_folded,
                          after_marking_measured, after_marking_folded, after_exemption_measured, after_exemption_folded, valid, status, reasons,
                          count, expected, inputs, rule, computed_at)
select timestamptz '2026-03-01 00:00+08' + n * interval '1 hour', 1, 'a21026', 'hour', r, 12.30, 10.90, 12.34, 11.0, 12.30, 10.90, 12.30, null, true, 'normal', '{}', 60, 60,
       '{"counts": {"normal": 60}, "oxygen": "9.9"}', 'gas-hour/1', timestamptz '2026-03-01 00:20+08' + n * interval '1 hour'
from generate_series(0, 29) n, generate_series(1, 2) r;
insert into verdict (start, outlet_key, factor, span, revision, limit_key, result, basis, bound, bound_side, compared, multiple, reasons, rule, computed_at)
select start, outlet_key, factor, span, revision, 1, 'exceeded', 'hour', 200, 'max', 211.07, 0.05535, '{above_maximum}', 'gas-hour/1', computed_at
from period_value

-- name: drop
insert into retention_drop (kind, chunk, range_start, range_end, count, messages, keep_years, cutoff, dropped_at, dropped_by)
select 'reading', '_hyper_2_' || n || '_chunk', timestamptz '2019-03-01 00:00+08', timestamptz '2019-03-08 00:00+08', 7, 3, 5, timestamptz '2021-01-01 00:00+08', timestamptz '2026-01-01 00:00+08', 'system'
from generate_series(1, 3) n

-- name: columns
-- Every column of the tables, with its type.
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum

-- name: identities
-- Columns whose numbers the database gives; they have to be freed before one can be changed.
select table_name, column_name from information_schema.columns
where table_schema = 'public' and is_identity = 'YES' and identity_generation = 'ALWAYS'
