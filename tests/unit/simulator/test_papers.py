"""What the simulated companies file keeps the rules of filing, and none of it exempts anything."""

from __future__ import annotations

from decimal import Decimal

from deploy.simulator.calendar import moment
from deploy.simulator.history import past_episodes
from deploy.simulator.papers import papers
from store.checkfiling import NewChainCheck, NewCheck
from store.clock import hour_start
from store.marklabels import find_label
from store.markrules import NewMark
from tests.unit.simulator.sample import HOUR, MIDNIGHT, SITES, SOURCES, source

ORIGIN = MIDNIGHT + 12 * HOUR
PAPERS = papers(SOURCES, past_episodes(SOURCES, ORIGIN), 1)


def test_a_history_comes_with_marks_a_comparison_and_values_along_the_chain() -> None:
    marks = [
        (paper.outlet, paper.filed.category, paper.filed.label)
        for paper in PAPERS
        if isinstance(paper.filed, NewMark)
    ]
    assert marks == [
        ("qilianshan-kiln-tail", "condition", "stopping"),
        ("qilianshan-kiln-tail", "condition", "stopped"),
        ("qilianshan-kiln-tail", "condition", "starting"),
        ("xining-thermal-stack", "device", "fault"),
        ("xining-thermal-stack", "device", "maintenance"),
    ]
    for outlet, category, label in marks:
        known = find_label(source(outlet).industry, category, label)
        assert known is not None and known.filed
    assert len({type(paper.filed) for paper in PAPERS}) == 3
    assert all(
        "示例" in (paper.filed.reason if isinstance(paper.filed, NewMark) else paper.filed.note or "")
        for paper in PAPERS
    )


def test_marks_are_whole_minutes_of_the_past_that_do_not_overlap() -> None:
    for paper in PAPERS:
        if isinstance(paper.filed, NewMark):
            assert paper.filed.from_time < paper.filed.to_time <= moment(ORIGIN)
            assert paper.filed.from_time.second == paper.filed.to_time.second == 0


def test_the_chain_differs_by_more_than_one_percent_in_a_whole_hour() -> None:
    (chain,) = [paper.filed for paper in PAPERS if isinstance(paper.filed, NewChainCheck)]
    assert chain.start == hour_start(chain.start) and chain.logger is not None
    assert abs(chain.instrument - chain.logger) / chain.logger > Decimal("0.01")
    (compared,) = [paper.filed for paper in PAPERS if isinstance(paper.filed, NewCheck)]
    assert compared.passed and compared.checked_at < chain.start


def test_no_sample_outlet_has_an_exemption() -> None:
    assert all(not outlet.exemptions for site in SITES.sites for outlet in site.outlets)


def test_the_same_history_says_the_same_again() -> None:
    assert papers(SOURCES, past_episodes(SOURCES, ORIGIN), 1) == PAPERS
    assert papers(SOURCES, (), 1) == ()
