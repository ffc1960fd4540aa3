"""The JSON and the table of a page of periods, which are written from rows without anything between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from api.dataread import Wanted
from api.periodread import PERIOD_COLUMNS, PeriodPage, Row, period_cells, period_list
from api.shapes.data import PeriodList
from store.clock import BEIJING

START = 1772380800  # 2026-03-02T00:00:00+08:00
RESULTS = ("compliant", "exceeded", "exempt", "invalid", "undetermined", "missing", "no_limit")
# Texts come from outside: quotation marks, backslashes, per cent signs and control characters must not break the page.
TEXTS = st.one_of(
    st.sampled_from(["", "a21026", '"', "\\", "%s", "%", "null", "\n", "氨氮"]), st.text(max_size=5)
)
NUMBERS = st.one_of(
    st.none(), st.decimals(allow_nan=False, allow_infinity=False).map(lambda n: format(n, "f"))
)
REASONS = st.lists(TEXTS, max_size=2)


@st.composite
def pages(draw: st.DrawFn) -> tuple[Wanted, list[dict[str, Any]], PeriodPage]:
    """What is wanted, the items that the list must hold, and the rows as the database gives them."""
    kind, outlet = draw(st.sampled_from(["hour", "day"])), draw(TEXTS)
    moment = datetime.fromtimestamp(START, BEIJING)
    wanted = Wanted(1, outlet, kind, None, moment, moment)
    items, periods, verdicts = [], [], []
    for number in range(draw(st.integers(0, 3))):
        at = START + 3600 * number
        start = datetime.fromtimestamp(at, BEIJING).isoformat()
        factor, revision, valid, reasons = draw(st.tuples(TEXTS, st.integers(1, 3), st.booleans(), REASONS))
        values = draw(st.lists(NUMBERS, min_size=8, max_size=8))
        count, expected = draw(st.tuples(st.integers(0, 60), st.integers(0, 60)))
        judged = draw(st.lists(_verdicts(), max_size=2))
        periods.append((at, factor, revision, start, *values, valid, _json(reasons), count, expected))
        verdicts.append(
            _verdict_row((at, factor, revision + 1), draw(_verdicts()))
        )  # of a revision that is not shown
        verdicts += [_verdict_row((at, factor, revision), verdict) for verdict in judged]
        names = ("reported", "recomputed", "after_marking", "after_exemption")
        pairs = zip(names, values[::2], values[1::2], strict=True)
        items.append(
            {
                "start": start, "span": kind, "outlet": outlet, "factor": factor,
                **{name: {"measured": measured, "folded": folded} for name, measured, folded in pairs},
                "valid": valid, "reasons": reasons, "count": count, "expected": expected, "revision": revision,
                "verdicts": judged,
            }
        )  # fmt: skip
    return wanted, items, PeriodPage(periods, verdicts)


def _verdicts() -> st.SearchStrategy[dict[str, Any]]:
    names = ("result", "basis", "limit_id", "bound", "compared", "multiple", "reasons", "rule")
    limits = st.one_of(st.none(), st.integers(1, 9))
    values = st.tuples(st.sampled_from(RESULTS), TEXTS, limits, NUMBERS, NUMBERS, NUMBERS, REASONS, TEXTS)
    return values.map(lambda given: dict(zip(names, given, strict=True)))


def _verdict_row(key: tuple[int, str, int], verdict: dict[str, Any]) -> Row:
    return (*key, *({**verdict, "reasons": _json(verdict["reasons"])}.values()))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


@given(pages(), st.one_of(st.none(), TEXTS))
def test_the_list_is_byte_for_byte_the_json_of_its_items(
    given_page: tuple[Wanted, list[dict[str, Any]], PeriodPage], following: str | None
) -> None:
    wanted, items, shown = given_page
    body = period_list(wanted, shown, following)
    assert body == orjson.dumps({"items": items, "next": following})
    PeriodList.model_validate_json(body)


@given(pages())
def test_the_table_has_a_row_for_each_verdict_and_one_for_a_period_without(
    given_page: tuple[Wanted, list[dict[str, Any]], PeriodPage],
) -> None:
    wanted, items, shown = given_page
    cells = [dict(zip(PERIOD_COLUMNS, row, strict=True)) for row in period_cells(wanted, shown)]
    expected = [
        (
            item["start"],
            item["recomputed"]["folded"],
            item["revision"],
            verdict.get("result"),
            verdict.get("bound"),
        )
        for item in items
        for verdict in item["verdicts"] or [{}]
    ]
    seen = [
        tuple(row[name] for name in ("start", "recomputed_folded", "revision", "result", "bound"))
        for row in cells
    ]
    assert seen == expected
