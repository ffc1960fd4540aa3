"""A stack and a discharge point with a few judged periods, for the report tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.judgement.statements import NOTHING_SAID, Statements, statements_of
from alerts.statistics.facts import Fact
from alerts.statistics.material import Material
from api.console.reports.build import Asked, build_table
from api.console.reports.minutes import Minute
from api.console.reports.model import Cell, Kind, Measure, Published, Row, Table
from api.console.reports.periods import Period, period_of
from api.console.reports.rounding import Places
from store.clock import BEIJING, HOUR
from store.marks import Mark
from store.model import Limit, Outlet, Site
from tests.unit.alerts.statistics.build import facts
from tests.unit.console.samples import limit, monitor

DAY = datetime(2026, 5, 6, tzinfo=BEIJING)
LATER = datetime(2026, 8, 1, tzinfo=BEIJING)
PLACES = Places(mass=3)


def outlet(medium: str, *factors: str, limits: Sequence[Limit] = (), oxygen: str | None = None) -> Outlet:
    """A judged outlet."""
    return Outlet(
        key=7, id="test-outlet", site_key=1, site_id="test-site", name="测试排口", medium=medium,
        oxygen_reference=None if oxygen is None else Decimal(oxygen), factors=factors, judged=True, monitor=monitor(),
        limits=tuple(limits),
    )  # fmt: skip


STACK = outlet("gas", "a21026", "a00000", "a19001", limits=[limit("a21026", "200")], oxygen="10")
BARE_STACK = outlet("gas", "a19001", "a21026", limits=[limit("a21026", "200")])
DISCHARGE = outlet("water", "w01018", "w00000", "w01001", limits=[limit("w01018", "50", basis="day")])


def site(of: Outlet, *, sample: bool = False) -> Site:
    """The unit of an outlet."""
    return Site(
        key=1, id="test-site", name="测试单位", industry="other", key_unit=True, sample=sample, credit_code=None,
        permit=None, note=None, positive_list=(), outlets=(of,),
    )  # fmt: skip


def table(
    of: Outlet,
    kind: Kind,
    hours: Mapping[str, Sequence[Fact]] | None = None,
    days: Mapping[str, Sequence[Fact]] | None = None,
    *,
    at: datetime = DAY,
    until: datetime = LATER,
    said: Statements = NOTHING_SAID,
    places: Places = PLACES,
    minutes: Sequence[Minute] = (),
    published: Published | None = None,
    sample: bool = False,
) -> Table:
    """The table of an outlet for the time that holds ``at``, from facts made by hand."""
    known = {factor: facts(found) for factor, found in (hours or {}).items()}
    daily = {factor: facts(found) for factor, found in (days or {}).items()}
    begun = min((start for found in (*known.values(), *daily.values()) for start in found), default=None)
    material = Material(
        begun=begun, until=until, days_until=until, hours=known, days=daily, since={}, statements=said
    )
    asked = Asked(site(of, sample=sample), of, period_of(kind, at), places)
    return build_table(asked, material, published, minutes)


def period(kind: Kind = "day") -> Period:
    """The period of ``table``."""
    return period_of(kind, DAY)


def line(of: Table, name: str) -> Row:
    """A line of the summary."""
    return next(row for row in of.summary if row.name == name)


def cell(of: Table, row: int | str, factor: str, measure: Measure) -> Cell:
    """One cell: by the number of the row, or by the name of a line of the summary."""
    place = [(head.factor, head.measure) for head in of.heads].index((factor, measure))
    return (of.rows[row] if isinstance(row, int) else line(of, row)).cells[place]


def marked(*hours: int, label: str = "starting") -> Statements:
    """Working-condition marks over whole hours of the day."""
    marks = [
        Mark(
            id=number,
            outlet_key=7,
            category="condition",
            label=label,
            factor=None,
            from_time=DAY + number * HOUR,
            to_time=DAY + (number + 1) * HOUR,
            reason="试",
            channel="manual",
            filed_by="test",
            received_at=DAY,
            deadline=LATER,
            late=False,
            withdrawn_at=None,
        )
        for number in hours
    ]
    return statements_of(marks, (), (), DAY, DAY + timedelta(days=1))
