"""Publishing and drawing the random on-site sample: seed and candidates first, the draw after the notice."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.tasks.deciding import Wishes, carry_out
from alerts.tasks.facts import Subject, facts_of_statement, inputs_of, listing_at, policy_of
from alerts.tasks.routing import route
from alerts.tasks.sample import ALGORITHM, draw, size
from store import audit
from store.database import Connection, rows
from store.errors import Conflict, NotFound, Refused
from store.model import Registry
from store.queries import queries
from store.settings import Settings
from store.tasks import Caller
from store.texts import text

_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
LONGEST_SEED = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A published sample. ``drawn_at`` None: not drawn yet; ``chosen`` are ids of sites, lowest rank first."""

    period: str
    seed: str
    published_at: datetime
    drawn_at: datetime | None
    candidates: tuple[str, ...]
    chosen: tuple[str, ...]
    algorithm: str


def publish_sample(
    connection: Connection, registry: Registry, period: str, seed: str | None, caller: Caller, at: datetime
) -> Sample:
    """Publish the seed of a period with the units that stand on the list now: nothing of the draw can be chosen afterwards.

    Parameters
    ----------
    period : ``2026``, ``2026-Q4`` or ``2026-11``
    seed : best a number that others draw in public; None = 32 random hexadecimal digits

    Raises Refused ``period_wrong`` or ``seed_wrong`` and Conflict ``sample_published`` or ``nobody_listed``.
    """
    if not _PERIOD.fullmatch(period):
        raise Refused(f"{period!r} is no period: write 2026, 2026-Q4 or 2026-11.", code="period_wrong")
    seed = secrets.token_hex(16) if seed is None else seed.strip()
    if not 0 < len(seed) <= LONGEST_SEED or not seed.isprintable():
        raise Refused(f"A seed is 1 to {LONGEST_SEED} printable characters.", code="seed_wrong")
    candidates = sorted(site.id for site in registry.sites if site.listed(at))
    if not candidates:
        raise Conflict("No unit is on the positive list; there is nobody to draw from.", code="nobody_listed")
    arguments = {"period": period, "seed": seed, "at": at, "candidates": candidates, "algorithm": ALGORITHM}
    if connection.execute(queries("tasks")["publish_sample"], arguments).fetchone() is None:
        raise Conflict(
            f"The sample of {period} was published before.", code="sample_published", period=period
        )
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="tasks:sample:publish",
        subject=period,
        detail={"seed": seed, "candidates": candidates},
    )
    return find_sample(connection, period)


def draw_sample(
    connection: Connection, registry: Registry, settings: Settings, period: str, caller: Caller, at: datetime
) -> Sample:
    """Draw the units of a period from the published seed and candidates, and give each its task.

    Raises NotFound ``sample_not_found`` and Conflict ``sample_drawn`` or ``sample_too_early``.
    """
    connection.execute(queries("tasks")["lock_routing"])
    sample = find_sample(connection, period)
    if sample.drawn_at is not None:
        raise Conflict(f"The sample of {period} was drawn before.", code="sample_drawn", period=period)
    earliest = sample.published_at + timedelta(hours=settings.sample_notice_hours)
    if at < earliest:
        raise Conflict(
            f"The seed must be public for {settings.sample_notice_hours} hours (OUTFALL_SAMPLE_NOTICE_HOURS): "
            f"draw from {earliest.isoformat(timespec='minutes')} on.",
            code="sample_too_early",
            earliest=earliest.isoformat(),
        )
    chosen = draw(sample.seed, sample.candidates, size(len(sample.candidates), settings.sample_percent))
    for site_id in chosen:
        _visit(connection, registry, settings, sample, site_id, caller, at)
    arguments = {"period": period, "at": at, "chosen": list(chosen)}
    connection.execute(queries("tasks")["finish_sample"], arguments)
    audit.record(
        connection,
        actor=caller.name,
        origin=caller.origin,
        action="tasks:sample:draw",
        subject=period,
        detail={"chosen": list(chosen)},
    )
    return find_sample(connection, period)


def find_sample(connection: Connection, period: str) -> Sample:
    """The sample of a period, locked. Raises NotFound ``sample_not_found``."""
    with rows(connection) as cursor:
        row = cursor.execute(queries("tasks")["lock_sample"], {"period": period}).fetchone()
    if row is None:
        raise NotFound(
            f"No sample of {period} was published. Run `outfall sample publish {period}` first.",
            code="sample_not_found",
        )
    return Sample(**{**row, "candidates": tuple(row["candidates"]), "chosen": tuple(row["chosen"])})


def _visit(
    connection: Connection,
    registry: Registry,
    settings: Settings,
    sample: Sample,
    site_id: str,
    caller: Caller,
    at: datetime,
) -> None:
    site = next((site for site in registry.sites if site.id == site_id), None)
    if site is None:
        # No longer registered since the seed was published: drawn all the same, but there is nobody to visit.
        return
    subject = Subject(site.key, None, None, None, site.key_unit, listing_at(site, at))
    facts = replace(facts_of_statement(connection, subject, at), sample=True)
    policy = policy_of(settings)
    inputs = {**inputs_of(subject, facts, policy, None), "period": sample.period, "seed": sample.seed}
    statement = text("tasks.statement.sample", period=sample.period, seed=sample.seed)
    wishes = Wishes(statement=statement)
    carry_out(connection, subject, route(facts, policy), inputs, settings, caller, at, wishes)
