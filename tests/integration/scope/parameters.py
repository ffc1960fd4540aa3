"""What every parameter of every route means, so that it can be given the other plant's.

A parameter that nobody has thought about fails the tests: whoever adds a route says here
whether its parameters name a thing of a plant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.routing import APIRoute

from store import clock
from tests.fixtures.routes import parameters_of

THINGS: Mapping[str, Sequence[str]] = {
    "site_id": ("site",),
    "outlet_id": ("outlet",),
    "alert_id": ("alert",),
    "attachment_id": ("attachment",),
    "mark_id": ("mark",),
    "task_id": ("task",),
    "lead_id": ("lead", "hidden_lead"),
    "paper_id": ("lead_paper", "hidden_lead_paper"),
    "statement": ("statement",),
    "package_id": ("package",),
    "handover_id": ("handover",),
    "hold_id": ("hold",),
    "piece_id": ("piece",),
    "event_id": ("event",),
    "session_id": ("session",),
    "message_id": ("message", "notification"),
    "key": ("user", "token"),
    "site": ("site",),
    "outlet": ("outlet",),
    "alert": ("alert", "alert_number"),
    "lead": ("lead", "lead_number", "hidden_lead_number"),
    "task": ("task", "task_number"),
    "subject": ("outlet", "alert_number", "lead_number", "package_number"),
    "gateway": ("gateway",),
    "mn": ("mn",),
    "id": ("message", "record"),
    "run_id": ("replay",),
}
"""Parameters that name a thing of a plant, and the things that they can name. Bodies are read by the same names."""

MANY = ("alert_ids", "alerts", "pieces", "outlets")
"""Fields of bodies that name several."""

CHOICES: Mapping[str, Sequence[str]] = {
    "format": ("csv", "xlsx"),
    "ending": ("csv", "xlsx"),
    "form": ("html", "csv", "xlsx", "pdf"),
}
"""Parameters whose every value is another way out for data."""

PLAIN: Mapping[str, str] = {
    "first": "1",
    "span": "day",
    "start": f"{clock.day_start(clock.now()).isoformat()}",
    "year": "2026",
    "leaf": "1",
    "level": "0",
    "index": "0",
    "path": "css/outfall.css",
    "factor": "a21026",
    "token": "nothing",
    "channel_id": "duty-room",
    "date": f"{clock.now().astimezone(clock.BEIJING):%Y-%m-%d}",
}
"""Parameters that name nothing of a plant and must be given."""

_FREE = """
about act action by metric known unit actor after assigned_to at basis before category channel code column condition
connector cursor day display draft drops_before due every factor from handling holds holds_before
hour item kind late limit medium mine next number origin overdue range reason review revision
revisions role second severity since size standing state table text to until view who words
"""
FREE = frozenset(_FREE.split())
"""Parameters that name nothing of a plant and are left out."""

TIMES: Mapping[str, str] = {"time": "reading_time"}
"""Parameters that need a time at which there is something, which names no plant."""

KINDS: Mapping[str, Sequence[str]] = {
    "/log/leaf": ("message",),
    "/leads/{lead_id}/review/{kind}": ("technical",),
    "/readings/{kind}/{factor}/{time}": ("hour",),
    "/reports/{outlet_id}/{kind}/{date}.{form}": ("day", "month"),
    ".{kind}": ("csv", "xlsx"),
}
"""What ``kind`` can be where it must be given, by the end of the path."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path with query, and whether it names a thing of the other plant, in the path or at all."""

    path: str
    foreign: bool
    in_path: bool


def unknown(route: APIRoute) -> list[str]:
    """Parameters of a route that nobody has thought about."""
    known = {*THINGS, *CHOICES, *PLAIN, *TIMES, *FREE}
    return [name for name, place, _ in parameters_of(route) if place != "body" and name not in known]


def requests(
    path: str, route: APIRoute, own: Mapping[str, str], other: Mapping[str, str] | None
) -> Iterator[Asked]:
    """Every way to ask a route: each mixture of own things and the other plant's in the path, each alone in the query.

    Without ``other``: only with own things.
    """
    given = parameters_of(route)
    in_path = [name for name, place, _ in given if place == "path"]
    must = [name for name, place, required in given if place == "query" and required]
    for values in product(*(_values(name, path, own, other) for name in in_path)):
        filled = path
        for name, (value, _) in zip(in_path, values, strict=True):
            for shape in (f"{{{name}}}", f"{{{name}:path}}", f"{{{name}:int}}"):
                filled = filled.replace(shape, quote(value, safe="/" if shape.endswith(":path}") else ""))
        foreign = any(theirs for _, theirs in values)
        needed = [(name, _values(name, path, own, other)) for name in must]
        for queries in product(*(choices for _, choices in needed)):
            fixed = {name: value for (name, _), (value, _) in zip(needed, queries, strict=True)}
            theirs = foreign or any(is_theirs for _, is_theirs in queries)
            yield Asked(_address(filled, fixed), theirs, foreign)
            for name, place, required in given:
                if (
                    place == "query"
                    and not required
                    and (name in CHOICES or (name in THINGS and other is not None))
                ):
                    for value, is_theirs in _values(name, path, own, other):
                        yield Asked(_address(filled, {**fixed, name: value}), theirs or is_theirs, foreign)


def _values(
    name: str, path: str, own: Mapping[str, str], other: Mapping[str, str] | None
) -> list[tuple[str, bool]]:
    """(value, whether it is the other plant's) that a parameter is given in turn."""
    if name == "kind":
        kinds = next((kinds for end, kinds in KINDS.items() if path.endswith(end)), None)
        assert kinds, f"say in KINDS what kind can be at {path}"
        return [(kind, False) for kind in kinds]
    if name in CHOICES:
        # Whether something is refused does not hang on the form that it would have come in.
        return [(value, False) for value in CHOICES[name][: None if other is None else 1]]
    if name in TIMES:
        return [(own[TIMES[name]], False)]
    if name not in THINGS:
        return [(PLAIN.get(name, ""), False)]
    things = things_at(name, path)
    found = [(own[thing], False) for thing in things]
    return found if other is None else found + [(other[thing], True) for thing in things]


def things_at(name: str, path: str) -> Sequence[str]:
    """What a parameter means at a path: messages to people have the name of messages of a gateway, users that of tokens."""
    things = THINGS[name]
    if name == "message_id":
        return ("notification",) if "/notifications/" in path else ("message",)
    if name == "key":
        return ("token",) if "/tokens/" in path else ("user",)
    return things


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


SAMPLES: Mapping[str, Any] = {
    "reason": "because it is so",
    "note": "a note",
    "to": "officer-test",
    "result": "confirmed",
    "opinion": "agreed",
    "text": "a statement",
    "message": "words",
    "comment": "words",
    "words": "words",
    "cause": "words",
    "measures": "words",
    "report": "words",
    "statement": "words",
    "facts": "words",
    "outcome": "answered",
    "kind": "off_site",
    "category": "device",
    "label": "maintenance",
    "item": "device:maintenance",
    "factor": "a21026",
    "passed": True,
    "instrument": "12.3",
    "checked_at": "2026-11-20T08:00:00+08:00",
    "from": "2026-11-20T08:00:00+08:00",
    "start": "2026-11-20T08:00:00+08:00",
    "happened_at": "2026-11-20T08:00:00+08:00",
    "held_at": "2026-11-20T08:00:00+08:00",
    "public": True,
    "part": "evidence",
    "name": "a name",
    "connector": "city",
    "norms": ["code-1107"],
    "digest": "00" * 32,
}
"""What fields of bodies that name nothing are given."""


def body_of(route: APIRoute, other: Mapping[str, str]) -> dict[str, Any]:
    """A JSON body with the other plant's things wherever the description of the route has a place for one."""
    found: dict[str, Any] = {}
    for field in route.dependant.body_params:
        model = field.field_info.annotation
        for name, known in getattr(model, "model_fields", {}).items():
            alias = known.alias or name
            value = _given(alias, other)
            if value is not None:
                found[alias] = value
    return found


def form_of(route: APIRoute, other: Mapping[str, str]) -> dict[str, str]:
    """A form with the other plant's things; a route that reads its form by itself gets every field there is."""
    names = {name for name, place, _ in parameters_of(route) if place == "body"}
    wanted = names or {*SAMPLES, *THINGS, *MANY}
    found = {}
    for name in wanted:
        value = _given(name, other)
        if value is not None and not isinstance(value, dict | list):
            found[name] = str(value)
        elif isinstance(value, list):
            found[name] = str(value[0])
    return found


def _given(name: str, other: Mapping[str, str]) -> Any:
    if name in ("alerts", "alert_ids"):
        return [int(other["alert"])]
    if name == "outlets":
        return [other["outlet"]]
    if name == "subject":
        return {"kind": "outlet", "id": other["outlet"]}
    if name in ("alert_id", "task_id"):
        return int(other[name.removesuffix("_id")])
    if name in THINGS:
        return other[THINGS[name][0]]
    return SAMPLES.get(name)
