-- Users, sessions, tokens, the audit trail and kept answers.

-- name: site_key
-- The key of a site by its id.
select key from site where id = %(site_id)s

-- name: add_user
-- A new user; nothing comes back when the name is taken.
insert into app_user (name, display_name, role, site_key, password_hash, must_change_password)
values (%(name)s, %(display_name)s, %(role)s, %(site_key)s, %(password_hash)s, %(must_change)s)
on conflict (name) do nothing
returning key

-- name: change_password
-- A new password also lifts a lock.
update app_user set password_hash = %(password_hash)s, must_change_password = %(must_change)s, password_changed_at = %(at)s,
                    failed_logins = 0, locked_until = null
where name = %(name)s
returning key

-- name: end_sessions_of_user
-- Whoever is signed in as this user is signed out; open event streams hear of it.
with ended as (
    update session set ended_at = %(at)s where user_key = %(user_key)s and ended_at is null returning id
)
select count(*), pg_notify('outfall_identity', 'user:' || %(user_key)s::text) from ended

-- name: list_users
-- Every user, disabled ones too, never a password.
select u.key, u.name, u.display_name, u.role, u.site_key, s.id as site_id, u.created_at, u.disabled_at, u.must_change_password,
       exists (select from second_factor f where f.user_key = u.key and f.confirmed_at is not null) as second_factor
from app_user u left join site s on s.key = u.site_key
order by u.name

-- name: user_for_login
-- One user with the facts a login is decided on. Locked, so that guesses in parallel are counted one after the other.
select u.key, u.name, u.display_name, u.role, u.site_key, s.id as site_id, u.created_at, u.disabled_at, u.must_change_password,
       u.password_hash, u.failed_logins, u.locked_until,
       exists (select from second_factor f where f.user_key = u.key and f.confirmed_at is not null) as second_factor
from app_user u left join site s on s.key = u.site_key
where u.name = %(name)s
for update of u

-- name: login_failed
-- One more wrong password.
update app_user set failed_logins = %(failed_logins)s, locked_until = %(locked_until)s where key = %(key)s

-- name: login_succeeded
-- The right password ends the count of wrong ones.
update app_user set failed_logins = 0, locked_until = null where key = %(key)s

-- name: open_session
-- A session by the digest of its secret.
insert into session (digest, user_key, csrf, created_at, expires_at, last_seen_at, origin, user_agent, kind)
values (%(digest)s, %(user_key)s, %(csrf)s, %(at)s, %(expires_at)s, %(at)s, %(origin)s, %(user_agent)s, %(kind)s)
returning id

-- name: find_session
-- The user of a session that still holds: not ended, not over, not idle for too long, the user not disabled.
select u.key, u.name, u.display_name, u.role, u.site_key, s.id as site_id, u.created_at, u.disabled_at, u.must_change_password,
       e.id, e.csrf, e.expires_at, e.kind, e.last_seen_at,
       (select district from authority_version where recorded_to is null and valid_to is null) as authority
from session e
join app_user u on u.key = e.user_key
left join site s on s.key = u.site_key
where e.digest = %(digest)s and e.ended_at is null and e.expires_at > %(at)s and e.last_seen_at > %(idle_since)s
  and u.disabled_at is null

-- name: touch_session
-- A session is in use. Never backwards: requests of one page run side by side.
update session set last_seen_at = %(at)s where id = %(id)s and ended_at is null and last_seen_at < %(at)s

-- name: end_session
-- Signing out; open event streams of the user hear of it.
with ended as (
    update session set ended_at = %(at)s where digest = %(digest)s and ended_at is null returning user_key
)
select pg_notify('outfall_identity', 'user:' || user_key::text) from ended

-- name: add_token
-- A token by the digest of its text.
insert into api_token (digest, name, role, site_key, created_by, expires_at, scopes)
values (%(digest)s, %(name)s, %(role)s, %(site_key)s, %(created_by)s, %(expires_at)s, %(scopes)s)
returning key

-- name: find_token
-- A token that still holds.
select t.key, t.name, t.role, t.site_key, s.id as site_id, t.expires_at, t.scopes, t.last_used_at
from api_token t left join site s on s.key = t.site_key
where t.digest = %(digest)s and t.revoked_at is null and (t.expires_at is null or t.expires_at > %(at)s)

-- name: record_audit
-- Who did what, from where.
insert into audit_event (actor, origin, action, subject, detail)
values (%(actor)s, %(origin)s, %(action)s, %(subject)s, %(detail)s)

-- name: lock_idempotency_key
-- Two requests with one key wait for each other; the lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended(%(actor)s || chr(10) || %(key)s, 781402026))

-- name: find_answer
-- The answer kept for a key.
select request, status, body from idempotency where actor = %(actor)s and key = %(key)s

-- name: keep_answer
-- Keep the answer in the transaction of the write that it answers.
insert into idempotency (actor, key, request, status, body)
values (%(actor)s, %(key)s, %(request)s, %(status)s, %(body)s)
