"""Who is told and when: routes, shifts over midnight, quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notify.plan import Telling, recipients
from store.channelsentries import Plan
from store.channelsfile import read_channels_file
from store.clock import BEIJING

FILE = """
channels:
  - {id: duty, kind: webhook, url: "https://duty.invalid/in", secret: "0123456789abcdef"}
  - {id: night, kind: webhook, url: "https://night.invalid/in", secret: "0123456789abcdef"}
  - {id: water, kind: webhook, url: "https://water.invalid/in", secret: "0123456789abcdef"}
  - {id: leaders, kind: webhook, url: "https://leaders.invalid/in", secret: "0123456789abcdef"}
shifts:
  - {id: office, days: [mon, tue, wed, thu, fri], from: "08:30", to: "18:00"}
  - {id: night, days: [fri], from: "18:00", to: "08:30"}
  - {id: sunday, days: [sun], from: "00:00", to: "00:00"}
quiet_hours: {from: "22:00", to: "06:30", except: [serious, critical]}
default: [duty]
routes:
  - {channels: [water], sites: [wwtp], shifts: [office]}
  - {channels: [night], shifts: [night], severities: [serious, critical]}
  - {channels: [leaders], purposes: [escalated], through_quiet: true}
  - {channels: [], codes: [flood]}
  - {channels: [leaders, duty], shifts: [sunday], codes: [gateway_offline]}
  - {channels: [duty], severities: [info], codes: [clock_skew]}
"""

PLAN: Plan = read_channels_file(FILE).plan()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


# 2026-05-04 is a Monday.
CASES = [
    # what: purpose, severity, site, code; when; who is told at which moment; remark
    (("raised", "warning", "wwtp", "exceedance_day"), "2026-05-04T08:30", {"water": "2026-05-04T08:30"}, "a shift begins"),
    (("raised", "warning", "wwtp", "exceedance_day"), "2026-05-04T18:00", {"duty": "2026-05-04T18:00"}, "and is over"),
    (("raised", "warning", "wwtp", "exceedance_day"), "2026-05-09T12:00", {"duty": "2026-05-09T12:00"}, "a Saturday"),
    (("raised", "warning", "kiln", "exceedance_hour"), "2026-05-04T12:00", {"duty": "2026-05-04T12:00"}, "no route"),
    (("raised", "warning", "kiln", "exceedance_hour"), "2026-05-04T22:00", {"duty": "2026-05-05T06:30"}, "quiet begins"),
    (("raised", "warning", "kiln", "exceedance_hour"), "2026-05-05T06:29", {"duty": "2026-05-05T06:30"}, "still quiet"),
    (("raised", "warning", "kiln", "exceedance_hour"), "2026-05-05T06:30", {"duty": "2026-05-05T06:30"}, "no longer"),
    (("raised", "serious", "kiln", "exceedance_hour"), "2026-05-04T23:00", {"duty": "2026-05-04T23:00"}, "too grave"),
    (("raised", "critical", None, "ingest_down"), "2026-05-09T03:00", {"night": "2026-05-09T03:00"}, "Friday's night"),
    (("raised", "critical", None, "ingest_down"), "2026-05-10T03:00", {"duty": "2026-05-10T03:00"}, "Saturday's is none"),
    (("escalated", "warning", "kiln", "data_missing"), "2026-05-04T23:00", {"leaders": "2026-05-04T23:00"}, "through"),
    (("raised", "warning", "kiln", "flood"), "2026-05-04T12:00", {}, "for nobody"),
    (
        ("raised", "serious", None, "gateway_offline"),
        "2026-05-10T23:59",
        {"leaders": "2026-05-10T23:59", "duty": "2026-05-10T23:59"},
        "a shift round the clock",
    ),
    (("raised", "info", "kiln", "exceedance_hour"), "2026-05-04T12:00", {}, "info is for the record"),
    (("raised", "info", None, "clock_skew"), "2026-05-04T12:00", {"duty": "2026-05-04T12:00"}, "unless a route wants it"),
    (("operations", "serious", None, None), "2026-05-04T12:00", {"duty": "2026-05-04T12:00"}, "Outfall itself"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "when", "told", "remark"), CASES)
def test_the_plan_says_who_is_told_and_when(
    what: tuple[str, str, str | None, str | None], when: str, told: dict[str, str], remark: str
) -> None:
    found = recipients(PLAN, Telling(*what), at(when))
    assert found == {channel: at(moment) for channel, moment in told.items()}, remark


@given(st.integers(0, 366 * 24 * 60), st.sampled_from(["warning", "serious", "critical"]))
def test_whatever_the_moment_somebody_is_told_within_nine_hours(minutes: int, severity: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=BEIJING) + timedelta(minutes=minutes)
    found = recipients(PLAN, Telling("raised", severity, "kiln", "exceedance_hour"), moment)
    assert found
    for earliest in found.values():
        assert moment <= earliest
        assert (earliest - moment).total_seconds() <= 8.5 * 3600
        assert severity == "warning" or earliest == moment


def test_the_head_hears_of_an_escalation_only_when_the_supervisor_did_not_help() -> None:
    route = "  - {channels: [leaders], purposes: [escalated], from_level: 2}\n"
    plan = read_channels_file(FILE.partition("routes:")[0] + "routes:\n" + route).plan()
    noon = at("2026-05-04T12:00")
    told = [
        list(recipients(plan, Telling("escalated", "serious", "kiln", "flood", level), noon))
        for level in (1, 2)
    ]
    assert told == [["duty"], ["leaders"]]


def test_a_plan_kept_as_json_is_the_same_plan() -> None:
    assert Plan.model_validate(PLAN.model_dump(mode="json", by_alias=True)) == PLAN
