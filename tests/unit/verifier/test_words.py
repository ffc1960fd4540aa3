"""Every code of the verifier has its Chinese words, and they speak of what is given to them."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import api.verifier
from api.verifier.outcome import Detail
from api.verifier.printing import NEVER, detail_text
from api.verifier.verify import CHECKS
from api.verifier.words import Words, of_catalogue
from store.texts import catalogue

TEXTS = of_catalogue(catalogue())
SPREAD = {
    # facts that are handed on with ** : where they are made
    "periods": {"outlet", "factor", "start"},
    "rejudging": {"outlet", "factor", "span", "start"},
    "plainjson": {"file"},
    "proofs": {"time", "sealed", "size"},
}
BY_CHECK = ("redecoding", "uploads", "refused")
ENTRY = {"file", "line", "message", "factor", "time", "value", "cn", "reason"}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Module, code and names of the facts of everything that can be noticed."""
    for file in sorted(Path(api.verifier.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in {"fail", "doubt", "Malformed", "NotAPackage"}:
                continue
            facts = {keyword.arg for keyword in node.keywords if keyword.arg}
            if any(keyword.arg is None for keyword in node.keywords):
                facts |= SPREAD.get(file.stem, set())
            for code in codes(node.args[0]):
                yield file.stem, code, facts | (ENTRY if code.endswith("_not_from_message") else set())


def codes(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return codes(node.body) + codes(node.orelse)
    if isinstance(node, ast.JoinedStr):
        (_, ending) = node.values
        assert isinstance(ending, ast.Constant)
        return [f"{check}{ending.value}" for check in BY_CHECK]
    return []  # handed on from where it was raised


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_everything_that_can_be_noticed_has_its_sentence() -> None:
    found = list(raised())
    assert len(found) > 100
    for module, code, facts in found:
        text = TEXTS.get(f"detail.{code}")
        assert text is not None, f"{module}: {code}"
        if module == "stamps" or code == "stamp_malformed":
            facts = facts | {"file"}
        assert placeholders(text) <= facts, f"{module}: {code}"
    known = {key.removeprefix("detail.") for key in TEXTS if key.startswith("detail.")}
    assert known == {code for _, code, _ in found}, "a sentence for what is never noticed"


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_title_and_a_sentence_for_its_outcomes(check: str) -> None:
    assert f"check.{check}.title" in TEXTS
    assert f"check.{check}.ok" in TEXTS
    assert f"check.{check}.failed" in TEXTS


def test_what_cannot_be_proved_is_said() -> None:
    assert {key.removeprefix("never.") for key in TEXTS if key.startswith("never.")} == set(NEVER)


def test_words_out_of_a_package_do_not_act_on_a_terminal() -> None:
    words = Words(TEXTS)
    said = detail_text(Detail("file_added", {"file": "a\x1b[31mb\nc"}), words)
    assert said.isprintable()
    assert "a�[31mb�c" in said
