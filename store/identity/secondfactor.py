"""The second factor (两步验证) of a user: set up, confirmed, asked for, switched off.

Every function works in the caller's transaction and leaves the commit to the caller. Writes are recorded in the audit trail,
never with a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store import audit, passwords
from store.database import Connection, rows
from store.errors import Conflict
from store.identity import recovery, totp
from store.identity.sealing import Sealer
from store.people import User
from store.queries import queries


@dataclass(frozen=True, slots=True)
class State:
    """What a user's page says of it. ``since`` is None while it was begun but not confirmed."""

    since: datetime | None
    codes_left: int


def state_of(connection: Connection, user_key: int) -> State | None:
    """How it stands with the second factor of a user; None when it was never begun."""
    with rows(connection) as cursor:
        row = cursor.execute(queries("identity")["second_factor_state"], {"user_key": user_key}).fetchone()
    return None if row is None else State(row["confirmed_at"], row["codes_left"])


def begin(connection: Connection, user: User, sealer: Sealer, *, at: datetime, origin: str) -> bytes:
    """Make a secret and return it for the app; it counts only once a code of it was shown.

    Raises Conflict ``second_factor_on``.
    """
    secret = totp.new_secret()
    begun = connection.execute(
        queries("identity")["begin_second_factor"],
        {"user_key": user.key, "sealed": sealer.seal(secret, _place(user.key)), "at": at},
    ).fetchone()
    if begun is None:
        raise Conflict("The second factor is on already; switch it off first.", code="second_factor_on")
    _record(connection, user, "begin", actor=user.name, origin=origin)
    return secret


def begun_secret(connection: Connection, user_key: int, sealer: Sealer) -> bytes | None:
    """The secret that waits for its first code; None when none does, or when the key file is another one by now."""
    row = _row(connection, user_key)
    if row is None or row[1] is not None:
        return None
    return sealer.open(row[0], _place(user_key))


def confirm(
    connection: Connection, user: User, sealer: Sealer, code: str, *, at: datetime, origin: str
) -> tuple[str, ...]:
    """Switch on with a first code of the app; returns the recovery codes, which are kept nowhere.

    Raises Conflict ``second_factor_not_begun``, ``second_factor_on`` and ``second_factor_code_wrong``.
    """
    row = _row(connection, user.key)
    secret = None if row is None else sealer.open(row[0], _place(user.key))
    if row is None or secret is None:
        raise Conflict("Begin with a fresh key for the app.", code="second_factor_not_begun")
    if row[1] is not None:
        raise Conflict("The second factor is on already.", code="second_factor_on")
    step = totp.accepted_step(secret, code, at=at, after=row[2])
    if step is None:
        raise Conflict(
            "This is not the code that the app shows now. Check the telephone's clock and type the next one.",
            code="second_factor_code_wrong",
        )
    connection.execute(
        queries("identity")["confirm_second_factor"], {"user_key": user.key, "at": at, "step": step}
    )
    codes = _new_codes(connection, user.key)
    _record(connection, user, "switch_on", actor=user.name, origin=origin)
    return codes


def renew_codes(connection: Connection, user: User, *, origin: str) -> tuple[str, ...]:
    """Replace the recovery codes and return the new ones. Raises Conflict ``second_factor_off``."""
    state = state_of(connection, user.key)
    if state is None or state.since is None:
        raise Conflict("The second factor is not on.", code="second_factor_off")
    codes = _new_codes(connection, user.key)
    _record(connection, user, "renew_codes", actor=user.name, origin=origin)
    return codes


def switch_off(connection: Connection, user: User, *, actor: str, origin: str, action: str) -> bool:
    """Off, with its recovery codes; False when it was neither on nor begun.

    ``action``: ``switch_off`` by its owner, ``reset`` by somebody else.
    """
    sql = queries("identity")
    removed = connection.execute(sql["remove_second_factor"], {"user_key": user.key}).fetchone()
    connection.execute(sql["remove_recovery_codes"], {"user_key": user.key})
    if removed is None:
        return False
    _record(connection, user, action, actor=actor, origin=origin)
    return True


def accepts(connection: Connection, user_key: int, sealer: Sealer, typed: str, *, at: datetime) -> str | None:
    """What a typed code was: ``code`` of the app or ``recovery``; None when it is neither, or was used before.

    An accepted code is used up with this call.
    """
    plain = recovery.plain(typed)
    if plain is not None:
        used = connection.execute(
            queries("identity")["use_recovery_code"],
            {"user_key": user_key, "digest": passwords.digest(plain), "at": at},
        ).fetchone()
        return None if used is None else "recovery"
    row = _row(connection, user_key)
    if row is None or row[1] is None:
        return None
    secret = sealer.open(row[0], _place(user_key))
    step = None if secret is None else totp.accepted_step(secret, typed, at=at, after=row[2])
    if step is None:
        return None
    connection.execute(queries("identity")["second_factor_used"], {"user_key": user_key, "step": step})
    return "code"


def _row(connection: Connection, user_key: int) -> tuple[bytes, datetime | None, int] | None:
    found = connection.execute(queries("identity")["second_factor"], {"user_key": user_key}).fetchone()
    return None if found is None else (bytes(found[0]), found[2], int(found[3]))


def _place(user_key: int) -> str:
    return f"second_factor:{user_key}"


def _new_codes(connection: Connection, user_key: int) -> tuple[str, ...]:
    sql = queries("identity")
    connection.execute(sql["remove_recovery_codes"], {"user_key": user_key})
    codes = recovery.new_codes()
    for code in codes:
        plain = recovery.plain(code)
        assert plain is not None
        connection.execute(
            sql["add_recovery_code"], {"user_key": user_key, "digest": passwords.digest(plain)}
        )
    return codes


def _record(connection: Connection, user: User, action: str, *, actor: str, origin: str) -> None:
    audit.record(
        connection, actor=actor, origin=origin, action=f"people:second_factor:{action}", subject=user.name
    )
