"""The random sample from the published seed to the visits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.tasks.sample import draw
from alerts.tasks.sampling import Sample, draw_sample, publish_sample
from store.clock import DAY
from store.errors import Conflict, NotFound, OutfallError, Refused
from store.tasks import Caller
from tests.integration.alerts.bureau import LISTED, OFFICER, Bureau
from tests.integration.alerts.plant import MORNING, Plant

BOTH = LISTED.replace(
    "    industry: municipal_wwtp\n    key_unit: true\n    sample: true\n",
    "    industry: municipal_wwtp\n    key_unit: true\n    sample: true\n    positive_list:\n"
    '      - {from: "2026-01-01", to: null, basis: 示例依据, decided_by: 测试市局, document: null}\n',
)
CLERK = Caller("zhao", "test")


def publish(bureau: Bureau, period: str = "2026-Q2", seed: str | None = "beacon 20260506") -> Sample:
    plant = bureau.plant
    with plant.connection.transaction():
        return publish_sample(plant.connection, plant.registry, period, seed, CLERK, MORNING)


def drawn(bureau: Bureau, *, period: str = "2026-Q2", after: timedelta = DAY) -> Sample:
    plant = bureau.plant
    with plant.connection.transaction():
        return draw_sample(plant.connection, plant.registry, bureau.settings, period, CLERK, MORNING + after)


def test_the_draw_follows_from_what_was_published_and_makes_visits(plant: Plant) -> None:
    plant.apply(BOTH)
    bureau = Bureau(plant, sample_percent=50)
    published = publish(bureau)
    assert published.candidates == ("test-cement", "test-wwtp")
    assert published.chosen == () and published.drawn_at is None
    sample = drawn(bureau)
    assert sample.chosen == draw("beacon 20260506", ("test-wwtp", "test-cement"), 1)
    (visit,) = bureau.tasks()
    site = bureau.plant.registry.site(sample.chosen[0])
    assert (visit["kind"], visit["reason"], visit["site_key"]) == ("on_site", "random_sample", site.key)
    assert visit["statement"] == "2026-Q2 正面清单随机抽查，种子 beacon 20260506"
    (decision,) = bureau.ask("decisions")
    assert (decision["inputs"]["seed"], decision["inputs"]["period"]) == ("beacon 20260506", "2026-Q2")
    actions = [(event["actor"], event["action"]) for event in bureau.ask("audit_of_tasks")]
    assert actions == [
        ("zhao", "tasks:sample:publish"),
        ("zhao", "tasks:task:opened"),
        ("zhao", "tasks:sample:draw"),
    ]


def test_a_unit_that_leaves_the_list_after_the_seed_was_published_changes_nothing(plant: Plant) -> None:
    plant.apply(BOTH)
    bureau = Bureau(plant, sample_percent=50)
    publish(bureau)
    plant.apply(BOTH.replace('to: "2027-01-01"', 'to: "2026-05-07"').replace("to: null", 'to: "2026-05-07"'))
    assert drawn(bureau).candidates == ("test-cement", "test-wwtp")
    assert [task["listed"] for task in bureau.tasks()] == [False]


def test_a_unit_whose_visits_are_used_up_is_verified_off_site_instead(plant: Plant) -> None:
    plant.apply(LISTED)
    bureau = Bureau(plant, visit_cap_listed=1)
    bureau.visit(MORNING - DAY)
    publish(bureau)
    drawn(bureau)
    assert bureau.kinds() == ["off_site"]
    assert bureau.ask("decisions")[-1]["reasons"][:2] == ["visit_cap_reached", "random_sample"]


def test_a_seed_that_nobody_gave_is_random_and_long(plant: Plant) -> None:
    plant.apply(LISTED)
    bureau = Bureau(plant)
    seeds = {publish(bureau, period, None).seed for period in ("2026-Q2", "2026-Q3")}
    assert len(seeds) == 2
    assert {len(seed) for seed in seeds} == {32}


@pytest.mark.parametrize(
    ("period", "seed", "kind", "code", "remark"),
    [
        ("2026-Q5", "x", Refused, "period_wrong", "there is no fifth quarter"),
        ("2026-13", "x", Refused, "period_wrong", "nor a thirteenth month"),
        ("2026-Q2", "  ", Refused, "seed_wrong", "an empty seed"),
        ("2026-Q2", "a\nb", Refused, "seed_wrong", "a seed that cannot be copied from a page"),
    ],
)
def test_a_period_or_seed_that_cannot_be_is_refused(
    plant: Plant, period: str, seed: str, kind: type[OutfallError], code: str, remark: str
) -> None:
    plant.apply(LISTED)
    with pytest.raises(kind) as refused:
        publish(Bureau(plant), period, seed)
    assert refused.value.code == code, remark


def test_nothing_can_be_published_twice_drawn_early_drawn_twice_or_drawn_unpublished(plant: Plant) -> None:
    bureau = Bureau(plant)
    with pytest.raises(Conflict) as nobody:
        publish(bureau)
    plant.apply(LISTED)
    with pytest.raises(NotFound) as unpublished:
        drawn(bureau)
    publish(bureau)
    with pytest.raises(Conflict) as twice:
        publish(bureau, seed="another")
    with pytest.raises(Conflict) as early:
        drawn(bureau, after=DAY - timedelta(seconds=1))
    drawn(bureau)
    with pytest.raises(Conflict) as again:
        drawn(bureau, after=2 * DAY)
    codes = [error.value.code for error in (nobody, unpublished, twice, early, again)]
    assert codes == [
        "nobody_listed",
        "sample_not_found",
        "sample_published",
        "sample_too_early",
        "sample_drawn",
    ]
    assert len(bureau.tasks()) == 1
    assert OFFICER.name not in {event["actor"] for event in bureau.ask("audit_of_tasks")}
