"""The sample sites file says what regulation.md says, and no more."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.simulator.sample import SITES

#: (standard, beginning of the clause, factor) -> the numbers of regulation.md A.3, A.4 and A.5.
SHEET = {
    ("GB 4915-2013", "表1", "a34013"): {"30"},
    ("GB 4915-2013", "表1", "a21026"): {"200"},
    ("GB 4915-2013", "表1", "a21002"): {"400"},
    ("GB 4915-2013", "表1", "a21001"): {"10"},
    ("GB 13223-2011", "表1", "a34013"): {"30"},
    ("GB 13223-2011", "表1", "a21026"): {"100"},
    ("GB 13223-2011", "表1", "a21002"): {"100"},
    ("GB 18918-2002", "表1 一级A", "w01018"): {"50"},
    ("GB 18918-2002", "表1 一级A", "w01012"): {"10"},
    ("GB 18918-2002", "表1 一级A", "w21001"): {"15"},
    ("GB 18918-2002", "表1 一级A", "w21011"): {"0.5"},
    ("GB 18918-2002", "表1 一级A 注②", "w21003"): {"5", "8"},
    ("GB 18918-2002", "表1 一级B", "w01018"): {"60"},
    ("GB 18918-2002", "表1 一级B", "w21011"): {"1"},
    ("GB 18918-2002", "表1 一级B 注②", "w21003"): {"8", "15"},
    ("GB 18918-2002", "表1", "w01001"): {"9"},
    ("GB 18918-2002", "表1（修改单）", "w01001"): {"9"},
}


def test_the_five_units_are_samples_without_permits_codes_or_listings() -> None:
    assert len(SITES.sites) == 5
    for site in SITES.sites:
        assert site.sample
        assert site.permit is None
        assert site.credit_code is None
        assert site.positive_list == ()
        assert site.note is not None and "示例配置，未经核实" in site.note


def test_every_limit_is_a_number_of_the_sheet_and_names_its_source() -> None:
    seen: dict[tuple[str, str, str], set[str]] = {}
    for site in SITES.sites:
        for outlet in site.outlets:
            for limit in outlet.limits:
                assert limit.source, f"{outlet.id} {limit.factor}"
                seen.setdefault((limit.standard, limit.clause, limit.factor), set()).add(str(limit.maximum))
    assert seen == SHEET


def test_ammonia_switches_at_twelve_degrees() -> None:
    outlets = {outlet.id: outlet for site in SITES.sites for outlet in site.outlets}
    for name, warm, cold in [("jiangyuan-outlet", "5", "8"), ("lijiashan-outlet", "8", "15")]:
        found = {}
        for limit in outlets[name].limits:
            if limit.condition is not None:
                assert limit.condition.factor == "w01010"
                bound = (
                    limit.condition.above if limit.condition.above is not None else limit.condition.at_most
                )
                assert bound == Decimal("12")
                found[limit.condition.above is not None] = str(limit.maximum)
        assert found == {True: warm, False: cold}


def test_the_inlet_is_not_judged_and_only_what_the_standard_folds_is_folded() -> None:
    outlets = {outlet.id: outlet for site in SITES.sites for outlet in site.outlets}
    assert not outlets["jiangyuan-inlet"].judged
    references = {name: outlet.oxygen_reference for name, outlet in outlets.items() if outlet.medium == "gas"}
    assert references == {
        "qilianshan-kiln-tail": Decimal(10),
        "qilianshan-kiln-head": None,
        "xining-thermal-stack": Decimal(6),
    }


def test_every_dialect_is_there() -> None:
    protocols = [o.monitor.protocol for site in SITES.sites for o in site.outlets if o.monitor is not None]
    assert sorted(protocols) == ["2005", "2017", "2017", "2017", "2017", "2025", "json"]
