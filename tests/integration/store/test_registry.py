"""The registry on two time axes: when something holds, and when it was believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from deploy.sites import SAMPLE_SITES
from store.apply import ApplyReport, apply_sites
from store.clock import BEIJING
from store.database import Connection, connect, rows
from store.errors import Conflict
from store.export import export_sites
from store.model import Limit, Outlet
from store.registry import load_registry
from store.sitesfile import read_sites_file

SAMPLE = SAMPLE_SITES.read_text(encoding="utf-8")
FIRST = datetime(2026, 6, 1, 9, 30, tzinfo=BEIJING)
SECOND = FIRST + timedelta(days=10)
THIRD = FIRST + timedelta(days=20)
SO2_LIMIT = "{factor: a21026, basis: hour, max: "


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with connect(database, name="test") as opened:
        yield opened


def apply(connection: Connection, text: str, at: datetime) -> ApplyReport:
    return apply_sites(connection, read_sites_file(text), actor="tester", at=at)


def kiln_tail(connection: Connection, at: datetime, known_at: datetime | None = None) -> Outlet:
    return load_registry(connection, at=at, known_at=known_at).outlet("qilianshan-kiln-tail")


def so2(outlet: Outlet) -> list[Limit]:
    return [limit for limit in outlet.limits if limit.factor == "a21026"]


def test_the_sample_file_is_read_back_as_it_was_written(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    registry = load_registry(connection, at=FIRST)
    written = read_sites_file(SAMPLE)
    assert [site.id for site in registry.sites] == [site.id for site in written.sites]
    assert set(registry.gateways) == {gateway.id for gateway in written.gateways}
    for site, entry in zip(registry.sites, written.sites, strict=True):
        assert [outlet.id for outlet in site.outlets] == [outlet.id for outlet in entry.outlets]
        for outlet, described in zip(site.outlets, entry.outlets, strict=True):
            assert outlet.factors == described.factors
            assert len(outlet.limits) == len(described.limits)
            assert outlet.monitor is not None
            assert described.monitor is not None
            assert registry.by_mn(described.monitor.mn) == outlet


def test_applying_the_same_file_again_changes_nothing(connection: Connection) -> None:
    first = apply(connection, SAMPLE, FIRST)
    again = apply(connection, SAMPLE, SECOND)
    assert first.changes
    assert again.changes == ()
    with rows(connection) as cursor:
        audits = cursor.execute("select action from audit_event").fetchall()
    assert len(audits) == 1


def test_an_exported_registry_applies_without_a_change(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    exported = export_sites(load_registry(connection, at=FIRST), secrets=True)
    assert apply(connection, exported, SECOND).changes == ()


def test_an_export_without_secrets_holds_no_password_and_no_key(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    exported = export_sites(load_registry(connection, at=FIRST), secrets=False)
    assert "password" not in exported.partition("\n")[2]
    assert "sm4_key" not in exported


def test_a_renamed_outlet_has_its_old_name_in_the_past_and_the_new_one_from_now_on(
    connection: Connection,
) -> None:
    apply(connection, SAMPLE, FIRST)
    report = apply(connection, SAMPLE.replace("name: 窑尾", "name: 窑尾排口"), SECOND)
    assert report.changes == ("outlet qilianshan-kiln-tail: changed (name)",)
    assert kiln_tail(connection, SECOND - timedelta(hours=1)).name == "窑尾"
    assert kiln_tail(connection, THIRD).name == "窑尾排口"


def test_a_corrected_limit_holds_for_its_whole_time_and_what_was_believed_before_stays_answerable(
    connection: Connection,
) -> None:
    apply(connection, SAMPLE, FIRST)
    apply(connection, SAMPLE.replace(SO2_LIMIT + '"200"', SO2_LIMIT + '"100"', 1), SECOND)
    (believed_now,) = so2(kiln_tail(connection, THIRD))
    (believed_then,) = so2(kiln_tail(connection, THIRD, known_at=SECOND - timedelta(hours=1)))
    assert (believed_now.maximum, believed_then.maximum) == (Decimal(100), Decimal(200))
    assert believed_now.valid_from == believed_then.valid_from
    assert believed_now.key != believed_then.key


def test_a_limit_that_leaves_the_file_ends_then_and_not_before(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    start = SAMPLE.index("          - " + SO2_LIMIT)
    end = SAMPLE.index("          - {", start + 1)
    apply(connection, SAMPLE[:start] + SAMPLE[end:], SECOND)
    (ended,) = so2(kiln_tail(connection, THIRD))
    assert ended.valid_to == SECOND
    assert ended.in_force(SECOND - timedelta(seconds=1))
    assert not ended.in_force(SECOND)


def test_a_site_that_leaves_the_file_is_gone_now_and_there_in_the_past(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    apply(connection, "authority: {district: 甲, city: 乙}\ngateways: []\nsites: []\n", SECOND)
    assert load_registry(connection, at=THIRD).sites == ()
    assert load_registry(connection, at=THIRD).gateways == ()
    assert len(load_registry(connection, at=SECOND - timedelta(hours=1)).sites) == 5


def test_an_outlet_cannot_change_its_medium_and_nothing_of_that_file_is_applied(
    connection: Connection,
) -> None:
    small = (
        "authority: {district: 甲, city: 乙}\ngateways: []\nsites:\n  - id: unit-a\n    name: 甲单位\n    industry: other\n"
        "    key_unit: false\n    sample: true\n    outlets:\n      - {id: out-a, name: 排口, medium: gas, factors: [a21026]}\n"
    )
    apply(connection, small, FIRST)
    with pytest.raises(Conflict, match="id of its own"):
        apply(connection, small.replace("medium: gas", "medium: water").replace("甲单位", "乙单位"), SECOND)
    assert load_registry(connection, at=THIRD).site("unit-a").name == "甲单位"


def test_a_changed_limit_asks_for_judgement_of_the_hours_that_have_readings(connection: Connection) -> None:
    apply(connection, SAMPLE, FIRST)
    outlet = kiln_tail(connection, FIRST)
    connection.execute(
        "insert into reading (data_time, outlet_key, kind, factor, revision, value, status, message_id, received_at)"
        " values (%s, %s, 'hour', 'a21026', 1, 150, 'normal', 1, %s)",
        (FIRST - timedelta(days=3), outlet.key, FIRST),
    )
    apply(connection, SAMPLE.replace(SO2_LIMIT + '"200"', SO2_LIMIT + '"100"', 1), SECOND)
    touched = connection.execute("select outlet_key, from_time, to_time, cause from touched").fetchall()
    assert touched == [
        (outlet.key, (FIRST - timedelta(days=3)).replace(minute=0), SECOND, "limit"),
    ]


CHOICES = """\
        detection: {a21026: "1.5"}
        comparison: rounded
        day_rule: 75pct_running
        instant: judge
        built: "2004-07-01"
        exemptions:
          - {label: starting, factors: [a21026, a21002], hours_per_event: "8", hours_per_year: "60", ceiling: "400",
             source: 示例许可证第 3 页, from: "2026-01-01"}
"""
PLACE = "        oxygen_reference: 10    # GB 4915-2013 4.1.4：水泥窑"


def with_choices(text: str = CHOICES) -> str:
    assert PLACE in SAMPLE
    return SAMPLE.replace(PLACE, text + PLACE, 1)


def test_choices_and_exemptions_of_an_outlet_are_read_back_and_exported_as_they_were_written(
    connection: Connection,
) -> None:
    apply(connection, with_choices(), FIRST)
    outlet = kiln_tail(connection, FIRST)
    bounds = {bound.factor: bound.maximum for bound in outlet.options.bounds}
    assert bounds["a21026"] == Decimal(1000), "as the sample file has it"
    assert outlet.options.detection == (("a21026", Decimal("1.5")),)
    assert (outlet.options.comparison, outlet.options.day_rule) == ("rounded", "75pct_running")
    assert (outlet.options.instant, outlet.options.temperature) == ("judge", "mean")
    assert str(outlet.options.built) == "2004-07-01"
    exemption = outlet.exemptions[0]
    assert (exemption.label, exemption.factors) == ("starting", ("a21026", "a21002"))
    assert (exemption.hours_per_event, exemption.hours_per_year) == (Decimal(8), Decimal(60))
    assert (exemption.ceiling, exemption.source) == (Decimal(400), "示例许可证第 3 页")
    exported = export_sites(load_registry(connection, at=FIRST), secrets=True)
    assert apply(connection, exported, SECOND).changes == ()


def test_a_changed_exemption_replaces_the_belief_and_a_removed_one_ends(connection: Connection) -> None:
    apply(connection, with_choices(), FIRST)
    apply(connection, with_choices(CHOICES.replace('"60"', '"30"')), SECOND)
    assert [entry.hours_per_year for entry in kiln_tail(connection, SECOND).exemptions] == [Decimal(30)]
    assert kiln_tail(connection, SECOND, known_at=FIRST).exemptions[0].hours_per_year == Decimal(60)
    apply(connection, SAMPLE, THIRD)
    ended = kiln_tail(connection, THIRD).exemptions[0]
    assert ended.valid_to == THIRD
    assert ended.in_force(SECOND)
    assert not ended.in_force(THIRD)
