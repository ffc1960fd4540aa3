-- What people do with alerts.

-- name: lock_alert
-- The facts that decide whether an alert can be acknowledged, held until the end of the transaction.
select a.id, a.number, a.handling, a.acknowledged_at, a.acknowledged_by
from alert a
where a.id = %(id)s and (%(site_key)s::integer is null or a.site_key = %(site_key)s)
for update of a

-- name: acknowledge_alert
-- Somebody has seen the alert and takes it up: on the alert, in its history, and to every open page.
with changed as (
    update alert set acknowledged_at = %(at)s, acknowledged_by = %(actor)s where id = %(id)s returning id, number
), noted as (
    insert into alert_event (alert_id, at, actor, action, reason)
    select id, %(at)s, %(actor)s, 'acknowledged', %(reason)s from changed
)
select pg_notify('outfall_live',
                 json_build_object('event', 'alert', 'id', id, 'number', number, 'action', 'acknowledged')::text)
from changed
