"""Records fall due in order, a restart goes on where it was, and an outage holds back and releases."""

from __future__ import annotations

from collections import Counter
from itertools import islice, takewhile

from deploy.simulator.episodes import Episode
from deploy.simulator.timeline import HOURLY, Record, first_position, periods, records, released
from tests.unit.simulator.sample import DAY, HOUR, MIDNIGHT, source

TAIL = source("qilianshan-kiln-tail")


def until(source_due: int, after: dict[str, int]) -> list[Record]:
    return list(takewhile(lambda record: record.due <= source_due, records(TAIL, after)))


def test_a_day_has_every_record_once_and_frames_come_just_after_their_period() -> None:
    day = until(MIDNIGHT + DAY + 60, first_position(TAIL, MIDNIGHT))
    assert Counter(record.kind for record in day) == {
        "realtime": 1441 + 0,
        "facility": 25,
        "minute": 144,
        "hour": 24,
        "day": 1,
    }
    lengths = periods(TAIL)
    assert [record.due for record in day] == sorted(record.due for record in day)
    assert all(0 < record.due - record.start - lengths[record.kind] < 60 for record in day)


def test_going_on_after_what_was_sent_repeats_and_skips_nothing() -> None:
    whole = until(MIDNIGHT + 7 * HOUR, first_position(TAIL, MIDNIGHT))
    part = whole[: len(whole) // 3]
    after = first_position(TAIL, MIDNIGHT)
    for record in part:
        after[record.kind] = record.start
    assert part + until(MIDNIGHT + 7 * HOUR, after) == whole


def test_an_outage_holds_records_back_and_lets_a_fresh_one_go_first() -> None:
    outage = Episode("outage", TAIL.outlet, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)
    plain = until(MIDNIGHT + 3 * HOUR, first_position(TAIL, MIDNIGHT))
    steps = list(islice(released(iter(plain), [outage]), len(plain)))
    assert sorted(step.record for step in steps) == sorted(plain)
    order = [step.record for step in steps]
    held = [record for record in plain if outage.covers(record.due)]
    first = order.index(held[0])
    assert order[first - 1].due >= outage.end, "fresh data first"
    assert order[first : first + len(held)] == held
    assert any(record.kind == HOURLY for record in held)


def test_a_fresh_record_counts_as_sent_only_after_everything_that_was_held_back() -> None:
    outage = Episode("outage", TAIL.outlet, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR)
    plain = until(MIDNIGHT + 3 * HOUR, first_position(TAIL, MIDNIGHT))
    settled: list[Record] = []
    for step in released(iter(plain), [outage]):
        settled += step.settles
        after = first_position(TAIL, MIDNIGHT)
        for record in settled:
            after[record.kind] = max(record.start, after[record.kind])
        missing = set(until(settled[-1].due if settled else 0, first_position(TAIL, MIDNIGHT))) - set(settled)
        assert all(record.start > after[record.kind] for record in missing), "a restart would lose a record"
