"""The formats of a workbook's cells, each made once."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format


class Formats:
    """How cells look. A workbook has one of these."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[object, ...], Format] = {}
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.note = workbook.add_format({"font_color": "#444444"})
        self.heading = workbook.add_format(
            {
                "bold": True,
                "bg_color": "#E8EDF2",
                "bottom": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
            }
        )
        self.unit = workbook.add_format(
            {"font_color": "#444444", "bg_color": "#E8EDF2", "bottom": 1, "align": "center"}
        )
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})

    def number(self, decimals: int, sign: str, *, strong: bool) -> Format:
        """A number with exactly so many decimals, and after it the sign as part of the format: the cell stays a number."""
        shape = "0." + "0" * decimals if decimals else "0"
        if sign:
            quoted = sign.replace('"', "")
            shape += f'" {quoted}"'
        return self._format(("number", shape, strong), {"num_format": shape, "bold": strong})

    def time(self, *, exact: bool) -> Format:
        """A moment to the second, or with milliseconds."""
        shape = "yyyy-mm-dd hh:mm:ss.000" if exact else "yyyy-mm-dd hh:mm:ss"
        return self._format(("time", shape), {"num_format": shape, "align": "left"})

    def text(self, *, right: bool, strong: bool) -> Format:
        """Text, on the right where it stands among numbers. The format ``@`` keeps it text when somebody edits the cell."""
        shape: dict[str, Any] = {"num_format": "@", "bold": strong}
        if right:
            shape["align"] = "right"
        return self._format(("text", right, strong), shape)

    def _format(self, key: tuple[object, ...], shape: dict[str, Any]) -> Format:
        if key not in self._made:
            self._made[key] = self._workbook.add_format(shape)
        return self._made[key]
