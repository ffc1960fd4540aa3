"""The form that asks for a package: whole Beijing days, of an outlet, an alert or a lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from starlette.datastructures import FormData

from api.evidence.plan import Asked
from store.clock import BEIJING, DAY
from store.errors import Refused
from store.texts import text

KINDS = ("outlet", "alert", "lead")
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was filled in, to be shown again."""

    kind: str = "outlet"
    subject: str = ""
    first: str = ""
    last: str = ""
    as_of: str = ""
    formal: bool = False


def filled(form: FormData) -> Filled:
    """What the form says."""
    return Filled(
        _text(form, "kind"),
        _text(form, "subject"),
        _text(form, "from"),
        _text(form, "to"),
        _text(form, "as_of"),
        "formal" in form,
    )


def asked_of(form: Filled) -> Asked:
    """What is asked for. Raises Refused ``form_field_missing`` and ``form_field_wrong``."""
    if form.kind not in KINDS:
        raise _wrong("kind")
    if not form.subject or len(form.subject) > 63:
        raise Refused("Say what the package is about.", code="form_field_missing", field=_label("subject"))
    first, last = _day("from", form.first), _day("to", form.last)
    start = None if first is None else datetime.combine(first, time(), BEIJING)
    end = None if last is None else datetime.combine(last, time(), BEIJING) + DAY
    as_of: int | None = None
    if form.as_of:
        if not (form.as_of.isascii() and form.as_of.isdecimal() and 0 < int(form.as_of[:20]) < _LARGEST):
            raise _wrong("as_of")
        as_of = int(form.as_of)
    return Asked(form.kind, form.subject, start, end, as_of, form.formal)


def _day(name: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise _wrong(name) from None


def _wrong(name: str) -> Refused:
    return Refused(f"The field {name} is wrong.", code="form_field_wrong", field=_label(name))


def _label(name: str) -> str:
    return text(f"console.evidence.field.{name}")


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
