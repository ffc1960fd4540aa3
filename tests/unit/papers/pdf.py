"""The words of a PDF as a reader copies them out of it."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from pypdf import PdfReader


@cache
def pages_of(file: bytes) -> tuple[str, ...]:
    """The words of each page."""
    return tuple(page.extract_text() for page in PdfReader(BytesIO(file)).pages)


def words_of(file: bytes) -> str:
    """The words of all pages, one after another, without blanks and line breaks."""
    return "".join("".join(page.split()) for page in pages_of(file))
