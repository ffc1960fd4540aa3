"""Tables for people: one `Sheet`, as XLSX and as CSV.

How to use it::

    from api.exports import Column, Sheet, csv_response, provenance, xlsx_response

    sheet = Sheet(
        title=t("console.tasks.export.title"),                 # the worksheet's name and its first row; "" = none
        columns=(
            Column(t("console.tasks.number")),                 # kind "text" unless said otherwise
            Column(t("console.tasks.due"), kind="time"),       # aware datetime, becomes a Beijing date cell
            Column("颗粒物", unit="mg/m³", kind="decimal"),    # Decimal, or the text of one
        ),
        rows=([task.number, task.due, task.value] for task in tasks),   # may be a generator; read once
        notes=provenance(source=…, who=principal.name, at=now, sample=site.sample),
    )
    return xlsx_response("核查任务 2026-11.xlsx", [sheet], at=now)      # or csv_response("核查任务 2026-11.csv", sheet)

A cell is what the kind of its column says, None (empty), a text (a dash, a word), or ``Marked(value, "▲")``: a value told apart
by a sign, which stays a number in XLSX.

Decimals keep every digit and every trailing zero: a number cell with that many decimals where a spreadsheet's binary number holds
the value, else text. No text is ever a formula: XLSX cells are written as text cells, and in CSV a text that a spreadsheet would
take for a formula gets an apostrophe before it. That is the only change to data; it is made to texts alone, never to numbers or
times.
"""

from api.exports.csvfile import csv_response, guarded
from api.exports.names import disposition
from api.exports.notes import provenance
from api.exports.sheet import Cell, Column, Kind, Marked, Sheet
from api.exports.xlsx import XLSX, write_workbook, xlsx_response

__all__ = [
    "XLSX",
    "Cell",
    "Column",
    "Kind",
    "Marked",
    "Sheet",
    "csv_response",
    "disposition",
    "guarded",
    "provenance",
    "write_workbook",
    "xlsx_response",
]
