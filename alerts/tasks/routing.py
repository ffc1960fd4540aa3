"""Which way an alert goes: verified off site, visited, or nobody is sent; with the reasons (regulation.md F, design.md §5).

Pure. Everything that the decision knows is in :class:`Facts` and :class:`Policy`, and is stored with it.

Off-site work and the question to the company come first, for every unit (无事不扰). What sends officers to the site at once are
the overrides. A listed unit differs in how often an exceedance must repeat before it overrides, in its yearly cap on
visits, and in that it is not visited as a matter of routine. The list never makes an alert disappear: it has a task either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

RULE = "routing/1"

Way = Literal["off_site", "on_site", "none"]
Kind = Literal["off_site", "company_query", "on_site", "removal_proposal"]

EXCEEDANCE = frozenset({"exceedance_hour", "exceedance_day"})
"""Alerts that a verdict raised. An hourly value above an instantaneous limit (``exceed_instant``) is none (regulation.md A.5)."""

ADVANCE = frozenset({"minute_forecast", "hour_forecast"})
"""Warnings before anything has happened (事前预警, D.2): the company is told, no reply is asked for and nothing is verified."""

PLATFORM = frozenset({"ingest_down", "rule_failed"})
"""Alerts about Outfall itself; no unit is to blame."""

SUPERIOR_ORDER = "superior_order"
COMPLAINT = "complaint"
FALSIFICATION_SUSPICION = "falsification_suspicion"
SERIOUS_EXCEEDANCE = "serious_exceedance"
REPEATED_EXCEEDANCE = "repeated_exceedance"
LEAD_REMAINS = "lead_remains"
RANDOM_SAMPLE = "random_sample"
ROUTINE = "routine_check"

OVERRIDES = (
    SUPERIOR_ORDER,
    COMPLAINT,
    FALSIFICATION_SUSPICION,
    SERIOUS_EXCEEDANCE,
    REPEATED_EXCEEDANCE,
)
"""What sends officers to the site whatever the list and the cap say, in the order in which they are named."""

STATED_REASONS = (*OVERRIDES, LEAD_REMAINS, RANDOM_SAMPLE, ROUTINE)
"""Every reason that an on-site visit can have; without one of them there is none."""

# The company is asked for its causes before an exceedance is looked at, but is not warned of a visit for any other reason.
_ANNOUNCED = frozenset({SERIOUS_EXCEEDANCE, REPEATED_EXCEEDANCE})


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers that the bureau chooses; none of them is in a norm.

    Attributes
    ----------
    serious_multiple : from this exceedance multiple (C - L) / L on, an exceedance is serious
    repeats_listed, repeats_unlisted : from so many exceeded days within 30 days on, an exceedance is repeated
    cap_listed, cap_unlisted : on-site visits of a unit in a calendar year
    suspicion : codes of alerts that are suspicions of falsified data (regulation.md D.4)
    """

    serious_multiple: Decimal = Decimal(1)
    repeats_listed: int = 3
    repeats_unlisted: int = 2
    cap_listed: int = 2
    cap_unlisted: int = 6
    suspicion: frozenset[str] = frozenset({"mark_abuse"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when an alert (or a statement of an officer) is routed.

    Attributes
    ----------
    listed : the unit stands on the positive list when the alert was raised
    code, severity : of the alert; None when an officer asks for a visit without one
    multiple : exceedance multiple (C - L) / L of the worst period; None when there is none, as for pH
    exceeded_days : days with an exceedance of this factor at this outlet in the 30 days up to this alert, its own included
    complaint, superior, suspicion, lead, sample, routine : what a person (or the draw of the sample) states
    late : from data so old that nobody is called
    inhibited : a wider outage explains the alert
    visits : on-site visits of the unit made in this calendar year; a planned one counts when it is made, and others join it
    """

    listed: bool
    code: str | None = None
    severity: str | None = None
    multiple: Decimal | None = None
    exceeded_days: int = 0
    complaint: bool = False
    superior: bool = False
    suspicion: bool = False
    lead: bool = False
    sample: bool = False
    routine: bool = False
    late: bool = False
    inhibited: bool = False
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The way, the kinds of task that it takes, and why.

    Attributes
    ----------
    reasons : codes of the catalogue (``tasks.reason.*``), the first being the reason of the tasks
    """

    way: Way
    tasks: tuple[Kind, ...]
    reasons: tuple[str, ...]
    rule: str = RULE


def route(facts: Facts, policy: Policy) -> Decision:
    """Decide. Every input gives a decision with at least one reason.

    Nobody is sent for an alert about Outfall itself, one that a wider outage explains, a warning in advance, and one that is for
    the record only (severity ``info``).
    """
    listing = "on_positive_list" if facts.listed else "not_on_positive_list"
    at_cap = facts.visits >= cap_of(facts, policy)
    overrides = overrides_of(facts, policy)
    if overrides:
        above = ("above_visit_cap",) if at_cap else ()
        announced = _ANNOUNCED.issuperset(overrides)
        tasks: tuple[Kind, ...] = ("on_site", "company_query") if announced else ("on_site",)
        return Decision("on_site", tasks, (*overrides, *above, listing))
    asked = _asked_for(facts)
    if asked is not None:
        return _within_cap(asked, facts, at_cap, listing)
    nobody = _nobody_because(facts)
    if nobody is not None:
        return Decision("none", (), (nobody, listing))
    late = ("late_data",) if facts.late else ()
    return Decision("off_site", ("off_site", "company_query"), ("off_site_first", *late, listing))


def cap_of(facts: Facts, policy: Policy) -> int:
    """How many on-site visits the unit may have in the year."""
    return policy.cap_listed if facts.listed else policy.cap_unlisted


def overrides_of(facts: Facts, policy: Policy) -> tuple[str, ...]:
    """Which overrides hold, in their order.

    An alert that an outage explains says nothing about the unit, and an exceedance of long ago cannot be met on site any more: it
    is verified off site first. What a person states holds in any case.
    """
    own = not facts.inhibited
    exceeded = own and not facts.late and facts.code in EXCEEDANCE
    needed = policy.repeats_listed if facts.listed else policy.repeats_unlisted
    holds = {
        SUPERIOR_ORDER: facts.superior,
        COMPLAINT: facts.complaint,
        FALSIFICATION_SUSPICION: facts.suspicion or (own and facts.code in policy.suspicion),
        SERIOUS_EXCEEDANCE: exceeded and _is_serious(facts, policy),
        REPEATED_EXCEEDANCE: exceeded and facts.exceeded_days >= needed,
    }
    return tuple(reason for reason in OVERRIDES if holds[reason])


def _is_serious(facts: Facts, policy: Policy) -> bool:
    if facts.multiple is None:
        return facts.severity in ("serious", "critical")
    return facts.multiple >= policy.serious_multiple


def _nobody_because(facts: Facts) -> str | None:
    if facts.code in PLATFORM:
        return "own_trouble"
    if facts.inhibited:
        return "explained_by_outage"
    if facts.code in ADVANCE:
        return "advance_warning"
    return "for_the_record" if facts.severity == "info" else None


def _asked_for(facts: Facts) -> str | None:
    """The stated reason that holds only within the cap."""
    if facts.lead:
        return LEAD_REMAINS
    if facts.sample:
        return RANDOM_SAMPLE
    return ROUTINE if facts.routine else None


def _within_cap(reason: str, facts: Facts, at_cap: bool, listing: str) -> Decision:
    if reason == ROUTINE and facts.listed:
        return Decision("off_site", ("off_site",), ("routine_not_on_site", listing))
    if at_cap:
        return Decision("off_site", ("off_site",), ("visit_cap_reached", reason, listing))
    return Decision("on_site", ("on_site",), (reason, listing))
