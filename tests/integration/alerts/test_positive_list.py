"""The positive list changes tasks and nothing else (regulation.md F; design.md §5)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import alerts
from store.clock import DAY, HOUR
from store.handling import Action
from tests.integration.alerts.bureau import LISTED, Bureau
from tests.integration.alerts.plant import MORNING, SO2, Plant, soon

ROOM = Path(alerts.__file__).parent

TWIN = (
    LISTED
    + """
  - id: twin-cement
    name: 孪生水泥
    industry: cement
    key_unit: true
    sample: true
    outlets:
      - id: twin-kiln
        name: 窑尾
        medium: gas
        oxygen_reference: null
        monitor: {mn: "888888800000090000000009", gateway: gw-gas, protocol: "2017", password: null, sm4_key: null,
                  cadence: {realtime: 60, minute: null, hour: true, day: true}}
        factors: [a21026]
        limits:
          - {factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
  - id: listed-cement
    name: 孪生水泥（清单内）
    industry: cement
    key_unit: true
    sample: true
    positive_list:
      - {from: "2026-01-01", to: null, basis: 示例依据, decided_by: 测试市局, document: null}
    outlets:
      - id: listed-kiln
        name: 窑尾
        medium: gas
        oxygen_reference: null
        monitor: {mn: "888888800000090000000010", gateway: gw-gas, protocol: "2017", password: null, sm4_key: null,
                  cadence: {realtime: 60, minute: null, hour: true, day: true}}
        factors: [a21026]
        limits:
          - {factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
"""
)
"""Two cement works that differ in one thing: one of them is listed."""

EXAMPLES = count()

HOURS = st.lists(
    st.tuples(
        st.sampled_from(["normal", "normal", "normal", "maintenance", "fault", "stopped"]),
        st.decimals("0", "600", places=2),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def twins(plant: Plant) -> Iterator[Bureau]:
    plant.apply(TWIN)
    plant.worker.registry = plant.registry
    yield Bureau(plant)


@given(hours=HOURS)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    # Every example leaves its hours behind, so that a smaller one would not fail alike.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_same_data_are_judged_and_alerted_alike_whether_a_unit_is_listed_or_not(
    twins: Bureau, hours: list[tuple[str, Decimal]]
) -> None:
    plant = twins.plant
    # Each example has days of its own, so that none meets the alerts of another.
    begin = MORNING + next(EXAMPLES) * 40 * DAY
    for number, (status, value) in enumerate(hours):
        at = begin + number * HOUR
        for outlet in ("twin-kiln", "listed-kiln"):
            plant.send(SO2, at, str(value), status=status, outlet=outlet)
        plant.judge(soon(at), settle=False)
        twins.route(soon(at))
        twins.propose(soon(at))
    twin, listed = (
        twins.ask("judged_of", outlet_key=plant.key(outlet)) for outlet in ("twin-kiln", "listed-kiln")
    )
    assert listed
    assert listed == twin


def test_routing_visiting_and_proposing_removal_leave_data_verdicts_alerts_and_the_list_alone(
    plant: Plant,
) -> None:
    plant.apply(LISTED)
    bureau = Bureau(plant)
    alert = bureau.exceed(MORNING, "500")
    bureau.verify(alert["id"], Action.CONFIRM, "属实", soon(MORNING))
    before = bureau.ask("fingerprint")
    assert bureau.route(soon(MORNING)) == 1
    assert bureau.propose(soon(MORNING)) == 1
    visit = bureau.tasks("on_site")[0]["id"]
    bureau.finish(visit, "violation_found", MORNING + 3 * HOUR)
    bureau.propose(MORNING + 4 * HOUR)
    proposal = bureau.tasks("removal_proposal")[0]["id"]
    bureau.finish(proposal, "removed", MORNING + 5 * HOUR)
    assert bureau.ask("fingerprint") == before


def test_no_module_but_those_of_tasks_asks_whether_a_unit_is_listed() -> None:
    asking = {
        str(file.relative_to(ROOM))
        for file in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("listed", "positive_list", "in_force_listing")
    }
    assert asking
    assert {name.split("/")[0] for name in asking} == {"tasks"}


def test_the_statements_of_tasks_write_to_their_own_tables_only() -> None:
    text = (ROOM.parent / "store" / "sql" / "tasks.sql").read_text(encoding="utf-8")
    written = set(re.findall(r"^(?:\s*)(?:insert into|update|delete from) (\w+)", text, re.MULTILINE))
    assert written == {"task", "task_event", "task_number", "routing_decision", "sample_draw"}
