"""Tables as XLSX, written row by row into a temporary file: memory does not grow with the table."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from starlette.responses import StreamingResponse
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.exports.formats import Formats
from api.exports.names import disposition
from api.exports.sheet import Column, Marked, Sheet
from api.exports.values import beijing, beijing_day, exact, text_of
from store.clock import BEIJING

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_ROWS = 1_048_576
"""Rows of a worksheet; a longer table goes on in a further one with the same headings."""

MOST_TEXT = 32_767
"""Letters of a cell; a longer text ends in an ellipsis."""

_NARROWEST, _WIDEST = 8, 48
_MEASURED_ROWS = 200
"""So many rows decide how wide the columns are."""

_PIECE = 64 * 1024
_NAME = re.compile(r"[\[\]:*?/\\]")


def xlsx_response(filename: str, sheets: Sequence[Sheet], *, at: datetime | None = None) -> StreamingResponse:
    """The tables as one workbook. Everything is read before the answer begins, so that an error is still an answer.

    ``at`` is the time that the file says it was made; the same tables at the same time are the same bytes.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the last piece is sent or nobody takes more
    try:
        write_workbook(file, sheets, at=at)
        size = file.tell()
    except BaseException:
        file.close()
        raise
    return StreamingResponse(
        _pieces(file),
        media_type=XLSX,
        headers={
            "Content-Disposition": disposition(filename),
            "Content-Length": str(size),
            "Cache-Control": "private, no-store",
        },
    )


def write_workbook(file: BinaryIO, sheets: Sequence[Sheet], *, at: datetime | None = None) -> None:
    """Write the tables into ``file``, which stands at its end afterwards."""
    workbook = Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "use_zip64": False,
        },
    )
    if at is not None:
        workbook.set_properties({"created": at.astimezone(BEIJING).replace(tzinfo=None)})
    formats = Formats(workbook)
    names: set[str] = set()
    try:
        for sheet in sheets:
            _write_sheet(workbook, formats, sheet, names)
    finally:
        # Also after an error: the rows lie in temporary files that only this removes.
        workbook.close()
    file.seek(0, 2)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write_sheet(workbook: Workbook, formats: Formats, sheet: Sheet, names: set[str]) -> None:
    page = _Page(workbook, formats, sheet, names)
    for row in sheet.rows:
        if page.row >= MOST_ROWS:
            page.finish()
            page = _Page(workbook, formats, sheet, names)
        page.add(row)
    page.finish()


class _Page:
    """One worksheet while it is written, from top to bottom."""

    def __init__(self, workbook: Workbook, formats: Formats, sheet: Sheet, names: set[str]) -> None:
        self._formats = formats
        self._columns = sheet.columns
        self._sheet: Worksheet = workbook.add_worksheet(worksheet_name(sheet.title, names))
        self._widths = [_NARROWEST] * len(sheet.columns)
        self.row = 0
        if sheet.title:
            self._line(sheet.title, formats.title)
        if sheet.notes:
            # One row, however many notes: what is frozen takes room of every screen.
            self._line("　".join(sheet.notes), formats.note)
        self._headings([column.heading for column in sheet.columns], formats.heading)
        if sheet.has_units:
            self._headings([column.unit for column in sheet.columns], formats.unit)
        self._first = self.row

    def add(self, row: Sequence[object]) -> None:
        """Write one row. Raises ValueError when it has not one cell a column."""
        for index, (column, value) in enumerate(zip(self._columns, row, strict=True)):
            shown = self._cell(index, column, value)
            if self.row < self._first + _MEASURED_ROWS:
                self._widen(index, shown)
        self.row += 1

    def finish(self) -> None:
        """Freeze the headings and the first column, set the widths, and how it prints."""
        for index, width in enumerate(self._widths):
            self._sheet.set_column(index, index, width + 2)
        self._sheet.freeze_panes(self._first, 1 if len(self._columns) > 1 else 0)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0, self._first - 1)
        self._sheet.set_footer("&C&P / &N")

    def _line(self, text: str, form: object) -> None:
        self._sheet.write_string(self.row, 0, _short(text), form)
        self.row += 1

    def _headings(self, words: Sequence[str], form: object) -> None:
        for index, word in enumerate(words):
            self._sheet.write_string(self.row, index, word, form)
            self._widen(index, word)
        self.row += 1

    def _cell(self, index: int, column: Column, value: object) -> str:
        """Write a cell and answer with the text that it shows."""
        marked = value if isinstance(value, Marked) else Marked(value, "")
        value, sign, strong = marked.value, marked.sign, marked.strong
        formats, sheet, row = self._formats, self._sheet, self.row
        text = "" if value is None else text_of(value)
        if value is None and not sign:
            return ""
        if column.kind in ("decimal", "int") and (number := exact(value)) is not None:
            sheet.write_number(row, index, number.value, formats.number(number.decimals, sign, strong=strong))
            return f"{text} {sign}" if sign else text
        if column.kind == "time" and (moment := beijing(value)) is not None:
            sheet.write_datetime(row, index, moment, formats.time(exact=moment.microsecond != 0))
            return "2026-01-01 00:00:00"
        if column.kind == "day" and (day := beijing_day(value)) is not None:
            sheet.write_datetime(row, index, day, formats.day)
            return "2026-01-01"
        shown = _short(f"{text} {sign}".strip() if sign else text)
        sheet.write_string(
            row, index, shown, formats.text(right=column.kind in ("decimal", "int"), strong=strong)
        )
        return shown

    def _widen(self, index: int, shown: str) -> None:
        width = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in shown[:_WIDEST])
        self._widths[index] = max(self._widths[index], min(width, _WIDEST))


def worksheet_name(title: str, taken: set[str]) -> str:
    """A name that a worksheet may have: 31 letters, none of ``[]:*?/\\``, and no other has it; it is added to ``taken``."""
    plain = _NAME.sub(" ", title).strip().strip("'").strip() or "Outfall"
    name, number = plain[:31], 1
    while name.casefold() in taken:
        number += 1
        end = f" {number}"
        name = plain[: 31 - len(end)] + end
    taken.add(name.casefold())
    return name


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
