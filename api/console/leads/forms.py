"""Forms as they were filled in, read with the shapes of the API: one rule says what a step may be given."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from store.clock import BEIJING
from store.errors import Refused
from store.handling.attachments import Paper
from store.texts import has, text

S = TypeVar("S", bound=BaseModel)

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_SEPARATORS = re.compile(r"[\n,，、;；]+")
_MOST_FIELDS = 400


async def _form(request: Request) -> AsyncIterator[FormData]:
    form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    try:
        yield form
    finally:
        await form.close()


FormHere = Annotated[FormData, Depends(_form)]
"""Give a route its form by this type, after its principal."""


def read(
    shape: type[S],
    form: FormData,
    *,
    times: Collection[str] = (),
    many: Collection[str] = (),
    lines: Collection[str] = (),
    kept: Collection[str] = (),
    labels: Mapping[str, str] = MappingProxyType({}),
) -> S:
    """The form as a shape. A field that is left empty was not given; one of ``kept`` is then given as None.

    Parameters
    ----------
    times : fields of a Beijing time without offset, as browsers send them
    many : fields that may be ticked or chosen several times
    lines : fields that name several things, a line or a comma each
    labels : names of ``console.leads.field`` of fields that are called otherwise on the page

    Raises Refused ``form_field_wrong`` with the field by its label.
    """
    given: dict[str, Any] = {}
    for name in shape.model_fields:
        if name in many:
            found: Any = [one for one in form.getlist(name) if isinstance(one, str) and one]
        else:
            value = _text(form, name)
            found = _split(value) if name in lines else _time(value) if name in times else value
        if found not in ("", []):
            given[name] = found
        elif name in kept and name in form:
            given[name] = None
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise _wrong(error, labels) from None


def paper_of(form: FormData, *, public: bool) -> Paper:
    """The file of a form. Raises Refused ``attachment_empty`` when none was chosen."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("Choose a file.", code="attachment_empty")
    media_type = (file.content_type or "").partition(";")[0].strip().lower()
    note = _text(form, "note")
    if len(note) > 1000:
        raise Refused("The note is too long.", code="text_too_long", most=1000)
    return Paper(file.filename, media_type, file.file.read(), note or None, public)


def local_time(moment: datetime | None) -> str:
    """A moment as a field of a form shows it: Beijing time, to the second where it has seconds."""
    if moment is None:
        return ""
    there = moment.astimezone(BEIJING)
    return f"{there:%Y-%m-%dT%H:%M:%S}" if there.second else f"{there:%Y-%m-%dT%H:%M}"


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _split(value: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(value) if part.strip()]


def _time(value: str) -> str:
    return f"{value}+08:00" if _LOCAL.fullmatch(value) else value


def _wrong(error: ValidationError, labels: Mapping[str, str]) -> Refused:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    key = f"console.leads.field.{labels.get(name, name)}"
    label = text(key) if has(key) else name
    missing = first["type"] == "missing"
    code = "form_field_missing" if missing else "form_field_wrong"
    return Refused(
        f"The field {name} is {'missing' if missing else 'wrong'}: {first['msg']}.", code=code, field=label
    )
