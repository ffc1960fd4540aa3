"""The language that a browser's pages come in: Chinese, or English where somebody chose it there."""

from __future__ import annotations

from fastapi import Request

from store.language import LANGUAGES, Language

LANGUAGE_COOKIE = "outfall_language"


def language_of(request: Request) -> Language:
    """The language of a request's page. A browser's own list of languages is not asked: the console is Chinese first."""
    wanted = request.cookies.get(LANGUAGE_COOKIE)
    return next((language for language in LANGUAGES if language == wanted), "zh")
