"""How a record stands on the two times of the registry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from api.console.siteconfig.moments import moments_of
from api.console.siteconfig.views import standing_of
from api.console.siteconfig.words import moment_word, value_word
from store.clock import BEIJING
from store.errors import Refused

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=BEIJING)


def at(day: str) -> datetime:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=BEIJING)


def record(since: str, until: str | None, written: str, replaced: str | None) -> dict[str, Any]:
    return {
        "valid_from": at(since),
        "valid_to": None if until is None else at(until),
        "recorded_from": at(written),
        "recorded_to": None if replaced is None else at(replaced),
    }


STANDINGS = [
    (record("2014-03-01", None, "2026-01-01", None), "", "", "in_force", "now"),
    (record("2014-03-01", "2026-01-01", "2026-01-01", None), "", "", "closed", "it ended"),
    (
        record("2014-03-01", "2026-06-01", "2026-01-01", None),
        "2026-05-31",
        "",
        "in_force",
        "the day before its end",
    ),
    (
        record("2014-03-01", "2026-06-01", "2026-01-01", None),
        "2026-06-01",
        "",
        "closed",
        "the end is exclusive",
    ),
    (record("2027-01-01", None, "2026-01-01", None), "", "", "to_come", "not yet"),
    (record("2014-03-01", None, "2026-01-01", "2026-06-01"), "", "", "replaced", "it was corrected"),
    (
        record("2014-03-01", None, "2026-01-01", "2026-06-01"),
        "",
        "2026-05-01",
        "in_force",
        "what was believed then",
    ),
    (record("2014-03-01", None, "2026-06-01", None), "", "2026-05-01", "replaced", "nobody knew of it yet"),
    (
        record("2014-03-01", None, "2026-06-01", None),
        "2026-05-01",
        "",
        "in_force",
        "held before it was recorded",
    ),
]


@pytest.mark.parametrize(("row", "day", "known", "code", "remark"), STANDINGS)
def test_a_record_stands(row: dict[str, Any], day: str, known: str, code: str, remark: str) -> None:
    assert standing_of(row, moments_of(day, known, NOW)).code == code, remark


def test_today_is_the_present_moment_and_tomorrow_is_none() -> None:
    assert moments_of("2026-11-24", "", NOW).at == NOW
    with pytest.raises(Refused) as refused:
        moments_of("2026-11-25", "", NOW)
    assert refused.value.code == "day_in_future"


WORDS = [
    ("password", "hunter2", "已设置（不显示）", "never the password"),
    ("valid_to", None, "未定", "an open end"),
    ("note", None, "—", "nothing"),
    ("judged", False, "否", "no"),
    ("factors", ["a21026", "a99999"], "二氧化硫、a99999", "names, and codes that have none"),
    ("industry", "cement", "水泥", "a word of the catalogue"),
    ("industry", "brewery", "brewery", "a word that it lacks"),
    ("condition", {"factor": "w01010", "above": "12"}, "水温＞12 °C", "a condition as standards print it"),
]


@pytest.mark.parametrize(("column", "value", "word", "remark"), WORDS)
def test_a_value_in_words(column: str, value: Any, word: str, remark: str) -> None:
    assert value_word(column, value) == word, remark


def test_a_midnight_is_a_day_and_any_other_moment_has_its_time() -> None:
    assert moment_word(at("2026-01-01")) == "2026-01-01"
    assert moment_word(NOW) == "2026-11-24 14:05"


def test_an_address_keeps_both_times() -> None:
    assert (
        moments_of("2026-01-01", "2026-02-01", NOW).address("/sites")
        == "/sites?at=2026-01-01&known=2026-02-01"
    )
    assert moments_of("", "", NOW).address("/sites") == "/sites"
