"""Pages of period values with their verdicts, from rows to JSON and tables.

A year of hours of one factor is some 9,000 rows and 300,000 values in a JSON of 4 MB. So the rows stay the plain tuples that the
database gives, with times and numbers as the text to be shown, and the JSON is written straight from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from api.dataread import Place, Wanted, factors_of, page_arguments
from api.exports import Kind
from api.replies import Number
from api.wire import page
from store.clock import BEIJING
from store.database import Connection
from store.queries import queries

Row = tuple[Any, ...]


class PeriodPage(NamedTuple):
    """One page: the rows of the statement ``periods``, and those of ``verdicts`` for the same time, of all revisions."""

    periods: Sequence[Row]
    verdicts: Sequence[Row]


def period_page(
    connection: Connection, wanted: Wanted, place: Place | None, limit: int
) -> tuple[PeriodPage, Place | None]:
    """One page of periods by start and factor with the verdicts on them, and its end when more follow."""
    sql = queries("read")
    arguments = page_arguments(wanted, place, limit) | {"span": wanted.kind}
    arguments["factors"] = factors_of(connection, "period_factors", wanted, arguments)
    found, last = page(connection.execute(sql["periods"], arguments, binary=True).fetchall(), limit)
    if not found:
        return PeriodPage((), ()), None
    arguments |= {"first": found[0][0], "last": found[-1][0]}
    verdicts = connection.execute(sql["verdicts"], arguments, binary=True).fetchall()
    end = None if last is None else Place(datetime.fromtimestamp(last[0], BEIJING), last[1], last[2])
    return PeriodPage(found, verdicts), end


_PAIR = '{"measured":%s,"folded":%s}'
_PERIOD = (
    '{"start":"%s",SPAN_AND_OUTLET,"factor":%s,'
    f'"reported":{_PAIR},"recomputed":{_PAIR},"after_marking":{_PAIR},"after_exemption":{_PAIR},'
    '"valid":%s,"reasons":%s,"count":%s,"expected":%s,"revision":%s,"verdicts":[%s]}'
)
_VERDICT = (
    '{"result":"%s","basis":%s,"limit_id":%s,"bound":%s,"compared":%s,"multiple":%s,"reasons":%s,"rule":%s}'
)


class _Quoted(dict[str, str]):
    """JSON of a text; the same few codes and rules stand in every row."""

    def __missing__(self, text: str) -> str:
        self[text] = quoted = orjson.dumps(text).decode()
        return quoted


def period_list(wanted: Wanted, shown: PeriodPage, following: str | None) -> bytes:
    """The JSON of an `api.shapes.data.PeriodList`."""
    quoted = _Quoted()
    judged = _judged(quoted, shown.verdicts)
    constant = f'"span":{quoted[wanted.kind]},"outlet":{quoted[wanted.outlet]}'
    template = _PERIOD.replace("SPAN_AND_OUTLET", constant.replace("%", "%%"))
    items = []
    for row in shown.periods:
        at, factor, revision, start, rm, rf, cm, cf, mm, mf, em, ef, valid, reasons, count, expected = row
        item = template % (
            start,
            quoted[factor],
            "null" if rm is None else f'"{rm}"',
            "null" if rf is None else f'"{rf}"',
            "null" if cm is None else f'"{cm}"',
            "null" if cf is None else f'"{cf}"',
            "null" if mm is None else f'"{mm}"',
            "null" if mf is None else f'"{mf}"',
            "null" if em is None else f'"{em}"',
            "null" if ef is None else f'"{ef}"',
            "true" if valid else "false",
            reasons,
            count,
            expected,
            revision,
            judged.get((at, factor, revision), ""),
        )
        items.append(item)
    end = "null" if following is None else quoted[following]
    return f'{{"items":[{",".join(items)}],"next":{end}}}'.encode()


def _judged(quoted: _Quoted, verdicts: Iterable[Row]) -> dict[Row, str]:
    """The verdicts on each revision of a period as JSON, separated by commas."""
    found: dict[Row, str] = {}
    for at, factor, revision, result, basis, limit_id, bound, compared, multiple, reasons, rule in verdicts:
        item = _VERDICT % (
            result,
            quoted[basis],
            "null" if limit_id is None else limit_id,
            "null" if bound is None else f'"{bound}"',
            "null" if compared is None else f'"{compared}"',
            "null" if multiple is None else f'"{multiple}"',
            reasons,
            quoted[rule],
        )
        period = at, factor, revision
        found[period] = f"{found[period]},{item}" if period in found else item
    return found


_FORMS = ("measured", "folded")
_VALUES = ("reported", "recomputed", "after_marking", "after_exemption")
PERIOD_COLUMNS = (
    "outlet", "start", "span", "factor", *(f"{value}_{form}" for value in _VALUES for form in _FORMS),
    "valid", "reasons", "count", "expected", "revision",
    "result", "basis", "limit_id", "bound", "compared", "multiple", "verdict_reasons",
)  # fmt: skip
PERIOD_KINDS: Mapping[str, Kind] = {
    "start": "time",
    **dict.fromkeys((f"{value}_{form}" for value in _VALUES for form in _FORMS), "decimal"),
    **dict.fromkeys(("bound", "compared", "multiple"), "decimal"),
    **dict.fromkeys(("count", "expected", "revision", "limit_id"), "int"),
}
_NO_VERDICT: Row = (None,) * 9 + ("[]", None)


def period_cells(wanted: Wanted, shown: PeriodPage) -> Iterator[list[object]]:
    """The rows of a page in a table: for each period one a verdict, one when there is none."""
    verdicts: dict[Row, list[Row]] = defaultdict(list)
    for verdict in shown.verdicts:
        verdicts[verdict[:3]].append(verdict)
    for row in shown.periods:
        _, factor, revision, start, *numbers, valid, reasons, count, expected = row
        period = [wanted.outlet, start, wanted.kind, factor, *map(_number, numbers)]
        period += [valid, _words(reasons), count, expected, revision]
        for verdict in verdicts.get(row[:3], (_NO_VERDICT,)):
            _, _, _, result, basis, limit_id, *compared, why, _ = verdict
            yield [*period, result, basis, limit_id, *map(_number, compared), _words(why)]


def _number(text: str | None) -> Number | None:
    return None if text is None else Number(text)


def _words(reasons: str) -> str:
    return " ".join(orjson.loads(reasons))
