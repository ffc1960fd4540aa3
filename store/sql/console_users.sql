-- Users as an administrator sees them.

-- name: users
-- Users that fit, by name after the last one of the page before; who is signed in and when they were last active.
select u.key, u.name, u.display_name, u.role, s.id as site_id, u.created_at, u.password_changed_at, u.disabled_at is not null as disabled,
       u.must_change_password as must_change, coalesce(u.locked_until > %(at)s, false) as locked,
       exists (select from second_factor f where f.user_key = u.key and f.confirmed_at is not null) as second_factor,
       exists (select from openid_subject o where o.user_key = u.key) as openid,
       (select max(e.last_seen_at) from session e where e.user_key = u.key) as last_seen_at,
       (select count(*) from session e
        where e.user_key = u.key and e.ended_at is null and e.expires_at > %(at)s and e.last_seen_at > %(idle_since)s) as sessions
from app_user u left join site s on s.key = u.site_key
where (%(role)s::text is null or u.role = %(role)s)
  and (%(disabled)s::boolean is null or (u.disabled_at is not null) = %(disabled)s)
  and (%(words)s::text is null or position(%(words)s in u.name) > 0 or position(%(words)s in u.display_name) > 0)
  and (%(after)s::text is null or u.name > %(after)s)
  and (%(key)s::integer is null or u.key = %(key)s)
order by u.name
limit %(count)s
