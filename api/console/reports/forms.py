"""A report table in words, as a sheet (XLSX and CSV), and as the data of its paper (PDF/A). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from api.console import words
from api.console.reports.model import Cell, Row, Sign, Table
from api.console.reports.periods import Period
from api.exports import Column, Marked, Sheet, provenance
from api.papers.engine import compile_paper
from store.language import speaking
from store.texts import text


def title_of(table: Table) -> str:
    """What the table is called: 废气排放连续监测小时平均值日报表."""
    return text(f"console.reports.title.{table.medium}.{table.kind}")


def file_stem(table: Table, period: Period) -> str:
    """The file's name without its ending."""
    return text(
        "console.reports.file",
        title=title_of(table),
        outlet=f"{table.site}{table.outlet}",
        period=period.name,
    )


def place_of(table: Table) -> str:
    """Unit and outlet."""
    return f"{table.site} {table.outlet}"


def published_words(table: Table) -> str:
    """Which revision it is, when it was published, and whether data changed since."""
    found = table.published
    kind = "hour" if table.kind == "hour" else "span"
    if found is None:
        return text(f"console.reports.published.{kind}_none")
    said = text(f"console.reports.published.{kind}", revision=found.revision, at=words.stamp(found.at))
    return said if found.current else text("console.reports.published.changed", said=said)


def legend(table: Table) -> list[tuple[str, str]]:
    """The signs of this table with their meaning."""
    found = [(sign.shown, sign.means) for sign in table.signs]
    if table.counted:
        found.append((f"{Sign.EXCEEDED.shown}n", text(f"console.reports.legend.times_{table.medium}")))
    return found


def remarks(table: Table) -> list[str]:
    """What must be known of the table: incomplete time, revision, signs, decimals."""
    said = [] if table.complete else [text("console.reports.running")]
    said.append(published_words(table))
    signs = [text("console.reports.legend_item", sign=sign, means=means) for sign, means in legend(table)]
    if signs:
        said.append(text("console.reports.legend_line", signs=text("console.reports.or").join(signs)))
    return [*said, *table.places]


def sheet_of(table: Table, period: Period, *, who: str, at: datetime) -> Sheet:
    """The table as a sheet: the summary stands below the rows, signs after the values."""
    columns = [Column(text("console.reports.time"))]
    for group in table.groups:
        for head in group.heads:
            alone = len(group.heads) == 1
            heading = group.name if alone else f"{group.name} {head.word}"
            columns.append(Column(heading, head.unit, "decimal"))
    source = text("console.reports.source", place=place_of(table), period=period.word)
    notes = (*provenance(source=source, who=who, at=at, sample=table.sample), *remarks(table))
    return Sheet(
        title_of(table), columns, [_cells(row) for row in (*table.rows, *table.summary)], notes=notes
    )


def _cells(row: Row) -> list[object]:
    return [row.label, *(_sheet_cell(cell) for cell in row.cells)]


def _sheet_cell(cell: Cell) -> object:
    if cell.value is None and not cell.words:
        return cell.marks or None
    value = cell.words or cell.value
    return Marked(value, cell.marks, strong=cell.strong) if cell.signs else value


def paper_of(table: Table, period: Period, *, by: str, at: datetime) -> bytes:
    """The table as PDF/A, always in Chinese; the same table at the same time is the same bytes. Raises PaperFailed."""
    with speaking("zh"):
        return compile_paper("table.typ", paper_data(table, period, by=by), at=at)


def paper_data(table: Table, period: Period, *, by: str) -> dict[str, Any]:
    """What the template of the paper takes."""
    title = title_of(table)
    return {
        "title": title,
        "by": by,
        "place": place_of(table),
        "period": period.word,
        "sample": table.sample,
        "unreviewed": False,
        "running": f"{title} {place_of(table)} {period.word}",
        "time": text("console.reports.time"),
        "groups": [
            {"name": group.name, "heads": [_paper_head(head.word, head.unit) for head in group.heads]}
            for group in table.groups
        ],
        "rows": [_paper_row(row.label, row.cells) for row in table.rows],
        "summary": [_paper_row(row.label, row.cells) for row in table.summary],
        "remarks": remarks(table),
    }


def _paper_head(word: str, unit: str) -> str:
    return f"{word}\n{unit}" if unit else word


def _paper_row(label: str, cells: Sequence[Cell]) -> dict[str, Any]:
    return {"label": label, "cells": [{"text": cell.shown, "strong": cell.strong} for cell in cells]}
