"""What a sites file may say, and what is said back when it may not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
import yaml

from deploy.sites import SAMPLE_SITES
from store.clock import BEIJING
from store.errors import SitesFileError
from store.sitesfile import read_sites_file

GOOD = """\
authority: {district: 某区生态环境局, city: 某市生态环境局}
gateways:
  - {id: gw-one}
sites:
  - id: works-one
    name: 示例单位
    industry: cement
    key_unit: true
    sample: true
    outlets:
      - id: works-one-stack
        name: 窑尾
        medium: gas
        oxygen_reference: 10
        monitor: {mn: "888888800000010000000001", gateway: gw-one, protocol: "2017"}
        factors: [a21026, a19001]
        limits:
          - {factor: a21026, basis: hour, max: "200", standard: GB 4915-2013, clause: 表1, from: "2014-03-01"}
"""


def test_a_good_file_keeps_decimals_as_written_and_dates_in_beijing_time() -> None:
    limit = read_sites_file(GOOD.replace('"200"', '"200.00"')).sites[0].outlets[0].limits[0]
    assert str(limit.maximum) == "200.00"
    assert limit.maximum == Decimal(200)
    assert limit.valid_from == datetime(2014, 3, 1, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('max: "200"', "max: 200", 18, "in quotes"),  # a YAML number has lost its decimals
        ('max: "200"', 'max: "2OO"', 18, "not a decimal number"),  # letter O
        ('max: "200"', 'max: "NaN"', 18, "not a finite number"),
        ('max: "200"', 'max: "1", min: "2"', 18, "min 2 is above max 1"),
        ('max: "200", ', "", 18, "needs max, min or both"),
        ("standard: GB", "standrad: GB", 18, "check its spelling"),
        ('from: "2014-03-01"', 'from: "1 March"', 18, "is not a date"),
        ('from: "2014-03-01"', 'from: "2014-03-01", to: "2014-03-01"', 18, "end after it begins"),
        ("factor: a21026", "factor: a21002", 11, "not among the factors"),
        ("gateway: gw-one", "gateway: gw-two", 1, "not listed under gateways"),
        ('protocol: "2017"', "protocol: 2017", 15, "'2017'"),
        ("industry: cement", "industry: steel", 7, "Input should be"),
        ("factors: [a21026, a19001]", "factors: [a21026]", 11, "must measure oxygen"),
        ("medium: gas", "medium: water", 11, "gas outlets only"),
        ("    key_unit: true\n", "", 5, "is missing"),
        ("  - {id: gw-one}", "  - {id: gw-one}\n  - {id: gw-one}", 1, "occurs twice"),
        ("    sample: true\n", "    sample: true\n    sample: false\n", 10, "key 'sample' occurs twice"),
        ("sites:", "sites: [", 5, "not valid YAML"),
        ("oxygen_reference: 10", "day_rule: 10h", 14, "'20h' or '75pct_running'"),
        ("factors: [a21026, a19001]", 'factors: [a21026, a19001]\n        built: "2005"', 17, "is not a day"),
        (
            "factors: [a21026, a19001]",
            'factors: [a21026, a19001]\n        bounds: [{factor: a21002, max: "9"}]',
            11,
            "a bound for a21002, which is not among",
        ),
        (
            "factors: [a21026, a19001]",
            'factors: [a21026, a19001]\n        bounds: [{factor: a21026, min: "9", max: "1"}]',
            17,
            "min 9 is above max 1",
        ),
        (
            "factors: [a21026, a19001]",
            'factors: [a21026, a19001]\n        detection: {a21026: "0"}',
            17,
            "greater than 0",
        ),
        (
            "factors: [a21026, a19001]",
            'factors: [a21026, a19001]\n        exemptions: [{label: starting, factors: [a21026], from: "2026-01-01"}]',
            17,
            "is missing",  # an exemption without the document that grants it
        ),
        (
            'from: "2014-03-01"}',
            'from: "2014-03-01", condition: {built_by: "2005-12-31", above: "1"}}',
            18,
            "exactly one of above, at_most, built_by and built_from",
        ),
        (
            'from: "2014-03-01"}',
            'from: "2014-03-01", condition: {above: "12"}}',
            18,
            "need a factor",
        ),
        (
            "    sample: true\n",
            "    sample: true\n    positive_list:\n"
            '      - {from: "2026-01-01", basis: 甲, decided_by: 乙}\n'
            '      - {from: "2026-05-01", basis: 甲, decided_by: 乙}\n',
            5,
            "overlap from 2026-05-01",
        ),
        ("id: works-one\n", "id: Works One\n", 5, "match pattern"),
    ],
)
def test_an_error_is_named_with_its_line_and_the_way_out(old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    with pytest.raises(SitesFileError) as caught:
        read_sites_file(GOOD.replace(old, new, 1))
    errors = caught.value.facts["errors"]
    assert isinstance(errors, list)
    assert [error["line"] for error in errors if words in error["message"]] == [line], caught.value.message
    assert "nothing was applied" in caught.value.message


def test_every_error_is_reported_at_once() -> None:
    broken = GOOD.replace('max: "200"', "max: 200").replace("industry: cement", "industry: steel")
    with pytest.raises(SitesFileError, match="2 errors"):
        read_sites_file(broken)


def test_overlapping_limits_of_one_clause_are_refused_and_limits_that_follow_each_other_are_not() -> None:
    entry = '          - {factor: a21026, basis: hour, max: "100", standard: GB 4915-2013, clause: 表1, from: "2026-04-01"}\n'
    with pytest.raises(SitesFileError, match="overlap from 2026-04-01"):
        read_sites_file(GOOD + entry)
    followed = GOOD.replace('from: "2014-03-01"', 'from: "2014-03-01", to: "2026-04-01"') + entry
    assert len(read_sites_file(followed).sites[0].outlets[0].limits) == 2


EXEMPTION = '{label: starting, factors: [a21026], hours_per_event: "4", source: 某许可证, from: "%s"}'


def test_an_exemption_for_a_label_that_nobody_can_file_is_refused_with_those_that_can() -> None:
    text = GOOD + f"        exemptions: [{EXEMPTION.replace('starting', 'banked') % '2026-01-01'}]\n"
    with pytest.raises(SitesFileError, match="no mark of a cement can name; there are: accident, starting"):
        read_sites_file(text)


def test_two_exemptions_that_hold_at_the_same_time_for_one_label_are_refused() -> None:
    both = f"        exemptions:\n          - {EXEMPTION % '2026-01-01'}\n          - {EXEMPTION % '2026-06-01'}\n"
    with pytest.raises(
        SitesFileError, match="two exemptions for a21026 under starting overlap from 2026-06-01"
    ):
        read_sites_file(GOOD + both)
    ended = both.replace('"2026-01-01"}', '"2026-01-01", to: "2026-06-01"}')
    assert len(read_sites_file(GOOD + ended).sites[0].outlets[0].exemptions) == 2


@pytest.mark.parametrize("text", ["", "[]", "just words", "\x00", "a: &a [*a, *a]\n", "{" * 500, "- " * 2000])
def test_a_text_that_is_no_sites_file_is_refused_without_a_stack_trace(text: str) -> None:
    with pytest.raises(SitesFileError):
        read_sites_file(text)


def test_aliases_cannot_make_a_small_file_grow_without_end() -> None:
    levels = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(SitesFileError, match="aliases"):
        read_sites_file("\n".join(levels))


def test_the_sample_file_that_ships_is_good_and_marks_every_site_as_sample() -> None:
    found = read_sites_file(SAMPLE_SITES.read_text(encoding="utf-8"))
    assert len(found.sites) == 5
    assert all(site.sample and site.permit is None and site.credit_code is None for site in found.sites)
    assert all(limit.source for site in found.sites for outlet in site.outlets for limit in outlet.limits)


def test_secrets_do_not_show_when_an_entry_is_printed() -> None:
    text = yaml.safe_load(GOOD)
    text["sites"][0]["outlets"][0]["monitor"]["password"] = "geheim77"
    assert "geheim77" not in repr(read_sites_file(yaml.safe_dump(text)))
