"""English says everything that pages say in Chinese, with the same facts, and in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from store.factors import factors, name_of
from store.language import speaking
from store.located_yaml import load_located
from store.marklabels import labels_of
from store.texts import catalogue, text

TEXTS = Path(__file__).resolve().parents[3] / "store/texts"
TOPICS = sorted(path.name for path in TEXTS.glob("*.yaml"))

# Papers, packages and the offline verifier speak Chinese: their readers are authorities and courts.
CHINESE_ONLY = (
    "papers.",
    "verifier.",
    "logverify.",
    "handover.form.",
    "handover.list.",
    "evidence.condition.",
    "evidence.check.",
    "evidence.chain.",
    "evidence.fine",
    "evidence.readme",
    "evidence.standing.",
)

HAN = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"《[^》]*》|[(（][^()（）]*[)）]|〔[^〕]*〕")
"""A Chinese name may stand in the marks of a title, or in brackets beside its rendering."""

# Names of laws and standards, and the language's own name.
MAY_BE_CHINESE = re.compile(r"law\.title\..*|alerts\..*\.clause|console\.nav\.other_language")


def placeholders(sentence: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", sentence))


def shown() -> list[str]:
    return [key for key in catalogue("zh") if not key.startswith(CHINESE_ONLY)]


def test_every_text_of_a_page_exists_in_english() -> None:
    english = catalogue("en")
    assert [key for key in shown() if key not in english] == []


def test_english_has_no_text_that_chinese_has_not() -> None:
    assert [key for key in catalogue("en") if key not in catalogue("zh")] == []


def test_a_text_tells_the_same_facts_in_both_languages() -> None:
    chinese = catalogue("zh")
    differing = [
        key
        for key, sentence in catalogue("en").items()
        if key in chinese and placeholders(sentence) != placeholders(chinese[key])
    ]
    assert differing == []


def test_english_is_english() -> None:
    chinese = {
        key: sentence
        for key, sentence in catalogue("en").items()
        if not MAY_BE_CHINESE.fullmatch(key) and HAN.search(QUOTED.sub("", sentence))
    }
    assert chinese == {}


def test_no_english_text_is_empty_and_none_is_the_chinese_one_left_as_it_was() -> None:
    chinese = catalogue("zh")
    lazy = [
        key
        for key, sentence in catalogue("en").items()
        if not sentence.strip()
        or (sentence == chinese.get(key) and HAN.search(sentence) and not MAY_BE_CHINESE.fullmatch(key))
    ]
    assert lazy == []


@pytest.mark.parametrize("topic", [name for name in TOPICS if name.startswith("console")])
def test_every_topic_of_the_console_has_its_english_file(topic: str) -> None:
    assert (TEXTS / "en" / topic).is_file()


@pytest.mark.parametrize("path", sorted(TEXTS.rglob("*.yaml")), ids=lambda path: str(path.relative_to(TEXTS)))
def test_no_key_stands_twice_in_a_file(path: Path) -> None:
    # YAML takes the later one in silence, and every text of the earlier is lost.
    load_located(path.read_text(encoding="utf-8"))
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_factors_and_items_of_marks_have_english_names() -> None:
    assert [factor.code for factor in factors().values() if HAN.search(factor.name_en)] == []
    labels = [label for industry in ("cement", "thermal_power", "other") for label in labels_of(industry)]
    with speaking("en"):
        assert name_of("a21026") == "SO2"
        assert name_of("nothing") == "nothing"
        assert [label.name for label in labels if HAN.search(label.name)] == []
    assert name_of("a21026") == "二氧化硫"
    assert any(label.name == "日常维护" for label in labels)


def test_what_english_lacks_is_said_in_chinese() -> None:
    with speaking("en"):
        assert text("console.alerts.title") == "Alerts"
        assert text("papers.report.title") == catalogue("zh")["papers.report.title"]
    assert text("console.alerts.title") == "预警"
