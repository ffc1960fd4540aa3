"""The table that says what the chart shows: one row a time, one cell a factor. Pure; numbers stay the decimals stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from api.console import words
from api.console.outlet.choice import Choice
from api.console.outlet.panels import folds
from api.console.outletview import result_of
from api.console.overview import status_word
from store.clock import BEIJING
from store.model import Outlet
from store.texts import text


@dataclass(frozen=True, slots=True)
class TableCell:
    """What stands of one factor at one time; ``values`` has one text a column of the choice."""

    values: tuple[str, ...]
    flag: str | None
    status: str | None
    result: str | None
    word: str | None
    path: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One time. A factor without anything at it has no cell."""

    at: datetime
    label: str
    cells: tuple[TableCell | None, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns of one factor."""

    name: str
    unit: str
    what: str
    columns: tuple[str, ...]


def headings(outlet: Outlet, choice: Choice) -> list[Heading]:
    """What stands above the table."""
    columns = choice.columns if choice.spanned else ("value",)
    return [
        Heading(
            words.factor_name(factor),
            words.factor_unit(factor),
            text("console.chart.folded" if folds(outlet, factor, choice.basis) else "console.chart.measured"),
            tuple(text(f"console.outlet.column.{column}") for column in columns),
        )
        for factor in choice.factors
    ]


def table(
    outlet: Outlet,
    choice: Choice,
    readings: Iterable[Mapping[str, Any]],
    judged: Iterable[Mapping[str, Any]],
    most: int,
) -> tuple[list[TableRow], datetime | None]:
    """The newest rows, and the moment before which the next page begins; None when there is none."""
    sent = {(row["data_time"], row["factor"]): row for row in readings}
    periods = {(row["data_time"], row["factor"]): row for row in judged}
    times = sorted({at for at, _ in (*sent, *periods)}, reverse=True)
    shown = times[:most]
    rows = [
        TableRow(
            at,
            label(at, choice.kind),
            tuple(
                _cell(outlet, choice, factor, at, sent.get((at, factor)), periods.get((at, factor)))
                for factor in choice.factors
            ),
        )
        for at in shown
    ]
    return rows, shown[-1] if len(times) > most else None


def label(at: datetime, kind: str) -> str:
    """The time of a row: a day, an hour as the national client writes it, else to the second."""
    if kind == "day":
        return words.day_label(at)
    if kind == "hour":
        return f"{at.astimezone(BEIJING):%Y}-{words.hour_label(at)}"
    return words.stamp(at)


def reading_path(outlet_id: str, kind: str, factor: str, at: datetime) -> str:
    """The address of one reading."""
    moment = at.astimezone(BEIJING)
    precision = "milliseconds" if moment.microsecond else "seconds"
    return f"/outlets/{outlet_id}/readings/{kind}/{quote(factor)}/{quote(moment.isoformat(timespec=precision), safe=':')}"


def _cell(
    outlet: Outlet,
    choice: Choice,
    factor: str,
    at: datetime,
    sent: Mapping[str, Any] | None,
    period: Mapping[str, Any] | None,
) -> TableCell | None:
    if sent is None and period is None:
        return None
    folded = folds(outlet, factor, choice.basis)
    values: Sequence[str]
    result = None
    if choice.spanned:
        values = [_period_value(column, folded, sent, period) for column in choice.columns]
        if period is not None:
            result = result_of(period["result"], period["valid"], period["status"])
    else:
        values = [words.number(_sent_value(folded, sent))]
    status = None if sent is None or sent["status"] == "normal" else status_word(sent["status"])
    return TableCell(
        tuple(values),
        None if sent is None else sent["flag"],
        status,
        result,
        None if result is None else text(f"console.result.{result}"),
        reading_path(outlet.id, choice.kind, factor, at),
    )


def _sent_value(folded: bool, sent: Mapping[str, Any] | None) -> Any:
    if sent is None:
        return None
    return sent["folded"] if folded and sent["folded"] is not None else sent["value"]


def _period_value(
    column: str, folded: bool, sent: Mapping[str, Any] | None, period: Mapping[str, Any] | None
) -> str:
    if period is None:
        return words.number(_sent_value(folded, sent)) if column == "reported" else "—"
    value = period[f"{column}_folded"] if folded else None
    if value is None:
        value = period[f"{column}_measured"]
    # What was sent stays as it was sent; the others were computed here.
    return words.number(value) if column == "reported" else words.computed(value)
