"""What the address of the inbox asks for."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.alerts.filters import Filters, Place, place_of, read_filters, read_place
from store.clock import BEIJING
from tests.unit.console.samples import NOW

# address, what it asks for, remark
ADDRESSES: list[tuple[dict[str, str], Filters, str]] = [
    ({}, Filters(), "nothing asked: what is open, gravest first"),
    ({"show": "all"}, Filters(show="all", sort="time"), "everything comes by time"),
    ({"show": "all", "sort": "severity"}, Filters(show="all"), "unless the address says otherwise"),
    ({"show": "answer"}, Filters(), "a view of companies is none of the bureau's"),
    (
        {"show": "mine", "severity": "critical"},
        Filters(show="mine", severity="critical"),
        "a view and a filter",
    ),
    ({"severity": "grave", "handling": "lost", "condition": "?"}, Filters(), "words that nobody knows"),
    ({"code": "exceedance_hour"}, Filters(code="exceedance_hour"), "a kind of alert"),
    ({"code": "exceedance"}, Filters(), "half a kind"),
    ({"number": "  1124-0003 "}, Filters(number="1124-0003"), "typed with blanks around"),
    ({"number": "x" * 500}, Filters(number="x" * 64), "longer than any number"),
    ({"number": "a\x00b"}, Filters(), "what no database takes"),
    ({"from": "2026-01-02"}, Filters(first=date(2026, 1, 2)), "from a day on"),
    (
        {"from": "2026-01-05", "to": "2026-01-02"},
        Filters(first=date(2026, 1, 2), last=date(2026, 1, 5)),
        "the wrong way round",
    ),
    ({"from": "soon", "to": "2026-02-30"}, Filters(), "days that do not exist"),
    ({"to": "9999-12-31"}, Filters(), "a day after which there is none"),
]


@pytest.mark.parametrize(("address", "filters", "remark"), ADDRESSES)
def test_an_address_asks_for_what_it_says_and_nothing_in_it_is_an_error(
    address: dict[str, str], filters: Filters, remark: str
) -> None:
    assert read_filters(address, for_company=False) == filters, remark


def test_a_company_begins_with_what_it_must_answer_the_next_deadline_first() -> None:
    filters = read_filters({}, for_company=True)
    assert (filters.show, filters.sort) == ("answer", "due")
    assert read_filters({"show": "mine"}, for_company=True).show == "answer"


@given(
    st.builds(
        Filters,
        show=st.sampled_from(["open", "mine", "overdue", "late"]),
        sort=st.sampled_from(["severity", "time", "due"]),
        site=st.from_regex(r"[a-z][a-z-]{0,20}", fullmatch=True),
        severity=st.sampled_from(["", "critical", "info"]),
        number=st.text(st.characters(categories=["L", "N"]), max_size=20),
        first=st.none() | st.dates(date(2020, 1, 1), date(2025, 1, 1)),
        last=st.none() | st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    )
)
def test_the_address_of_filters_asks_for_the_same_filters(filters: Filters) -> None:
    assert read_filters(dict(parse_qsl(filters.query())), for_company=False) == filters


def test_changing_one_filter_keeps_the_others_and_empty_ones_do_not_stand_in_the_address() -> None:
    filters = Filters(site="plant-one", severity="critical")
    assert filters.query(severity="") == "show=open&sort=severity&site=plant-one"


def test_days_are_beijing_days_and_both_are_inside() -> None:
    filters = Filters(first=date(2026, 1, 2), last=date(2026, 1, 2))
    asked = filters.arguments(site_key=None, me="officer", now=NOW)
    assert asked["from_time"] == datetime(2026, 1, 2, tzinfo=BEIJING)
    assert asked["to_time"] == datetime(2026, 1, 3, tzinfo=BEIJING)


def test_a_cursor_leads_to_the_place_after_its_row() -> None:
    cursor = place_of({"rank": 2, "moment": "-1768457109.123456", "id": 7}, "severity")
    assert read_place(cursor, "severity") == Place(2, "-1768457109.123456", 7)


@pytest.mark.parametrize("cursor", ["", None, "rubbish", "WyJpbmJveC1zZXZlcml0eSIsMiwiMTsgZHJvcCIsN10"])
def test_what_is_no_cursor_leads_to_the_first_page(cursor: str | None) -> None:
    assert read_place(cursor, "severity") is None


def test_a_cursor_of_another_order_leads_to_the_first_page() -> None:
    assert read_place(place_of({"rank": 0, "moment": "1.0", "id": 7}, "time"), "severity") is None
