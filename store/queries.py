"""Every SQL statement of Outfall by name.

A file ``store/sql/<group>.sql`` holds blocks that begin with ``-- name: <statement>``; the comment lines under the name say what
the statement is for. Parameters are psycopg's named ``%(argument)s``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import LiteralString

_NAME = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)[ \t]*$", re.MULTILINE)


def parse(text: str) -> dict[str, LiteralString]:
    """Split the text of a .sql file into its named statements.

    Raises ValueError when a name occurs twice, when a statement is empty or when text stands before the first name.
    """
    statements: dict[str, LiteralString] = {}
    names = list(_NAME.finditer(text))
    preamble = text[: names[0].start()] if names else text
    if _without_comments(preamble):
        raise ValueError(f"SQL before the first name: {_without_comments(preamble)[:60]!r}")
    for number, match in enumerate(names):
        end = names[number + 1].start() if number + 1 < len(names) else len(text)
        body = _without_comments(text[match.end() : end])
        name = match["name"]
        if not body:
            raise ValueError(f"statement {name!r} is empty")
        if name in statements:
            raise ValueError(f"statement {name!r} is defined twice")
        statements[name] = body
    return statements


def _without_comments(text: str) -> str:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return "\n".join(lines).strip()


@cache
def queries(group: str) -> Mapping[str, LiteralString]:
    """The statements of ``store/sql/<group>.sql``, read once a process."""
    return parse(resources.files("store").joinpath("sql", f"{group}.sql").read_text(encoding="utf-8"))
