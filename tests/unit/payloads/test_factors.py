"""The factor table: whole, unambiguous, and in the units of the field."""

from __future__ import annotations

import pytest

from store.errors import NotFound
from store.factors import factor, factor_of_old_code, factors, find_factor, name_of

OF_THE_SITES = (
    "a34013 a21026 a21002 a19001 a21001 a01011 a01012 a01013 a01014 a00000 "
    "w00000 w01001 w01010 w01012 w01018 w21001 w21003 w21011"
)


@pytest.mark.parametrize("code", OF_THE_SITES.split())
def test_every_factor_of_the_sites_has_a_name_and_a_medium(code: str) -> None:
    found = factor(code)
    assert found.name_zh
    assert found.name_en
    assert found.medium == ("water" if code.startswith("w") else "gas")


def test_the_table_is_whole_and_old_codes_are_unambiguous_within_a_medium() -> None:
    assert len(factors()) == 97
    old = [(found.old_code, found.medium) for found in factors().values() if found.old_code]
    assert len(old) == len(set(old))


UNITS = [
    ("a21026", "二氧化硫", "mg/m³", "kg", 2),
    ("a21001", "氨", "mg/m³", "kg", 3),
    ("a00000", "废气", "m³/s", "m³", 1),
    ("w00000", "污水", "L/s", "m³", 2),
    ("w01018", "化学需氧量", "mg/L", "kg", 1),
    ("w01001", "pH值", None, None, 2),
    ("w20117", "六价铬", "µg/L", "g", 3),
    ("a19001", "氧气含量", "%", None, 1),
    ("a34013", "颗粒物", "mg/m³", "kg", 0),
    ("a05024", "臭氧", "µg/m³", None, None),
]


@pytest.mark.parametrize(("code", "name", "unit", "total", "decimals"), UNITS)
def test_a_factor_has_the_units_of_the_field(
    code: str, name: str, unit: str | None, total: str | None, decimals: int | None
) -> None:
    found = factor(code)
    assert (found.name_zh, found.unit, found.total_unit, found.decimals) == (name, unit, total, decimals)


def test_where_the_standard_prints_nanograms_the_row_says_so() -> None:
    assert {code for code, found in factors().items() if found.note and "ng/m³" in found.note} == {
        "a05002",
        "a21001",
        "a34001",
        "a34002",
        "a34004",
    }


def test_an_old_code_means_different_things_in_water_and_gas() -> None:
    assert [
        factor_of_old_code(code, medium) for code, medium in (("01", "water"), ("011", "gas"), ("011", "x"))
    ] == [None] * 3
    found = factor_of_old_code("01", "gas")
    assert found is not None
    assert found.code == "a34013"


def test_an_unknown_code_is_named_by_itself_and_refused_where_one_is_needed() -> None:
    assert find_factor("a50001") is None
    assert name_of("a50001") == "a50001"
    assert name_of("a21026") == "二氧化硫"
    with pytest.raises(NotFound, match="a50001"):
        factor("a50001")
