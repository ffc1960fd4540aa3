"""What of an hour of a stack counts: the hour frame or the minutes, and the mark that the hour gets (regulation.md B.1)."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.judgement.marks import (
    ABNORMAL_SECONDS,
    CONDITIONS,
    HOUR_SECONDS,
    MEASURED,
    VALID_SECONDS,
    hour_status,
    reasons_of,
)
from alerts.judgement.minutes import Minutes, status_of
from alerts.judgement.statements import reasons_of_taken
from alerts.judgement.subject import Subject
from alerts.judgement.values import NO_DATA, NORMAL, OVER_RANGE, UNKNOWN, Rules, Sample


@dataclass(frozen=True, slots=True)
class Evidence:
    """What counts of an hour before it is compared.

    Attributes
    ----------
    status : the mark of the hour
    judged_on : ``reported`` or ``recomputed``; None when nothing came
    shortage : why too little is valid
    taken : why device marks and failed checks take the hour out
    """

    status: str
    judged_on: str | None
    shortage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def evidence_of(
    subject: Subject, frame: Sample | None, minutes: Minutes, folds: bool, rules: Rules
) -> Evidence:
    """Whether the hour frame or the minutes count, and the mark of the hour."""
    if frame is None and minutes.source is None:
        return Evidence(NORMAL, None)
    notes: tuple[str, ...] = ()
    expected = minutes.source is not None or subject.minute_seconds is not None
    if minutes.covered_seconds < HOUR_SECONDS and expected:
        notes += ("minutes_incomplete",)
    if minutes.seconds.get(OVER_RANGE):
        notes += ("over_range_minutes",)
    enough = minutes.valid_seconds >= VALID_SECONDS
    status = NO_DATA if frame is None else _frame_status(frame, folds, subject.missing_flag)
    if sum(minutes.taken.values()) > ABNORMAL_SECONDS:
        return _taken_out(status, minutes, "recomputed" if frame is None else "reported", notes)
    if frame is None or (status == NO_DATA and enough):
        if frame is not None:
            notes += ("value_not_a_number",)
        elif subject.reports_hour:
            notes += ("hour_frame_missing",)
        return _from_minutes(minutes, notes)
    if status == NO_DATA:
        return Evidence(status, "reported", ("value_not_a_number",), notes)
    if (status in MEASURED or status == UNKNOWN) and minutes.abnormal_seconds > ABNORMAL_SECONDS:
        return _too_few(minutes, "reported", notes)
    if status == NORMAL and minutes.seconds and (lasting := _proved(minutes)) in CONDITIONS:
        status = lasting
    without_marked = minutes.hidden > 0 and enough
    if without_marked:
        notes += ("taken_minutes_left_out",)
    elif minutes.taken and (minutes.hidden or minutes.source is None):
        notes += ("taken_minutes_in_value",)
    on_minutes = without_marked or (rules.hour_judged_on == "recomputed" and enough)
    return Evidence(status, "recomputed" if on_minutes and status in MEASURED else "reported", (), notes)


def _from_minutes(minutes: Minutes, notes: tuple[str, ...]) -> Evidence:
    if minutes.valid_seconds >= VALID_SECONDS:
        lasting = _proved(minutes)
        if minutes.hidden:
            notes += ("taken_minutes_left_out",)
        return Evidence(lasting if lasting in CONDITIONS else NORMAL, "recomputed", (), notes)
    if minutes.valid_seconds + minutes.unknown_seconds >= VALID_SECONDS:
        return Evidence(UNKNOWN, "recomputed", (), notes)
    return _too_few(minutes, "recomputed", notes)


def _taken_out(flagged: str, minutes: Minutes, judged_on: str, notes: tuple[str, ...]) -> Evidence:
    """Statements take out more than 15 minutes. The reasons of the flag stay beside theirs: over range stays suspected."""
    taken = reasons_of_taken(minutes.taken)
    if flagged not in (UNKNOWN, NO_DATA):
        taken += reasons_of(flagged)
    label = max(sorted(minutes.taken), key=lambda name: minutes.taken[name])
    return Evidence(label, judged_on, (), notes, taken)


def _too_few(minutes: Minutes, judged_on: str, notes: tuple[str, ...]) -> Evidence:
    status = _proved(minutes)
    taken = reasons_of_taken(minutes.taken)
    if taken and status not in minutes.taken:
        taken += reasons_of(status)
    return Evidence(status, judged_on, ("too_few_valid_minutes",), notes, taken)


def _proved(minutes: Minutes) -> str:
    """The mark that the minutes prove; those without a mark prove nothing."""
    return hour_status({status: length for status, length in minutes.seconds.items() if status != UNKNOWN})


def _frame_status(frame: Sample, folds: bool, missing_flag: str) -> str:
    """A device that sends only the folded value of a folded factor has sent a number."""
    if folds and frame.value is None and frame.folded is not None:
        return NORMAL if frame.status == UNKNOWN and missing_flag == "valid" else frame.status
    return status_of(frame, missing_flag)
