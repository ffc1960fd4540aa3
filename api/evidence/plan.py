"""What a package is asked for, and what follows from it: whose it is, and the whole Beijing days that cover it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.evidence.subjects import Found, find_subject
from store.clock import BEIJING, DAY, day_start
from store.database import Connection
from store.errors import DecodeError, NotFound, Refused
from store.evidence import Place
from store.queries import queries

LONGEST = timedelta(days=366)
"""The longest period of one package: a leap year."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks evidence of.

    Attributes
    ----------
    kind : ``lead``, ``alert`` or ``outlet``
    id : of the outlet as in the sites file, else the number or the id
    from_time, to_time : the time to cover; must be given for an outlet, else what the alert or lead spans
    as_of : size of the checkpoint; None = the newest one, made right before building
    formal : for a formal document: refused for sample configuration and for a lead without both reviews
    """

    kind: str
    id: str
    from_time: datetime | None = None
    to_time: datetime | None = None
    as_of: int | None = None
    formal: bool = False


def plan(connection: Connection, asked: Asked, now: datetime) -> Place:
    """Where and when the package is about.

    Raises NotFound ``outlet_not_found``, ``alert_not_found``, ``lead_not_found``, ``checkpoint_not_found``; DecodeError
    ``span_reversed``, ``span_too_long``; Refused ``evidence_span_missing``, ``evidence_span_in_future``,
    ``evidence_without_outlet``, ``sample_configuration``, ``not_reviewed``.
    """
    found = find_subject(connection, asked.kind, asked.id, now)
    start, end = asked.from_time or found.from_time, asked.to_time or found.to_time
    if start is None or end is None:
        raise Refused(
            "Evidence of an outlet needs the time that it is about: give from and to.",
            code="evidence_span_missing",
        )
    first, last = whole_days(start, end)
    if first > now:
        raise Refused(
            "The time that is asked for has not come yet: there is no evidence of it.",
            code="evidence_span_in_future",
        )
    if asked.as_of is not None:
        _check_checkpoint(connection, asked.as_of)
    if asked.formal:
        _check_formal(connection, found)
    return Place(
        asked.kind,
        found.id,
        found.number,
        found.site_key,
        tuple(sorted(found.outlet_keys)),
        start.astimezone(BEIJING),
        end.astimezone(BEIJING),
        first,
        last,
    )


def whole_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The Beijing days that cover [start, end), as [first, after the last).

    Raises DecodeError ``span_reversed`` and ``span_too_long``.
    """
    if start >= end:
        raise DecodeError("'from' must be before 'to'.", code="span_reversed")
    first, last = day_start(start), day_start(end)
    if last < end:
        last += DAY
    if last - first > LONGEST:
        raise DecodeError(
            f"At most {LONGEST.days} days can be asked for at once; ask for shorter times one after the other.",
            code="span_too_long",
            days=LONGEST.days,
        )
    return first, last


def identifier_of(place: Place, size: int) -> str:
    """The name of a package: the same for the same subject, days and checkpoint."""
    last = place.to_time - DAY
    return f"{place.kind}-{place.id}-{place.from_time:%Y%m%d}-{last:%Y%m%d}-{size}"


def _check_checkpoint(connection: Connection, size: int) -> None:
    if connection.execute(queries("evidence")["note_of"], {"size": size}).fetchone() is None:
        raise NotFound(
            f"The log has no checkpoint of size {size}: take one from the list of checkpoints.",
            code="checkpoint_not_found",
            size=size,
        )


def _check_formal(connection: Connection, found: Found) -> None:
    row = connection.execute(queries("evidence")["site_is_sample"], {"site_key": found.site_key}).fetchone()
    if row is not None and row[0]:
        raise Refused(
            "The configuration of this unit is a sample that nobody has checked: no formal document can rest on it. Apply a "
            "sites file with checked limits and permits (sample: false), or ask without formal.",
            code="sample_configuration",
            number=found.number or found.id,
        )
    if found.reviewed is False:
        raise Refused(
            f"Lead {found.number} has not passed both reviews: a formal package needs the technical and the legal one.",
            code="not_reviewed",
            number=found.number,
        )
