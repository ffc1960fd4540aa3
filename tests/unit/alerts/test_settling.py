"""What the handling of an alert means for its tasks."""

from __future__ import annotations

import pytest

from alerts.tasks.byhand import REASONS_OF, REMOVAL_REASONS
from alerts.tasks.removal import VISIT_OUTCOMES
from alerts.tasks.routing import STATED_REASONS
from alerts.tasks.settling import outcome_of
from store.tasks import OUTCOMES
from store.texts import has

CASES = [
    # remark, kind, handling, answered, outcome
    ("nobody has answered yet", "company_query", "notified", False, None),
    ("the company has answered", "company_query", "answered", True, "answered"),
    ("verified without an answer: nobody waits for one", "company_query", "confirmed", False, "cancelled"),
    ("verified after the answer", "company_query", "confirmed", True, "answered"),
    ("an answer is not a verification", "off_site", "answered", True, None),
    ("found untrue", "off_site", "unfounded", False, "no_problem"),
    ("found true", "off_site", "confirmed", True, "confirmed"),
    ("needs a visit", "off_site", "site_visit", True, "lead_remains"),
    ("became a lead", "off_site", "lead", True, "confirmed"),
    ("closed before anybody looked", "off_site", "closed", False, "cancelled"),
    ("a visit is reported by who was there", "on_site", "confirmed", True, None),
    ("a proposal is decided by who keeps the list", "removal_proposal", "closed", True, None),
]


@pytest.mark.parametrize(
    ("kind", "handling", "answered", "outcome"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_task_ends_as_its_alert_stands(
    kind: str, handling: str, answered: bool, outcome: str | None
) -> None:
    assert outcome_of(kind, handling, answered) == outcome
    assert outcome in (None, "cancelled", *OUTCOMES[kind])


def test_every_code_has_its_words() -> None:
    codes = {*STATED_REASONS, *REMOVAL_REASONS, *VISIT_OUTCOMES.values()}
    codes |= {reason for reasons in REASONS_OF.values() for reason in reasons}
    codes |= {"above_visit_cap", "visit_cap_reached", "routine_not_on_site", "off_site_first", "late_data"}
    codes |= {
        "explained_by_outage",
        "for_the_record",
        "advance_warning",
        "own_trouble",
        "on_positive_list",
        "not_on_positive_list",
    }
    assert [code for code in sorted(codes) if not has(f"tasks.reason.{code}")] == []
    assert [kind for kind in OUTCOMES if not has(f"tasks.kind.{kind}")] == []
    outcomes = {outcome for of_kind in OUTCOMES.values() for outcome in of_kind}
    assert [outcome for outcome in sorted(outcomes) if not has(f"tasks.outcome.{outcome}")] == []
