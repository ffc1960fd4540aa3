"""The positive list in words: who is listed when, and a sample that is drawn again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.tasks.sample import ALGORITHM, draw
from api.console.positivelist.views import joined, sample_rows, stay_of, unit_rows
from api.console.taskpages.reads import VisitCount
from store.clock import BEIJING
from store.model import Listing, Registry, Site


def at(day: str) -> datetime:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=BEIJING)


def site(key: int, name: str, *listings: Listing) -> Site:
    return Site(key, name, f"{name}厂", "other", False, True, None, None, None, listings, ())


STAY = Listing(1, at("2026-01-01"), at("2027-01-01"), "示例依据", "示例局", None)
ONE, TWO = site(1, "one", STAY), site(2, "two")
REGISTRY = Registry((TWO, ONE), (), None)
VISITS = [VisitCount("one", "one厂", True, 1, 0, 2), VisitCount("two", "two厂", False, 0, 0, 6)]


def test_listed_units_come_first_with_their_stay() -> None:
    proposals = [{"site": "one", "state": "open"}, {"site": "one", "state": "done"}]
    rows = unit_rows(REGISTRY, VISITS, {1: 4}, proposals, at("2026-06-01"))
    assert [(row.site_id, row.stay is not None, row.off_site_done, row.open_proposals) for row in rows] == [
        ("one", True, 4, 1),
        ("two", False, 0, 0),
    ]


def test_a_stay_ends_before_its_last_moment() -> None:
    listed = [
        unit_rows(REGISTRY, VISITS, {}, [], at(day))[0].stay is not None
        for day in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")
    ]
    assert listed == [False, True, True, False]


def test_a_stay_without_an_end_says_so() -> None:
    open_end = Listing(1, at("2026-01-01"), None, "依据", "局", "〔2026〕1号", "province")
    found = stay_of(open_end)
    assert (found.since, found.until, found.level, found.document) == (
        "2026-01-01",
        "未定",
        "省级",
        "〔2026〕1号",
    )


def test_a_unit_that_is_registered_no_more_is_shown_for_its_time() -> None:
    then = Registry((ONE, site(3, "gone")), (), None)
    assert [one.id for one in joined(REGISTRY, then).sites] == ["two", "one", "gone"]


def sample(chosen: list[str], **given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "period": "2026-Q4", "seed": "0427", "published_at": at("2026-10-01"), "drawn_at": at("2026-10-03"),
        "candidates": ["one", "two", "three"], "chosen": chosen, "algorithm": ALGORITHM,
    }  # fmt: skip
    return fields | given


def test_a_sample_is_drawn_again_from_what_was_published() -> None:
    true = list(draw("0427", ["one", "two", "three"], 1))
    (found,) = sample_rows([sample(true)], REGISTRY)
    assert found.repeats is True
    assert [rank.drawn for rank in found.ranks] == [True, False, False], "the lowest rank is drawn"
    assert {rank.name for rank in found.ranks} == {"one厂", "two厂", "three"}


def test_a_draw_that_was_chosen_otherwise_is_noticed() -> None:
    true = draw("0427", ["one", "two", "three"], 3)
    (found,) = sample_rows([sample([true[-1]])], REGISTRY)
    assert found.repeats is False


def test_a_sample_that_is_not_drawn_or_by_another_way_proves_nothing() -> None:
    (early,) = sample_rows([sample([], drawn_at=None)], REGISTRY)
    (other,) = sample_rows([sample(["one"], algorithm="dice/1")], REGISTRY)
    assert (early.repeats, other.repeats) == (None, None)
