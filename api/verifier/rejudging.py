"""Whether period values and verdicts follow from readings, limits, marks and checks (re-judging).

The newest revision of every hour and day is judged again, with the registry of when it was computed and with everything that was
known when the checkpoint was signed: a revision stays the newest as long as judging again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from alerts.judgement.collecting import factors_wanted, in_order, received_of, samples_of
from alerts.judgement.day import judge_day
from alerts.judgement.day_values import HourResult, hour_result, hours_of
from alerts.judgement.hour import judge_hour
from alerts.judgement.subject import Subject, subject_of
from alerts.judgement.values import Period, Rules
from api.verifier.believed import Believed
from api.verifier.description import Description
from api.verifier.outcome import Check
from api.verifier.periods import Periods, Revision, differences
from api.verifier.readings import Readings
from api.verifier.records import Records
from api.verifier.statements import Spoken
from store.clock import DAY, day_start
from store.errors import NotFound

RULE_SETS = tuple(
    Rules(*chosen)
    for chosen in product(
        ("reported", "recomputed"), ("recomputed", "reported"), ("until_next_valid", "same_hour")
    )
)
"""Every choice of the settings, the usual one first."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""What receives and what judges may run on machines whose clocks differ so much."""

Step = Callable[[int], None]


class Known(NamedTuple):
    """As of when the registry, and as of when readings, marks and checks are known."""

    registry: datetime
    rest: datetime


Judge = Callable[[datetime, Known, Rules], Mapping[str, Period]]
"""Judges one hour or day, by factor."""


class Rejudging:
    """Judges the hours and days of one outlet again."""

    def __init__(
        self,
        description: Description,
        outlet_key: int,
        records: Records,
        believed: Believed,
        readings: Readings,
        sealed_at: datetime,
    ) -> None:
        self._description = description
        self._key = outlet_key
        self._name = description.outlets[outlet_key]
        self._believed = believed
        self._readings = readings
        self._sealed_at = sealed_at
        self._spoken = Spoken(records, outlet_key)
        self._subjects: dict[int, Subject | None] = {}
        self._unjudged_days = {day_start(hour) for hour in description.unjudged}
        self.hours = Periods(records, outlet_key, "hour")
        self.days = Periods(records, outlet_key, "day")

    def run(self, check: Check, step: Step) -> int:
        """Judge everything; says in the check what does not follow. The number of period values. Raises Malformed."""
        count = 0
        for periods, judge in ((self.hours, self._judge_hour), (self.days, self._judge_day)):
            periods.check_revisions(check, self._name)
            starts: dict[datetime, dict[str, Revision]] = {}
            for (factor, start), revisions in periods.revisions.items():
                starts.setdefault(start, {})[factor] = revisions[-1]
            for start in sorted(starts):
                self._check_start(check, start, starts[start], judge)
                count += len(starts[start])
                step(len(starts[start]))
        self._check_absent(check)
        return count

    def _check_start(
        self, check: Check, start: datetime, stored: Mapping[str, Revision], judge: Judge
    ) -> None:
        """Judge one hour or day: with the registry of when it was computed, and everything that was known in the end.

        It must also follow from what was known when it was computed: a verdict cannot rest on what came after it.
        """
        usual = self._description.rules
        for computed_at in sorted({revision.computed_at for revision in stored.values()}):
            mine = {factor: each for factor, each in stored.items() if each.computed_at == computed_at}
            last = judge(start, Known(computed_at, self._sealed_at), usual)
            then = judge(start, Known(computed_at, computed_at), usual)
            for factor, revision in mine.items():
                fits_last, fits_then = (_fits(revision.period, judged.get(factor)) for judged in (last, then))
                if not fits_last or not fits_then:
                    self._explain(check, start, revision, judge, fits_last=fits_last, fits_then=fits_then)

    def _explain(
        self,
        check: Check,
        start: datetime,
        revision: Revision,
        judge: Judge,
        *,
        fits_last: bool,
        fits_then: bool,
    ) -> None:
        """Say what is wrong with a period value, unless another clock or a later registry explains it."""
        stored, computed_at, sealed_at = revision.period, revision.computed_at, self._sealed_at
        facts = {"outlet": self._name, "factor": stored.factor, "span": stored.span, "start": start}
        usual = self._description.rules

        def follows(known: Known, rules: Rules = usual) -> bool:
            return _fits(stored, judge(start, known, rules).get(stored.factor))

        if fits_last or follows(Known(sealed_at, sealed_at)):
            later = computed_at + CLOCKS_DIFFER
            if not fits_then and not follows(Known(later, later)):
                check.doubt("computed_before_its_grounds", **facts, computed=computed_at)
            return
        judged = judge(start, Known(computed_at, sealed_at), usual).get(stored.factor)
        if judged is None:
            check.fail("not_judged_by_registry", **facts)
        elif judged.rule != stored.rule:
            check.doubt("judged_by_other_rules", **facts, rule=stored.rule, known=judged.rule)
        elif day_start(start) in self._unjudged_days:
            check.doubt("waited_for_judgement", **facts)
        elif fits_then:
            check.doubt("judged_before_the_last_news", **facts, computed=computed_at)
        else:
            for rules in RULE_SETS:
                if follows(Known(computed_at, sealed_at), rules):
                    check.doubt("judged_with_other_settings", **facts, settings=_told(rules))
                    return
            for name, told, expected in differences(stored, judged):
                check.fail("judged_differently", **facts, name=name, told=told, expected=expected)

    def _subject(self, known_at: datetime) -> Subject | None:
        number = self._believed.number(known_at)
        if number not in self._subjects:
            try:
                self._subjects[number] = subject_of(self._believed.state(number).outlet_by_key(self._key))
            except NotFound:
                self._subjects[number] = None
        return self._subjects[number]

    def _judge_hour(self, hour: datetime, known: Known, rules: Rules) -> dict[str, Period]:
        subject = self._subject(known.registry)
        if subject is None:
            return {}
        wanted = factors_wanted(subject)
        frames, minutes, realtime = (
            samples_of(self._readings.of(kind, wanted, hour, known.rest))
            for kind in ("hour", "minute", "realtime")
        )
        came = received_of(frames, minutes, realtime)
        received = {factor: came[factor, hour] for factor in wanted if (factor, hour) in came}
        statements = self._spoken.on(day_start(hour), known.rest)
        judged = judge_hour(subject, hour, received, rules, subject.factors, statements)
        return {period.factor: in_order(period) for period in judged}

    def _judge_day(self, day: datetime, known: Known, rules: Rules) -> dict[str, Period]:
        subject = self._subject(known.registry)
        if subject is None:
            return {}
        hours: dict[str, Sequence[HourResult]] = {
            factor: [
                hour_result(revision.period)
                for hour in hours_of(day)
                if (revision := self.hours.newest((factor, hour), known.rest)) is not None
            ]
            for factor in subject.factors
        }
        found = samples_of(self._readings.of("day", subject.factors, day, known.rest))
        frames = {factor: samples[0] for (factor, _), samples in found.items()}
        judged = judge_day(subject, day, hours, frames, rules)
        return {period.factor: in_order(period) for period in judged}

    def _check_absent(self, check: Check) -> None:
        """Name the hours and days that have data and no period value."""
        subject = self._subject(self._sealed_at)
        if subject is None:
            return
        absent = sorted(
            {
                hour
                for factor, hour in self._readings.places("hour")
                if factor in subject.factors and (factor, hour) not in self.hours.revisions
            }
        )
        for hour in absent:
            check.doubt("hour_not_judged", outlet=self._name, start=hour)
        judged = {start for _, start in self.days.revisions}
        ended = {
            day_start(hour) for _, hour in self.hours.revisions if day_start(hour) + DAY <= self._sealed_at
        }
        for day in sorted(ended - judged):
            check.doubt("day_not_judged", outlet=self._name, start=day)


def _fits(stored: Period, judged: Period | None) -> bool:
    return judged is not None and stored.rule == judged.rule and not differences(stored, judged)


def _told(rules: Rules) -> str:
    return f"{rules.hour_judged_on}, {rules.day_judged_on}, {rules.water_day_weighting}"


def check_judgement(
    description: Description,
    records: Records,
    believed: Believed,
    readings: Mapping[int, Readings],
    sealed_at: datetime,
    step: Step,
) -> Check:
    """Whether every period value of the package follows from what it holds. Raises Malformed."""
    check = Check("judgement")
    count = 0
    for outlet_key in sorted(description.outlets):
        work = Rejudging(description, outlet_key, records, believed, readings[outlet_key], sealed_at)
        count += work.run(check, step)
    strangers = {key for key, _ in records.periods if key not in description.outlets}
    for key in sorted(strangers):
        check.fail("period_of_another_outlet", outlet=key)
    check.say(count=count)
    if not count:
        check.skip()
    return check
