"""Typst as a function: a template and its data give the bytes of a PDF/A.

Data reach the template as JSON, never as source, so that no text can become markup. Nothing of the machine enters: no system
fonts, no clock, no packages. The standard is PDF/A-2u (ISO 19005-2): every character can be read back out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst
from pylopdf_fonts_zh_cn import sans_path

from api.papers.glyphs import printable
from store import texts
from store.clock import BEIJING
from store.errors import PaperFailed

STANDARD: Final = "a-2u"

_one_at_a_time = Lock()


def compile_paper(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF/A of a template of ``api/papers/templates`` with its data; ``at`` becomes the date of the document.

    ``data`` holds text, integers, floats (of drawings), booleans, None, and lists and mappings of these; other values are a
    mistake of the caller (TypeError). The template finds it as ``data`` and the texts of ``papers.yaml`` as ``words``. Raises
    PaperFailed.
    """
    moment = at.astimezone(BEIJING).replace(microsecond=0)
    date = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    inputs = {
        "data": json.dumps(_plain(data), ensure_ascii=False),
        "words": json.dumps(_words(), ensure_ascii=False),
        "date": json.dumps(date),
    }
    try:
        with _one_at_a_time:  # the compiler keeps its inputs between calls
            made = _compiler().compile(
                input=_templates() / template,
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=[STANDARD],
                timestamp=moment,
            )
    except typst.TypstError as error:
        raise PaperFailed(f"The paper {template} could not be made: {error.message}") from error
    assert isinstance(made, bytes)
    return made


def _templates() -> Path:
    return Path(str(resources.files("api").joinpath("papers", "templates")))


@cache
def _compiler() -> typst.Compiler:
    # Of the fonts inside typst only the fixed-pitch one is used, for digests and commands.
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(Path(sans_path()).parent)]
    )
    return typst.Compiler(root=_templates(), font_paths=fonts, ignore_system_fonts=True)


@cache
def _words() -> dict[str, Any]:
    """``papers.yaml`` as a tree again, so that a template reads ``words.cover.site``."""
    tree: dict[str, Any] = {}
    for key, value in texts.catalogue().items():
        topic, _, rest = key.partition(".")
        if topic == "papers":
            *path, name = rest.split(".")
            node = tree
            for part in path:
                node = node.setdefault(part, {})
            node[name] = value
    return tree


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(f"a template takes no {type(value).__name__}")
