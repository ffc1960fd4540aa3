"""The printed set of a lead: what stands in it, and drafts that say so on every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from api.papers.forms import Material, evidence_list, transfer_form
from store.language import speaking
from store.texts import text
from tests.unit.papers.pdf import pages_of, words_of
from tests.unit.papers.sample_material import material, review, without_package

AT = datetime.fromisoformat("2026-11-26T11:03:16+00:00")


@pytest.mark.parametrize(
    "said",
    [
        "案件线索移送单",
        "编号：XS-20261115-0003",
        "湟中区生态环境局",
        "西宁市生态环境局：",
        "青海祁连山水泥有限公司",
        "91630000000000000X",
        "最高412mg/m³，超标1.06倍",
        "对超标事实无异议，已整改。",
        "《生态环境法典》第1107条",
        "罚款100,000～1,000,000元",
        "马技术，2026-11-2011:00：数据有效，证据充分。",
        "李法制",
        "34" * 32,
        "《生态环境行政处罚办法》第18条；2026-11-25",
        "数据超标（小时）",
    ],
)
def test_the_transfer_form_tells(said: str) -> None:
    assert said in words_of(transfer_form(material(), at=AT, draft=False))


def test_the_list_of_evidence_has_every_item_with_its_digest() -> None:
    words = words_of(evidence_list(material(), at=AT, draft=False))
    for digest in ("34" * 32, "ab" * 32, "cd" * 32, "ef" * 32, "12" * 32):
        assert digest in words
    assert "证据包ZJ-20261120-0001" in words
    assert "窑尾现场照片.jpg" in words
    assert "预警YJ-20261110-0007附件（祁连山水泥环保专员）" in words
    assert text("handover.list.total", count=5).replace(" ", "") in words


@pytest.mark.parametrize("printer", [transfer_form, evidence_list])
def test_a_formal_paper_has_no_mark_and_a_draft_has_it_on_every_page(printer: object) -> None:
    assert callable(printer)
    formal = printer(material(), at=AT, draft=False)
    assert text("papers.page.unreviewed") not in words_of(formal)
    assert "草稿" not in words_of(formal)
    for page in pages_of(printer(material(reviewed=False), at=AT, draft=True)):
        assert text("papers.page.unreviewed") in page


def test_a_paper_of_sample_configuration_says_so_on_every_page() -> None:
    for page in pages_of(transfer_form(material(sample=True), at=AT, draft=True)):
        assert text("papers.page.sample") in page


def test_what_was_not_reviewed_says_so_even_when_it_is_called_formal() -> None:
    assert text("papers.page.unreviewed") in words_of(
        transfer_form(material(reviewed=False), at=AT, draft=False)
    )


def test_without_a_package_it_says_that_there_is_none() -> None:
    words = words_of(transfer_form(without_package(material()), at=AT, draft=True))
    assert text("handover.form.package_none") in words


def test_the_same_lead_at_the_same_moment_gives_the_same_bytes() -> None:
    assert evidence_list(material(), at=AT, draft=False) == evidence_list(material(), at=AT, draft=False)


@pytest.mark.parametrize(
    ("reviews", "passed"),
    [
        pytest.param([review("technical"), review("legal")], True, id="both signed it"),
        pytest.param([review("technical")], False, id="one is missing"),
        pytest.param(
            [review("technical"), review("legal", digest="00" * 32)], False, id="one is of other content"
        ),
        pytest.param(
            [review("technical"), review("legal"), review("legal", result="return")],
            False,
            id="returned since",
        ),
        pytest.param(
            [review("technical", result="return"), review("technical"), review("legal")],
            True,
            id="signed since",
        ),
    ],
)
def test_a_lead_is_reviewed_when_the_last_review_of_each_kind_signed_what_it_says_now(
    reviews: list[dict[str, object]], passed: bool
) -> None:
    found: Material = material()
    assert replace(found, parts={**found.parts, "reviews": reviews}).reviewed is passed


@pytest.mark.parametrize("printer", [transfer_form, evidence_list])
def test_a_paper_is_chinese_whoever_prints_it(printer: object) -> None:
    assert callable(printer)
    with speaking("en"):
        printed = printer(material(), at=AT, draft=False)
    assert printed == printer(material(), at=AT, draft=False)
