"""The report is a valid looking PDF/A, says what it has to, and no text in it is ever run or breaks it."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from api.evidence.report import render
from store.clock import BEIJING, DAY, HOUR
from store.texts import text
from tests.unit.papers.pdf import pages_of, words_of
from tests.unit.papers.sample_facts import START, exceedance, facts, mark

HOSTILE = (
    '#panic("run") #import "@preview/x:0.1.0": * $x^2$ *bold* _it_ `raw` <label> @ref '
    "// comment /* open \\ \\u{41} #(1+1) ]] }} \"'",
    "\u202eFDP\u202c \u200b\u0000\u0007\ufeff\ue000\U000f0000\U0001f600\ud800",
    "A" * 4000,
    "长" * 3000,
    "\n\n= 一级标题\n- 列表\n#set page(fill: red)",
    "العربية ไทย हिन्दी ཨོཾ मणि 👩‍👩‍👧 é é",
)


@pytest.fixture(scope="module")
def month() -> bytes:
    return render(facts())


def test_the_same_facts_give_the_same_bytes(month: bytes) -> None:
    assert render(facts()) == month


def test_one_other_fact_gives_other_bytes(month: bytes) -> None:
    assert render(facts(accesses=3)) != month


def test_it_calls_itself_pdf_a_and_has_every_font_in_it(month: bytes) -> None:
    assert month.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in month
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in month
    assert b"/OutputIntents" in month
    assert not re.search(rb"/(JavaScript|Launch|EmbeddedFile|Encrypt)\b", month)
    descriptors = re.findall(rb"<</Type/FontDescriptor.*?>>", month, re.S)
    assert descriptors and all(b"/FontFile" in found for found in descriptors)


def test_the_date_of_the_document_is_that_of_the_checkpoint(month: bytes) -> None:
    moment = facts()["as_of"]["time"].astimezone(BEIJING)
    assert f"{moment:%Y-%m-%dT%H:%M:%S}".encode() in month


def test_a_month_of_eight_factors_stays_small(month: bytes) -> None:
    assert len(month) < 1_000_000
    assert len(pages_of(month)) < 16


def test_every_page_is_numbered(month: bytes) -> None:
    pages = pages_of(month)
    for number, page in enumerate(pages, 1):
        assert text("papers.page.number", page=number, pages=len(pages)) in page


@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("reviewed", [True, False])
def test_every_page_says_what_it_is_where_it_is_true_and_no_page_where_it_is_not(
    sample: bool, reviewed: bool
) -> None:
    for page in pages_of(render(facts(days=2, factors=2, sample=sample, reviewed=reviewed))):
        assert (text("papers.page.sample") in page) is sample
        assert (text("papers.page.unreviewed") in page) is not reviewed


def test_watermarks_stand_on_every_page() -> None:
    for page in pages_of(render(facts(days=2, factors=2, sample=True, reviewed=False))):
        assert page.count(text("papers.page.sample")) >= 4, "header and three marks across"
        assert page.count(text("papers.page.unreviewed")) >= 4


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("青海祁连山水泥有限公司", id="unit"),
        pytest.param("湟环线〔2026〕17号", id="number of the lead"),
        pytest.param("lead-17-20261001-20261030-1048576", id="identifier of the package"),
        pytest.param("5d41402abc4b2a76", id="root of the checkpoint"),
        pytest.param("是否构成违法", id="what it cannot prove"),
        pytest.param("本检查点没有第三方时间戳", id="no stamp"),
        pytest.param("第一千一百零七条", id="candidate of legal basis"),
        pytest.param("与生态环境法典第一千一百零三条的罚款幅度不一致", id="conflict of norms"),
        pytest.param("脱硫系统循环泵故障，已更换。", id="what the company said"),
        pytest.param("逾期（仅作说明）", id="late mark"),
        pytest.param("误报", id="why a mark was withdrawn"),
        pytest.param("工况标记时段，符合豁免条件，予以豁免", id="reason in words"),
        pytest.param("96.56%", id="share of compliant hours"),
    ],
)
def test_it_tells(month: bytes, said: str) -> None:
    assert said.replace(" ", "") in words_of(month)


def test_a_value_just_above_its_limit_is_printed_with_enough_decimals() -> None:
    told = facts(days=1, factors=1)
    row = {
        "start": START + HOUR,
        "span": "hour",
        "factor": "a34013",
        "name": "颗粒物",
        "unit": "mg/m³",
        "measured": Decimal("28"),
        "folded": Decimal("30.0004"),
        "compared": Decimal("30.0004"),
        "bound": Decimal("30"),
        "side": "max",
        "multiple": Decimal("0.0000133"),
        "standard": "GB 4915-2013",
        "clause": "表1",
        "result": "exceeded",
        "reasons": ["above_maximum"],
        "revision": 1,
    }
    told["outlets"][0]["exceedances"] = [row]
    words = words_of(render(told))
    assert "30.0004" in words
    assert "0.00001" in words


def test_a_stamp_changes_what_is_proved() -> None:
    told = facts(days=1, factors=1)
    told["as_of"]["stamps"] = [{"source": "时间戳服务中心", "told_time": told["as_of"]["time"] + HOUR}]
    words = words_of(render(told))
    assert "时间戳服务中心" in words
    assert text("papers.proof.can_stamped") in words
    assert text("papers.proof.cannot_unstamped") not in words


def test_hours_that_were_not_judged_are_counted_among_what_is_not_proved() -> None:
    assert "尚有2个时段" in words_of(render(facts(days=1, factors=1, unjudged_hours=[START, START + HOUR])))


def test_a_package_of_an_outlet_without_lead_alerts_or_values_is_a_report_too() -> None:
    told = facts(days=1, factors=0, lead=None, alerts=[], reviews=[], reviewed=False, limits_of_proof=[])
    told["subject"] = {"kind": "outlet", "number": None, "title": None}
    told["outlets"][0] |= {
        "series": [],
        "exceedances": [],
        "revised": [],
        "marks": [],
        "checks": [],
        "exemptions": [],
        "transmission": None,
        "mn": None,
    }
    words = words_of(render(told))
    assert text("papers.charts.none") in words
    assert text("papers.summary.series_none") in words
    assert text("papers.lead.heading") not in words


@pytest.mark.parametrize(
    "said", HOSTILE, ids=["markup", "controls", "long", "long Chinese", "lines", "scripts"]
)
def test_no_text_of_a_company_is_run_or_breaks_the_paper(said: str) -> None:
    told = facts(days=1, factors=1)
    for place in _texts(told):
        place(said)
    made = render(told)
    shown = words_of(made)
    if said.startswith("#panic"):
        assert '#panic("run")' in shown
        assert "#(1+1)" in shown, "it is printed, not computed"
    if "\u202e" in said:
        assert "〔U+202E〕FDP〔U+202C〕" in shown
        assert "〔U+1F600〕" in shown
    if said.startswith("A"):
        assert "A" * 4000 in shown


def _texts(told: dict[str, Any]) -> list[Any]:
    """Setters of every text that people or files bring in."""
    outlet = told["outlets"][0]
    outlet["marks"] = [mark(1, "device", "fault", START, START + HOUR)]
    places: list[tuple[dict[str, Any], str]] = [
        (told["subject"], "title"),
        (told["site"], "name"),
        (told["site"], "permit"),
        (told["authority"], "district"),
        (outlet, "name"),
        (outlet["marks"][0], "reason"),
        (outlet["marks"][0], "filed_by"),
        (outlet["marks"][0], "label"),
        (outlet["series"][0], "name"),
        (outlet["series"][0], "unit"),
        (outlet["series"][0]["limits"][0], "clause"),
        (outlet["series"][0]["limits"][0], "source"),
        (outlet["checks"][0], "detail"),
        (outlet["exemptions"][0], "source"),
        (told["alerts"][0]["events"][2], "comment"),
        (told["lead"], "facts"),
        (told["lead"], "title"),
        (told["lead"]["statement"][0], "text"),
        (told["lead"]["legal"][0], "fine"),
        (told["package"], "release"),
    ]
    return [lambda said, holder=holder, key=key: holder.__setitem__(key, said) for holder, key in places]


def test_codes_that_the_catalogue_does_not_know_are_printed_as_they_are() -> None:
    told = facts(days=1, factors=1)
    told["alerts"][0] |= {"code": "from_the_future", "handling": "elsewhere"}
    words = words_of(render(told))
    assert "from_the_future" in words
    assert "elsewhere" in words


def test_water_days_are_drawn_with_both_limits_of_a_condition() -> None:
    told = facts(days=30, factors=1)
    outlet = told["outlets"][0]
    outlet |= {
        "medium": "water",
        "name": "出水口",
        "oxygen_reference": None,
        "exceedances": [],
        "marks": [],
        "checks": [],
    }
    base = outlet["series"][0]["limits"][0] | {
        "basis": "day",
        "standard": "GB 18918-2002",
        "clause": "表1 一级A",
    }
    outlet["series"] = [
        {
            "factor": "w21003",
            "name": "氨氮",
            "unit": "mg/L",
            "decimals": 2,
            "span": "day",
            "folded": False,
            "limits": [
                base | {"maximum": Decimal(5), "condition": "水温＞12 ℃"},
                base | {"maximum": Decimal(8), "condition": "水温≤12 ℃"},
            ],
            "points": [
                {
                    "start": START + number * DAY,
                    "reported": Decimal("2.1"),
                    "judged": Decimal("2.1") + number % 7,
                    "multiple": None,
                    "result": "exceeded" if number % 7 == 6 else "compliant",
                }
                for number in range(30)
            ],
            "summary": {"compliant": 26, "exceeded": 4},
        }
    ]
    words = words_of(render(told))
    assert "限值5，水温＞12℃（GB18918-2002表1一级A）" in words
    assert "限值8，水温≤12℃" in words
    assert text("papers.proof.rule_water") in words


def test_a_year_is_drawn_month_by_month() -> None:
    words = words_of(render(facts(days=365, factors=1)))
    assert words.count("2026-10-01至2026-10-31") == 1
    assert "至2027-09-30" in words


def test_the_facts_are_left_as_they_were() -> None:
    told = facts(days=1, factors=1)
    before = deepcopy(told)
    render(told)
    assert told == before


def test_moments_of_another_zone_are_told_in_beijing_time() -> None:
    told = facts(days=1, factors=1)
    told["as_of"]["time"] = datetime.fromisoformat("2026-11-26T11:03:16.123456+00:00")
    assert "2026-11-2619:03:16" in words_of(render(told))


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (None, None, "—"),
        (None, "2026-08-15", "至2026-08-14"),
        ("2021-03-01", None, "2021-03-01起"),
        ("2021-03-01", "2026-08-15", "2021-03-01至2026-08-14"),
    ],
)
def test_the_time_of_a_norm_is_told_by_its_first_and_last_day(
    start: str | None, end: str | None, said: str
) -> None:
    told = facts(days=1, factors=1)
    (norm, _) = told["lead"]["legal"]
    norm |= {
        "from": None if start is None else date.fromisoformat(start),
        "to": None if end is None else date.fromisoformat(end),
    }
    told["lead"]["legal"] = [norm]
    words = words_of(render(told))
    assert said in words[words.index("生态环境法典第") :] if said == "—" else said in words


def test_a_comparison_along_the_chain_has_no_result_of_its_own() -> None:
    told = facts(days=1, factors=1)
    told["outlets"][0]["checks"] = [
        {
            "kind": "chain",
            "factor": "a21026",
            "name": "二氧化硫",
            "at": START,
            "passed": True,
            "detail": "仪器 10，数采仪 10",
        }
    ]
    words = words_of(render(told))
    section = words[words.index("仪器、数采仪、平台数值比对") :]
    assert section.startswith("仪器、数采仪、平台数值比对二氧化硫—仪器10，数采仪10")


def test_a_value_that_the_platform_folded_is_told_beside_what_was_reported() -> None:
    told = facts(days=1, factors=1)
    series = told["outlets"][0]["series"][0]
    row = exceedance(
        series,
        {"start": START, "judged": Decimal("130.39"), "multiple": Decimal("0.003"), "result": "exceeded"},
    )
    told["outlets"][0]["exceedances"] = [
        row | {"measured": Decimal("128.00"), "folded": None, "bound": Decimal(130)}
    ]
    assert "128.00—130.39≤1300.003" in words_of(render(told))


def test_what_outfall_noted_many_times_in_a_row_is_one_line_and_its_reasons_are_words() -> None:
    told = facts(days=1, factors=1)
    moments = [START + number * HOUR for number in range(20)]
    told["alerts"][0]["events"] = [
        *({"at": moment, "action": "counted", "by": "system", "comment": None} for moment in moments),
        {"at": moments[-1], "action": "cleared", "by": "system", "comment": "over"},
        *({"at": moment, "action": "commented", "by": "wang", "comment": "over"} for moment in moments[:2]),
    ]
    words = words_of(render(told))
    assert "2026-10-0100:00:00至2026-10-0119:00:00再次出现（20次）系统—" in words
    assert text("alerts.cleared.over") in words
    assert words.count("备注wangover") == 2, "what people wrote stays as they wrote it"
