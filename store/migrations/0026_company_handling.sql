-- depends: 0025_disclosed

-- The handling of an alert as far as its reader may know it: a company does not learn what officers found before the alert is
-- closed, but sees that it was told or has answered (store/handling/visible.py says the same of events).
create function handling_for(alert_id bigint, handling text, for_company boolean) returns text language sql stable as $$
    select case
               when not for_company or handling not in ('confirmed', 'unfounded', 'site_visit', 'lead') then handling
               when exists (select from alert_event e where e.alert_id = handling_for.alert_id and e.action = 'answered') then 'answered'
               when exists (select from alert_event e where e.alert_id = handling_for.alert_id and e.action = 'notified') then 'notified'
               else 'new'
           end
$$;
