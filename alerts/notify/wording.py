"""What a message says, in Chinese: what, where, how much against which limit, when it happened and when it was called. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from store.clock import BEIJING
from store.factors import name_of
from store.rounding import shown
from store.texts import has, text

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Message:
    """A title and lines of text; ``link`` is a path of the console."""

    title: str
    body: str
    link: str | None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as far as people are told of it. Names that do not apply are None."""

    id: int
    number: str
    code: str
    severity: str
    site: str | None
    site_name: str | None
    sample: bool
    outlet_name: str | None
    gateway: str | None
    factor: str | None
    numbers: Mapping[str, Any]
    clause: str | None
    first_seen: datetime
    last_seen: datetime
    raised_at: datetime
    cleared_at: datetime | None
    count: int
    escalation: int
    due_at: datetime | None
    due_step: str | None


def alert_message(purpose: str, alert: AlertFacts) -> Message:
    """The message of an alert for one of the purposes raised, reminder, escalated and cleared."""
    place = " ".join(part for part in (alert.site_name, alert.outlet_name, _factor(alert.factor)) if part)
    title = text(
        f"notify.title.{purpose}",
        severity=text(f"notify.severity.{alert.severity}"),
        kind=kind_name(alert.code),
        place=place or alert.gateway or text("notify.platform"),
    )
    lines = [
        ("number", alert.number),
        ("site", alert.site_name),
        ("outlet", alert.outlet_name),
        ("gateway", alert.gateway if alert.outlet_name is None else None),
        ("factor", None if alert.factor is None else f"{_factor(alert.factor)}（{alert.factor}）"),
        ("value", value_text(alert.numbers)),
        ("clause", alert.clause),
        ("occurred", _occurred(alert)),
        ("times", _times(alert)),
        ("since", _moment(alert.numbers.get("since"))),
        ("total", _whole(alert.numbers.get("total"))),
        ("unavoidable", _unavoidable(alert.numbers)),
        ("warned", stamp(alert.raised_at)),
        ("due", _due(alert) if purpose in ("reminder", "escalated") else None),
        ("cleared", stamp(alert.cleared_at) if purpose == "cleared" and alert.cleared_at else None),
        ("sample", text("notify.sample") if alert.sample else None),
    ]
    return Message(title, body_of(lines), f"/alerts/{alert.id}")


def digest_message(site_name: str | None, sample: bool, alerts: Sequence[AlertFacts]) -> Message:
    """One message for all the late alerts of a site."""
    kinds = Counter(alert.code for alert in alerts)
    first, last = min(one.first_seen for one in alerts), max(one.last_seen for one in alerts)
    lines = [
        ("site", site_name),
        ("period", f"{minute(first)} ~ {minute(last)}"),
        ("kinds", "；".join(kind_count(code, count) for code, count in kinds.most_common())),
        *(("number", one_line(alert)) for alert in alerts[:DIGEST_LINES]),
        ("reason", text("notify.late")),
        ("sample", text("notify.sample") if sample else None),
    ]
    body = body_of(lines)
    if len(alerts) > DIGEST_LINES:
        body += "\n" + text("notify.more", count=len(alerts) - DIGEST_LINES)
    site = site_name or text("notify.platform")
    return Message(text("notify.title.digest", site=site, count=len(alerts)), body, "/alerts?show=all")


DIGEST_LINES = 10
"""Alerts listed one by one in a digest: what a telephone shows without much scrolling."""


def one_line(alert: AlertFacts) -> str:
    """An alert in one line of a digest."""
    parts = (
        alert.number,
        kind_name(alert.code),
        alert.outlet_name,
        _factor(alert.factor),
        value_text(alert.numbers),
    )
    return " ".join(part for part in parts if part)


def kind_count(code: str, count: int) -> str:
    """How many alerts of a kind."""
    return text("notify.kind_count", kind=kind_name(code), count=count)


def kind_name(code: str) -> str:
    """The kind of an alert in the national words."""
    key = f"alerts.{code}.title"
    return text(key) if has(key) else code


def body_of(lines: Sequence[tuple[str, str | None]]) -> str:
    """Labelled lines, without those that have nothing to say."""
    return "\n".join(f"{text(f'notify.label.{label}')}：{value}" for label, value in lines if value)


def stamp(moment: datetime) -> str:
    """Beijing time to the second."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def minute(moment: datetime) -> str:
    """Beijing time to the minute."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _factor(code: str | None) -> str | None:
    return None if code is None else name_of(code)


def value_text(numbers: Mapping[str, Any]) -> str | None:
    """The value against its bound, rounded for people with the decimals that show on which side it lies; None without a value."""
    unit = numbers.get("unit") or ""
    compared, bound = _decimal(numbers.get("compared")), _decimal(numbers.get("bound"))
    reported, recomputed = _decimal(numbers.get("reported")), _decimal(numbers.get("recomputed"))
    multiple = _decimal(numbers.get("multiple"))
    if compared is not None and bound is not None:
        facts = {"value": shown(compared, bound), "bound": f"{bound.normalize():f}", "unit": unit}
        if numbers.get("bound_side") == "min":
            sentence = text("notify.value.below", **facts)
        elif multiple is None:
            sentence = text("notify.value.above_plain", **facts)
        else:
            sentence = text("notify.value.above", multiple=shown(multiple, ZERO), **facts)
    elif reported is not None and recomputed is not None:
        facts = {
            "reported": shown(reported, recomputed),
            "recomputed": shown(recomputed, reported),
            "unit": unit,
        }
        sentence = text("notify.value.recomputed", **facts)
    elif _decimal(numbers.get("value")) is not None:
        sentence = text("notify.value.single", value=numbers["value"], unit=unit)
    else:
        return None
    # A factor without a unit (pH) leaves blanks before the punctuation.
    return sentence.replace(" ，", "，").strip()


def _decimal(given: object) -> Decimal | None:
    """A number of an alert; None for what is none. A message goes out with what can be read."""
    try:
        number = Decimal(given) if isinstance(given, (str, int)) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _instant(given: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _occurred(alert: AlertFacts) -> str:
    start, end = _instant(alert.numbers.get("start")), _instant(alert.numbers.get("end"))
    if start is None or end is None:
        return minute(alert.first_seen)
    return f"{minute(start)} ~ {minute(end)}"


def _times(alert: AlertFacts) -> str | None:
    if alert.count < 2 or "total" in alert.numbers:
        return None
    first, last = minute(alert.first_seen), minute(alert.last_seen)
    return text("notify.times", count=alert.count, first=first, last=last)


def _moment(given: object) -> str | None:
    moment = _instant(given)
    return None if moment is None else stamp(moment)


def _whole(given: object) -> str | None:
    return None if given is None else str(given)


def _unavoidable(numbers: Mapping[str, Any]) -> str | None:
    moment = _instant(numbers.get("unavoidable_from"))
    return None if moment is None else text("notify.unavoidable", at=minute(moment))


def _due(alert: AlertFacts) -> str | None:
    if alert.due_at is None or alert.due_step is None:
        return None
    step = text(f"notify.step.{alert.due_step}")
    return text("notify.due", step=step, at=minute(alert.due_at), level=alert.escalation)
