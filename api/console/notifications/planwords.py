"""The plan in words: routes, shifts, quiet hours, duty. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.console.alertview import kind_word
from store.channelsentries import WEEKDAYS, DutyEntry, Plan, QuietEntry, RouteEntry, ShiftEntry
from store.texts import text

ALL_SEVERITIES = ("info", "warning", "serious", "critical")


def route_line(route: RouteEntry, names: Mapping[str, str] | None = None) -> str:
    """A route as one sentence: what it takes, and who hears of it. ``names`` are the units by id."""
    return text("console.notifications.route.line", what=route_what(route, names), who=route_who(route))


def route_what(route: RouteEntry, names: Mapping[str, str] | None = None) -> str:
    """What a route takes."""
    known = names or {}
    parts = [
        _listed(text(f"console.notifications.purpose.{one}") for one in route.purposes),
        _listed(text(f"console.severity.{one}") for one in ALL_SEVERITIES if one in route.severities),
    ]
    if route.sites is not None:
        parts.append(_listed(known.get(site, site) for site in route.sites))
    if route.codes is not None:
        parts.append(_listed(kind_word(code) for code in route.codes))
    if route.shifts is not None:
        parts.append(text("console.notifications.route.shifts", shifts=_listed(route.shifts)))
    if route.from_level:
        parts.append(text("console.notifications.route.from_level", level=route.from_level))
    if route.through_quiet:
        parts.append(text("console.notifications.route.through_quiet"))
    return text("console.notifications.between").join(parts)


def route_who(route: RouteEntry) -> str:
    """Who hears of it."""
    told = list(route.channels)
    if route.on_duty:
        told.append(text("console.notifications.route.on_duty"))
    return _listed(told) if told else text("console.notifications.route.nobody")


def shift_line(shift: ShiftEntry) -> str:
    """A shift with its days and hours."""
    days = (
        text("console.notifications.every_day")
        if set(shift.days) == set(WEEKDAYS)
        else _listed(text(f"console.notifications.weekday.{day}") for day in WEEKDAYS if day in shift.days)
    )
    return text("console.notifications.shift_line", id=shift.id, days=days, hours=hours_text(shift))


def hours_text(shift: ShiftEntry | QuietEntry) -> str:
    """Hours as people write them: 18:00～次日 08:30."""
    key = "hours" if shift.begins < shift.ends else "hours_over_midnight"
    return text(f"console.notifications.{key}", begin=f"{shift.begins:%H:%M}", end=f"{shift.ends:%H:%M}")


def quiet_line(quiet: QuietEntry | None) -> str:
    """Quiet hours with what they do not hold back."""
    if quiet is None:
        return text("console.notifications.no_quiet")
    exempt = _listed(text(f"console.severity.{one}") for one in ALL_SEVERITIES if one in quiet.exempt)
    return text("console.notifications.quiet_line", hours=hours_text(quiet), exempt=exempt or "—")


def duty_line(entry: DutyEntry) -> str:
    """A line of the roster."""
    return text(
        "console.notifications.duty_line",
        date=entry.date.isoformat(),
        shift=entry.shift,
        who=entry.who,
        channels=_listed(entry.channels),
    )


def plan_lines(plan: Plan, names: Mapping[str, str] | None = None) -> dict[str, tuple[str, ...]]:
    """A whole plan in lines, by section."""
    duty = plan.duty
    return {
        "default": tuple(plan.default),
        "quiet": (quiet_line(plan.quiet_hours),),
        "shifts": tuple(shift_line(shift) for shift in plan.shifts),
        "fallback": () if duty is None else tuple(duty.fallback),
        "roster": () if duty is None else tuple(duty_line(entry) for entry in duty.roster),
        "routes": tuple(route_line(route, names) for route in plan.routes),
    }


def _listed(words: Iterable[str]) -> str:
    return text("console.notifications.and").join(words)
