"""Packages whose signer made records, proofs and signatures anew around false verdicts: judging anew finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.verifier.outcome import NOT_PROVED, Report
from store.log.canonical import canonical
from tests.integration.verifier.forging import (
    Files,
    alter,
    content,
    failures,
    leave_out,
    named,
    rewrite,
    utc,
    without,
)
from tests.integration.verifier.yard import FIRST, HOUR, SO2

PERIODS = "data/periods/v-kiln-hour.jsonl"
DAYS = "data/periods/v-water-day.jsonl"


def verdicts(
    change: Callable[[dict[str, Any]], None], hour: int, factor: str = SO2
) -> Callable[[Files], None]:
    """Change the newest revision of an hour."""

    def act(files: Files) -> None:
        start = utc(FIRST + hour * HOUR)

        def each(line: dict[str, Any]) -> dict[str, Any]:
            if line["factor"] == factor and line["start"] == start and line["revision"] == newest:
                change(line)
            return line

        lines = [json.loads(line) for line in files[PERIODS].splitlines()]
        newest = max(
            line["revision"] for line in lines if line["factor"] == factor and line["start"] == start
        )
        rewrite(files, PERIODS, each)

    return act


def _compliant(line: dict[str, Any]) -> None:
    for verdict in line["verdicts"]:
        verdict.update(result="compliant", multiple=None, reasons=[])


PERIOD_CHANGES: list[tuple[str, int, Callable[[dict[str, Any]], None], str]] = [
    ("an exceeded hour called compliant", 4 + 24, _compliant, "verdicts"),
    ("an invalid hour called valid", 8, lambda line: line.update(valid=True), "valid"),
    ("another status", 8, lambda line: line.update(status="normal"), "status"),
    ("other reasons", 8, lambda line: line.update(reasons=[]), "reasons"),
    ("another reported value", 5, lambda line: line.update(reported_measured="1"), "reported"),
    ("another recomputed value", 5, lambda line: line.update(recomputed_folded="1"), "recomputed"),
    ("another value after marking", 5, lambda line: line.update(after_marking_measured="1"), "after_marking"),
    (
        "another value after exemption",
        5,
        lambda line: line.update(after_exemption_folded=None),
        "after_exemption",
    ),
    ("another count", 5, lambda line: line.update(count=1), "count"),
    ("another expected count", 5, lambda line: line.update(expected=1), "expected"),
    ("other inputs", 5, lambda line: line["inputs"].update(source="realtime"), "inputs"),
    ("a verdict left out", 5, lambda line: line.update(verdicts=[]), "verdicts"),
    ("an exempt hour called compliant", 4, _compliant, "verdicts"),
]


@pytest.mark.parametrize(
    ("remark", "hour", "change", "name"), PERIOD_CHANGES, ids=[row[0] for row in PERIOD_CHANGES]
)
def test_a_period_value_that_does_not_follow_is_named(
    forged: Callable[..., Report], remark: str, hour: int, change: Callable[[dict[str, Any]], None], name: str
) -> None:
    found = failures(forged(verdicts(change, hour)))["judgement"]
    named_ = [facts for code, facts in found if code == "judged_differently" and facts["span"] == "hour"]
    assert {(facts["outlet"], facts["factor"], facts["start"]) for facts in named_} == {
        ("v-kiln", SO2, FIRST + hour * HOUR)
    }
    assert name in {facts["name"] for facts in named_}


GROUNDS: list[tuple[str, str, Callable[[Files], None], str]] = [
    (
        "a raised limit",
        "v-kiln",
        content("limit_version", lambda row: row["factor"] == SO2, maximum=300),
        "verdicts",
    ),
    (
        "a limit under another clause number",
        "v-kiln",
        content("limit_version", lambda row: row["factor"] == SO2, key=77),
        "verdicts",
    ),
    (
        "a limit from later on",
        "v-kiln",
        content("limit_version", lambda row: row["factor"] == SO2, valid_from="2026-06-01T00:00:00+00:00"),
        "verdicts",
    ),
    ("no marks", "v-kiln", without("mark"), "verdicts"),
    (
        "a late mark called in time",
        "v-kiln",
        content(
            "mark",
            lambda row: row["late"],
            late=False,
            from_time=utc(FIRST + 20 * HOUR),
            to_time=utc(FIRST + 21 * HOUR),
        ),
        "status",
    ),
    ("no exemption", "v-kiln", without("exemption_version"), "verdicts"),
    (
        "a failed check called passed",
        "v-kiln",
        content("quality_check", lambda row: not row["passed"], passed=True),
        "reasons",
    ),
    (
        "another reference oxygen",
        "v-kiln",
        content("outlet_version", lambda row: True, oxygen_reference=8),
        "recomputed",
    ),
    ("another cadence", "v-kiln", content("monitor_version", lambda row: True, minute_seconds=60), "count"),
    ("no check of low values", "v-water", without("quality_check"), "valid"),
    ("no comparison of the chain", "v-water", without("chain_check"), "reasons"),
    (
        "a condition of a limit",
        "v-water",
        content("limit_version", lambda row: row["condition"] is not None, condition=None),
        "verdicts",
    ),
    ("a detection limit", "v-water", content("outlet_version", lambda row: True, options={}), "reasons"),
]


@pytest.mark.parametrize(("remark", "outlet", "change", "name"), GROUNDS, ids=[row[0] for row in GROUNDS])
def test_verdicts_must_follow_from_the_limits_marks_and_checks_in_the_package(
    forged: Callable[..., Report], remark: str, outlet: str, change: Callable[[Files], None], name: str
) -> None:
    found = failures(forged(change, outlet))["judgement"]
    assert name in {facts.get("name") for code, facts in found if code == "judged_differently"}


def test_what_was_said_after_an_hour_was_judged_must_not_change_it(forged: Callable[..., Report]) -> None:
    report = forged(without("mark_withdrawal"))
    assert report.outcome_of("judgement") == NOT_PROVED
    assert "judged_before_the_last_news" in named(report)


def test_a_verdict_cannot_rest_on_what_came_after_it(forged: Callable[..., Report]) -> None:
    late = utc(FIRST + timedelta(days=9))
    report = forged(content("mark", lambda row: row["label"] == "starting", received_at=late))
    assert report.outcome_of("judgement") == NOT_PROVED
    assert "computed_before_its_grounds" in named(report)


def test_a_newest_revision_that_is_left_out_is_found(forged: Callable[..., Report]) -> None:
    start = utc(FIRST + 15 * HOUR)

    def wanted(line: dict[str, Any]) -> bool:
        return bool(line["factor"] == SO2 and line["start"] == start and line["revision"] > 1)

    report = forged(leave_out(PERIODS, wanted))
    assert "judged_before_the_last_news" in named(report)
    found = failures(report)["judgement"]
    assert {facts["span"] for code, facts in found if code == "judged_differently"} == {"day"}, (
        "the day was judged from the revision that is missing"
    )


def test_a_first_revision_that_is_left_out_is_named(forged: Callable[..., Report]) -> None:
    start = utc(FIRST + 15 * HOUR)

    def wanted(line: dict[str, Any]) -> bool:
        return bool(line["factor"] == SO2 and line["start"] == start and line["revision"] == 1)

    report = forged(leave_out(PERIODS, wanted))
    found = [facts for code, facts in failures(report)["judgement"] if code == "period_revision_missing"]
    assert found == [{"outlet": "v-kiln", "factor": SO2, "start": FIRST + 15 * HOUR}]


def test_hours_without_a_period_value_are_not_proved(forged: Callable[..., Report]) -> None:
    start = utc(FIRST + 30 * HOUR)
    report = forged(leave_out(PERIODS, lambda line: line["start"] == start))
    assert "hour_not_judged" in named(report)


def test_a_day_that_does_not_follow_from_its_hours_is_named(forged: Callable[..., Report]) -> None:
    def change(files: Files) -> None:
        def each(line: dict[str, Any]) -> dict[str, Any]:
            if line["start"] == utc(FIRST):
                _compliant(line)
            return line

        rewrite(files, DAYS, each)

    found = failures(forged(change, "v-water"))["judgement"]
    assert {(facts["span"], facts["start"]) for _, facts in found} == {("day", FIRST)}


def test_periods_of_other_rules_and_settings_are_said_to_be_so(forged: Callable[..., Report]) -> None:
    report = forged(alter(PERIODS, lambda line: line["factor"] == SO2, rule="hour-gas/1", count=7))
    assert report.outcome_of("judgement") == NOT_PROVED
    assert "judged_by_other_rules" in named(report)

    def change(files: Files) -> None:
        described = json.loads(files["data/package.json"])
        described["rules"]["hour_judged_on"] = "recomputed"
        files["data/package.json"] = canonical(described)

    report = forged(change)
    assert report.outcome_of("judgement") == NOT_PROVED
    assert "judged_with_other_settings" in named(report)


def test_hours_that_waited_for_judgement_are_said_to_have(forged: Callable[..., Report]) -> None:
    def change(files: Files) -> None:
        described = json.loads(files["data/package.json"])
        described["unjudged_hours"] = [utc(FIRST + 5 * HOUR)]
        files["data/package.json"] = canonical(described)
        verdicts(lambda line: line.update(count=1), 5)(files)

    report = forged(change)
    assert report.outcome_of("judgement") == NOT_PROVED
    assert "waited_for_judgement" in named(report)
