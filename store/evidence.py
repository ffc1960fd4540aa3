"""Evidence packages (证据包) as they are kept: asking for one, claiming it, how far it is, what came of it, who looked.

::

    queued ──claim──▶ building ──▶ ready ──▶ expired
       ▲                 │  └────▶ failed
       └────give back────┘      (a dead builder's package is claimed again)

Every function works in the caller's transaction. What is asked for, built, read and fetched is audited as ``evidence:package:*``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import audit
from store.clock import BEIJING
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.queries import queries
from store.tasks import Caller

DEAD_SECONDS = 60.0
"""A builder that has not beaten for this long is dead, and its package is taken up by another one."""

MOST_ATTEMPTS = 3
"""So many builders may die of a package before it counts as failed."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a package is about, and over which time.

    Attributes
    ----------
    kind : ``lead``, ``alert`` or ``outlet``
    id : id of the lead or alert as text, or of the outlet as in the sites file
    number : number of the lead or alert
    asked_from, asked_to : what was asked for, or what the alert or lead spans
    from_time, to_time : the whole Beijing days that cover it; ``to_time`` is exclusive
    """

    kind: str
    id: str
    number: str | None
    site_key: int
    outlet_keys: tuple[int, ...]
    asked_from: datetime
    asked_to: datetime
    from_time: datetime
    to_time: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a package will come to: bytes of the file and seconds of building."""

    size: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Order:
    """A package that a builder has claimed. ``asked_size``: the checkpoint to build as of; None = the newest one."""

    id: int
    number: str
    place: Place
    asked_size: int | None
    formal: bool
    caller: Caller
    attempts: int
    builder: str


@dataclass(frozen=True, slots=True)
class Built:
    """The file of a package."""

    size: int
    digest: bytes
    file_name: str
    sample: bool
    reviewed: bool


def ask_for(
    connection: Connection,
    place: Place,
    estimate: Estimate,
    caller: Caller,
    *,
    asked_size: int | None,
    formal: bool,
    most: int,
    at: datetime,
) -> int:
    """Queue a package and return its id.

    Raises Conflict ``evidence_queue_full`` when ``most`` packages of the caller are not done yet.
    """
    sql = queries("evidence")
    connection.execute(sql["lock_requests"])
    waiting = connection.execute(sql["waiting_of"], {"actor": caller.name}).fetchone()
    if waiting is not None and waiting[0] >= most:
        raise Conflict(
            f"{waiting[0]} packages that you asked for are not done yet: wait for one of them.",
            code="evidence_queue_full",
            most=most,
        )
    day = at.astimezone(BEIJING).date()
    taken = connection.execute(sql["take_number"], {"day": day}).fetchone()
    assert taken is not None
    number = f"ZJ-{day:%Y%m%d}-{taken[0]:04d}"
    arguments = {
        "number": number,
        "subject_kind": place.kind,
        "subject_id": place.id,
        "subject_number": place.number,
        "site_key": place.site_key,
        "outlet_keys": list(place.outlet_keys),
        "asked_from": place.asked_from,
        "asked_to": place.asked_to,
        "from_time": place.from_time,
        "to_time": place.to_time,
        "asked_size": asked_size,
        "formal": formal,
        "estimated_bytes": estimate.size,
        "estimated_seconds": estimate.seconds,
        "actor": caller.name,
        "origin": caller.origin,
        "at": at,
    }
    made = connection.execute(sql["add_package"], arguments).fetchone()
    assert made is not None
    note_access(connection, "request", number, place, caller, as_of=asked_size, formal=formal)
    return int(made[0])


def note_access(
    connection: Connection, action: str, number: str, place: Place, caller: Caller, **facts: object
) -> None:
    """Record who asked for, built, read or fetched evidence; the record names the outlets and the time that it is about."""
    detail = {
        "subject": {"kind": place.kind, "id": place.id, "number": place.number},
        "outlet_keys": list(place.outlet_keys),
        "from": place.from_time.isoformat(),
        "to": place.to_time.isoformat(),
        **facts,
    }
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action=f"evidence:package:{action}",
        subject=number,
        detail=detail,
    )


def claim(connection: Connection, builder: str, *, package_id: int | None = None) -> Order | None:
    """Take the package that has waited longest, or that one; None when there is nothing to build."""
    arguments = {"builder": builder, "dead_seconds": DEAD_SECONDS, "id": package_id}
    with rows(connection) as cursor:
        row = cursor.execute(queries("evidence")["claim_package"], arguments).fetchone()
    if row is None:
        return None
    caller = Caller(row["requested_by"], row["origin"])
    return Order(
        row["id"],
        row["number"],
        place_of(row),
        row["asked_size"],
        row["formal"],
        caller,
        row["attempts"],
        builder,
    )


def place_of(row: Mapping[str, Any]) -> Place:
    """What a row of the packages is about."""
    times = {
        name: row[name].astimezone(BEIJING) for name in ("asked_from", "asked_to", "from_time", "to_time")
    }
    return Place(
        row["subject_kind"],
        row["subject_id"],
        row["subject_number"],
        row["site_key"],
        tuple(row["outlet_keys"]),
        **times,
    )


def beat(connection: Connection, order: Order, step: str, progress: int) -> bool:
    """Say that the builder lives and how far it is (percent); False when another builder has taken the package."""
    return _changed(connection, "beat_package", order, step=step, progress=progress)


def name_package(
    connection: Connection, order: Order, *, size: int, identifier: str, unjudged: Sequence[datetime]
) -> None:
    """Record the checkpoint and the name inside, and which hours were not judged then."""
    arguments = {"size": size, "identifier": identifier, "unjudged": list(unjudged)}
    connection.execute(
        queries("evidence")["name_package"], {"id": order.id, "builder": order.builder, **arguments}
    )


def unjudged_of(connection: Connection, identifier: str) -> list[datetime] | None:
    """The hours that an earlier package of this very name said were not judged; None when there was none."""
    row = connection.execute(queries("evidence")["unjudged_of"], {"identifier": identifier}).fetchone()
    return None if row is None else [moment.astimezone(BEIJING) for moment in row[0]]


def finish(connection: Connection, order: Order, built: Built) -> bool:
    """The file is in place; False when another builder has taken the package meanwhile."""
    done = _changed(
        connection,
        "package_ready",
        order,
        bytes=built.size,
        digest=built.digest,
        file_name=built.file_name,
        sample=built.sample,
        reviewed=built.reviewed,
    )
    if done:
        if order.place.kind == "lead":
            lead = {"id": int(order.place.id), "package_id": order.id, "digest": built.digest.hex()}
            connection.execute(queries("evidence")["lead_has_package"], lead)
        note_access(
            connection,
            "build",
            order.number,
            order.place,
            order.caller,
            sha256=built.digest.hex(),
            bytes=built.size,
        )
    return done


def fail(connection: Connection, order: Order, code: str, message: str) -> bool:
    """It could not be built; False when another builder has taken the package meanwhile."""
    failed = _changed(connection, "package_failed", order, code=code, message=message)
    if failed:
        note_access(connection, "fail", order.number, order.place, order.caller, code=code)
    return failed


def give_back(connection: Connection, order: Order) -> None:
    """Leave the package for another builder, as if it had not been begun."""
    connection.execute(queries("evidence")["give_back"], {"id": order.id, "builder": order.builder})


def expire(connection: Connection, before: datetime) -> list[str]:
    """Packages that were ready before a moment are kept no longer; the names of their files. Those of leads stay."""
    return [row[1] for row in connection.execute(queries("evidence")["expire_packages"], {"before": before})]


def find_package(
    connection: Connection, *, package_id: int | None = None, number: str | None = None
) -> dict[str, Any]:
    """A package by id or number. Raises NotFound ``evidence_not_found``."""
    found = packages(connection, most=1, id=package_id, number=number)
    if not found or (package_id is None and number is None):
        raise NotFound("There is no such evidence package.", code="evidence_not_found")
    return found[0]


_NO_FILTER = dict.fromkeys(("id", "number", "state", "subject_kind", "subject_id", "before"))


def packages(connection: Connection, *, most: int, **filters: object) -> list[dict[str, Any]]:
    """Packages, newest first. Filters: id, number, state, subject_kind, subject_id, before (an id)."""
    with rows(connection) as cursor:
        arguments = {**_NO_FILTER, **filters, "most": most}
        return cursor.execute(queries("evidence")["packages"], arguments).fetchall()


def check_ready(package: Mapping[str, Any]) -> None:
    """Raises Conflict ``evidence_not_ready`` or ``evidence_expired`` and Refused ``evidence_failed`` unless there is a file."""
    number, state = package["number"], package["state"]
    if state in ("queued", "building"):
        raise Conflict(
            f"Package {number} is still being built.",
            code="evidence_not_ready",
            number=number,
            state=state,
            progress=package["progress"],
        )
    if state == "failed":
        raise Refused(
            f"Package {number} could not be built: {package['error']}",
            code="evidence_failed",
            number=number,
            reason=package["error_code"],
        )
    if state == "expired":
        raise Conflict(
            f"The file of package {number} is kept no longer; build it again with as_of {package['size']}: the bytes will be "
            "the same.",
            code="evidence_expired",
            number=number,
            as_of=package["size"],
        )


def _changed(connection: Connection, statement: str, order: Order, **arguments: object) -> bool:
    row = connection.execute(
        queries("evidence")[statement], {"id": order.id, "builder": order.builder, **arguments}
    ).fetchone()
    return row is not None and row[0] > 0
