"""Which way an alert goes: cases worked by hand from regulation.md F and D.2 and design.md §5."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.kinds import SEVERITIES
from alerts.tasks.routing import EXCEEDANCE, OVERRIDES, STATED_REASONS, Decision, Facts, Policy, cap_of, route
from store.texts import has

POLICY = Policy(
    serious_multiple=Decimal(1),
    repeats_listed=3,
    repeats_unlisted=2,
    cap_listed=2,
    cap_unlisted=6,
    suspicion=frozenset({"mark_abuse", "recomputed_differs"}),
)
OFF = ("off_site", "company_query")
LISTED, UNLISTED = "on_positive_list", "not_on_positive_list"

ORDINARY = Facts(True, "exceedance_hour", "warning", Decimal("0.0554"), exceeded_days=1)

CASES: list[tuple[str, Facts, str, tuple[str, ...], tuple[str, ...]]] = [
    # remark, facts, way, tasks, reasons
    ("listed, 211.07 against 200: verified off site, the company is asked", ORDINARY,
     "off_site", OFF, ("off_site_first", LISTED)),
    ("the same at a unit that is not listed: off site first as well", replace(ORDINARY, listed=False),
     "off_site", OFF, ("off_site_first", UNLISTED)),
    ("listed, water, the daily mean above its limit", replace(ORDINARY, code="exceedance_day"),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("just below twice the limit is not serious", replace(ORDINARY, multiple=Decimal("0.9999")),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("twice the limit, multiple 1, is serious: the list does not help", replace(ORDINARY, multiple=Decimal(1)),
     "on_site", ("on_site", "company_query"), ("serious_exceedance", LISTED)),
    ("serious at a unit that is not listed", replace(ORDINARY, listed=False, multiple=Decimal("1.5")),
     "on_site", ("on_site", "company_query"), ("serious_exceedance", UNLISTED)),
    ("pH has no multiple: its severity says so", replace(ORDINARY, multiple=None, severity="serious"),
     "on_site", ("on_site", "company_query"), ("serious_exceedance", LISTED)),
    ("pH with an ordinary severity", replace(ORDINARY, multiple=None),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("listed, second exceeded day in 30: not yet repeated", replace(ORDINARY, exceeded_days=2),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("listed, third exceeded day in 30: repeated", replace(ORDINARY, exceeded_days=3),
     "on_site", ("on_site", "company_query"), ("repeated_exceedance", LISTED)),
    ("not listed, second exceeded day in 30: repeated", replace(ORDINARY, listed=False, exceeded_days=2),
     "on_site", ("on_site", "company_query"), ("repeated_exceedance", UNLISTED)),
    ("serious and repeated: both are named", replace(ORDINARY, multiple=Decimal(3), exceeded_days=5),
     "on_site", ("on_site", "company_query"), ("serious_exceedance", "repeated_exceedance", LISTED)),
    ("listed, false marks suspected: visited, and the company is not warned",
     Facts(True, "mark_abuse", "serious"),
     "on_site", ("on_site",), ("falsification_suspicion", LISTED)),
    ("listed, reported differs from recomputed by more than 2 %", Facts(True, "recomputed_differs", "warning"),
     "on_site", ("on_site",), ("falsification_suspicion", LISTED)),
    ("suspicion outranks late: old numbers can be false too", Facts(True, "recomputed_differs", "warning", late=True),
     "on_site", ("on_site",), ("falsification_suspicion", LISTED)),
    ("an officer suspects falsification without an alert", Facts(True, suspicion=True),
     "on_site", ("on_site",), ("falsification_suspicion", LISTED)),
    ("a serious exceedance with suspicion: not announced", replace(ORDINARY, multiple=Decimal(2), suspicion=True),
     "on_site", ("on_site",), ("falsification_suspicion", "serious_exceedance", LISTED)),
    ("a complaint about a listed unit", Facts(True, complaint=True),
     "on_site", ("on_site",), ("complaint", LISTED)),
    ("a superior's order", Facts(True, superior=True),
     "on_site", ("on_site",), ("superior_order", LISTED)),
    ("a superior's order about an alert that an outage explains",
     Facts(True, "outlet_silent", "warning", superior=True, inhibited=True),
     "on_site", ("on_site",), ("superior_order", LISTED)),
    ("the cap does not stop an override, and it is noted", Facts(True, complaint=True, visits=2),
     "on_site", ("on_site",), ("complaint", "above_visit_cap", LISTED)),
    ("the cap of a unit that is not listed is its own", Facts(False, complaint=True, visits=2),
     "on_site", ("on_site",), ("complaint", UNLISTED)),
    ("off-site work left a lead: now on site", Facts(True, "exceedance_hour", "warning", lead=True, visits=1),
     "on_site", ("on_site",), ("lead_remains", LISTED)),
    ("a lead remains, but the visits of the year are used up", Facts(True, lead=True, visits=2),
     "off_site", ("off_site",), ("visit_cap_reached", "lead_remains", LISTED)),
    ("the same unit, not listed: it has visits left", Facts(False, lead=True, visits=2),
     "on_site", ("on_site",), ("lead_remains", UNLISTED)),
    ("a lead about a serious exceedance above the cap: the override carries it",
     replace(ORDINARY, multiple=Decimal(2), lead=True, visits=2),
     "on_site", ("on_site", "company_query"), ("serious_exceedance", "above_visit_cap", LISTED)),
    ("drawn for the random sample", Facts(True, sample=True),
     "on_site", ("on_site",), ("random_sample", LISTED)),
    ("drawn, but the cap is reached", Facts(True, sample=True, visits=2),
     "off_site", ("off_site",), ("visit_cap_reached", "random_sample", LISTED)),
    ("a routine visit to a listed unit is not made", Facts(True, routine=True),
     "off_site", ("off_site",), ("routine_not_on_site", LISTED)),
    ("a routine visit to a unit that is not listed", Facts(False, routine=True),
     "on_site", ("on_site",), ("routine_check", UNLISTED)),
    ("a routine visit above the cap", Facts(False, routine=True, visits=6),
     "off_site", ("off_site",), ("visit_cap_reached", "routine_check", UNLISTED)),
    ("data missing at a listed unit: asked and verified", Facts(True, "data_missing", "warning"),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("a constant value has innocent causes: off site first", Facts(True, "abnormal_constant", "warning"),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("a gateway is off-line: serious, but no exceedance", Facts(True, "gateway_offline", "serious"),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("three days of missing data are no repeated exceedance", Facts(True, "data_missing", "warning", exceeded_days=3),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("an outlet is silent because its gateway is", Facts(True, "outlet_silent", "warning", inhibited=True),
     "none", (), ("explained_by_outage", LISTED)),
    ("a suspicion that our own outage explains", Facts(False, "recomputed_differs", "warning", inhibited=True),
     "none", (), ("explained_by_outage", UNLISTED)),
    ("a clock is wrong: for the record", Facts(False, "clock_skew", "info"),
     "none", (), ("for_the_record", UNLISTED)),
    ("the minutes already point above the limit: the company acts, no reply (D.2)", Facts(True, "minute_forecast", "warning"),
     "none", (), ("advance_warning", LISTED)),
    ("the hours of a day point above the limit", Facts(False, "hour_forecast", "warning"),
     "none", (), ("advance_warning", UNLISTED)),
    ("an hourly value above an instantaneous limit is no verdict, however high (A.5)",
     Facts(True, "exceed_instant", "serious", Decimal(4), exceeded_days=9),
     "off_site", OFF, ("off_site_first", LISTED)),
    ("a rule of ours threw while it looked at the unit", Facts(True, "rule_failed", "critical"),
     "none", (), ("own_trouble", LISTED)),
    ("a complaint about what was for the record only", Facts(False, "clock_skew", "info", complaint=True),
     "on_site", ("on_site",), ("complaint", UNLISTED)),
    ("a serious exceedance of last month, sent today: off site first",
     replace(ORDINARY, multiple=Decimal(2), exceeded_days=9, late=True),
     "off_site", OFF, ("off_site_first", "late_data", LISTED)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "way", "tasks", "reasons"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_alert_goes_the_way_that_the_sheet_says(
    facts: Facts, way: str, tasks: tuple[str, ...], reasons: tuple[str, ...]
) -> None:
    assert route(facts, POLICY) == Decision(way, tasks, reasons, "routing/1")  # type: ignore[arg-type]


FACTS = st.builds(
    Facts,
    listed=st.booleans(),
    code=st.sampled_from([None, *sorted(SEVERITIES), *sorted(POLICY.suspicion)]),
    severity=st.sampled_from([None, "info", "warning", "serious", "critical"]),
    multiple=st.none() | st.decimals("0", "9", places=3),
    exceeded_days=st.integers(0, 30),
    complaint=st.booleans(),
    superior=st.booleans(),
    suspicion=st.booleans(),
    lead=st.booleans(),
    sample=st.booleans(),
    routine=st.booleans(),
    late=st.booleans(),
    inhibited=st.booleans(),
    visits=st.integers(0, 9),
)


@settings(deadline=None)
@given(FACTS)
def test_a_visit_always_has_a_stated_reason_and_everything_else_has_none(facts: Facts) -> None:
    decision = route(facts, POLICY)
    assert decision.reasons
    assert [reason for reason in decision.reasons if not has(f"tasks.reason.{reason}")] == []
    assert ("on_site" in decision.tasks) == (decision.way == "on_site")
    if decision.way == "on_site":
        assert decision.reasons[0] in STATED_REASONS


@settings(deadline=None)
@given(FACTS)
def test_the_list_makes_no_alert_disappear_and_sends_nobody_who_would_not_be_sent_otherwise(
    facts: Facts,
) -> None:
    listed, unlisted = (
        route(replace(facts, listed=True), POLICY),
        route(replace(facts, listed=False), POLICY),
    )
    assert (listed.way == "none") == (unlisted.way == "none")
    if listed.way == "on_site":
        assert unlisted.way == "on_site"


@settings(deadline=None)
@given(FACTS)
def test_above_the_cap_only_an_override_sends_anybody(facts: Facts) -> None:
    full = replace(facts, visits=cap_of(facts, POLICY))
    decision = route(full, POLICY)
    if decision.way == "on_site":
        assert decision.reasons[0] in OVERRIDES
        assert "above_visit_cap" in decision.reasons


@settings(deadline=None)
@given(FACTS, st.sampled_from(["complaint", "superior", "suspicion"]))
def test_what_a_person_states_is_never_lost_on_the_list_the_cap_or_an_outage(
    facts: Facts, stated: str
) -> None:
    assert route(replace(facts, **{stated: True}), POLICY).way == "on_site"  # type: ignore[arg-type]


@settings(deadline=None)
@given(FACTS)
def test_nobody_is_warned_of_a_visit_but_for_an_exceedance(facts: Facts) -> None:
    decision = route(facts, POLICY)
    if decision.way == "on_site" and "company_query" in decision.tasks:
        assert facts.code in EXCEEDANCE
        assert not {"complaint", "superior_order", "falsification_suspicion"} & set(decision.reasons)
