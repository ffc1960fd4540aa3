"""Which norms are shown for an act, and why: before the Code, from it on, over its first day, and where norms conflict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.leads.candidates import Candidate, candidates_of, compare
from store.leads.law import Norm, load_law

LAW = load_law()
CHANGE = date(2026, 8, 15)


def found(act: str, medium: str, first: str, last: str | None = None) -> dict[str, tuple[str, set[str]]]:
    candidates = candidates_of(
        LAW, [act], [medium], date.fromisoformat(first), date.fromisoformat(last or first)
    )
    return {one.norm.id: (one.role, {reason.code for reason in one.reasons}) for one in candidates}


CASES = [
    # act, medium, first, last, what is shown, remark
    (
        "exceed_standard",
        "gas",
        "2026-08-14",
        None,
        {"air-99-2": ("applies", {"in_force"}), "code-1107": ("alternative", {"lighter_new_law"})},
        "the last day of the old law; whether the new one is lighter cannot be told from the ranges",
    ),
    (
        "exceed_standard",
        "gas",
        "2026-08-15",
        None,
        {"code-1107": ("applies", {"in_force"})},
        "the first day of the Code",
    ),
    (
        "exceed_standard",
        "water",
        "2026-08-10",
        "2026-08-20",
        {"water-83-2": ("applies", {"until_change"}), "code-1107": ("applies", {"from_change"})},
        "over the change: both regimes",
    ),
    (
        "exceed_permit",
        "gas",
        "2026-08-14",
        None,
        {"permit-34-1": ("applies", {"in_force"}), "code-1103": ("alternative", {"lighter_new_law"})},
        "100,000 instead of 200,000 at the least: lighter",
    ),
    (
        "exceed_permit",
        "gas",
        "2026-08-15",
        None,
        {
            "permit-34-1": ("applies", {"in_force", "norm_conflict"}),
            "code-1103": ("applies", {"in_force", "norm_conflict"}),
        },
        "the regulation was not seen amended: both, side by side",
    ),
    (
        "exceed_permit",
        "gas",
        "2026-08-14",
        "2026-08-15",
        {
            "permit-34-1": ("applies", {"in_force", "norm_conflict"}),
            "code-1103": ("applies", {"from_change", "norm_conflict"}),
        },
        "over the change and in conflict",
    ),
    (
        "evade_supervision",
        "gas",
        "2026-08-01",
        None,
        {
            "air-99-3": ("applies", {"in_force", "several_norms"}),
            "permit-34-2": ("applies", {"in_force", "several_norms"}),
            "code-1108": ("alternative", {"lighter_new_law"}),
        },
        "two norms for one conduct: the higher fine",
    ),
    (
        "no_permit",
        "gas",
        "2026-08-01",
        None,
        {"permit-33": ("applies", {"in_force"})},
        "the new law is no lighter: not shown",
    ),
    (
        "monitor_not_to_standard",
        "gas",
        "2026-08-14",
        None,
        {},
        "not punishable then by any norm of the sheet",
    ),
    (
        "monitor_not_to_standard",
        "gas",
        "2026-08-15",
        None,
        {"code-1087": ("applies", {"in_force"})},
        "punishable now",
    ),
]


@pytest.mark.parametrize(
    ("act", "medium", "first", "last", "shown", "remark"), CASES, ids=[row[5] for row in CASES]
)
def test_each_norm_is_shown_with_the_reason_why(
    act: str, medium: str, first: str, last: str | None, shown: dict[str, tuple[str, set[str]]], remark: str
) -> None:
    assert found(act, medium, first, last) == shown, remark


def test_an_exceedance_is_proposed_under_the_standard_and_under_the_permit() -> None:
    candidates = candidates_of(LAW, LAW.acts_of("exceedance"), ["gas"], CHANGE, CHANGE)
    assert [one.norm.id for one in candidates] == ["code-1107", "permit-34-1", "code-1103"]
    by_norm = {one.norm.id: one for one in candidates}
    competing = {reason.other for reason in by_norm["code-1107"].reasons if reason.code == "several_norms"}
    assert competing == {"permit-34-1", "code-1103"}
    assert "34(1)" in next(r.text for r in by_norm["code-1103"].reasons if r.code == "norm_conflict")


def test_a_record_says_everything_that_a_reader_without_the_file_needs() -> None:
    (one,) = [
        c for c in candidates_of(LAW, ["falsify_data"], ["gas"], CHANGE, CHANGE) if c.norm.id == "code-1088"
    ]
    record = one.record()
    assert (record["clause"], record["fine"], record["persons"]) == (
        "《生态环境法典》第1088条",
        ["100000", "1000000"],
        ["50000", "200000"],
    )
    assert (record["valid_from"], record["confidence"], record["act_zh"]) == (
        "2026-08-15",
        "V1",
        "监测数据弄虚作假",
    )


def norm(fine: tuple[str, str] | None, *effects: str) -> Norm:
    return Norm(
        id="x",
        law="code",
        article="1",
        valid_from=None,
        valid_to=None,
        confidence="V1",
        acts=(),
        media=(),
        line="statute",
        fine=fine,
        effects=effects,
    )


COMPARED = [
    (norm(("1", "2")), norm(("1", "2")), "same", "alike"),
    (norm(("1", "2")), norm(("2", "2")), "lighter", "a lower least"),
    (norm(("1", "3")), norm(("1", "2")), "heavier", "a higher most"),
    (norm(("1", "3")), norm(("2", "2")), "unknown", "one end lower, one higher"),
    (norm(None), norm(("1", "2")), "unknown", "no range known"),
    (norm(("1", "2"), "a"), norm(("1", "2")), "heavier", "an effect more"),
    (norm(("1", "2")), norm(("1", "2"), "a"), "lighter", "an effect less"),
    (norm(("1", "2"), "a"), norm(("1", "2"), "b"), "unknown", "another effect"),
    (norm(("1", "1"), "a"), norm(("1", "2")), "unknown", "a lower fine with an effect more"),
    (norm(("9", "10")), norm(("10", "11")), "lighter", "by number and not by text"),
]


@pytest.mark.parametrize(("new", "old", "result", "remark"), COMPARED, ids=[row[3] for row in COMPARED])
def test_norms_are_compared_by_range_and_effects_and_no_further(
    new: Norm, old: Norm, result: str, remark: str
) -> None:
    assert compare(new, old) == result, remark


def test_an_unknown_act_and_a_reversed_time_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no such act"):
        candidates_of(LAW, ["x"], ["gas"], CHANGE, CHANGE)
    with pytest.raises(ValueError, match="before it begins"):
        candidates_of(LAW, ["no_permit"], ["gas"], CHANGE, CHANGE - timedelta(days=1))


days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
acts = st.lists(st.sampled_from([act.code for act in LAW.acts]), max_size=4)


@given(acts, st.sampled_from(["gas", "water"]), days, st.integers(0, 3000))
def test_what_applies_was_in_force_on_a_day_of_the_act_and_an_alternative_was_not(
    chosen: list[str], medium: str, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    candidates: list[Candidate] = candidates_of(LAW, chosen, [medium], first, last)
    for one in candidates:
        assert one.norm.touches(first, last) == (one.role == "applies")
        assert one.reasons
        assert one.act in chosen
        if one.role == "alternative":
            assert last < CHANGE
            assert one.comparison in ("lighter", "unknown")
    pairs = [(one.act, one.norm.id) for one in candidates]
    assert len(pairs) == len(set(pairs))
    # Every norm of a chosen act that was in force on any day of it is shown.
    for record in LAW.norms:
        for act in set(chosen) & set(record.acts):
            if medium in record.media and record.touches(first, last):
                assert (act, record.id) in pairs
