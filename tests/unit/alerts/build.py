"""Small builders: an outlet, readings of an hour, a judged hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.day_values import HourResult
from alerts.judgement.hour import judge_hour
from alerts.judgement.statements import NOTHING_SAID, Statements, statements_of
from alerts.judgement.subject import Subject, subject_of
from alerts.judgement.values import FactorHour, Period, Rules, Sample
from store.checks import ChainCheck, Check
from store.clock import BEIJING
from store.clock import DAY as ONE_DAY
from store.marks import Mark
from store.model import DEFAULTS, Cadence, Condition, Exemption, Limit, Monitor, Options, Outlet

START = datetime(2026, 5, 6, 8, tzinfo=BEIJING)
DAY = datetime(2026, 5, 6, tzinfo=BEIJING)
SO2, NOX, O2, VELOCITY = "a21026", "a21002", "a19001", "a01011"
COD, NH3, PH, TEMPERATURE, FLOW = "w01018", "w21003", "w01001", "w01010", "w00000"


def limit(
    factor: str,
    *,
    key: int = 1,
    basis: str = "hour",
    maximum: str | None = None,
    minimum: str | None = None,
    condition: Condition | None = None,
    valid_from: datetime = datetime(2014, 3, 1, tzinfo=BEIJING),
    valid_to: datetime | None = None,
) -> Limit:
    return Limit(
        key=key,
        outlet_key=1,
        factor=factor,
        basis=basis,
        minimum=None if minimum is None else Decimal(minimum),
        maximum=None if maximum is None else Decimal(maximum),
        condition=condition,
        standard="GB 4915-2013",
        clause="表1",
        source=None,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def subject(
    *limits: Limit,
    medium: str = "gas",
    reference: str | None = None,
    factors: Sequence[str] = (SO2, O2),
    judged: bool = True,
    missing_flag: str = "undetermined",
    minute: int | None = None,
    reports_hour: bool = True,
    exemptions: Sequence[Exemption] = (),
    options: Options = DEFAULTS,
) -> Subject:
    monitor = Monitor(
        outlet_key=1,
        mn="888888800000010000000001",
        gateway="gw-test",
        protocol="2017",
        password=None,
        sm4_key=None,
        previous_sm4_key=None,
        timestamps="start",
        missing_flag=missing_flag,
        acknowledge_crc="hj212",
        cadence=Cadence(60, minute, reports_hour, True),
    )
    return subject_of(
        Outlet(
            key=1,
            id="test-outlet",
            site_key=1,
            site_id="test-site",
            name="测试排口",
            medium=medium,
            oxygen_reference=None if reference is None else Decimal(reference),
            factors=tuple(factors),
            judged=judged,
            monitor=monitor,
            limits=limits,
            exemptions=tuple(exemptions),
            options=options,
        )
    )


def minute(number: float, *, of: datetime = START) -> datetime:
    """The moment a number of minutes after the start of the hour."""
    return of + timedelta(minutes=number)


def mark(
    first: float,
    last: float,
    label: str = "fault",
    *,
    factor: str | None = None,
    category: str = "device",
    channel: str = "manual",
    key: int = 1,
    late: bool = False,
    withdrawn: bool = False,
    of: datetime = START,
) -> Mark:
    """A mark from one minute of the hour to another; a number beyond 60 or below 0 lies in other hours."""
    received = minute(last, of=of)
    return Mark(
        id=key,
        outlet_key=1,
        category=category,
        label=label,
        factor=factor,
        from_time=minute(first, of=of),
        to_time=received,
        reason="test",
        channel=channel,
        filed_by="test",
        received_at=received,
        deadline=received + ONE_DAY,
        late=late,
        withdrawn_at=received if withdrawn else None,
    )


def check(
    at: float, passed: bool, *, factor: str = COD, kind: str = "standard", key: int = 1, of: datetime = START
) -> Check:
    """A check a number of minutes after the start of the hour."""
    moment = minute(at, of=of)
    return Check(key, 1, factor, kind, moment, passed, None, None, "device", "device", moment)


def chain(instrument: str, logger: str | None = None, *, factor: str = COD) -> ChainCheck:
    """What instrument and logger show for the hour."""
    shown = None if logger is None else Decimal(logger)
    return ChainCheck(1, 1, factor, START, Decimal(instrument), shown, "test", START)


def said(
    *marks: Mark,
    checks: Sequence[Check] = (),
    links: Sequence[ChainCheck] = (),
    days: int = 400,
) -> Statements:
    """What was said, for the hours of some days around the hour."""
    return statements_of(marks, checks, links, START - days * ONE_DAY, START + days * ONE_DAY)


def reading(
    value: str | None,
    *,
    at: datetime = START,
    folded: str | None = None,
    total: str | None = None,
    status: str = "normal",
    revision: int = 1,
) -> Sample:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return Sample(at, number(value), number(folded), number(total), status, revision)


def minutes(
    *runs: tuple[int, str | None, str], every: int = 1, start: datetime = START
) -> tuple[Sample, ...]:
    """Minute readings from runs of (how many readings, value, status), ``every`` minutes apart."""
    samples: list[Sample] = []
    for count, value, status in runs:
        for _ in range(count):
            at = start + timedelta(minutes=every * len(samples))
            samples.append(reading(value, at=at, status=status))
    return tuple(samples)


def judge(
    of: Subject,
    received: Mapping[str, FactorHour],
    factor: str,
    *,
    start: datetime = START,
    rules: Rules | None = None,
    statements: Statements = NOTHING_SAID,
) -> Period:
    """The period value of one factor."""
    (period,) = judge_hour(of, start, received, rules or Rules(), (factor,), statements)
    return period


def hours(
    values: Mapping[int, str],
    *,
    volumes: Mapping[int, str] | None = None,
    status: Mapping[int, str] | None = None,
) -> list[HourResult]:
    """Judged hours of DAY by hour number; an hour with a status of its own is invalid."""
    marks = status or {}
    return [
        HourResult(
            start=DAY + timedelta(hours=number),
            valid=number not in marks,
            status=marks.get(number, "normal"),
            measured=Decimal(value) if number not in marks or marks[number] == "unknown" else None,
            folded=None,
            volume=Decimal(volumes[number]) if volumes and number in volumes else None,
        )
        for number, value in sorted(values.items())
    ]
