"""The law file against the sheet of facts, and what a wrong file is refused for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.errors import Refused, SettingsError
from store.leads.calendar import read_calendar
from store.leads.kinds import KIND_OF, KINDS, kind_of
from store.leads.law import load_law, parse_law
from store.leads.lawlist import law_at
from store.texts import catalogue, has

BEFORE, FROM = date(2026, 8, 14), date(2026, 8, 15)
TEN, HUNDRED = ("20000", "200000"), ("100000", "1000000")
HIGH = ("200000", "1000000")

# regulation.md E.2, row by row: what stands for gas before the Code, and from it on.
SHEET = [
    ("exceed_standard", "gas", {"99(2)": HUNDRED}, {"1107": HUNDRED}),
    ("exceed_standard", "water", {"83(2)": HUNDRED}, {"1107": HUNDRED}),
    ("exceed_permit", "gas", {"34(1)": HIGH}, {"34(1)": HIGH, "1103": HUNDRED}),
    ("evade_supervision", "gas", {"99(3)": HUNDRED, "34(2), 44": HIGH}, {"34(2), 44": HIGH, "1108": HUNDRED}),
    (
        "evade_supervision",
        "water",
        {"83(3)": HUNDRED, "34(2), 44": HIGH},
        {"34(2), 44": HIGH, "1108": HUNDRED},
    ),
    ("falsify_data", "gas", {"34(2), 44": HIGH}, {"34(2), 44": HIGH, "1088": HUNDRED}),
    ("monitor_not_working", "gas", {"100(3)": TEN, "36(4)": TEN}, {"36(4)": TEN, "1086(2)": TEN}),
    ("monitor_not_working", "water", {"82(2)": TEN, "36(4)": TEN}, {"36(4)": TEN, "1086(2)": TEN}),
    ("monitor_not_to_standard", "gas", {}, {"1087": TEN}),
    ("monitor_moved", "gas", {"100(1)": TEN, "36(3)": TEN}, {"36(3)": TEN, "80, 1086-1088": None}),
    ("not_reporting", "gas", {"36(8)": TEN}, {"36(8)": TEN, "184, 1086": None}),
    ("treatment_not_as_permitted", "gas", {}, {"1104": ("20000", "1000000")}),
    ("not_publishing", "gas", {"100(4)": None, "36(7)": None}, {"36(7)": None, "1110": TEN}),
    ("no_permit", "gas", {"33": HIGH}, {"33": HIGH, "1102": HIGH}),
    ("refuse_inspection", "gas", {"39": TEN}, {"39": TEN, "51": None}),
    ("continued_after_order", "gas", {"123": None, "38": None}, {"38": None, "1060": None}),
    ("continued_after_order", "water", {"95": None, "38": None}, {"38": None, "1060": None}),
]


@pytest.mark.parametrize(
    ("act", "medium", "before", "after"), SHEET, ids=[f"{row[0]} {row[1]}" for row in SHEET]
)
def test_each_row_of_the_sheet_is_a_dated_record(
    act: str, medium: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    law = load_law()
    for day, wanted in ((BEFORE, before), (FROM, after)):
        found = {
            norm.article: norm.fine
            for norm in law.norms
            if act in norm.acts and medium in norm.media and norm.in_force(day)
        }
        assert found == wanted, day


def test_the_records_of_the_sheet_say_where_they_come_from() -> None:
    tags = {norm.id: norm.confidence for norm in load_law().norms}
    assert tags["air-99-2"] == "V1b"
    assert tags["permit-34-1"] == "V22"
    assert tags["code-1107"] == "V1"
    falsify = load_law().norm("code-1088")
    assert falsify is not None
    assert falsify.persons == ("50000", "200000")


def test_the_clocks_and_the_hearing_threshold_are_those_of_the_sheet() -> None:
    law, day = load_law(), date(2026, 11, 26)
    found = {
        clock.kind: (clock.amount, clock.unit, [e.days for e in clock.extensions])
        for clock in law.clocks
        if clock.in_force(day)
    }
    assert found == {
        "filing": (15, "days", [15]),
        "decision": (90, "days", [30, 30]),
        "transfer_decision": (3, "days", []),
        "transfer": (24, "hours", []),
        "police_review": (3, "days", []),
        "objection": (3, "days", []),
        "limitation": (2, "years", []),
        "limitation_harm": (5, "years", []),
        "publication": (7, "working_days", []),
        "publication_withdrawal": (3, "working_days", []),
        "hearing_request": (5, "working_days", []),
        "hearing_notice": (7, "working_days", []),
        "preservation": (7, "working_days", []),
    }
    hearing = next(one for one in law.thresholds if one.id == "hearing")
    assert (hearing.above, hearing.at_most) == ("200000", None), "the figure itself is excluded"


def test_every_code_of_the_file_has_its_words() -> None:
    law = load_law()
    wanted = {f"law.act.{act.code}" for act in law.acts}
    wanted |= {f"law.title.{one.law}" for one in [*law.norms, *law.clocks, *law.thresholds, *law.principles]}
    wanted |= {f"law.effect.{effect}" for norm in law.norms for effect in norm.effects}
    wanted |= {f"law.tier.{tier.when}" for norm in law.norms for tier in norm.tiers}
    wanted |= {f"law.clock.{clock.kind}" for clock in law.clocks} | {
        f"law.unit.{one.unit}" for one in law.clocks
    }
    wanted |= {f"law.principle.{one.code}" for one in law.principles}
    assert {key for key in wanted if not has(key)} == set()
    effects = {f"law.effect.{effect}" for norm in law.norms for effect in norm.effects}
    assert {key for key in catalogue() if key.startswith("law.effect.")} == effects


def record(content: dict[str, Any], norm: str) -> dict[str, Any]:
    return next(one for one in content["norms"] if one["id"] == norm)


def gap(content: dict[str, Any]) -> None:
    record(content, "code-1107")["valid_from"] = "2026-08-16"


def overlap(content: dict[str, Any]) -> None:
    record(content, "code-1107")["valid_from"] = "2026-08-14"


def open_end(content: dict[str, Any]) -> None:
    record(content, "air-99-2")["valid_to"] = None


def twice(content: dict[str, Any]) -> None:
    content["norms"].append(copy.deepcopy(content["norms"][0]))


def unknown_act(content: dict[str, Any]) -> None:
    record(content, "code-1107")["acts"] = ["exceed_everything"]


def no_range(content: dict[str, Any]) -> None:
    record(content, "code-1107")["fine"] = ["1000000", "100000"]


def reversed_time(content: dict[str, Any]) -> None:
    record(content, "air-99-2")["valid_from"] = "2027-01-01"


def clock_gap(content: dict[str, Any]) -> None:
    next(one for one in content["clocks"] if one["id"] == "limitation-code")["valid_from"] = "2026-09-01"


def unknown_conduct(content: dict[str, Any]) -> None:
    content["acts"][0]["same_conduct"] = ["nothing"]


WRONG: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (gap, "a gap between air-99-2 and code-1107"),
    (overlap, "air-99-2 and code-1107 overlap"),
    (open_end, "air-99-2 and code-1107 overlap"),
    (twice, "air-99-2 occurs twice"),
    (unknown_act, "no such act: exceed_everything"),
    (no_range, "fine is no range"),
    (reversed_time, "valid_to must be after valid_from"),
    (clock_gap, "a gap between limitation-old and limitation-code"),
    (unknown_conduct, "no such act: nothing"),
]


@pytest.mark.parametrize(("spoil", "message"), WRONG, ids=[row[0].__name__ for row in WRONG])
def test_a_wrong_file_is_refused_and_says_where(
    spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    text = resources.files("store").joinpath("law.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    parse_law(copy.deepcopy(content))
    spoil(content)
    with pytest.raises(ValueError, match=message):
        parse_law(content)


def test_the_law_on_a_day_is_shown_with_its_candidates() -> None:
    shown = law_at(BEFORE, FROM, ["exceed_standard"], ["gas"])
    assert {one["id"] for one in shown["norms"]} == {"air-99-2", "water-83-2"}
    assert [one["norm"] for one in shown["candidates"]] == ["air-99-2", "code-1107"]
    for first, last, acts, code in (
        (FROM, BEFORE, ["no_permit"], "span_reversed"),
        (FROM, FROM, ["x"], "act_unknown"),
    ):
        with pytest.raises(Refused) as caught:
            law_at(first, last, acts, [])
        assert caught.value.code == code


def test_every_kind_of_alert_makes_a_kind_of_lead_and_the_gravest_counts() -> None:
    assert set(KIND_OF.values()) == set(KINDS)
    assert kind_of(["data_missing", "exceedance_hour"]) == "exceedance"
    assert kind_of(["exceedance_hour", "mark_abuse"]) == "falsification"
    assert kind_of([]) == kind_of(["something_new"]) == "abnormal"
    known = {key.split(".")[1] for key in catalogue() if key.startswith("alerts.") and key.endswith(".title")}
    # What is about Outfall itself is no unit's matter.
    assert known - set(KIND_OF) == {"ingest_down", "rule_failed"}


def test_the_file_of_holidays_is_read_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    assert read_calendar(None).name == "weekends_only"
    path = tmp_path / "2026.yaml"
    path.write_text("holidays: [2026-10-01]\nworkdays: ['2026-10-10']\n", encoding="utf-8")
    calendar = read_calendar(path)
    assert (calendar.works(date(2026, 10, 1)), calendar.works(date(2026, 10, 10))) == (False, True)
    for text in (
        "holidays: [yesterday]",
        "off: [2026-10-01]",
        "holidays: [2026-10-01]\nworkdays: [2026-10-01]",
        "[",
        "\x00",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            read_calendar(path)
        assert caught.value.code == "holidays_file_wrong"
    with pytest.raises(SettingsError):
        read_calendar(tmp_path / "absent.yaml")
