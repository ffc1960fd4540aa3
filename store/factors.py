"""Monitoring factors (监测因子): the code tables of HJ 212-2017 with the unit that sites really use.

The rows stand in ``factors.csv`` (hj212.md sections 11.1 and 11.2). Where the table prints ng/m³ for ammonia, methane and the
particulate fractions, the row has the unit of the field and a note. A code alone never proves a unit: the limits of an outlet
are in the unit that its permit uses.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from store.errors import NotFound
from store.language import language

Medium = Literal["water", "gas"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One monitored quantity.

    Attributes
    ----------
    code : HJ 212-2017 code, e.g. ``a21026``
    old_code : HJ/T 212-2005 code, e.g. ``02``; None when there was none
    medium : ``water`` or ``gas``; ambient and flue-gas factors are both ``gas``
    name_zh, name_en : name for people
    unit : of a concentration or quantity; None for pH and other plain numbers
    total_unit : of the accumulated amount (``-Cou``); None when none is accumulated
    type : ``Na.b`` as the 2017 table declares it: up to a integer digits and b decimals; None outside the table
    type_2025 : the same in 2025 where it differs (second hand)
    note : what is odd about the row
    """

    code: str
    old_code: str | None
    medium: Medium
    name_zh: str
    name_en: str
    unit: str | None
    total_unit: str | None
    type: str | None
    type_2025: str | None
    note: str | None

    @property
    def decimals(self) -> int | None:
        """Decimals of the declared type, for encoding and display; None outside the table."""
        if self.type is None:
            return None
        return int(self.type.partition(".")[2] or 0)


@cache
def factors() -> dict[str, Factor]:
    """Every factor by its 2017 code, in the order of the standard."""
    text = resources.files("store").joinpath("factors.csv").read_text(encoding="utf-8")
    return {row["code"]: _factor(row) for row in csv.DictReader(text.splitlines())}


def _factor(row: dict[str, str]) -> Factor:
    optional = {
        name: row[name] or None for name in ("old_code", "unit", "total_unit", "type", "type_2025", "note")
    }
    return Factor(
        code=row["code"],
        medium=cast(Medium, row["medium"]),
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        **optional,
    )


@cache
def _by_old_code() -> dict[tuple[str, str], Factor]:
    return {(factor.old_code, factor.medium): factor for factor in factors().values() if factor.old_code}


def find_factor(code: str) -> Factor | None:
    """The factor of a 2017 code; None for a code outside the tables."""
    return factors().get(code)


def factor(code: str) -> Factor:
    """The factor of a 2017 code. Raises NotFound for a code outside the tables; `find_factor` gives None instead."""
    found = find_factor(code)
    if found is None:
        raise NotFound(
            f"no factor has the code {code!r}; the codes stand in store/factors.csv",
            code="factor_unknown",
            factor=code,
        )
    return found


def factor_of_old_code(old_code: str, medium: str) -> Factor | None:
    """The factor of a 2005 code within a medium (``01`` is particulate in gas and nothing in water); None when there is none."""
    return _by_old_code().get((old_code, medium))


def name_of(code: str) -> str:
    """Name for people in the language that texts come in; the code itself when it is in no table."""
    found = find_factor(code)
    if found is None:
        return code
    return found.name_en if language() == "en" else found.name_zh
