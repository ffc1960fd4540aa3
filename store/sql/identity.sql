-- Who somebody is: managing users, the second factor, recovery codes, OpenID subjects, the list of sessions, tokens.

-- name: user_by_key
-- One user with what their page shows; for update, so that two changes of one user come one after the other.
select u.key, u.name, u.display_name, u.role, u.site_key, s.id as site_id, u.created_at, u.disabled_at, u.must_change_password,
       u.password_hash, u.failed_logins, u.locked_until,
       exists (select from second_factor f where f.user_key = u.key and f.confirmed_at is not null) as second_factor
from app_user u left join site s on s.key = u.site_key
where u.key = %(key)s
for update of u

-- name: key_of_user
-- The key of a user by the name.
select key from app_user where name = %(name)s

-- name: other_admins
-- Admins who could still manage users without this one; locked, so that two admins cannot remove each other at the same moment.
select key from app_user where role = 'admin' and disabled_at is null and key <> %(key)s order by key for update

-- name: lock_admins
-- Changes that could take the last admin away wait for each other; the lock ends with the transaction.
select pg_advisory_xact_lock(781402027)

-- name: change_user
-- Name as shown, role and site.
update app_user set display_name = %(display_name)s, role = %(role)s, site_key = %(site_key)s where key = %(key)s

-- name: disable_user
-- No sign-in from now on.
update app_user set disabled_at = %(at)s where key = %(key)s and disabled_at is null

-- name: enable_user
-- Sign-in is possible again; what was counted before is forgotten.
update app_user set disabled_at = null, failed_logins = 0, locked_until = null where key = %(key)s and disabled_at is not null

-- name: sessions_of_user
-- The sessions of a user that hold, newest first.
select id, created_at, last_seen_at, expires_at, origin, user_agent, kind
from session
where user_key = %(user_key)s and ended_at is null and expires_at > %(at)s and last_seen_at > %(idle_since)s
order by created_at desc, id desc

-- name: end_session_of_user
-- One session, named by its id, of this user and of nobody else.
with ended as (
    update session set ended_at = %(at)s where id = %(id)s and user_key = %(user_key)s and ended_at is null returning user_key
), told as (
    select pg_notify('outfall_identity', 'user:' || user_key::text) from ended
)
select count(*) from told

-- name: end_other_sessions
-- All sessions of a user but one; the streams of that one come back by themselves.
with ended as (
    update session set ended_at = %(at)s where user_key = %(user_key)s and id <> %(id)s and ended_at is null returning user_key
)
select count(*), pg_notify('outfall_identity', 'user:' || %(user_key)s::text) from ended

-- name: forget_old_sessions
-- Sessions that have been over for a month tell nothing that the audit trail does not.
delete from session where expires_at < %(before)s

-- name: begin_second_factor
-- A new secret; one that was begun and never confirmed is replaced, a confirmed one is not.
insert into second_factor (user_key, sealed, begun_at) values (%(user_key)s, %(sealed)s, %(at)s)
on conflict (user_key) do update set sealed = excluded.sealed, begun_at = excluded.begun_at, last_step = 0
    where second_factor.confirmed_at is null
returning user_key

-- name: second_factor
-- The second factor of a user; locked, so that one code sent twice at once is taken once.
select sealed, begun_at, confirmed_at, last_step from second_factor where user_key = %(user_key)s for update

-- name: second_factor_state
-- Since when it is on, and how many recovery codes are left.
select f.begun_at, f.confirmed_at,
       (select count(*) from recovery_code c where c.user_key = f.user_key and c.used_at is null) as codes_left
from second_factor f where f.user_key = %(user_key)s

-- name: confirm_second_factor
-- From now on it is asked for.
update second_factor set confirmed_at = %(at)s, last_step = %(step)s where user_key = %(user_key)s

-- name: second_factor_used
-- The code of this step was taken.
update second_factor set last_step = %(step)s where user_key = %(user_key)s

-- name: remove_second_factor
-- Off; its recovery codes go with it.
delete from second_factor where user_key = %(user_key)s returning confirmed_at

-- name: remove_recovery_codes
-- New codes replace all old ones.
delete from recovery_code where user_key = %(user_key)s

-- name: add_recovery_code
-- One code by its digest.
insert into recovery_code (user_key, digest) values (%(user_key)s, %(digest)s)

-- name: use_recovery_code
-- A code serves once.
update recovery_code set used_at = %(at)s where user_key = %(user_key)s and digest = %(digest)s and used_at is null
returning user_key

-- name: forget_login_steps
-- Sign-ins that were begun and left.
delete from login_step where expires_at < %(at)s

-- name: open_login_step
-- The password was right; the second factor is still to come.
insert into login_step (digest, user_key, expires_at) values (%(digest)s, %(user_key)s, %(expires_at)s)

-- name: login_step
-- A begun sign-in; locked, so that guesses in parallel are counted one after the other.
select user_key, failures from login_step where digest = %(digest)s and expires_at > %(at)s for update

-- name: login_step_failed
-- One more wrong code.
update login_step set failures = %(failures)s where digest = %(digest)s

-- name: close_login_step
-- Done, or given up.
delete from login_step where digest = %(digest)s

-- name: user_of_subject
-- The user of an OpenID subject.
select user_key from openid_subject where issuer = %(issuer)s and subject = %(subject)s

-- name: subject_of_user
-- Who a user is at the provider.
select issuer, subject, linked_at, linked_by from openid_subject where user_key = %(user_key)s

-- name: link_subject
-- Nothing comes back when the subject or the user is linked already.
insert into openid_subject (issuer, subject, user_key, linked_at, linked_by)
values (%(issuer)s, %(subject)s, %(user_key)s, %(at)s, %(by)s)
on conflict do nothing
returning user_key

-- name: unlink_subject
-- The user signs in with a password only.
delete from openid_subject where user_key = %(user_key)s returning subject

-- name: tokens
-- Every token with what became of it, never its digest; newest first.
select t.key, t.name, t.role, s.id as site_id, t.scopes, t.created_at, t.created_by, t.expires_at, t.revoked_at, t.revoked_by,
       t.last_used_at
from api_token t left join site s on s.key = t.site_key
where %(before)s::integer is null or t.key < %(before)s
order by t.key desc
limit %(count)s

-- name: revoke_token
-- It opens nothing from now on; open event streams hear of it.
with revoked as (
    update api_token set revoked_at = %(at)s, revoked_by = %(by)s where key = %(key)s and revoked_at is null returning key, name
), told as (
    select name, pg_notify('outfall_identity', 'token:' || key::text) from revoked
)
select name from told

-- name: token_exists
-- Whether there is such a token, revoked or not.
select name from api_token where key = %(key)s

-- name: touch_token
-- A token is in use. Never backwards.
update api_token set last_used_at = %(at)s where key = %(key)s and (last_used_at is null or last_used_at < %(at)s)
