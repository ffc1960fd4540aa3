-- Which records of the log belong to an evidence package. Every statement gives number, key and content of versions of rows; which of
-- them were sealed by the checkpoint is asked afterwards, before anything follows from them.

-- name: of_site
-- Everything that was ever believed of the site.
select id, key, content::text from log_record where kind = %(kind)s and kind in ('site_version', 'positive_list_version')
  and content ->> 'site_key' = %(site_key)s::text

-- name: of_outlets
-- Everything that was ever believed of the outlets.
select id, key, content::text from log_record
where kind = %(kind)s and kind in ('outlet_version', 'monitor_version', 'limit_version', 'exemption_version')
  and content ->> 'outlet_key' = any(%(outlets)s::text[])

-- name: whole
-- Every version of every row of a small table.
select id, key, content::text from log_record where kind = %(kind)s

-- name: by_keys
-- Every version of some rows.
select id, key, content::text from log_record where kind = %(kind)s and key = any(%(keys)s::text[])

-- name: marks
-- Marks that touch a range; where exemptions are on record it begins where their quotas do.
select id, key, content::text from log_record
where kind = 'mark' and content ->> 'outlet_key' = any(%(outlets)s::text[])
  and (content ->> 'from_time')::timestamptz < %(to_time)s and (content ->> 'to_time')::timestamptz > %(since)s

-- name: checks
-- Every check of the monitors; which of them speak of the period is chosen afterwards.
select id, key, content::text from log_record where kind = 'quality_check' and content ->> 'outlet_key' = any(%(outlets)s::text[])

-- name: chain_checks
-- Comparisons along the transmission chain of the hours of the period.
select id, key, content::text from log_record
where kind = 'chain_check' and content ->> 'outlet_key' = any(%(outlets)s::text[])
  and (content ->> 'start')::timestamptz >= %(from_time)s and (content ->> 'start')::timestamptz < %(to_time)s

-- name: findings
-- What was noticed of the outlets in the period, and of the gateways that carry them.
select id, key, content::text from log_record
where kind = 'finding'
  and (content ->> 'outlet_key' = any(%(outlets)s::text[])
       or (content ->> 'outlet_key' is null and content ->> 'gateway' = any(%(gateways)s::text[])))
  and (content ->> 'from_time')::timestamptz < %(to_time)s and (content ->> 'to_time')::timestamptz >= %(from_time)s

-- name: quarantined
-- Pieces of the outlets that were refused in the period.
select id, key, content::text from log_record
where kind = 'quarantine' and content ->> 'outlet_key' = any(%(outlets)s::text[])
  and (content ->> 'received_at')::timestamptz >= %(from_time)s and (content ->> 'received_at')::timestamptz < %(to_time)s

-- name: replays
-- What became of refused pieces later.
select id, key, content::text from log_record where kind = 'quarantine_replay' and content ->> 'quarantine_id' = any(%(pieces)s::text[])

-- name: outages
-- Times of the period in which Outfall itself could not receive.
select id, key, content::text from log_record
where kind = 'own_outage' and (content ->> 'from_time')::timestamptz < %(to_time)s
  and coalesce((content ->> 'to_time')::timestamptz, 'infinity') > %(from_time)s

-- name: alerts
-- Alerts of the outlets, or of the site as a whole, that were seen in the period.
select id, key, content::text from log_record
where kind = 'alert'
  and (content ->> 'outlet_key' = any(%(outlets)s::text[])
       or (content ->> 'site_key' = %(site_key)s::text and content ->> 'outlet_key' is null))
  and (content ->> 'first_seen')::timestamptz < %(to_time)s and (content ->> 'last_seen')::timestamptz >= %(from_time)s

-- name: of_alerts
-- What belongs to alerts: events, occurrences, attachments, decisions, messages.
select id, key, content::text from log_record
where kind = %(kind)s and kind in ('alert_event', 'alert_occurrence', 'attachment', 'task', 'routing_decision', 'outbox')
  and content ->> 'alert_id' = any(%(alerts)s::text[])

-- name: leads
-- Leads about the outlets and the time.
select id, key, content::text from log_record
where kind = 'lead' and content -> 'outlet_keys' @> any(%(outlets)s::jsonb[])
  and (content ->> 'from_time')::timestamptz < %(to_time)s
  and coalesce((content ->> 'to_time')::timestamptz, 'infinity') > %(from_time)s

-- name: of_leads
-- What belongs to leads: alerts, tasks, history, reviews, papers, statements, talks, discussions, clocks, messages.
select id, key, content::text from log_record
where kind = %(kind)s and kind in ('lead_snapshot', 'lead_alert', 'lead_task', 'lead_event', 'lead_review', 'lead_paper', 'lead_statement',
                                   'lead_talk', 'lead_discussion', 'lead_clock', 'lead_extension', 'lead_suspension', 'outbox')
  and content ->> 'lead_id' = any(%(leads)s::text[])

-- name: tasks
-- Tasks that were made in the period for the outlets, or for the site as a whole, without an alert.
select id, key, content::text from log_record
where kind = 'task' and content ->> 'alert_id' is null
  and (content ->> 'outlet_key' = any(%(outlets)s::text[])
       or (content ->> 'site_key' = %(site_key)s::text and content ->> 'outlet_key' is null))
  and (content ->> 'created_at')::timestamptz >= %(from_time)s and (content ->> 'created_at')::timestamptz < %(to_time)s

-- name: of_tasks
-- What belongs to tasks: events, messages.
select id, key, content::text from log_record
where kind = %(kind)s and kind in ('task_event', 'outbox') and content ->> 'task_id' = any(%(tasks)s::text[])

-- name: digests
-- Digests of late data that tell of the alerts.
select id, key, content::text from log_record
where kind = 'digest' and content ->> 'site_key' = %(site_key)s::text and content -> 'alert_ids' @> any(%(alerts)s::jsonb[])

-- name: deliveries
-- What every attempt to deliver the messages brought.
select id, key, content::text from log_record where kind = 'delivery' and content ->> 'outbox_id' = any(%(messages)s::text[])

-- name: accesses
-- Who asked for, built, saw and fetched evidence of these outlets and this time.
select id, key, content::text from log_record
where kind = 'audit_event' and content ->> 'action' like 'evidence:%%'
  and content -> 'detail' -> 'outlet_keys' @> any(%(outlets)s::jsonb[])
  and (content -> 'detail' ->> 'from')::timestamptz < %(to_time)s and (content -> 'detail' ->> 'to')::timestamptz > %(from_time)s
